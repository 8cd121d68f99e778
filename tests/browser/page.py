# SPDX-License-Identifier: GPL-3.0-or-later
"""What the browser tests share: `chamado web` on a desk with links in every state, and axe-core."""
import base64
import contextlib
import hashlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tarfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "flow"))

from lib import Desk, flow  # noqa: E402,F401
from servers import end_with_parent, free_port  # noqa: E402

AXE = "axe-core@4.14.1"
AXE_SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40" width="40" height="40">
<rect width="40" height="40" rx="9" fill="#0b5fa5"/>
<path d="M11 12h18a3 3 0 0 1 3 3v9a3 3 0 0 1-3 3H19l-6 5v-5h-2a3 3 0 0 1-3-3v-9a3 3 0 0 1 3-3z" fill="#fff"/>
</svg>
"""


class Page:
    """A desk and its page. `link(…)` makes the link that a verification mail would have."""

    def __init__(self, desk, port):
        self.desk, self.port = desk, port
        self.base = "http://127.0.0.1:%d" % port
        self.serial = 0

    def link(self, address="ana.souza@cliente.example", held=1, expired=False, language="", answered=False):
        """A register question, and mails that wait for it; the link's path."""
        self.serial += 1
        token = "%026d" % self.serial
        now = int(time.time())
        address = address.replace("@", "+%d@" % self.serial) if self.serial > 1 else address
        with contextlib.closing(sqlite3.connect(os.path.join(self.desk.state, "desk.db"))) as db, db:
            person = db.execute("INSERT INTO person (name, created_at, account, language) VALUES (?, ?, ?, ?)",
                                ("Ana Souza", now, "active" if answered else "pending", language)).lastrowid
            db.execute("INSERT INTO address (address, person_id, created_at) VALUES (?, ?, ?)", (address, person, now))
            db.execute("INSERT INTO question (kind, address, token_sha256, asked_at, expires_at, answer, answered_by,"
                       " answered_at) VALUES ('register', ?, ?, ?, ?, ?, ?, ?)",
                       (address, hashlib.sha256(token.encode()).hexdigest(), now - 7200, now + (-60 if expired else 86400),
                        "yes" if answered else None, "page" if answered else None, now if answered else None))
            for n in range(held):
                mail = db.execute("INSERT INTO mail (sha256, size, truncated, source, taken_at, attempts, sender, outcome)"
                                  " VALUES (?, 1, 0, 'test', ?, 1, ?, 'held')",
                                  ("%d-%d" % (self.serial, n), now, address)).lastrowid
                db.execute("INSERT INTO hold (mail_id, kind, address, held_at) VALUES (?, 'registration', ?, ?)",
                           (mail, address, now))
        self.address, self.token = address, token
        return "/v/" + token

    def question(self):
        """The last link's row."""
        with contextlib.closing(sqlite3.connect(os.path.join(self.desk.state, "desk.db"))) as db:
            db.row_factory = sqlite3.Row
            return dict(db.execute("SELECT * FROM question WHERE token_sha256 = ?",
                                   (hashlib.sha256(self.token.encode()).hexdigest(),)).fetchone())

    def log(self):
        with open(os.path.join(self.desk.folder, "web.err"), errors="replace") as f:
            return f.read()


@contextlib.contextmanager
def page(t, **web):
    """`chamado web` from READY=1 to the end of the block; WEB are keys of [web]."""
    port = free_port()
    desk = t.desk(desk={"name": "Integral Sistemas"},
                  department_financeiro={"title": "Financeiro", "addresses": "financeiro@example.br",
                                         "agents": "ana@example.br", "language": "pt_BR"},
                  web=dict({"url": "https://ajuda.example.br", "port": port, "requests": 100000}, **web))
    with open(os.path.join(desk.folder, "logo.svg"), "w") as f:
        f.write(LOGO)
    if "logo" not in web:
        desk.set("web", logo=os.path.join(desk.folder, "logo.svg"))
    address = os.path.join(desk.folder, "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify, \
            open(os.path.join(desk.folder, "web.err"), "wb") as err:
        notify.bind(address)
        notify.settimeout(0.1)
        process = subprocess.Popen(desk.command("web"), stdin=subprocess.DEVNULL, stdout=err, stderr=err,
                                   env=desk._environment({"NOTIFY_SOCKET": address}), preexec_fn=end_with_parent)
        try:
            desk._await_ready(process, notify, 30, err.name)
            one = Page(desk, port)
            one.pid = process.pid
            yield one
            process.send_signal(signal.SIGTERM)
            process.wait(20)
            desk._ended(process, b"", one.log().encode())
            t.equal(process.returncode, 0, "chamado web ends on SIGTERM")
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def axe():
    """The text of axe-core, or None and why not. It is fetched once, by npm, and checked; build/ keeps it."""
    folder = os.path.join(ROOT, "build", "browser")
    script = os.path.join(folder, "axe.min.js")
    if not os.path.exists(script):
        if not shutil.which("npm"):
            return None, "there is no npm to fetch %s with" % AXE
        os.makedirs(folder, exist_ok=True)
        run = subprocess.run(["npm", "pack", "--loglevel=error", "--pack-destination", folder, AXE], cwd=folder,
                             capture_output=True, text=True, timeout=120)
        if run.returncode:
            return None, "npm could not fetch %s: %s" % (AXE, " ".join(run.stderr.split())[:200])
        unpack(os.path.join(folder, run.stdout.split()[-1]), script)
    with open(script, encoding="utf-8") as f:
        return f.read(), None


def unpack(archive, script):
    """Out of the archive, whose digest must be the one that was looked at."""
    with open(archive, "rb") as f:
        digest = base64.b64encode(hashlib.sha512(f.read()).digest()).decode()
    if digest != AXE_SHA512:
        raise RuntimeError("%s is not the %s that we know: sha512-%s" % (archive, AXE, digest))
    with tarfile.open(archive) as tar, open(script + ".new", "wb") as f:
        f.write(tar.extractfile("package/axe.min.js").read())
    os.replace(script + ".new", script)
