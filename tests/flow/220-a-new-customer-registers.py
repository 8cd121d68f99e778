# SPDX-License-Identifier: GPL-3.0-or-later
"""A first mail is held, its sender confirms by replying, and what waited becomes tickets (PORTAL.md rows 1 to 4)."""
import sqlite3

from lib import flow, mail, reply

DAY = 24 * 60 * 60
JOAO, EVE = "João <cliente@cliente.example>", "Eve <estranho@outro.example>"

with flow("a new customer registers") as t:
    desk = t.desk(department_suporte={"registration": "validated"}, registration={"mails": 2})

    def write(sender, subject, text, **headers):
        m = mail(sender, "suporte@example.br", subject, text, **headers)
        t.servers.deliver(m, "%s" % m["From"].addresses[0].addr_spec, "suporte@example.br")
        t.ran(desk.poll(), what="a pass over: %s" % subject)
        return m

    def answer(question, sender, text, **headers):
        m = reply(question, sender, text, **headers)
        t.servers.deliver(m, m["From"].addresses[0].addr_spec, "suporte@example.br")
        t.ran(desk.poll(), what="a pass over the answer: %s" % text[:40])

    def move_time(seconds):
        """As if that long had passed: what is stored lies so much further back."""
        with sqlite3.connect("%s/desk.db" % desk.state) as db:
            for table, column in (("question", "asked_at"), ("question", "expires_at"), ("hold", "held_at"),
                                  ("timer", "done_at"), ("bucket", "at")):
                db.execute("UPDATE %s SET %s = %s - ?" % (table, column, column), (seconds,))
        db.close()

    first = write(JOAO, "A impressora parou", "Ela parou ontem à noite.\n")
    verify = t.servers.wait_for("cliente", lambda m: True)
    t.equal([(h["from"], h["kind"]) for h in desk.held()], [("cliente@cliente.example", "registration")], "the first mail is held")
    t.equal(desk.tickets(), [], "there is no ticket yet")
    t.has(verify.subject, "A impressora parou", "a verification mail goes out, about that mail")
    t.has(verify.text, "Ela parou ontem", "with what was sent")
    t.equal(verify["Auto-Submitted"], "auto-replied", "marked as a machine's")
    t.equal(verify["In-Reply-To"], first["Message-ID"], "in the thread of the first mail")
    t.lacks(verify.everything(), "http", "there is no page, so no link")
    for who in ("ana", "bruno"):
        t.nothing_new(who, "%s is not told yet" % who)

    write(JOAO, "E o scanner também", "Ele também parou.\n")
    write(JOAO, "E o telefone", "O telefone toca sem parar.\n")
    t.equal(len(desk.held()), 3, "the first and two more are held")
    write(JOAO, "E a luz", "A luz também apagou agora.\n")
    t.equal(len(desk.held()), 3, "a fourth is over the limit")
    t.equal(len(desk.json("held", "list", "--ignored")), 1, "and listed among the ignored")
    t.has(desk.run("held", "list", "--ignored").out, "wait for its confirmation already", "with the reason")
    t.nothing_new("cliente", "no second verification mail within the hour", known=1)

    answer(verify, JOAO, "Estou de férias até segunda-feira, respondo na volta.", Auto_Submitted="auto-replied")
    t.equal(desk.tickets(), [], "an out-of-office does not confirm")
    forwarded = reply(verify, EVE, "Sim, sou eu.")
    t.servers.deliver(forwarded, "estranho@outro.example", "suporte@example.br")
    t.ran(desk.poll())
    t.equal(desk.tickets(), [], "nor does somebody else who answers it")
    t.equal(len(desk.held()), 4, "whose mail is a stranger's first")

    answer(verify, JOAO, "Sim, sou eu.")
    tickets = {k["number"]: k["title"] for k in desk.tickets()}
    t.equal(tickets, {1: "A impressora parou", 2: "E o scanner também", 3: "E o telefone"},
            "confirmed by reply: what waited becomes tickets, in order")
    for number in sorted(tickets):
        ack = t.servers.wait_for("cliente", lambda m: "[#%d]" % number in m.subject)
        t.servers.wait_for("ana", lambda m: "[#%d]" % number in m.subject)
    t.has(ack.text, "O telefone toca", "each is acknowledged, each is told to the agents")
    t.equal([h["from"] for h in desk.held()], ["estranho@outro.example"], "nothing of the customer's is held any more")
    t.ran(desk.run("verify"))

    answer(verify, JOAO, "Sim, de novo.")
    t.equal([e["text"].split("\n")[0] for e in desk.ticket(1)["entries"]][1:], ["Sim, de novo."], "a second answer is one more message")
    write(JOAO, "Mais uma coisa", "Agora o teclado não responde.\n")
    t.ok(any(k["title"] == "Mais uma coisa" for k in desk.tickets()), "from now on a mail opens a ticket at once", desk.tickets())

    strange = t.servers.wait_for("estranho", lambda m: True)
    answer(strange, EVE, "Não fui eu quem escreveu.")
    t.equal(desk.held(), [], "who answers no has their mail dropped")
    t.ran(desk.run("verify"))

    # Nobody answers: a reminder, the end of the question, the end of the mail.
    write("Fábio <financeiro@example.br>", "Fatura", "Onde está a fatura deste mês?\n")
    old = t.servers.wait_for("financeiro", lambda m: True)
    move_time(4 * DAY)
    t.ran(desk.poll())
    reminder = t.servers.wait_for("financeiro", lambda m: m.message_id != old.message_id)
    t.has(reminder.text.lower(), "lembrete", "after some days, a reminder")
    t.ran(desk.poll())
    t.nothing_new("financeiro", "one reminder, not two", known=2)
    digests = [m for who in ("ana", "bruno") for m in t.inbox(who) if "financeiro@example.br" in m.text]
    t.equal(len(digests), 2, "the agents' daily line names the mail that waits")
    move_time(20 * DAY)
    answer(old, "Fábio <financeiro@example.br>", "Sim, sou eu.")
    t.ok(not any(k["title"] == "Fatura" for k in desk.tickets()), "an expired question can't be answered", desk.tickets())
    again = t.servers.wait_for("financeiro", lambda m: m.message_id not in (old.message_id, reminder.message_id))
    answer(again, "Fábio <financeiro@example.br>", "Sim, agora sou eu.")
    t.ok(any(k["title"] == "Fatura" for k in desk.tickets()), "the answer is asked anew, and its answer counts", desk.tickets())

    with sqlite3.connect("%s/desk.db" % desk.state) as db:
        waiting = db.execute("SELECT count(*) FROM hold").fetchone()[0]
    db.close()
    t.equal(waiting, len(desk.held()), "what is held is listed")
    move_time(100 * DAY)
    t.ran(desk.poll())
    t.equal(desk.held(), [], "at the end of the retention nothing is held")
    t.ran(desk.run("verify"))
