# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGHUP: a changed configuration is in force without a restart; one that does not check changes nothing (P10)."""
import signal

from lib import flow, mail, wait_until

SOON = 10


def ack(t, subject):
    t.servers.send(mail("João <cliente@cliente.example>", "suporte@example.br", subject, "Texto.\n"),
                   "cliente@cliente.example", "suporte@example.br")
    return t.servers.wait_for("cliente", lambda m: subject in m.subject, SOON)


with flow("reload") as t:
    desk = t.desk()
    with desk.serve() as serving:
        t.has(ack(t, "Antes").subject, "[#1]", "a ticket with the old configuration")

        desk.set("desk", prefix="Integral")
        serving.process.send_signal(signal.SIGHUP)
        wait_until(lambda: serving.errors().count(" serving ") == 2, SOON, "the desk to serve again")
        t.has(ack(t, "Depois").subject, "[Integral #2]", "the changed one is in force")

        desk.set("desk", prefix="[torto")
        serving.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "reload-refused" in serving.errors(), SOON, "the refusal")
        t.has(serving.errors(), "chamado.conf:", "a broken one is refused, with its line")
        t.has(ack(t, "Ainda").subject, "[Integral #3]", "the last good one stays in force")
        t.equal(serving.stop(), 0, "SIGTERM ends it with 0")
    desk.set("desk", prefix="Integral")
    t.equal(len(desk.tickets()), 3, "three tickets")
    t.ran(desk.run("verify"))
