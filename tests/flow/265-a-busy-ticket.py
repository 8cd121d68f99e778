# SPDX-License-Identifier: GPL-3.0-or-later
"""A customer who writes much in one ticket: the agents hear of each message, and the customer's budget is their own."""
from lib import flow, mail, reply

ANA, CLIENTE = "Ana <ana@example.br>", "Cliente <cliente@cliente.example>"

with flow("a busy ticket") as t:
    desk = t.desk(budgets={"ticket": 3}, desk={"admins": "admin@example.br"})

    def write(m, sender):
        t.servers.deliver(m, sender, "suporte@example.br")
        t.ran(desk.poll())

    write(mail(CLIENTE, "suporte@example.br", "Contrato", "Preciso do contrato.\n"), "cliente@cliente.example")
    ack = t.servers.wait_for("cliente", lambda m: "[#1]" in m.subject)
    for n in range(6):
        write(reply(ack, CLIENTE, "Mensagem %d, que diz mais uma coisa." % n), "cliente@cliente.example")
    for who in ("ana", "bruno"):
        for n in range(6):
            t.servers.wait_for(who, lambda m: "Mensagem %d," % n in m.text)
        t.nothing_new(who, "%s hears of the ticket and of all six messages" % who, known=7)
    t.equal([q["template"] for q in desk.json("queue", "list", "--all") if q["template"] == "admin-budget"], [], "no budget is used up by that")

    # A forger who writes in an agent's name makes the desk ask no more than the budget of the ticket allows.
    for n in range(5):
        write(mail(ANA, "suporte@example.br", "Re: [#1] Contrato", "Contrato falso %d, em nome de Ana.\n" % n), "ana@example.br")
    asked = [q for q in desk.json("queue", "list", "--all") if q["template"] == "confirm"]
    t.equal(len(asked), 3, "questions to an agent are paid from the budget of the ticket", asked)
    t.ok(any(q["template"] == "admin-budget" for q in desk.json("queue", "list", "--all")), "and the admin is told that it is used up")
    t.ran(desk.run("verify"))
