# SPDX-License-Identifier: GPL-3.0-or-later
"""What the flow tests share: TAP, a desk (configuration, state, the program), and mails to send.

A flow test is a script: `with flow("what a person does") as t:` gives it servers and a desk in `t`; each
`t.ok(...)` is one line of TAP. Servers are in ../servers.py, servers that misbehave in fakes.py.
"""
import contextlib
import email.message
import email.utils
import itertools
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))

from mailbox_view import message_bytes  # noqa: E402
from servers import Servers, become_root, end_with_parent, tail, wait_until  # noqa: E402

PROGRAM = os.environ.get("CHAMADO", os.path.join(ROOT, "build", "asan", "chamado"))
EX_DATAERR, EX_TEMPFAIL, EX_NOPERM, EX_CONFIG = 65, 75, 77, 78
_serial = itertools.count(1)


def mail(sender, to, subject, text, message_id=None, date=True, attachments=(), **headers):
    """An EmailMessage as a person's client writes it. HEADERS: In_Reply_To="<…>" and the like; None leaves out."""
    m = email.message.EmailMessage()
    m["From"], m["To"], m["Subject"] = sender, to, subject
    if date:
        m["Date"] = email.utils.localtime()
    if message_id is not False:
        address = email.utils.parseaddr(str(sender))[1]
        m["Message-ID"] = message_id or "<%d.%d.%d@%s>" % (
            os.getpid(), next(_serial), time.time_ns(), address.split("@")[-1] or "nowhere.example")
    for name, value in headers.items():
        if value is not None:
            m[name.replace("_", "-")] = value
    m.set_content(text)
    for name, kind, data in attachments:
        main, sub = kind.split("/")
        m.add_attachment(data if isinstance(data, bytes) else data.encode(), maintype=main, subtype=sub, filename=name)
    return m


def reply(to_mail, sender, text, **options):
    """The answer that a mail program makes of TO_MAIL: to its Reply-To, threaded, quoted below."""
    subject = to_mail.subject if to_mail.subject.lower().startswith("re:") else "Re: " + to_mail.subject
    quote = "\n".join("> " + line for line in to_mail.text.splitlines())
    references = " ".join(filter(None, [to_mail["References"], to_mail.message_id]))
    return mail(sender, to_mail["Reply-To"] or to_mail["From"], subject,
                "%s\n\nEm %s, %s escreveu:\n%s\n" % (text, to_mail["Date"], to_mail["From"], quote),
                In_Reply_To=to_mail.message_id, References=references, **options)


def stamped(m, results):
    """M as the operator's own server hands it on: with what it found of the sender on top (RFC 8601)."""
    return b"Authentication-Results: mx.example.br; %s\r\n" % results.encode() + message_bytes(m)


class Run:
    """How one run of the program ended."""

    def __init__(self, process, out, err):
        self.code, self.out, self.err = process.returncode, out, err

    def __repr__(self):
        return "exit %s\nstdout: %s\nstderr: %s" % (self.code, self.out[-3000:], self.err[-6000:])


