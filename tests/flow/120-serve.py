# SPDX-License-Identifier: GPL-3.0-or-later
"""serve waits by IDLE, survives its server's restart, keeps the desk to itself, and ends on SIGTERM."""
import json
import os
import signal

from lib import EX_NOPERM, EX_TEMPFAIL, flow, mail, wait_until

SOON = 10  # seconds; IDLE wakes it at once, a poll every hour would not


def send(t, subject):
    t.servers.send(mail("João <cliente@cliente.example>", "suporte@example.br", subject, "Texto.\n"),
                   "cliente@cliente.example", "suporte@example.br")
    return t.servers.wait_for("cliente", lambda m: subject in m.subject, SOON * 3)


with flow("serve") as t:
    desk = t.desk(mailbox_suporte={"interval": 3600})
    early = mail("João <cliente@cliente.example>", "suporte@example.br", "Antes", "Texto.\n")
    t.servers.deliver(early, "cliente@cliente.example", "suporte@example.br")
    with desk.serve() as serving:
        t.servers.wait_for("cliente", lambda m: "Antes" in m.subject, SOON)
        t.ok(True, "what waited is taken in")
        for n in (1, 2):
            t.servers.send(mail("João <cliente@cliente.example>", "suporte@example.br", "Durante %d" % n, "Texto.\n"),
                           "cliente@cliente.example", "suporte@example.br")
            t.servers.wait_for("cliente", lambda m: "Durante %d" % n in m.subject, SOON)
            t.ok(True, "mail %d that comes while it idles is a ticket within %d s" % (n, SOON))
        t.equal(len(desk.tickets()), 3, "the list can be read meanwhile")

        for second in (("serve",), ("poll",)):
            run = desk.run(*second)
            t.ran(run, EX_TEMPFAIL, "a second %s is refused" % second)
            t.has(run.err, str(serving.process.pid), "and says who holds the desk")
        t.ok(serving.process.poll() is None, "the first one goes on")

        t.servers.stop_dovecot()
        wait_until(lambda: "mailbox" in serving.errors().lower(), SOON, "a word about the lost server")
        t.servers.start_dovecot()
        send(t, "Depois")
        t.ok(True, "after Dovecot's restart it is there again")
        t.equal(serving.stop(), 0, "SIGTERM ends it with 0", serving.errors())
    t.equal(len(desk.tickets()), 4, "four tickets")
    t.ran(desk.poll(), what="the desk is free again")

    with desk.serve() as serving:
        t.equal(serving.stop(signal.SIGINT), 0, "so does Ctrl-C", serving.errors())
    with desk.serve() as serving:
        os.kill(serving.process.pid, signal.SIGKILL)
        serving.process.wait()
        t.ran(desk.poll(), what="a killed one holds nothing")

    polled = t.desk(mailbox_suporte={"idle": "false", "interval": 1})
    with polled.serve() as serving:
        send(t, "Sem IDLE")
        t.ok(True, "without IDLE it polls")
        t.equal(serving.stop(), 0, "and ends")

    unreachable = t.desk(mailbox_suporte={"password": "errada-errada"})
    with unreachable.serve() as serving:
        wait_until(lambda: "error" in serving.errors().lower(), SOON, "a word about the password")
        t.lacks(serving.errors(), "errada-errada", "a wrong password is said, and not written")
        wait_until(lambda: unreachable.run("status").code == 1, SOON * 2, "status that wants an admin")
        t.has(unreachable.run("status").out, "UNREAD  suporte/INBOX: the server does not let user", "status says which mailbox, and why")
        t.equal(serving.stop(), 0, "and it ends while it waits to try again")
    t.equal(unreachable.poll().code, EX_NOPERM, "poll can't get in either")
    unread = json.loads(unreachable.run("status", "--json").out)["unread"]
    t.equal(len(unread), 1, "one mailbox can't be read", unread)
    unreachable.set("mailbox suporte", password=t.servers.password("suporte"))
    t.ran(unreachable.poll(), what="with the right password")
    t.ran(unreachable.run("status"), what="status is content")
    t.ran(desk.run("verify"))
