# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed while held mails become tickets: all of them do, once, and the account with them, or nothing yet (P4)."""
import signal

from lib import flow, mail, reply

with flow("killed while it releases") as t:
    desk = t.desk(department_suporte={"registration": "validated"})
    for n in (1, 2, 3):
        m = mail("João <cliente@cliente.example>", "suporte@example.br", "Pedido %d" % n, "Este é o pedido de número %d.\n" % n)
        t.servers.deliver(m, "cliente@cliente.example", "suporte@example.br")
    t.ran(desk.poll())
    verify = t.servers.wait_for("cliente", lambda m: True)
    t.equal(len(desk.held()), 3, "three mails wait")

    def account():
        return desk.json("people", "show", "cliente@cliente.example")["account"]

    def finish(what):
        """Runs until all is done; the mail that answers, killed twice, must not be given up as poison."""
        run = desk.poll()
        t.ran(run, what="%s: it goes on" % what)
        t.equal(account(), "active", "%s: the account is active" % what)
        t.equal(sorted(k["title"] for k in desk.tickets()), ["Pedido 1", "Pedido 2", "Pedido 3"], "%s: each mail is one ticket" % what)
        t.equal(desk.held(), [], "%s: nothing is held" % what)
        t.flush("cliente")
        acks = [m for m in t.inbox("cliente") if "[#" in m.subject]
        t.equal(len({m.subject for m in acks}), 3, "%s: each is acknowledged" % what, acks)
        t.equal(len(acks), 3, "%s: once" % what, acks)
        t.ran(desk.run("verify"))

    answer = reply(verify, "João <cliente@cliente.example>", "Sim")
    t.servers.deliver(answer, "cliente@cliente.example", "suporte@example.br")
    killed = desk.poll(env={"CHAMADO_SEAM": "answered"})
    t.equal(killed.code, -signal.SIGKILL, "killed in the act of releasing", killed)
    t.equal((account(), len(desk.tickets()), len(desk.held())), ("pending", 0, 3), "nothing of it has happened")
    finish("by reply")

    with t.servers.mailbox("cliente") as mailbox:
        mailbox.empty()
    desk.fresh_state()
    for n in (1, 2, 3):
        m = mail("João <cliente@cliente.example>", "suporte@example.br", "Pedido %d" % n, "Este é de novo o pedido %d.\n" % n)
        t.servers.deliver(m, "cliente@cliente.example", "suporte@example.br")
    t.ran(desk.poll())
    t.ran(desk.run("people", "validate", "cliente@cliente.example"), what="an admin validates")
    killed = desk.poll(env={"CHAMADO_SEAM": "answered"})
    t.equal(killed.code, -signal.SIGKILL, "killed in the act of releasing", killed)
    t.equal((account(), len(desk.tickets()), len(desk.held())), ("pending", 0, 3), "nothing of it has happened")
    finish("by an admin")