class Desk:
    """A configuration file, a state folder, and the program run with them."""

    def __init__(self, folder, sections, program=PROGRAM):
        self.program = program
        self.folder = tempfile.mkdtemp(prefix="desk-", dir=folder)
        self.state = os.path.join(self.folder, "state")
        os.mkdir(self.state, 0o700)
        self.sections = {name: dict(keys) for name, keys in sections.items()}
        self.sections.setdefault("paths", {}).update(state=self.state, templates=os.path.join(ROOT, "etc", "templates"))
        self.file = os.path.join(self.folder, "chamado.conf")
        self.serving = None
        self.complaints = []  # sanitizer reports: a test that saw one has failed
        self.write()

    def write(self):
        with open(self.file, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as f:
            for name, keys in self.sections.items():
                f.write("[%s]\n%s\n" % (name, "".join("%s = %s\n" % item for item in keys.items() if item[1] is not None)))

    def set(self, section, **keys):
        self.sections.setdefault(section, {}).update(keys)
        self.write()

    def fresh_state(self):
        shutil.rmtree(self.state)
        os.mkdir(self.state, 0o700)

    def command(self, *arguments):
        return [self.program, "-c", self.file, *arguments]

    def _environment(self, env):
        return dict(os.environ, ASAN_OPTIONS="detect_leaks=1:exitcode=99", UBSAN_OPTIONS="print_stacktrace=1",
                    **(env or {}))

    def run(self, *arguments, stdin=b"", env=None, limit=120, ready=None, disk=None):
        """Runs to its end. READY: called while it runs (with the process), before its output is awaited. DISK: no
        file may grow past that many bytes: write() fails, as on a full disk."""
        def child():
            end_with_parent()
            if disk is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (disk, disk))
        process = subprocess.Popen(self.command(*arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=self._environment(env), preexec_fn=child)
        try:
            if ready:
                ready(process)
            out, err = process.communicate(stdin, limit)
        except BaseException:
            process.kill()
            process.wait()
            raise
        return self._ended(process, out, err)

    def _ended(self, process, out, err):
        run = Run(process, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))
        if "Sanitizer" in run.err or "runtime error:" in run.err:
            self.complaints.append(run)
        return run

    def poll(self, *arguments, **options):
        return self.run("poll", *arguments, **options)

    def json(self, *arguments):
        run = self.run(*arguments, "--json")
        if run.code:
            raise RuntimeError("%s: %r" % (arguments, run))
        return json.loads(run.out)

    def tickets(self):
        return self.json("ticket", "list")

    def ticket(self, number):
        return self.json("ticket", "show", str(number))

    def queue(self):
        return self.json("queue", "list")

    def held(self):
        return self.json("held", "list")

    # -- serve

    @contextlib.contextmanager
    def serve(self, *arguments, env=None, limit=30):
        """`serve` from READY=1 (sd_notify) to the end of the block; yields a Serving."""
        address = os.path.join(self.folder, "notify")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(address)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify, \
                open(os.path.join(self.folder, "serve.out"), "wb") as out, \
                open(os.path.join(self.folder, "serve.err"), "wb") as err:
            notify.bind(address)
            notify.settimeout(0.1)
            process = subprocess.Popen(self.command(*arguments, "serve"), stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                       env=self._environment(dict(env or {}, NOTIFY_SOCKET=address)),
                                       preexec_fn=end_with_parent)
            serving = Serving(self, process, err.name)
            try:
                self._await_ready(process, notify, limit, err.name)
                yield serving
                serving.stop()
            finally:
                if process.poll() is None:
                    process.kill()
                process.wait()

    @staticmethod
    def _await_ready(process, notify, limit, log):
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            try:
                if b"READY=1" in notify.recv(4096):
                    return
            except TimeoutError:
                pass
            if process.poll() is not None:
                raise RuntimeError("serve ended with %s before READY=1: %s" % (process.returncode, tail(log)))
        raise TimeoutError("no READY=1 within %s s: %s" % (limit, tail(log)))


class Serving:
    def __init__(self, desk, process, log):
        self.desk, self.process, self.log = desk, process, log
        self.ended = None

    def errors(self):
        with open(self.log, errors="replace") as f:
            return f.read()

    def stop(self, number=signal.SIGTERM, limit=20):
        """Ends it as systemd would; the exit code. A second call gives the same."""
        if self.ended is None:
            if self.process.poll() is None:
                self.process.send_signal(number)
            self.process.wait(limit)
            self.ended = self.desk._ended(self.process, b"", self.errors().encode())
        return self.ended.code


class Flow:
    """One flow test: servers, a desk, and TAP."""

    def __init__(self, name, servers, program):
        self.name, self.servers, self.program = name, servers, program
        self.count = self.failed = 0
        self.desks = []

    def desk(self, **sections):
        """One more desk on the same servers; SECTIONS are merged over the usual configuration: `mailbox_suporte`
        is [mailbox suporte]; None leaves a section out."""
        configuration = usual(self.servers) if self.servers else minimal()
        for name, keys in sections.items():
            name = name.replace("_", " ", 1)
            if keys is None:
                configuration.pop(name, None)
            else:
                configuration.setdefault(name, {}).update(keys)
        desk = Desk(self.servers.folder if self.servers else None, configuration, self.program)
        self.desks.append(desk)
        return desk

    # -- TAP

    def ok(self, condition, what, *details):
        self.count += 1
        print("%s %d - %s" % ("ok" if condition else "not ok", self.count, what), flush=True)
        if not condition:
            self.failed += 1
            for detail in details:
                self.note(detail if isinstance(detail, str) else repr(detail))
        return bool(condition)

    def equal(self, got, expected, what, *details):
        return self.ok(got == expected, what, "got %r, expected %r" % (got, expected), *details)

    def has(self, text, piece, what, *details):
        return self.ok(piece in text, what, "no %r in:\n%s" % (piece, text), *details)

    def lacks(self, text, piece, what):
        return self.ok(piece.lower() not in text.lower(), what, "%r stands in:\n%s" % (piece, text))

    def ran(self, run, code=0, what="the program ends well"):
        return self.ok(run.code == code, "%s (exit %d)" % (what, code), run)

    def note(self, text):
        print("\n".join("# " + line for line in text.splitlines()), flush=True)

    def skip(self, what, why):
        self.count += 1
        print("ok %d - %s # SKIP %s" % (self.count, what, why), flush=True)

    # -- short words for what most tests do

    def inbox(self, login, folder="INBOX"):
        with self.servers.mailbox(login) as mailbox:
            return mailbox.messages(folder)

    def nothing_new(self, login, what, known=0):
        """Nothing more than KNOWN mails in LOGIN's INBOX, and nothing on its way: queues of ours are empty, and a
        mail sent last has overtaken nothing (Postfix delivers in order to one mailbox)."""
        self.flush(login)
        mails = self.inbox(login)
        return self.ok(len(mails) == known, what, "mails: %r" % mails, *[m.raw.decode("utf-8", "replace") for m in mails[known:]])

    def flush(self, login):
        """Returns when Postfix has nothing queued: a marker has arrived and its queue folders are empty."""
        address = self.servers.users[login]
        marker = mail(address, address, "flush", "flush")
        arrived = self.servers.deliver(marker, address, address)[0]
        with self.servers.mailbox(login) as mailbox:
            mailbox.remove(arrived)
        queue = os.path.join(self.servers.folder, "postfix", "queue")

        def empty():
            return not any(files for name in ("incoming", "active", "deferred", "maildrop")
                           for _, _, files in os.walk(os.path.join(queue, name)))
        wait_until(empty, 20, "an empty mail queue")


