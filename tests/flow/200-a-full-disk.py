# SPDX-License-Identifier: GPL-3.0-or-later
"""The disk is full at three in the morning: nothing is lost, nothing is touched on the server, and the desk goes on by
itself when there is room again (P1)."""
import resource
import signal

from lib import flow, mail, wait_until

SOON = 20


def send(t, subject, size):
    t.servers.send(mail("João <cliente@cliente.example>", "suporte@example.br", subject, "Texto.\n",
                        attachments=[("nota.txt", "text/plain", "".join(chr(33 + (i * i) % 90) for i in range(size)))]),
                   "cliente@cliente.example", "suporte@example.br")


with flow("a full disk") as t:
    desk = t.desk(mailbox_suporte={"idle": "no"})
    with desk.serve() as serving:
        send(t, "Cabe", 10)
        t.servers.wait_for("cliente", lambda m: "Cabe" in m.subject, SOON)
        # Python ignores SIGXFSZ and its child does too: a write past the limit fails, as it does with ENOSPC.
        resource.prlimit(serving.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        send(t, "Não cabe", 200_000)
        wait_until(lambda: "desk-stopped" in serving.errors(), SOON, "the desk to say that it stopped")
        t.ok(serving.process.poll() is None, "the process goes on")
        t.equal([m.subject for m in t.inbox("suporte")], ["Não cabe"], "the mail stays where it was")
        t.equal(len(desk.tickets()), 1, "one ticket")

        resource.prlimit(serving.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        t.servers.wait_for("cliente", lambda m: "Não cabe" in m.subject, 60)
        t.ok(True, "with room again it goes on by itself")
        wait_until(lambda: not t.inbox("suporte"), SOON, "the mail to be moved")
        t.equal(serving.stop(signal.SIGTERM), 0, "SIGTERM ends it with 0", serving.errors())
    t.equal(sorted(x["title"] for x in desk.tickets()), ["Cabe", "Não cabe"], "two tickets")
    t.equal(len([m for m in t.inbox("cliente") if m["Auto-Submitted"]]), 2, "one acknowledgement each")
    t.ran(desk.run("verify"))
