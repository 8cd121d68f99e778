# SPDX-License-Identifier: GPL-3.0-or-later
"""The disk is full at three in the morning: nothing is lost, nothing is touched on the server, and the desk goes on by
itself when there is room again (P1)."""
import contextlib
import os
import resource
import signal
import sqlite3
import time

from lib import flow, mail, wait_until
from servers import free_port

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


def look_at(desk):
    """Somebody has the database open, so that SQLite's shared memory, which is a file too, is there already."""
    db = sqlite3.connect(os.path.join(desk.state, "desk.db"))
    db.execute("SELECT count(*) FROM mail").fetchone()
    return db


with flow("a full disk") as t:
    # With a page to start, the main loop begins after the writer has found out that the disk is full.
    port = free_port()
    desk = t.desk(mailbox_suporte={"idle": "no"}, web={"url": "http://127.0.0.1:%d" % port, "port": port})
    with desk.serve() as serving:
        send(t, "Cabe", 10)
        t.servers.wait_for("cliente", lambda m: "Cabe" in m.subject, SOON)
        # What was sent must be recorded as sent before the disk is full, or it is rightly sent again.
        wait_until(lambda: desk.queue() == [] and not t.inbox("suporte"), SOON, "the desk to be done with the first mail")
        t.equal(stops(serving), [], "with room it does not stop")

        disk(serving, 4096)
        # What is due once a day is due now: each new try has something to write before it does anything else.
        somebody = look_at(desk)
        with somebody:
            somebody.execute("DELETE FROM timer")
        send(t, "Não cabe", 200_000)
        waiting = t.servers.wait_for("suporte", lambda m: m.subject == "Não cabe", SOON)
        wait_until(lambda: len(stops(serving)) >= 2, SOON, "the desk to stop, to try again, and to stop again")
        t.has(stops(serving)[-1], "again-in=", "the log says when it tries again", serving.errors())
        t.ok(serving.process.poll() is None, "the process goes on")
        t.equal([(m.uid, m.subject, flags(m)) for m in t.inbox("suporte")], [(waiting.uid, "Não cabe", [])],
                "the mail stays where it was, as it was")
        t.equal([x["title"] for x in desk.tickets()], ["Cabe"], "no ticket of it")
        t.equal(len([m for m in t.inbox("cliente") if m["Auto-Submitted"]]), 1, "and nobody is told of one")

        somebody.close()
        disk(serving, UNLIMITED)
        t.servers.wait_for("cliente", lambda m: "Não cabe" in m.subject, 60)
        t.ok(True, "with room again it goes on by itself")
        wait_until(lambda: desk.queue() == [] and not t.inbox("suporte"), SOON, "the mail to be moved")
        t.equal(serving.stop(signal.SIGTERM), 0, "SIGTERM ends it with 0", serving.errors())
    t.equal(sorted(x["title"] for x in desk.tickets()), ["Cabe", "Não cabe"], "two tickets")
    t.equal(len([m for m in t.inbox("cliente") if m["Auto-Submitted"]]), 2, "one acknowledgement each")
    t.equal(desk.json("held", "list", "--quarantined"), [], "the mail is not blamed for the disk")
    t.ran(desk.run("verify"))

    def restless(process):
        """Lets it try three times, and ends it."""
        deadline = time.monotonic() + 60
        with open("/proc/%d/fd/2" % process.pid, "rb", buffering=0) as log:
            tries = 0
            while tries < 3 and time.monotonic() < deadline:
                tries += log.read(65536).count(b" desk-stopped ")
        process.send_signal(signal.SIGTERM)
        t.equal(tries, 3, "a desk that starts on a full disk tries again")

    with contextlib.closing(look_at(desk)):
        t.ran(desk.run("serve", disk=4096, ready=restless))
    t.equal(desk.complaints, [], "and keeps nothing of the tries before")
