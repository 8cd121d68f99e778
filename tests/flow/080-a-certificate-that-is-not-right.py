# SPDX-License-Identifier: GPL-3.0-or-later
"""A wrong, expired or unknown certificate ends the connection before the password is sent; a good one does not."""
from fakes import FakeImap, FakeSmtp
from lib import EX_NOPERM, flow, mail
from tls import Authority

PASSWORD = "muito-secreta-1729"


def imap(t, what, authority, certificate, mode, good=False):
    with FakeImap(certificate, implicit=mode == "implicit") as server:
        desk = t.desk(smtp=None, mailbox_suporte={"port": server.port, "tls": mode, "password": PASSWORD,
                                                   "ca_file": authority.certificate})
        run = desk.poll()
        t.ok(server.connections > 0, "IMAP, %s, %s: it called" % (mode, what))
        if good:
            t.ok(server.heard(PASSWORD), "IMAP, %s, %s: the password is sent" % (mode, what), run, server.lines)
        else:
            t.ok(not server.heard(PASSWORD), "IMAP, %s, %s: the password is not sent" % (mode, what), server.lines)
        t.ok(run.code != 0, "IMAP, %s, %s: the pass fails" % (mode, what), run)
        if not good:
            t.has(run.err.lower(), "certificate", "IMAP, %s, %s: the error says why" % (mode, what))
            t.equal(run.code, EX_NOPERM, "IMAP, %s, %s: the exit code says so" % (mode, what))
        t.lacks(run.err + run.out, PASSWORD, "IMAP, %s, %s: the log has no password" % (mode, what))


def smtp(t, what, authority, certificate, mode, good=False):
    with FakeSmtp(certificate, implicit=mode == "implicit") as server:
        desk = t.desk(mailbox_suporte=None, smtp={"port": server.port, "tls": mode, "user": "suporte", "password": PASSWORD,
                                                  "ca_file": authority.certificate})
        given = desk.run("deliver", stdin=mail("cliente@cliente.example", "suporte@example.br", "Oi", "Oi\n").as_bytes())
        t.ran(given, what="SMTP, %s, %s: a mail is taken in" % (mode, what))
        run = desk.poll()
        run.err += given.err  # deliver sends at once, where nobody else does
        t.ok(server.connections > 0, "SMTP, %s, %s: it called" % (mode, what), run)
        waiting = [row["state"] for row in desk.queue()]
        if good:
            t.ok(server.heard(PASSWORD), "SMTP, %s, %s: the password is sent" % (mode, what), run, server.lines)
            t.ok(server.mails and not waiting, "SMTP, %s, %s: the mail leaves" % (mode, what), run, waiting)
        else:
            t.ok(not server.heard(PASSWORD), "SMTP, %s, %s: the password is not sent" % (mode, what), server.lines)
            t.ok(not server.mails, "SMTP, %s, %s: no mail leaves" % (mode, what))
            t.ok(waiting and set(waiting) == {"queued"}, "SMTP, %s, %s: the mails wait" % (mode, what), waiting)
            t.has(run.err.lower(), "certificate", "SMTP, %s, %s: the error says why" % (mode, what))
        t.lacks(run.err + run.out, PASSWORD, "SMTP, %s, %s: the log has no password" % (mode, what))


with flow("a certificate that is not right") as t:
    trusted, other = t.servers.authority, Authority(t.servers.folder, "other")
    cases = [
        ("another host's name", trusted.issue("wrong", alt="DNS:mail.elsewhere.example"), False),
        ("expired", trusted.issue("expired", expired=True), False),
        ("an unknown CA", other.issue("unknown"), False),
        ("good", trusted.issue("good"), True),
    ]
    for what, certificate, good in cases:
        for mode in ("implicit", "starttls"):
            imap(t, what, trusted, certificate, mode, good)
            smtp(t, what, trusted, certificate, mode, good)

    # A server that no longer offers STARTTLS, as a man in the middle would have it (RFC 3207 section 6).
    with FakeImap() as server:
        run = t.desk(smtp=None, mailbox_suporte={"port": server.port, "password": PASSWORD}).poll()
        t.ok(server.connections and not server.heard(PASSWORD), "IMAP without STARTTLS: the password is not sent", run)
        t.ok(run.code != 0, "IMAP without STARTTLS: the pass fails", run)
    with FakeSmtp() as server:
        desk = t.desk(mailbox_suporte=None, smtp={"port": server.port, "user": "suporte", "password": PASSWORD})
        desk.run("deliver", stdin=mail("cliente@cliente.example", "suporte@example.br", "Oi", "Oi\n").as_bytes())
        run = desk.poll()
        t.ok(server.connections and not server.heard(PASSWORD) and not server.mails, "SMTP without STARTTLS: nothing is sent", run)

    # The real servers, both ways, with the good certificate.
    for mode, imap_port, smtp_port in (("implicit", t.servers.imaps_port, t.servers.smtps_port),
                                       ("starttls", t.servers.imap_port, t.servers.smtp_port)):
        desk = t.desk(mailbox_suporte={"port": imap_port, "tls": mode}, smtp={"port": smtp_port, "tls": mode})
        subject = "Certificado bom, " + mode
        t.servers.deliver(mail("cliente@cliente.example", "suporte@example.br", subject, "Oi\n"),
                          "cliente@cliente.example", "suporte@example.br")
        t.ran(desk.poll(), what="real servers, %s" % mode)
        t.servers.wait_for("cliente", lambda m: subject in m.subject)
        t.ok(True, "real servers, %s: the acknowledgement arrives" % mode)
