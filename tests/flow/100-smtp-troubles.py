# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that says 451 gets the same bytes again; one that says 550 is believed, and the ticket says so (P5)."""
import contextlib
import json
import os
import socket
import sqlite3

from fakes import FakeSmtp
from lib import flow, mail


def opened(t, server, **smtp):
    """A desk with one ticket whose mails have not been sent, and the two recipients that they have."""
    desk = t.desk(mailbox_suporte=None, department_suporte={"agents": "ana@example.br"},
                  smtp=dict({"port": server.port, "tls": "none", "user": None, "password": None}, **smtp))
    m = mail("João <cliente@cliente.example>", "suporte@example.br", "Pedido", "Um pedido.\n")
    t.ran(desk.run("deliver", stdin=m.as_bytes()), what="a mail comes in")
    return desk


def to_customer(server):
    return [content for _, recipients, content in server.mails if recipients == ("cliente@cliente.example",)]


with flow("SMTP troubles") as t:
    with FakeSmtp(answers=["451 4.3.0 later"]) as server:
        desk = opened(t, server)
        t.ran(desk.poll(), what="451: the pass itself ends well")
        rows = desk.queue()
        t.equal([(r["state"], r["attempts"], r["reply_code"]) for r in rows], [("queued", 1, 451)] * 2, "451: both mails wait", rows)
        t.ok(all(r["next_at"] > r["created_at"] for r in rows), "451: for a while", rows)
        t.equal(len(server.mails), 2, "451: each was tried once")
        t.ran(desk.poll(), what="a pass before its time")
        t.equal(len(server.mails), 2, "does not hurry")
        t.ran(desk.run("queue", "retry", "--all"))
        t.ran(desk.poll(), what="it says 451 again")
        t.ran(desk.run("status"), what="status does not mind a server that says so for some minutes")
        with contextlib.closing(sqlite3.connect(os.path.join(desk.state, "desk.db"))) as db, db:
            db.execute("UPDATE outbox SET created_at = created_at - 3601")
        run = desk.run("status")
        t.ran(run, 1, "after an hour it does")
        t.has(run.out, "LATE", "and says so", run)
        t.ok(json.loads(desk.run("status", "--json").out)["late_since"], "for programs too")
        server.answers[:] = ["250 2.0.0 taken"]
        t.ran(desk.run("queue", "retry", "--all"), what="queue retry --all")
        t.ran(desk.poll(), what="the next pass")
        t.equal(desk.queue(), [], "delivers both")
        tries = to_customer(server)
        t.equal(len(tries), 3, "the customer's mail was tried three times")
        t.ok(tries[0] == tries[1] == tries[2], "byte for byte the same", *tries)

    with FakeSmtp(answers=["550 5.7.1 not from you"]) as server:
        desk = opened(t, server)
        t.ran(desk.poll(), what="550: the pass itself ends well")
        rows = desk.queue()
        t.equal({r["state"] for r in rows}, {"failed"}, "550: queue list shows them as failed", rows)
        t.equal(sorted((r["template"], r["to"]) for r in rows),
                [("ack", "cliente@cliente.example"), ("notice-bounce", "ana@example.br"), ("notice-new", "ana@example.br")],
                "550: with the word to the agent that the customer was not reached, and no more of them", rows)
        t.equal(desk.json("people", "show", "cliente@cliente.example")["delivery"][0]["unreachable_since"], None,
                "550: a server that wants no mail of ours says nothing of the address")
        people = desk.run("queue", "list").out
        t.ok("failed" in people and "not from you" in people, "550: so it does for people, with what the server said", people)
        row, seen = next(r for r in rows if r["to"] == "cliente@cliente.example"), len(server.mails)
        t.has(desk.run("queue", "show", str(row["id"])).out, "Subject: [#1] Pedido", "queue show shows the mail")
        log = str(desk.ticket(1)["events"])
        t.has(log, "not from you", "the ticket's log says it too")
        t.has(log, "cliente@cliente.example", "and to whom")
        t.ran(desk.poll(), what="another pass")
        t.equal(len(server.mails), seen, "is not a second attempt")
        server.answers[:] = ["250 2.0.0 taken"]
        t.ran(desk.run("queue", "retry", str(row["id"])), what="queue retry ID")
        t.ran(desk.poll(), what="the next pass")
        t.equal(len(to_customer(server)), 2, "tries the one again")
        t.ok(to_customer(server)[0] == to_customer(server)[1], "byte for byte the same")
        left = desk.queue()
        t.equal([r["to"] for r in left], ["ana@example.br"] * 2, "the others are left", left)
        for other in left:
            t.ran(desk.run("queue", "drop", str(other["id"])), what="queue drop")
        t.equal(desk.queue(), [], "and the queue is empty")
        t.ok(desk.run("queue", "drop", "4711").code != 0, "a mail that is not there is said so")
        t.ran(desk.run("verify"))

    with FakeSmtp() as server:
        server.refused["cliente@cliente.example"] = "550 5.1.1 no such user"
        desk = opened(t, server)
        t.ran(desk.poll(), what="a recipient that is refused")
        t.equal([(r["template"], r["state"]) for r in desk.queue()], [("ack", "failed")], "has failed", desk.queue())
        known = desk.json("people", "show", "cliente@cliente.example")["delivery"][0]
        t.ok(known["status"] == "5.1.1" and known["unreachable_since"], "and is marked, as by a bounce (L7)", known)
        told = [content for _, recipients, content in server.mails if b"no such user" in content]
        t.equal(len(told), 1, "the agent hears of it once", server.mails)
        t.equal(len(server.mails), 2, "beside the new ticket")
        again = mail("João <cliente@cliente.example>", "suporte@example.br", "Outro pedido", "Mais um.\n")
        t.ran(desk.run("deliver", stdin=again.as_bytes()), what="another mail from there")
        t.ran(desk.poll())
        t.equal([r["template"] for r in desk.json("queue", "list", "--all") if r["to"] == "cliente@cliente.example"], ["ack"],
                "is not acknowledged into the void")
        t.ran(desk.run("verify"))

    with FakeSmtp() as server:
        server.mail_answer = "550 no such domain"
        desk = opened(t, server)
        t.ran(desk.poll(), what="a sender that is refused")
        rows = desk.queue()
        t.equal([(r["state"], r["reply_code"]) for r in rows], [("queued", 550)] * 2, "waits for an admin", rows)
        with contextlib.closing(sqlite3.connect(os.path.join(desk.state, "desk.db"))) as db, db:
            db.execute("UPDATE outbox SET created_at = created_at - 30 * 86400")
        t.ran(desk.run("queue", "retry", "--all"), what="as long as a mail is tried")
        t.ran(desk.poll(), what="and then")
        rows = desk.queue()
        t.ok(("ack", "failed") in [(r["template"], r["state"]) for r in rows], "it is given up", rows)
        t.equal(desk.json("people", "show", "cliente@cliente.example")["delivery"][0]["unreachable_since"], None,
                "but the recipient is not marked for it")

    with FakeSmtp(answers=["hang up"]) as server:
        desk = opened(t, server)
        t.ran(desk.poll(), what="a server that hangs up on the last dot")
        t.equal({r["state"] for r in desk.queue()}, {"queued"}, "is tried again", desk.queue())

    with socket.socket() as nobody, FakeSmtp() as other:
        nobody.bind(("127.0.0.1", 0))  # held, so that nobody else gets it, and not listening
        desk = opened(t, other, port=nobody.getsockname()[1])
        t.ran(desk.poll(), what="no server at all")
        t.equal({r["state"] for r in desk.queue()}, {"queued"}, "the mails wait", desk.queue())
        desk.set("smtp", port=other.port)
        desk.run("queue", "retry", "--all")
        t.ran(desk.poll(), what="and when it is back")
        t.equal(len(other.mails), 2, "they leave")

    with FakeSmtp(auth="535 5.7.8 no") as server:
        desk = opened(t, server, user="suporte", password="uma-senha-errada", allow_plain="true")
        run = desk.poll()
        t.equal({r["state"] for r in desk.queue()}, {"queued"}, "a refused password costs no mail", desk.queue())
        t.lacks(run.out + run.err + str(desk.queue()), "uma-senha-errada", "and is not written anywhere")
