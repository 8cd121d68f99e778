# SPDX-License-Identifier: GPL-3.0-or-later
"""A customer's mail becomes ticket 1: acknowledged, told to the agents, kept, and put away."""
from lib import flow, mail

TEXT = "Bom dia,\n\nA impressora do segundo piso não imprime.\nObrigado, João\n"

with flow("a mail becomes a ticket") as t:
    desk = t.desk()
    t.ran(desk.poll(), what="an empty mailbox is no error")
    sent = mail("João Simões <cliente@cliente.example>", "Suporte <suporte@example.br>", "Impressora não imprime", TEXT)
    t.servers.deliver(sent, "cliente@cliente.example", "suporte@example.br")
    t.ran(desk.poll(), what="one pass takes it in and answers")

    ack = t.servers.wait_for("cliente", lambda m: "[#1]" in m.subject)
    t.has(ack.subject, "Impressora não imprime", "the acknowledgement carries the customer's subject")
    t.has(ack["From"], "suporte@example.br", "it is from the department's address")
    t.has(ack["To"], "cliente@cliente.example", "it is to the customer")
    t.equal(ack["Auto-Submitted"], "auto-replied", "it says that a machine wrote it (RFC 3834)")
    t.equal(ack["In-Reply-To"], sent["Message-ID"], "it answers the customer's mail")
    t.has(ack["References"] or "", sent["Message-ID"], "it threads")
    t.has(ack.message_id, "@example.br>", "its Message-ID is of our domain")
    t.has(ack.text, "segundo piso não imprime", "its text has the summary")
    t.has(ack.text, "Suporte", "its text names the department")
    t.has(ack.html, "mailto:suporte", "its HTML has a link that writes into the ticket")
    t.has(ack.html, "#1", "its HTML has the number")
    for agent in ("ana", "bruno"):
        t.lacks(ack.everything(), agent + "@example.br", "it does not show %s's address (P8)" % agent)

    for agent in ("ana", "bruno"):
        notice = t.servers.wait_for(agent, lambda m: "[#1]" in m.subject)
        t.has(notice.text, "segundo piso não imprime", "%s is told the text" % agent)
        t.has(notice["To"], agent + "@example.br", "%s's notice is to %s alone" % (agent, agent))
        t.has(notice["From"], "suporte@example.br", "%s's notice comes from the desk" % agent)
        t.ok(notice["Auto-Submitted"], "%s's notice says that a machine wrote it" % agent)

    t.equal(len(t.inbox("suporte")), 0, "the mail left the inbox")
    done = t.inbox("suporte", "Done")
    t.equal([m.message_id for m in done], [sent["Message-ID"]], "it is in the folder for done mail, which was made")

    t.equal([(x["number"], x["state"], x["department"]) for x in desk.tickets()], [(1, "open", "suporte")],
            "ticket list shows it")
    shown = desk.ticket(1)
    t.equal(shown["title"], "Impressora não imprime", "ticket show has the title")
    t.equal(len(shown["entries"]), 1, "ticket show has one entry", shown)
    t.has(shown["entries"][0]["text"], "segundo piso não imprime", "ticket show has the text")
    people = desk.run("ticket", "show", "1")
    t.has(people.out, "Impressora não imprime", "ticket show for people has the title")
    t.has(desk.run("ticket", "list").out, "cliente@cliente.example", "ticket list for people has the requester")
    t.equal(desk.queue(), [], "nothing waits in the outbox")
    t.ran(desk.run("verify"), what="verify is content")
    t.ran(desk.run("ticket", "show", "77"), 66, "a ticket that is not there is said so")

    t.ran(desk.poll(), what="another pass")
    t.nothing_new("cliente", "the customer is acknowledged once", known=1)
