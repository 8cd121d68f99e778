# SPDX-License-Identifier: GPL-3.0-or-later
"""What the desk owes to an agent is counted by the agent's budget, whatever else it writes to them (P6)."""
from lib import flow, mail

with flow("budgets", servers=False) as t:
    desk = t.desk(budgets={"address": 1})

    def write(sender, subject):
        text = "Preciso de ajuda com isto: %s.\n" % subject
        t.ran(desk.run("deliver", stdin=mail(sender, "suporte@example.br", subject, text).as_bytes()), what="%s writes" % sender)

    def got(template, recipient):
        return len([q for q in desk.json("queue", "list", "--all") if (q["template"], q["to"]) == (template, recipient)])

    write("ana@example.br", "Teclado")
    t.equal(got("ack", "ana@example.br"), 1, "an agent asks for help herself")
    for number in range(3):
        write("cliente%d@cliente.example" % number, "Monitor %d" % number)
    t.equal(got("notice-new", "ana@example.br"), 3, "and still hears of every ticket")
    for number in range(2):
        write("joao@cliente.example", "Mouse %d" % number)
    t.equal(got("ack", "joao@cliente.example"), 1, "a customer has the customers' budget")
