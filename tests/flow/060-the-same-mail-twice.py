# SPDX-License-Identifier: GPL-3.0-or-later
"""The same mail seen twice makes one ticket, one entry, one acknowledgement (P3, L4, L5)."""
from lib import flow, mail, second_department

with flow("the same mail twice") as t:
    desk = t.desk(**second_department(t.servers))

    def only(count, what):
        t.equal(len(desk.tickets()), count, "%s: %d ticket(s)" % (what, count), desk.tickets())
        t.equal([len(desk.ticket(n + 1)["entries"]) for n in range(count)], [1] * count, "%s: one entry each" % what)
        t.nothing_new("cliente", "%s: %d acknowledgement(s)" % (what, count), count)
        t.equal(len(t.inbox("suporte")) + len(t.inbox("financeiro")), 0, "%s: the inboxes are empty" % what)
        t.ran(desk.run("verify"), what="%s: verify" % what)

    sent = mail("João <cliente@cliente.example>", "suporte@example.br", "Uma vez só", "Um texto.\n")
    stored = t.servers.deliver(sent, "cliente@cliente.example", "suporte@example.br")[0]
    t.ran(desk.poll())
    only(1, "once")
    with t.servers.mailbox("suporte") as mailbox:
        mailbox.append(stored.raw)
    t.ran(desk.poll())
    only(1, "the same bytes again")

    both = mail("João <cliente@cliente.example>", "suporte@example.br, financeiro@example.br", "Para os dois", "Outro texto.\n")
    t.servers.deliver(both, "cliente@cliente.example", "suporte@example.br", "financeiro@example.br")
    t.ran(desk.poll())
    only(2, "to two departments")
    done = [[m.message_id for m in t.inbox(who, "Done")] for who in ("suporte", "financeiro")]
    t.ok(both["Message-ID"] in done[0] and both["Message-ID"] in done[1], "both copies were put away", done)

    # A client that sends again what it already sent: the same Message-ID by another way.
    t.servers.deliver(both, "cliente@cliente.example", "suporte@example.br")
    t.ran(desk.poll())
    only(2, "sent once more")

    forged = mail("João <cliente@cliente.example>", "suporte@example.br", "Outra coisa", "Um terceiro texto.\n",
                  message_id=both["Message-ID"])
    t.servers.deliver(forged, "cliente@cliente.example", "suporte@example.br")
    t.ran(desk.poll())
    only(3, "another mail under the same Message-ID is not lost")

    # Mail that stays where it is, under new UIDs.
    stays = t.desk(mailbox_suporte={"after": "seen"})
    kept = mail("João <cliente@cliente.example>", "suporte@example.br", "Fica na caixa", "Um quarto texto.\n")
    t.servers.deliver(kept, "cliente@cliente.example", "suporte@example.br")
    with t.servers.mailbox("suporte") as mailbox:
        before = mailbox.uidvalidity()
    t.ran(stays.poll(), what="a desk that leaves mail in its place")
    t.nothing_new("cliente", "it acknowledges", 4)
    t.servers.change_uidvalidity("suporte")
    with t.servers.mailbox("suporte") as mailbox:
        t.ok(mailbox.uidvalidity() != before and len(mailbox.messages()) == 1, "the folder has another UIDVALIDITY")
    for number in (1, 2):
        t.ran(stays.poll(), what="pass %d after that" % number)
    t.equal(len(stays.tickets()), 1, "there is still one ticket")
    t.equal(len(stays.ticket(1)["entries"]), 1, "with one entry")
    t.nothing_new("cliente", "and one acknowledgement", 4)
    t.ran(stays.run("verify"))
