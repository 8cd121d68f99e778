# SPDX-License-Identifier: GPL-3.0-or-later
"""The disk is full at three in the morning: nothing is lost, nothing is touched on the server, and the desk goes on by
itself when there is room again (P1)."""
import resource
import signal

from lib import flow, mail, wait_until

SOON = 20
UNLIMITED = resource.RLIM_INFINITY


def send(t, subject, size):
    t.servers.send(mail("João <cliente@cliente.example>", "suporte@example.br", subject, "Texto.\n",
                        attachments=[("nota.txt", "text/plain", "".join(chr(33 + (i * i) % 90) for i in range(size)))]),
                   "cliente@cliente.example", "suporte@example.br")


def disk(serving, limit):
    """No file of the process may grow past LIMIT bytes: write() fails, as it does with ENOSPC."""
    resource.prlimit(serving.process.pid, resource.RLIMIT_FSIZE, (limit, UNLIMITED))


def flags(m):
    return sorted(set(m.flags) - {"\\Recent"})  # that one is the server's own, for whoever looks first


def stops(serving):
    return [line for line in serving.errors().splitlines() if " desk-stopped " in line]


with flow("a full disk") as t:
    desk = t.desk(mailbox_suporte={"idle": "no"})
    with desk.serve() as serving:
        send(t, "Cabe", 10)
        t.servers.wait_for("cliente", lambda m: "Cabe" in m.subject, SOON)
        # What was sent must be recorded as sent before the disk is full, or it is rightly sent again.
        wait_until(lambda: desk.queue() == [] and not t.inbox("suporte"), SOON, "the desk to be done with the first mail")
        t.equal(stops(serving), [], "with room it does not stop")

        disk(serving, 4096)
        send(t, "Não cabe", 200_000)
        waiting = t.servers.wait_for("suporte", lambda m: m.subject == "Não cabe", SOON)
        wait_until(lambda: len(stops(serving)) >= 2, SOON, "the desk to stop, to try again, and to stop again")
        t.has(stops(serving)[-1], "again-in=", "the log says when it tries again", serving.errors())
        t.ok(serving.process.poll() is None, "the process goes on")
        t.equal([(m.uid, m.subject, flags(m)) for m in t.inbox("suporte")], [(waiting.uid, "Não cabe", [])],
                "the mail stays where it was, as it was")
        t.equal([x["title"] for x in desk.tickets()], ["Cabe"], "no ticket of it")
        t.equal(len([m for m in t.inbox("cliente") if m["Auto-Submitted"]]), 1, "and nobody is told of one")

        disk(serving, UNLIMITED)
        t.servers.wait_for("cliente", lambda m: "Não cabe" in m.subject, 60)
        t.ok(True, "with room again it goes on by itself")
        wait_until(lambda: desk.queue() == [] and not t.inbox("suporte"), SOON, "the mail to be moved")
        t.equal(serving.stop(signal.SIGTERM), 0, "SIGTERM ends it with 0", serving.errors())
    t.equal(sorted(x["title"] for x in desk.tickets()), ["Cabe", "Não cabe"], "two tickets")
    t.equal(len([m for m in t.inbox("cliente") if m["Auto-Submitted"]]), 2, "one acknowledgement each")
    t.equal(desk.json("held", "list", "--quarantined"), [], "the mail is not blamed for the disk")
    t.ran(desk.run("verify"))