def usual(servers):
    """The configuration that most tests use: two departments, two mailboxes, everything on loopback with TLS."""
    def mailbox(login, department):
        return {"host": "127.0.0.1", "port": servers.imap_port, "tls": "starttls", "ca_file": servers.ca_file,
                "user": login, "password": servers.password(login), "folders": "INBOX", "after": "move",
                "move_to": "Done", "idle": "true", "interval": 1, "timeout": 10, "department": department}
    return {
        "desk": {"name": "Desk", "prefix": "", "domain": "example.br", "language": "pt_BR", "admins": ""},
        "trust": {"authserv_id": "mx.example.br"},
        "mailbox suporte": mailbox("suporte", "suporte"),
        "department suporte": {"title": "Suporte", "addresses": "suporte@example.br",
                               "agents": "ana@example.br, bruno@example.br", "language": "pt_BR", "registration": "open"},
        "smtp": {"host": "127.0.0.1", "port": servers.smtp_port, "tls": "starttls", "ca_file": servers.ca_file,
                 "user": "suporte", "password": servers.password("suporte"), "timeout": 20},
    }


def second_department(servers):
    """The sections for financeiro, for Flow.desk(**second_department(servers))."""
    configuration = usual(servers)
    configuration["mailbox suporte"].update(user="financeiro", password=servers.password("financeiro"), department="financeiro")
    return {"mailbox_financeiro": configuration["mailbox suporte"],
            "department_financeiro": {"title": "Financeiro", "addresses": "financeiro@example.br",
                                      "agents": "bruno@example.br", "language": "pt_BR", "registration": "open"}}


def minimal():
    """No mailbox and no SMTP: for tests of the command line."""
    return {"desk": {"name": "Desk", "domain": "example.br", "language": "pt_BR"},
            "department suporte": {"title": "Suporte", "addresses": "suporte@example.br",
                                   "agents": "ana@example.br", "language": "pt_BR", "registration": "open"}}


@contextlib.contextmanager
def flow(name, servers=True, program=PROGRAM, **options):
    """Runs one flow test; ends the process with 0 when all was well, else 1. OPTIONS go to Servers."""
    if servers:
        become_root("to start Postfix")
    print("# %s" % name)
    test = Flow(name, None, program)
    try:
        with contextlib.ExitStack() as stack:
            if servers:
                test.servers = stack.enter_context(Servers(**options))
            try:
                yield test
            except Exception:
                test.ok(False, "the test ran to its end", traceback.format_exc())
                raise_logs(test)
            else:
                if test.failed:
                    raise_logs(test)
            for desk in test.desks:
                test.ok(not desk.complaints, "no sanitizer had anything to say", *desk.complaints)
                if not servers:
                    shutil.rmtree(desk.folder, ignore_errors=True)
    finally:
        print("1..%d" % test.count, flush=True)
    sys.exit(1 if test.failed or not test.count else 0)


def raise_logs(test):
    """Why it may have failed, as notes."""
    for desk in test.desks:
        log = os.path.join(desk.folder, "serve.err")
        if os.path.exists(log):
            test.note("--- serve\n" + tail(log, 40))
    if test.servers:
        test.note(test.servers.logs())
