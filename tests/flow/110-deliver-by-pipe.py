# SPDX-License-Identifier: GPL-3.0-or-later
"""An MTA hands mail over by a pipe: 0 after the commit, 75 on any doubt, so that the MTA keeps it (P1)."""
import os
import signal

from lib import EX_DATAERR, EX_TEMPFAIL, flow, mail


def numbered(n):
    return mail("João <cliente@cliente.example>", "suporte@example.br", "Pedido %d" % n, "Texto %d.\n" % n).as_bytes()


with flow("deliver by pipe") as t:
    desk = t.desk(mailbox_suporte=None)
    t.ran(desk.run("deliver", stdin=numbered(1)), what="a mail is taken")
    t.equal(len(desk.tickets()), 1, "and is a ticket")
    t.has(t.servers.wait_for("cliente", lambda m: True).subject, "[#1]", "acknowledged at once, for nobody else does it")

    t.ran(desk.run("deliver", stdin=b"From cliente@cliente.example Tue Nov 24 10:00:00 2026\n" + numbered(2)),
          what="with an mbox line in front")
    t.equal(len(desk.tickets()), 2, "it is a ticket as well")
    t.ran(desk.run("deliver", stdin=numbered(3).replace(b"\n", b"\r\n")), what="with CRLF")
    same = numbered(4)
    t.ran(desk.run("deliver", stdin=same))
    t.ran(desk.run("deliver", stdin=same), what="the same mail a second time is taken")
    t.equal(len(desk.tickets()), 4, "and makes no second ticket (P3)")

    t.ran(desk.run("deliver", stdin=b""), EX_TEMPFAIL, "nothing on stdin")
    run = desk.run("-o", "limits.mail_bytes=2K", "deliver", stdin=numbered(5) + b"x" * 5000)
    t.ran(run, EX_DATAERR, "a mail over the limit goes back to its sender, by the MTA")
    t.has(run.err, "the mail is larger than limits.mail_bytes, 2.0 KiB", "and is told why")
    nowhere = os.path.join(desk.file, "state")  # below a file
    t.ran(desk.run("-o", "paths.state=" + nowhere, "deliver", stdin=numbered(6)), EX_TEMPFAIL, "no state folder")
    t.ran(desk.run("-o", "desk.nonsense=1", "deliver", stdin=numbered(6)), EX_TEMPFAIL, "a configuration that is wrong")
    for slip in (("deliver", "suporte@example.br"), ("deliver", "--nonsense"), ("--nonsense", "deliver")):
        t.ran(desk.run(*slip, stdin=numbered(6)), EX_TEMPFAIL, "a slip in master.cf bounces no mail: %s" % " ".join(slip))
    t.ran(desk.run("deliver", stdin=numbered(7), disk=20000), EX_TEMPFAIL, "a full disk")
    t.equal(len(desk.tickets()), 4, "none of these made a ticket")
    t.ran(desk.run("deliver", stdin=numbered(7)), what="the MTA comes again when there is room")
    t.equal(len(desk.tickets()), 5, "and the mail is a ticket")

    again = numbered(8)
    killed = desk.run("deliver", stdin=again, env={"CHAMADO_SEAM": "decide-before-commit"})
    t.equal(killed.code, -signal.SIGKILL, "killed before the ticket is committed", killed)
    t.ran(desk.run("deliver", stdin=again), what="the MTA comes again")
    t.equal(len(desk.tickets()), 6, "one ticket")
    t.ran(desk.run("verify"))

    with desk.serve() as serving:
        t.ran(desk.run("deliver", stdin=numbered(9)), what="while serve runs")
        t.servers.wait_for("cliente", lambda m: "Pedido 9" in m.subject)
        t.ok(True, "serve sends its acknowledgement at once")
        t.equal(serving.stop(), 0, "serve ends well")
    t.equal(len(desk.tickets()), 7, "and it is a ticket")
    t.ran(desk.run("verify"))
