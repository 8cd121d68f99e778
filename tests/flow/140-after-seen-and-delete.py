# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a mail on the server: read, or gone; never before it is kept here (P1, L1)."""
from lib import flow, mail


def m(subject):
    return mail("A <cliente@cliente.example>", "suporte@example.br", subject, "Texto de %s.\n" % subject)


with flow("after: seen and delete") as t:
    with t.servers.mailbox("suporte") as mailbox:
        seen = t.desk(mailbox_suporte={"after": "seen"})
        mailbox.append(m("um"))
        mailbox.append(m("dois"), flags="\\Seen")  # somebody looked at it in a mail program
        t.ran(seen.poll(), what="a pass with after = seen")
        t.equal([("\\Seen" in x.flags) for x in mailbox.messages()], [True, True], "both are marked as read")
        t.equal(sorted(x["title"] for x in seen.tickets()), ["dois", "um"], "and both are tickets: reading is not taking in")
        mailbox.append(m("três"))
        t.ran(seen.poll())
        t.ran(seen.poll())
        t.equal(len(seen.tickets()), 3, "a mail that stays is taken once")
        t.equal(len(mailbox.messages()), 3, "nothing was taken away")
        mailbox.empty("INBOX")

        gone = t.desk(mailbox_suporte={"after": "delete"})
        mailbox.append(m("quatro"))
        mailbox.append(m("cinco"))
        t.ran(gone.poll(), what="a pass with after = delete")
        t.equal([x.flags for x in mailbox.messages()], [], "both are gone")
        t.equal(len(gone.tickets()), 2, "and are tickets")

        # A mail that somebody else marked as deleted is not ours to expunge (UIDPLUS, RFC 4315).
        careful = t.desk(mailbox_suporte={"after": "delete"})
        mailbox.append(m("seis"))
        t.ran(careful.poll())
        t.equal(len(careful.tickets()), 1, "one more")
        kept = t.desk(mailbox_suporte={"after": "move", "move_to": "Concluídos"})
        mailbox.append(m("sete"))
        run = kept.poll(disk=20000)
        t.ok(run.code != 0, "a full disk is said", run)
        t.equal([(x.subject, "\\Seen" in x.flags) for x in mailbox.messages()], [("sete", False)],
                "and the mail stays on the server, unread and in its place")
        t.ran(kept.poll(), what="when there is room")
        t.equal(len(kept.tickets()), 1, "it is a ticket")
        t.equal((len(mailbox.messages()), len(mailbox.messages("Conclu&AO0-dos"))), (0, 1), "and was moved (RFC 3501 section 5.1.3)")
        for desk in (seen, gone, careful, kept):
            t.ran(desk.run("verify"))
