# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that misbehave on purpose, for tests: an IMAP and an SMTP server that write down every line they get.

They know as much of the protocols as a client needs to come to its password, or to hand over one mail. Well
behaved servers are in ../servers.py.
"""
import base64
import re
import socket
import ssl
import threading


class _Server:
    """Accepts on a free loopback port, one thread for each client, until the block ends."""

    def __init__(self, certificate=None, implicit=False):
        """CERTIFICATE: (file, key file) for TLS. IMPLICIT: TLS from the first byte, else by STARTTLS."""
        self.implicit = implicit
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*certificate)
        self.lines = []      # every line that any client sent, TLS or not
        self.connections = 0
        self.names = []      # the SNI of each handshake
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._clients = set()
        if self.context:
            self.context.sni_callback = lambda _socket, name, _context: self.names.append(name)

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()
        for client in list(self._clients):
            client.close()

    def heard(self, secret):
        """Whether SECRET came over the wire, as it is or inside base64 (SASL PLAIN, LOGIN)."""
        for line in self.lines:
            if secret.encode() in line:
                return True
            for word in line.split():
                try:
                    if secret.encode() in base64.b64decode(word, validate=True):
                        return True
                except ValueError:
                    pass
        return False

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        client.settimeout(30)
        wire = _Wire(self, client)
        try:
            if self.implicit:
                wire.handshake()
            self.talk(wire)
        except (OSError, EOFError, ssl.SSLError):
            pass
        finally:
            wire.close()


class _Wire:
    def __init__(self, server, client):
        self.server, self.socket = server, client
        self.file = client.makefile("rb")
        server._clients.add(client)

    def handshake(self):
        self.server._clients.discard(self.socket)
        self.socket = self.server.context.wrap_socket(self.socket, server_side=True)
        self.server._clients.add(self.socket)
        self.file = self.socket.makefile("rb")

    def send(self, *lines):
        self.socket.sendall("".join(line + "\r\n" for line in lines).encode())

    def line(self):
        line = self.file.readline()
        if not line:
            raise EOFError
        self.server.lines.append(line)
        return line.decode("latin-1").rstrip("\r\n")

    def close(self):
        self.server._clients.discard(self.socket)
        self.socket.close()


class FakeImap(_Server):
    """Comes as far as the password, which is always refused."""

    def talk(self, wire):
        wire.send("* OK ready")
        secure = self.implicit
        while True:
            line = wire.line()
            tag, _, rest = line.partition(" ")
            word = rest.split(" ")[0].upper()
            if word == "CAPABILITY":
                wire.send("* CAPABILITY IMAP4rev1 AUTH=PLAIN" + ("" if secure or not self.context else " STARTTLS"), tag + " OK done")
            elif word == "STARTTLS" and self.context:
                wire.send(tag + " OK begin")
                wire.handshake()
                secure = True
            elif word == "AUTHENTICATE":
                if len(rest.split(" ")) < 3:
                    wire.send("+ ")
                    wire.line()
                wire.send(tag + " NO [AUTHENTICATIONFAILED] no")
            elif word == "LOGIN":
                for size in re.findall(r"\{(\d+)\}$", rest):
                    wire.send("+ go on")
                    wire.line()
                wire.send(tag + " NO [AUTHENTICATIONFAILED] no")
            elif word == "LOGOUT":
                wire.send("* BYE", tag + " OK done")
                return
            else:
                wire.send(tag + " BAD what?")


class FakeSmtp(_Server):
    """Answers the end of each mail from `answers` in turn (the last one stays); keeps (sender, recipients, bytes)
    of every mail that it was given, accepted or not, in `mails`."""

    def __init__(self, certificate=None, implicit=False, answers=("250 2.0.0 taken",), auth="235 2.7.0 welcome"):
        super().__init__(certificate, implicit)
        self.answers, self.auth = list(answers), auth
        self.mail_answer = "250 2.1.0 fine"
        self.rcpt_answers = ["250 2.1.5 fine"]
        self.refused = {}  # recipient: what it is answered instead
        self.mails = []
        self._lock = threading.Lock()

    @staticmethod
    def _next(answers):
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def _greet(self, wire, secure):
        offers = ["fake.example", "8BITMIME", "SIZE 100000000"]
        if self.context and not secure:
            offers.append("STARTTLS")
        if self.context is None or secure:
            offers.append("AUTH PLAIN LOGIN")
        wire.send(*["250%s%s" % ("-" if n < len(offers) - 1 else " ", o) for n, o in enumerate(offers)])

    def talk(self, wire):
        wire.send("220 fake.example ESMTP")
        secure, sender, recipients = self.implicit, None, []
        while True:
            line = wire.line()
            word = line.split(" ")[0].upper()
            if word == "EHLO":
                self._greet(wire, secure)
            elif word == "STARTTLS" and self.context:
                wire.send("220 2.0.0 go")
                wire.handshake()
                secure = True
            elif word == "AUTH":
                self._authenticate(wire, line)
            elif word == "MAIL":
                sender, recipients = re.search(r"<(.*?)>", line).group(1), []
                wire.send(self.mail_answer)
            elif word == "RCPT":
                recipient = re.search(r"<(.*?)>", line).group(1)
                with self._lock:
                    answer = self.refused.get(recipient) or self._next(self.rcpt_answers)
                if answer.startswith("2"):
                    recipients.append(recipient)
                wire.send(answer)
            elif word == "DATA":
                wire.send("354 go")
                self._take(wire, sender, recipients)
            elif word == "QUIT":
                wire.send("221 2.0.0 bye")
                return
            elif word in ("RSET", "NOOP"):
                wire.send("250 2.0.0 fine")
            else:
                wire.send("500 5.5.1 what?")

    def _authenticate(self, wire, line):
        words = line.split(" ")
        if words[1].upper() == "LOGIN":
            for prompt in (["VXNlcm5hbWU6"] if len(words) < 3 else []) + ["UGFzc3dvcmQ6"]:
                wire.send("334 " + prompt)
                wire.line()
        elif len(words) < 3:
            wire.send("334 ")
            wire.line()
        wire.send(self.auth)

    def _take(self, wire, sender, recipients):
        content = bytearray()
        while True:
            line = wire.file.readline()
            if not line:
                raise EOFError
            if line == b".\r\n":
                break
            content += line[1:] if line.startswith(b".") else line
        with self._lock:
            self.mails.append((sender, tuple(recipients), bytes(content)))
            answer = self._next(self.answers)
        if answer == "hang up":
            raise EOFError
        wire.send(answer)
