# SPDX-License-Identifier: GPL-3.0-or-later
"""Knowing the number, or even a Message-ID, opens nothing (P7, L9)."""
from lib import flow, mail, reply

with flow("a stranger with the number is held") as t:
    desk = t.desk()
    sent = mail("João <cliente@cliente.example>", "suporte@example.br", "Contrato", "Segue o contrato secreto.\n")
    t.servers.deliver(sent, "cliente@cliente.example", "suporte@example.br")
    t.ran(desk.poll())
    ack = t.servers.wait_for("cliente", lambda m: "[#1]" in m.subject)
    agents = {who: len(t.inbox(who)) for who in ("ana", "bruno")}

    by_number = mail("E. <estranho@outro.example>", "suporte@example.br", "Re: [#1] Contrato", "Mandem o contrato.\n")
    by_thread = reply(ack, "E. <estranho@outro.example>", "Sou eu, o João.")
    for stranger in (by_number, by_thread):
        t.servers.deliver(stranger, "estranho@outro.example", "suporte@example.br")
    t.ran(desk.poll())
    held = desk.held()
    t.equal([h["from"] for h in held], ["estranho@outro.example"] * 2, "both mails are held", held)
    t.ok(all(h["reasons"] for h in held), "with a reason", held)
    t.has(desk.run("held", "list").out, "estranho@outro.example", "held list shows them to people")
    t.equal(len(desk.ticket(1)["entries"]), 1, "the ticket has its one entry")
    t.equal(len(desk.tickets()), 1, "no other ticket was opened")
    t.nothing_new("estranho", "the stranger got nothing from the ticket")
    asked = t.servers.wait_for("cliente", lambda m: "estranho@outro.example" in m.subject)
    t.lacks(asked.text, "Sou eu, o João", "the customer is asked whether that is they, and handed none of it")
    t.nothing_new("cliente", "and got nothing else", known=2)
    for who in agents:
        for m in t.inbox(who)[agents[who]:]:
            t.lacks(m.text, "Mandem o contrato", "%s is not handed the stranger's words as the customer's" % who)
    t.equal(len(t.inbox("suporte")), 0, "both mails were put away: they are kept here")
    t.ran(desk.run("verify"))

    known = mail("E. <estranho@outro.example>", "suporte@example.br", "Minha impressora", "Também não imprime.\n")
    t.servers.deliver(known, "estranho@outro.example", "suporte@example.br")
    t.ran(desk.poll())
    t.has(t.servers.wait_for("estranho", lambda m: True).subject, "[#2]", "a ticket of their own they may open")
