# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ticket a mail belongs to: one that is closed, merged, or another department's too (L5, L10)."""
import email.policy

from lib import flow, mail, minimal, stamped

EX_NOINPUT, EX_USAGE = 66, 64
JOAO, MARIA = "João <joao@cliente.example>", "Maria <maria@cliente.example>"

with flow("closed, merged and referred", servers=False) as t:
    desk = t.desk(department_financeiro=dict(minimal()["department suporte"], title="Financeiro",
                                             addresses="financeiro@example.br", agents="carla@example.br"),
                  trust={"authserv_id": "mx.example.br"})

    def write(sender, subject, to="suporte@example.br", delivered_to=None, message_id=None, text=None, **headers):
        m = mail(sender, to, subject, text or "Um texto sobre %s, de %s.\n" % (subject, sender), message_id=message_id,
                 date=message_id is None, **headers)
        domain = m["From"].addresses[0].domain
        raw = stamped(m, "dkim=pass header.d=%s" % domain)
        if delivered_to:
            raw = b"Delivered-To: %s\r\n" % delivered_to.encode() + raw
        t.ran(desk.run("deliver", stdin=raw), what="%s writes: %s" % (sender.split()[0], subject))

    def say(*arguments, code=0):
        run = desk.run(*arguments)
        t.ran(run, code, what=" ".join(arguments))
        return run

    def got(recipient):
        return [q["template"] for q in desk.json("queue", "list", "--all") if q["to"] == recipient]

    def logged(number, kind):
        return [e["detail"] for e in desk.ticket(number)["events"] if e["kind"] == kind]

    def states():
        return {x["number"]: x["state"] for x in desk.json("ticket", "list", "--all")}

    # -- closing and opening again
    write(JOAO, "Impressora")
    t.has(say("ticket", "close", "[#1]").out, "#1 is closed", "an admin closes it")
    t.has(say("ticket", "close", "1").out, "closed already", "a second time changes nothing")
    t.equal(desk.tickets(), [], "ticket list has it no more")
    write(JOAO, "RES: ENC: [#1] Impressora", Auto_Submitted="auto-replied")
    t.equal(states(), {1: "closed"}, "a machine does not open it again")
    write(JOAO, "RES: ENC: [#1] Agora é o monitor")
    t.equal(states(), {1: "open"}, "its customer does")
    t.equal([e["title"] for e in desk.ticket(1)["entries"]], ["Impressora", "Agora é o monitor"], "a changed title is the message's")
    t.has(say("ticket", "show", "1").out, "    Agora é o monitor\n", "ticket show has it")
    say("ticket", "close", "1")
    desk.set("desk", reopen_days="0")
    write(JOAO, "Re: [#1] Impressora")
    t.equal(states(), {1: "closed", 2: "open"}, "after reopen_days a new one follows")
    t.equal((logged(2, "follows"), logged(1, "followed-by")), (["#1"], ["#2"]), "both logs say so")
    t.equal((desk.ticket(2)["follows"], desk.ticket(1)["follows"]), (1, None), "and ticket show --json")
    t.has(say("ticket", "show", "2").out, "follows #1", "and ticket show")
    acks = [q for q in desk.json("queue", "list", "--all") if q["template"] == "ack"]
    text = email.message_from_string(say("queue", "show", str(acks[-1]["id"])).out, policy=email.policy.default)
    body = text.get_body(("plain",)).get_content()
    t.ok("[#1]" in body and "[#2]" in body, "the acknowledgement names both", body)
    say("ticket", "reopen", "1")
    t.equal(states(), {1: "open", 2: "open"}, "an admin opens it again")

    # -- merging
    write(MARIA, "A mesma impressora")
    t.has(say("ticket", "merge", "3", "1").out, "#3 is part of #1", "an admin merges two")
    for numbers in (("3", "2"), ("2", "3"), ("1", "1")):
        say("ticket", "merge", *numbers, code=EX_USAGE)
    say("ticket", "merge", "1", "77", code=EX_NOINPUT)
    say("ticket", "reopen", "3", code=EX_USAGE)
    for words in (("merge", "1"), ("close",), ("close", "1", "2"), ("list", "1"), ("shut", "1")):
        say("ticket", *words, code=EX_USAGE)
    write(MARIA, "Re: [#3] A mesma impressora")
    t.equal([len(desk.ticket(n)["entries"]) for n in (1, 3)], [3, 1], "a reply to the merged one lands in the other")
    t.has(" ".join(logged(1, "belongs")), "#3", "whose log says by which number it came")
    write("Ana <ana@example.br>", "Re: [#1] Impressora")
    t.equal((got("joao@cliente.example").count("answer"), got("maria@cliente.example").count("answer")), (1, 1),
            "the answer goes to both customers")
    shown = desk.ticket(1)
    t.equal((shown["merged"], shown["watchers"], desk.ticket(3)["merged_into"]), ([3], ["maria@cliente.example"], 1), "show --json")
    t.has(say("ticket", "show", "3").out, "merged into #1", "show of the merged one")
    t.has(say("ticket", "show", "1").out, "#3", "show of the other")

    # -- several at once
    write(JOAO, "Re: [#1] [#2] Impressora")
    t.has(" ".join(logged(1, "belongs")), "ticket 2", "a mail that names two is in the first, and the log says the other")

    # -- two departments
    both = dict(text="Quem cuida disto?\n", message_id="<dois@cliente.example>")
    write(JOAO, "Para os dois", to="suporte@example.br, financeiro@example.br", delivered_to="financeiro@example.br", **both)
    write(JOAO, "Para os dois", to="suporte@example.br, financeiro@example.br", delivered_to="suporte@example.br", **both)
    t.equal((len(states()), desk.ticket(4)["department"], desk.ticket(4)["referred"]), (4, "financeiro", ["suporte"]),
            "one ticket, and the other department sees it")
    t.equal((got("carla@example.br").count("notice-new"), got("ana@example.br").count("notice-new")), (1, 4), "its agents are told, once")
    hidden = dict(text="E disto?\n", message_id="<oculta@cliente.example>")
    write(JOAO, "Com cópia oculta", delivered_to="suporte@example.br", **hidden)
    write(JOAO, "Com cópia oculta", delivered_to="financeiro@example.br", **hidden)
    t.equal((len(states()), desk.ticket(5)["referred"]), (5, ["financeiro"]), "also by a copy that no header names")
    notice = [q for q in desk.json("queue", "list", "--all") if (q["template"], q["to"]) == ("notice-new", "carla@example.br")][-1]
    text = email.message_from_string(say("queue", "show", str(notice["id"])).out, policy=email.policy.default)
    t.has(text.get_body(("plain",)).get_content(), "Encaminhado", "the notice says that it was referred")
    write("Carla <carla@example.br>", "Re: [#5] Com cópia oculta")
    t.equal([e["role"] for e in desk.ticket(5)["entries"]], ["requester", "agent"], "whose agents answer it")
    t.has(say("ticket", "show", "5").out, "referred to department financeiro", "ticket show says so")
    t.ran(desk.run("verify"))
