# SPDX-License-Identifier: GPL-3.0-or-later
"""The customer's replies land in their ticket: threaded by the mail program, or by the number in the subject."""
from lib import flow, mail, reply, stamped

with flow("the customer replies") as t:
    desk = t.desk()
    sent = mail("João <cliente@cliente.example>", "suporte@example.br", "Fatura errada", "O valor está errado.\n")
    t.servers.deliver(sent, "cliente@cliente.example", "suporte@example.br")
    t.ran(desk.poll())
    ack = t.servers.wait_for("cliente", lambda m: "[#1]" in m.subject)

    threaded = reply(ack, "João <cliente@cliente.example>", "O número é 4711.")
    threaded.replace_header("Subject", "Re: outra coisa")  # the thread alone says where it belongs
    t.servers.deliver(threaded, "cliente@cliente.example", "suporte@example.br")
    t.ran(desk.poll())
    for agent in ("ana", "bruno"):
        t.servers.wait_for(agent, lambda m: "4711" in m.text)
        t.ok(True, "%s is told of the reply by In-Reply-To" % agent)
    t.equal(len(desk.ticket(1)["entries"]), 2, "it is the second entry")
    t.equal(desk.ticket(1)["state"], "open", "the ticket waits for the desk")

    numbered = mail("João <CLIENTE@cliente.example>", "suporte@example.br", "RES: RE: [#1] Fatura errada",
                    "Alguma novidade?\n")
    t.servers.deliver(stamped(numbered, "dmarc=pass header.from=cliente.example"), "cliente@cliente.example", "suporte@example.br")
    t.ran(desk.poll())
    for agent in ("ana", "bruno"):
        t.servers.wait_for(agent, lambda m: "novidade" in m.text)
        t.ok(True, "%s is told of the reply by its number" % agent)
    entries = desk.ticket(1)["entries"]
    t.equal(len(entries), 3, "the ticket has three entries")
    t.equal([e["role"] for e in entries], ["requester"] * 3, "all of them the requester's")
    t.has(entries[1]["text"], "> ", "the quote is kept (P9)")
    t.equal(len(desk.tickets()), 1, "there is one ticket")
    t.nothing_new("cliente", "the customer got the acknowledgement of the first mail and no more", known=1)
    t.equal(len(t.inbox("suporte", "Done")), 3, "all three were put away")

    own = mail("João <cliente@cliente.example>", "suporte@example.br", "Re: Fatura errada", "Em resposta a mim mesmo.\n",
               In_Reply_To=sent["Message-ID"])
    t.servers.deliver(stamped(own, "dkim=pass header.d=cliente.example"), "cliente@cliente.example", "suporte@example.br")
    other = mail("João <cliente@cliente.example>", "suporte@example.br", "Re: [#99] nada", "Outro assunto.\n")
    t.servers.deliver(other, "cliente@cliente.example", "suporte@example.br")
    t.ran(desk.poll())
    t.equal(len(desk.ticket(1)["entries"]), 4, "a reply to the customer's own mail belongs to it as well")
    t.equal(len(desk.tickets()), 2, "a number that is nobody's opens a new ticket")
    t.ran(desk.run("verify"))
