# SPDX-License-Identifier: GPL-3.0-or-later
"""Mails that are broken in every way stand between good ones: each has its outcome, and the good ones go on (P12)."""
import signal

from lib import flow, mail

HEAD = b"From: A <cliente@cliente.example>\r\nTo: suporte@example.br\r\nDate: Tue, 24 Nov 2026 10:00:00 -0300\r\n"


def nested(depth):
    out, mark = [HEAD, b"Subject: nested\r\nMessage-ID: <nested@cliente.example>\r\nMIME-Version: 1.0\r\n"], []
    for n in range(depth):
        mark.append(b"b%d" % n)
        out.append(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n))
    return b"".join(out) + b"Content-Type: text/plain\r\n\r\nat the bottom\r\n" + b"".join(b"\r\n--%s--\r\n" % b for b in reversed(mark))


BAD = {
    "no From": b"To: suporte@example.br\r\nSubject: from nobody\r\nMessage-ID: <nofrom@x.example>\r\n\r\nA text.\r\n",
    "no address in From": b"From: nobody at all\r\nTo: suporte@example.br\r\nSubject: x\r\nMessage-ID: <noaddr@x.example>\r\n\r\nA text.\r\n",
    "no header but one": b"Subject: only\r\n\r\nA text.\r\n",
    "no body": HEAD + b"Subject: no body\r\nMessage-ID: <nobody@x.example>\r\n\r\n",
    "two Subjects": HEAD + b"Subject: one\r\nSubject: two\r\nMessage-ID: <two@x.example>\r\n\r\nA text.\r\n",
    "raw 8 bit in the header": HEAD + "Subject: Não é válido\r\nMessage-ID: <raw@x.example>\r\n\r\nOlá.\r\n".encode("latin-1"),
    "a 1 MB header line": HEAD + b"Subject: long\r\nMessage-ID: <long@x.example>\r\nX-Long: " + b"y" * 1_000_000 + b"\r\n\r\nA text.\r\n",
    "10,000 headers": HEAD + b"Subject: many\r\nMessage-ID: <many@x.example>\r\n" + b"X-A: b\r\n" * 10_000 + b"\r\nA text.\r\n",
    "2,000 nested multiparts": nested(2000),
    "a boundary that never ends": HEAD + b'Subject: open\r\nMessage-ID: <open@x.example>\r\nMIME-Version: 1.0\r\n'
                                  b'Content-Type: multipart/mixed; boundary="q"\r\n\r\n--q\r\nContent-Type: text/plain\r\n\r\nA text',
    "a charset that is none": HEAD + b"Subject: charset\r\nMessage-ID: <cs@x.example>\r\nMIME-Version: 1.0\r\n"
                              b"Content-Type: text/plain; charset=nonsense-99\r\n\r\n\xff\xfe\x80\r\n",
    "base64 that is none": HEAD + b"Subject: base64\r\nMessage-ID: <b64@x.example>\r\nMIME-Version: 1.0\r\n"
                           b"Content-Transfer-Encoding: base64\r\n\r\n%%%%not base64%%%%\r\n",
    "a reference to anything": HEAD + b"Subject: ref\r\nMessage-ID: <ref@x.example>\r\nIn-Reply-To: mumble\r\nReferences: <>"
                               b" <<a>> <" + b"r" * 20_000 + b">\r\n\r\nA text.\r\n",
    "1,000 recipients": b"From: A <cliente@cliente.example>\r\nTo: " + b",\r\n ".join(b"u%d@example.br" % n for n in range(1000))
                        + b"\r\nSubject: crowd\r\nMessage-ID: <crowd@x.example>\r\n\r\nA text.\r\n",
}

with flow("a bad mail costs one mail") as t:
    desk = t.desk()
    good = []
    with t.servers.mailbox("suporte") as mailbox:
        for n, (what, raw) in enumerate(BAD.items()):
            good.append("Bom %d" % n)
            mailbox.append(raw)
            mailbox.append(mail("B <estranho@outro.example>", "suporte@example.br", good[-1], "Texto.\n"))
    t.ran(desk.poll(), what="a pass over %d bad mails and as many good ones" % len(BAD))
    titles = [x["title"] for x in desk.tickets()]
    t.equal([g for g in good if g not in titles], [], "every good one is a ticket", titles)
    t.equal(len(t.inbox("suporte")), 0, "all were put away")
    t.equal(len(t.inbox("suporte", "Done")), 2 * len(BAD), "nothing is lost")
    verified = desk.run("verify")
    t.ran(verified, what="every mail has an outcome")
    for title in ("no body", "long", "many", "nested", "open", "charset", "base64", "ref", "crowd"):
        t.ok(title in titles, "the one with subject %r is a ticket too" % title, titles)

    # A mail on which the program dies is tried, not for ever, and then put aside.
    with t.servers.mailbox("suporte") as mailbox:
        mailbox.append(mail("C <cliente@cliente.example>", "suporte@example.br", "Veneno", "Mata quem lê.\n"))
    deaths = 0
    run = desk.poll(env={"CHAMADO_SEAM": "parsed"})
    while run.code == -signal.SIGKILL and deaths < 5:
        deaths += 1
        run = desk.poll(env={"CHAMADO_SEAM": "parsed"})
    t.ok(1 <= deaths <= 3, "a mail that kills its reader is given at most three attempts", "%d deaths" % deaths, run)
    t.ran(run, what="then the desk goes on")
    t.ok("Veneno" not in [x["title"] for x in desk.tickets()], "without a ticket")
    verified = desk.run("verify")
    t.ran(verified, what="verify")
    t.ok("quarantined" in verified.out, "it is in quarantine", verified)
    t.servers.deliver(mail("B <estranho@outro.example>", "suporte@example.br", "E a vida segue", "Texto.\n"),
                      "estranho@outro.example", "suporte@example.br")
    t.ran(desk.poll())
    t.ok("E a vida segue" in [x["title"] for x in desk.tickets()], "the next mail is a ticket")
