# SPDX-License-Identifier: GPL-3.0-or-later
"""What the other tests stand on: mail goes from SMTP to IMAP, strangers are refused, fakes write down passwords, and a
killed test leaves no server behind."""
import imaplib
import os
import signal
import smtplib
import ssl
import subprocess
import sys

from fakes import FakeImap, FakeSmtp
from lib import ROOT, flow, mail, wait_until

ORPHAN = """
import sys, time
sys.path.insert(0, %r)
from servers import Servers
with Servers() as s:
    print(s.folder, s.dovecot.pid, s.postfix.pid, flush=True)
    time.sleep(60)
"""


def start_and(number):
    """Another test, sent NUMBER while its servers run; (its folder, the servers' pids)."""
    child = subprocess.Popen([sys.executable, "-c", ORPHAN % os.path.join(ROOT, "tests")], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, text=True)
    folder, *pids = child.stdout.readline().split()
    child.send_signal(number)
    child.wait(30)
    child.stdout.close()
    return folder, [int(p) for p in pids]


def alive(pid):
    """Runs: one that has ended and waits for an init that never asks (a zombie) does not."""
    try:
        os.kill(pid, 0)
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not os.path.exists("/proc/self")  # without /proc, the signal alone has to do


with flow("the servers themselves") as t:
    sent = mail("A <cliente@cliente.example>", "suporte@example.br", "Olá", "Açúcar\n")
    got = t.servers.deliver(sent, "cliente@cliente.example", "suporte@example.br")[0]
    t.equal((got.subject, got.text, got.message_id), ("Olá", "Açúcar\n", sent["Message-ID"]), "a mail arrives as it was sent")
    t.equal(got["Return-Path"], "<cliente@cliente.example>", "with its envelope sender")
    try:
        t.servers.send(sent, "cliente@cliente.example", "ninguem@example.br")
        t.ok(False, "an unknown user is refused")
    except smtplib.SMTPRecipientsRefused as error:
        t.equal(list(error.recipients.values())[0][0], 550, "an unknown user is refused")
    with t.servers.mailbox("suporte") as mailbox:
        before = mailbox.uidvalidity()
    t.servers.change_uidvalidity("suporte")
    with t.servers.mailbox("suporte") as mailbox:
        t.ok(mailbox.uidvalidity() != before and len(mailbox.messages()) == 1, "UIDVALIDITY can be changed")

    context = ssl.create_default_context(cafile=t.servers.ca_file)
    pair = t.servers.authority.issue("fake")
    with FakeImap(pair) as server:
        imap = imaplib.IMAP4("localhost", server.port)
        imap.starttls(context)
        try:
            imap.login("suporte", "uma senha")
        except imaplib.IMAP4.error:
            pass
        t.ok(server.heard("uma senha") and not server.heard("outra"), "the fake IMAP server writes the password down")
    with FakeSmtp(pair, implicit=True, answers=["451 4.3.0 later", "250 2.0.0 taken"]) as server:
        smtp = smtplib.SMTP_SSL("localhost", server.port, context=context)
        smtp.login("suporte", "uma senha")
        t.ok(server.heard("uma senha"), "so does the fake SMTP server, out of base64")
        codes = []
        for _ in range(2):
            try:
                smtp.sendmail("a@x.example", "b@x.example", b"Subject: x\r\n\r\n.dot\r\n")
                codes.append(250)
            except smtplib.SMTPDataError as error:
                codes.append(error.smtp_code)
        t.equal((codes, server.mails[0][2]), ([451, 250], b"Subject: x\r\n\r\n.dot\r\n"), "and answers as it is told")
        t.equal(server.names[-1], "localhost", "and sees the SNI")
    with FakeImap(t.servers.authority.issue("old", expired=True), implicit=True) as server:
        try:
            imaplib.IMAP4_SSL("localhost", server.port, ssl_context=context)
            t.ok(False, "an expired certificate is one")
        except ssl.SSLCertVerificationError as error:
            t.has(str(error), "expired", "an expired certificate is one")

    for number in (signal.SIGTERM, signal.SIGINT):
        folder, pids = start_and(number)
        t.ok(not any(alive(p) for p in pids) and not os.path.exists(folder), "nothing is left after %s" % number.name)
    folder, pids = start_and(signal.SIGKILL)
    wait_until(lambda: not any(alive(p) for p in pids) and not os.path.exists(folder), 15, "the end of a killed test's servers")
    t.ok(True, "nor after SIGKILL")
