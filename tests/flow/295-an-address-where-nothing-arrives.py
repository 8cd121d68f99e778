# SPDX-License-Identifier: GPL-3.0-or-later
"""A marked address gets no automatic mail; an admin sees it, and takes the mark away, or its owner does by writing (L7)."""
import os
import sqlite3
import time

from lib import flow, mail, stamped

EX_USAGE = 64
JOAO = "joao@cliente.example"

with flow("an address where nothing arrives", servers=False) as t:
    desk = t.desk(trust={"authserv_id": "mx.example.br"})

    def write(subject, proven=False):
        m = mail("João <%s>" % JOAO, "suporte@example.br", subject, "Preciso de ajuda com isto: %s.\n" % subject)
        raw = stamped(m, "dkim=pass header.d=cliente.example") if proven else m.as_bytes()
        t.ran(desk.run("deliver", stdin=raw), what="he writes: %s" % subject)

    def acknowledged():
        return len([q for q in desk.json("queue", "list", "--all") if (q["template"], q["to"]) == ("ack", JOAO)])

    def mark():
        with sqlite3.connect(os.path.join(desk.state, "desk.db")) as db:
            db.execute("INSERT OR REPLACE INTO trouble (address, failed_at, status, diagnostic, marked_at) VALUES (?, ?, ?, ?, ?)",
                       (JOAO, int(time.time()), "5.1.1", "550 No such \x1b[31muser", int(time.time())))
        db.close()

    write("Impressora")
    t.equal(acknowledged(), 1, "he hears from the desk")
    t.equal(desk.json("people", "show", JOAO)["delivery"], [], "and all is well")
    mark()
    shown = desk.json("people", "show", JOAO)["delivery"]
    t.equal([(d["address"], d["status"], bool(d["unreachable_since"]), d["complained_at"]) for d in shown], [(JOAO, "5.1.1", True, None)],
            "people show --json has the mark", shown)
    run = desk.run("people", "show", JOAO)
    t.has(run.out, "no automatic mail goes there since", "people show says it")
    t.lacks(run.out, "\x1b", "without what the other server writes to terminals")
    write("Teclado")
    t.equal((acknowledged(), len(desk.tickets())), (1, 2), "his mail is a ticket, and no acknowledgement leaves")
    t.has(" ".join(e["detail"] for e in desk.ticket(2)["events"] if e["kind"] == "not-sent"), "ack to " + JOAO, "the log says so")
    run = desk.run("people", "unmark", JOAO.upper())
    t.has(run.out, "again", "an admin takes the mark away")
    t.has(desk.run("people", "unmark", JOAO).out, "already", "a second time changes nothing")
    t.ran(desk.run("people", "unmark"), EX_USAGE, "unmark takes an address")
    write("Monitor")
    t.equal(acknowledged(), 2, "he hears from the desk again")
    mark()
    write("Mouse", proven=True)
    t.equal(acknowledged(), 3, "so he does when he writes with proof")
    t.equal([d["unreachable_since"] for d in desk.json("people", "show", JOAO)["delivery"]], [None], "and the mark is gone")
    t.ran(desk.run("verify"))
