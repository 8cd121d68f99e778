# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail that comes back is in its ticket's log, marks the address, and the agents are told once; a forged report does
nothing of that (L7, P6)."""
import email.policy
import itertools

from lib import flow, mail

JOAO = "joao@cliente.example"
number = itertools.count(1)

with flow("mail that does not arrive", servers=False) as t:
    desk = t.desk(desk={"admins": "raiz@example.br"}, department_suporte={"subaddress": "yes"})

    def sent(template, recipient):
        return [q for q in desk.json("queue", "list", "--all") if (q["template"], q["to"]) == (template, recipient)]

    def original(row):
        return desk.run("queue", "show", str(row["id"])).out

    def report(returned, recipient=JOAO, action="failed", status="5.1.1", why="550 5.1.1 no such user", to="suporte@example.br"):
        """A delivery report as Postfix writes it (RFC 3464); RETURNED: the header block that it gives back, or None."""
        parts = [("text/plain", "This is the mail system at host mx.cliente.example.\n\nYour message is not delivered.\n"),
                 ("message/delivery-status", "Reporting-MTA: dns; mx.cliente.example\n\nFinal-Recipient: rfc822; %s\nAction: %s\n"
                  "Status: %s\nDiagnostic-Code: smtp; %s\n" % (recipient, action, status, why))]
        if returned is not None:
            parts.append(("text/rfc822-headers", returned.replace("\r", "").split("\n\n")[0] + "\n"))
        text = "Return-Path: <>\nDelivered-To: %s\nFrom: MAILER-DAEMON@mx.cliente.example (Mail Delivery System)\n" \
               "To: %s\nSubject: Undelivered Mail Returned to Sender\nDate: Tue, 24 Nov 2026 12:00:00 -0300\n" \
               "Message-ID: <%d@mx.cliente.example>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n" \
               "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b0\"\n\n" % (to, to, next(number))
        text += "".join("--b0\nContent-Type: %s\n\n%s\n" % part for part in parts) + "--b0--\n"
        t.ran(desk.run("deliver", stdin=text.encode()), what="a report: %s %s" % (action, status))

    def delivery(address=JOAO):
        return [(d["address"], d["status"], bool(d["unreachable_since"])) for d in desk.json("people", "show", address)["delivery"]]

    def logged(kind):
        return [e["detail"] for e in desk.ticket(1)["events"] if e["kind"] == kind]

    t.ran(desk.run("deliver", stdin=mail("João <%s>" % JOAO, "suporte@example.br", "Impressora", "Não imprime nada.\n").as_bytes()))
    ack = sent("ack", JOAO)[0]
    letter = original(ack)

    report(letter, action="delayed", status="4.4.1", why="connect: connection timed out")
    t.equal((len(logged("delayed")), delivery(), sent("notice-bounce", "ana@example.br")), (1, [], []), "a delay is logged, and that is all")

    report("\n".join(x for x in letter.split("\n\n")[0].splitlines() if not x.lower().startswith("message-id:")) + "\n\n")
    report("Message-ID: <ch.1.1.1.%d.%s@example.br>\nSubject: x\n\n" % (ack["id"], "0" * 32))
    t.equal((delivery(), sent("notice-bounce", "ana@example.br")), ([], []), "what has not our signature marks nobody", logged("bounced"))

    report(letter)
    t.equal(delivery(), [(JOAO, "5.1.1", True)], "the report of a mail of ours does")
    t.has(" ".join(logged("bounced")), "ack to %s: failed 5.1.1" % JOAO, "the ticket's log has it")
    told = sent("notice-bounce", "ana@example.br")
    t.equal(len(told), 1, "an agent is told")
    text = email.message_from_string(original(told[0]), policy=email.policy.default).get_body(("plain",)).get_content()
    t.ok(JOAO in text and "não chegou" in text and "não existe" in text and "no such user" in text, "which mail, to whom, why", text)
    report(letter)
    t.equal((len(sent("notice-bounce", "ana@example.br")), len(desk.tickets())), (1, 1), "once, and no report is a ticket")
    t.equal([q for q in desk.json("queue", "list", "--all") if "mx.cliente" in q["to"]], [], "nothing is sent to the machine")
    t.ran(desk.run("people", "unmark", JOAO))

    report(None, to=ack["envelope_from"], recipient="joao@other.example")
    t.equal(delivery(), [(JOAO, "5.1.1", True)], "a report without the mail names it by the address that it goes to")

    notice = sent("notice-new", "ana@example.br")[0]
    before = len(sent("notice-bounce", "bruno@example.br"))
    report(original(notice), recipient="ana@example.br", status="5.2.2", why="552 5.2.2 mailbox full")
    t.equal((len(sent("admin-bounce", "raiz@example.br")), len(sent("notice-bounce", "bruno@example.br"))), (1, before),
            "of an agent's mail the admins hear, not the agents")
    t.ran(desk.run("verify"))
