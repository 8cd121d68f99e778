# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's mailbox as their mail program sees it: IMAP by imaplib, mails as email.message.EmailMessage.

Waiting is by IDLE (RFC 2177) with a limit. Sending is in servers.py.
"""
import email
import email.message
import email.policy
import functools
import imaplib
import re
import select
import time

imaplib._MAXLINE = 100_000_000  # a 60 MB mail is one literal, but a long FETCH line is no error either


def message_bytes(mail):
    if isinstance(mail, (bytes, bytearray)):
        return re.sub(rb"(?<!\r)\n", b"\r\n", bytes(mail))
    return mail.as_bytes(policy=email.policy.SMTP)


class Mail:
    """One mail in a folder: `raw` bytes, `uid`, `flags`; header values by mail["Subject"]; `text`, `html`."""

    def __init__(self, raw, uid=0, flags=()):
        self.raw, self.uid, self.flags = raw, uid, tuple(flags)

    @functools.cached_property
    def message(self):
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    def __getitem__(self, name):
        value = self.message[name]
        return None if value is None else str(value)

    def _body(self, kind):
        part = self.message.get_body((kind,))
        return part.get_content().replace("\r\n", "\n") if part else ""

    @property
    def text(self):
        return self._body("plain")

    @property
    def html(self):
        return self._body("html")

    @property
    def subject(self):
        return self["Subject"] or ""

    @property
    def message_id(self):
        return (self["Message-ID"] or "").strip()

    @property
    def content(self):
        """The mail without what the servers on its way put in front (Return-Path … Received)."""
        lines = self.raw.split(b"\r\n")
        at, own = 0, 0
        while at < len(lines) and lines[at]:
            end = at + 1
            while end < len(lines) and lines[end][:1] in (b" ", b"\t"):
                end += 1
            if lines[at].split(b":")[0].lower() in (b"return-path", b"delivered-to", b"received", b"x-original-to"):
                own = end
            else:
                break
            at = end
        return b"\r\n".join(lines[own:])

    def everything(self):
        """All that a reader could find: every header and every part, decoded."""
        out = []
        for part in self.message.walk():
            out += ["%s: %s" % item for item in part.items()]
            if not part.is_multipart():
                out.append((part.get_payload(decode=True) or b"").decode("utf-8", "replace"))
        return "\n".join(out) + "\n" + self.raw.decode("utf-8", "replace")

    def __repr__(self):
        return "<Mail %d from=%s to=%s subject=%r>" % (self.uid, self["From"], self["To"], self.subject)


class Mailbox:
    def __init__(self, port, login, password):
        self.imap = imaplib.IMAP4("127.0.0.1", port, timeout=60)
        self.imap.login(login, password)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        try:
            self.imap.logout()
        except (imaplib.IMAP4.error, OSError):
            pass

    def folders(self):
        return sorted(re.search(rb'"?([^" ]+)"?$', line).group(1).decode() for line in self.imap.list()[1] if line)

    def _select(self, folder, readonly=True):
        return self.imap.select('"%s"' % folder, readonly=readonly)[0] == "OK"

    def messages(self, folder="INBOX"):
        """Every mail of FOLDER in order; [] where there is no such folder. Looking sets no flag."""
        if not self._select(folder):
            return []
        return self._fetch("1:*")

    def _fetch(self, uids):
        out = []
        for item in self.imap.uid("FETCH", uids, "(UID FLAGS BODY.PEEK[])")[1]:
            if isinstance(item, tuple):
                facts = item[0].decode()
                flags = re.search(r"FLAGS \(([^)]*)\)", facts).group(1).split()
                out.append(Mail(item[1], int(re.search(r"UID (\d+)", facts).group(1)), flags))
        return out

    def uidvalidity(self, folder="INBOX"):
        self._select(folder)
        return int(self.imap.response("UIDVALIDITY")[1][0])

    def append(self, mail, folder="INBOX", flags=None):
        status, what = self.imap.append('"%s"' % folder, flags, None, message_bytes(mail))
        if status != "OK":
            raise RuntimeError("APPEND: %s" % what)

    def create(self, folder):
        self.imap.create('"%s"' % folder)

    def delete_folder(self, folder):
        self._select("INBOX")
        self.imap.delete('"%s"' % folder)

    def empty(self, *folders):
        for folder in folders or self.folders():
            status, count = self.imap.select('"%s"' % folder)
            if status == "OK" and int(count[0]):
                self.imap.store("1:*", "+FLAGS", "\\Deleted")
                self.imap.expunge()

    def remove(self, mail, folder="INBOX"):
        self._select(folder, readonly=False)
        self.imap.uid("STORE", str(mail.uid), "+FLAGS", "\\Deleted")
        self.imap.expunge()

    def wait_for(self, predicate, limit=15, folder="INBOX"):
        """The first mail for which PREDICATE is true. Woken by IDLE; a mail that came just before IDLE began is
        seen by the look that each round starts with."""
        deadline = time.monotonic() + limit
        looked = {}
        while True:
            if self._select(folder):
                _, data = self.imap.uid("SEARCH", "ALL")
                uids = [int(u) for u in data[0].split()] if data and data[0] else []
                new = [u for u in uids if u not in looked]
                for mail in self._fetch(",".join(map(str, new))) if new else []:
                    looked[mail.uid] = mail
                    if predicate(mail):
                        return mail
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("no such mail in %s within %s s; there are: %s" % (folder, limit, list(looked.values())))
            self._idle(min(left, 0.5))

    def _idle(self, limit):
        tag = self.imap._new_tag()
        self.imap.send(tag + b" IDLE\r\n")
        self.imap.readline()  # "+ idling"
        select.select([self.imap.sock], [], [], limit)
        self.imap.send(b"DONE\r\n")
        while not self.imap.readline().startswith(tag):
            pass
