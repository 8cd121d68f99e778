# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody opens the database in a shell, begins to change it and goes to lunch: the desk waits for them, loses nothing,
and goes on by itself."""
import contextlib
import os
import sqlite3

from lib import flow, mail, wait_until

SOON = 30  # the desk is patient with a locked database for ten seconds

with flow("a locked database") as t:
    desk = t.desk(mailbox_suporte={"idle": "no", "interval": "1s"})
    with desk.serve() as serving:
        with contextlib.closing(sqlite3.connect(os.path.join(desk.state, "desk.db"), isolation_level=None)) as shell:
            shell.execute("BEGIN IMMEDIATE")
            t.servers.send(mail("João <cliente@cliente.example>", "suporte@example.br", "Trancado", "Texto.\n"),
                           "cliente@cliente.example", "suporte@example.br")
            wait_until(lambda: " desk-stopped " in serving.errors() or serving.process.poll() is not None, SOON,
                       "the desk to stop")
            t.ok(serving.process.poll() is None, "the process goes on", serving.errors())
            t.equal([m.subject for m in t.inbox("suporte")], ["Trancado"], "the mail stays where it was")
            shell.execute("ROLLBACK")
        t.servers.wait_for("cliente", lambda m: "Trancado" in m.subject, 60)
        t.equal(serving.stop(), 0, "SIGTERM ends it with 0", serving.errors())
    t.equal([x["title"] for x in desk.tickets()], ["Trancado"], "one ticket")
    t.ran(desk.run("verify"))
