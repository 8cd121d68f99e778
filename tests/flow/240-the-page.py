# SPDX-License-Identifier: GPL-3.0-or-later
"""The validation page of a running desk: scanners change nothing, one press of the button opens the ticket (P11, L14)."""
import html
import http.client
import os
import re
import sqlite3
import urllib.parse

from lib import flow, mail, tail, wait_until
from servers import free_port

SOON = 20


def links(m):
    """Every http link of a mail, as a scanner finds them in the text and in the HTML."""
    found = re.findall(r"https?://[^\s<>\"']+", m.text + "\n" + m.html)
    return sorted({html.unescape(link) for link in found})


def ask(method, url, body=None, **headers):
    """(status, headers, body) of one request, as a browser without JavaScript makes it."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=SOON)
    try:
        if body is not None:
            body = urllib.parse.urlencode(body)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, parts.path + ("?" + parts.query if parts.query else ""), body, headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        connection.close()


def children(pid):
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % name) as f:
                if int(f.read().rsplit(")", 1)[1].split()[1]) == pid:
                    found.append(int(name))
        except OSError:
            pass
    return found


def memory_has(pid, secret):
    """Whether SECRET stands in a writable mapping of the process, the sanitizer's huge tables left out."""
    with open("/proc/%d/maps" % pid) as maps, open("/proc/%d/mem" % pid, "rb") as memory:
        for line in maps:
            first, last = (int(x, 16) for x in line.split()[0].split("-"))
            if line.split()[1].startswith("rw") and last - first < 1 << 28:
                try:
                    memory.seek(first)
                    if secret in memory.read(last - first):
                        return True
                except (OSError, OverflowError):
                    pass
    return False


with flow("the page") as t:
    port = free_port()
    desk = t.desk(department_suporte={"registration": "validated"},
                  web={"url": "http://127.0.0.1:%d" % port, "port": port, "requests": 100000})
    tokens = set()

    def state():
        with sqlite3.connect("file:%s/desk.db?mode=ro" % desk.state, uri=True) as db:
            rows = db.execute("SELECT id, kind, address, answer, answered_by, done_at, again FROM question ORDER BY id").fetchall()
            people = db.execute("SELECT id, account, company FROM person ORDER BY id").fetchall()
        db.close()
        return rows, people, desk.held(), desk.tickets()

    def scan(what):
        """GETs and HEADs every link of every mail in every mailbox ten times."""
        before, count = state(), 0
        for login in t.servers.users:
            for m in t.inbox(login):
                for link in links(m):
                    tokens.update(re.findall(r"/v/([^/?]+)", link))
                    for _ in range(10):
                        for method in ("GET", "HEAD"):
                            status, _, body = ask(method, link)
                            count += 1
                            if status not in (200, 303, 404, 410) or (method == "HEAD" and body):
                                t.ok(False, "%s %s" % (method, link), status, body)
        t.note("%s: %d requests" % (what, count))
        t.ok(count > 0, "%s: there were links" % what)
        t.equal(state(), before, "%s: nothing has changed" % what)

    def write(sender, subject, text):
        m = mail(sender, "suporte@example.br", subject, text)
        t.servers.send(m, m["From"].addresses[0].addr_spec, "suporte@example.br")

    with desk.serve("--debug") as serving:
        write("João Ávila <cliente@cliente.example>", "A impressora parou", "Ela parou ontem à noite.\n")
        verify = t.servers.wait_for("cliente", lambda m: True)
        link = links(verify)[0]
        tokens.add(link.rsplit("/", 1)[1])
        wait_until(lambda: "web-listening" in serving.errors(), SOON, "the page")
        t.equal(len(links(verify)), 1, "the mail has one link", links(verify))
        scan("a scanner, before")

        status, headers, page = ask("GET", link)
        t.equal(status, 200, "the link opens the page")
        t.has(page, "João Ávila", "with the name that the mail gave")
        t.has(headers.get("Content-Security-Policy", ""), "default-src 'none'", "under a strict policy")
        t.lacks(page, "<script", "without any script")
        token = re.search(r'name="token" value="([^"]+)"', page).group(1)
        form = {"token": token, "name": "", "company": "Loja Ávila", "telephone": "+55 11 5555-0199", "language": "pt_BR"}
        status, _, page = ask("POST", link, form)
        t.equal(status, 422, "without a name it is not taken")
        t.has(page, "Loja Ávila", "and what was typed is kept")
        t.equal(desk.tickets(), [], "nothing has opened yet")

        form["name"] = "João Ávila"
        status, headers, _ = ask("POST", link, form)
        t.equal(status, 303, "the button answers with a redirection")
        status, _, page = ask("GET", urllib.parse.urljoin(link, headers["Location"]))
        t.equal(status, 200, "to the confirmation")
        t.has(page, "mailto:suporte@example.br", "which lists the departments")
        ack = t.servers.wait_for("cliente", lambda m: "[#1]" in m.subject)
        t.has(ack.text, "Ela parou ontem à noite", "what waited is a ticket now, and acknowledged")
        t.servers.wait_for("ana", lambda m: "[#1]" in m.subject)
        shown = desk.json("people", "show", "cliente@cliente.example")
        t.equal((shown["account"], shown["company"]), ("active", "Loja Ávila"), "the account has what was typed")

        status, headers, _ = ask("POST", link, form)
        t.equal(status, 303, "a second press")
        _, _, page = ask("GET", urllib.parse.urljoin(link, headers["Location"]))
        t.has(page.lower(), "já", "says that it is confirmed already")
        t.equal(len(desk.tickets()), 1, "and opens nothing")
        scan("a scanner, after")

        # A link that came too late, and its button.
        write("Eve <estranho@outro.example>", "Pedido", "Quero comprar uma impressora nova.\n")
        old = t.servers.wait_for("estranho", lambda m: True)
        late = links(old)[0]
        tokens.add(late.rsplit("/", 1)[1])
        with sqlite3.connect("%s/desk.db" % desk.state) as db:
            db.execute("UPDATE question SET expires_at = 1, asked_at = asked_at - 7200 WHERE address = 'estranho@outro.example'")
        db.close()
        wrong = late[:-4] + ("aaaa" if not late.endswith("aaaa") else "bbbb")
        one, other = ask("GET", late), ask("GET", wrong)
        blank = lambda text, url: text.replace(url.rsplit("/", 1)[1], "TOKEN")
        t.equal((one[0], blank(one[2], late)), (other[0], blank(other[2], wrong)), "an expired link and a wrong one look the same")
        form = {"token": late.rsplit("/", 1)[1], "name": "Eve"}
        ask("POST", late, form)
        t.equal(len(desk.tickets()), 1, "an expired link confirms nothing")
        answers = [ask("POST", url + "/again", {"token": url.rsplit("/", 1)[1]}) for url in (late, wrong)]
        t.equal([(a[0], blank(blank(a[2], late), wrong)) for a in answers][0],
                [(a[0], blank(blank(a[2], late), wrong)) for a in answers][1], "the button's answer is the same too")
        new = t.servers.wait_for("estranho", lambda m: m.message_id != old.message_id)
        tokens.add(links(new)[0].rsplit("/", 1)[1])
        t.ok(links(new)[0] != late, "but a new mail with a new link comes to the one who has one")
        ask("POST", links(new)[0], {"token": links(new)[0].rsplit("/", 1)[1], "name": "Eve"})
        t.servers.wait_for("estranho", lambda m: "[#2]" in m.subject)
        t.ok(True, "which works")
        scan("a scanner, at the end")

        # The page's process knows no password.
        pages = children(serving.process.pid)
        t.equal(len(pages), 1, "the page is one process of its own")
        password = t.servers.password("suporte").encode()
        for name in ("cmdline", "environ"):
            with open("/proc/%d/%s" % (pages[0], name), "rb") as f:
                t.ok(password not in f.read(), "no mail password in its %s" % name)
        t.ok(memory_has(serving.process.pid, password), "serve has the mail password in its memory")
        t.ok(not memory_has(pages[0], password), "the page's process does not")
        os.kill(pages[0], 9)
        wait_until(lambda: serving.errors().count("web-listening") == 2, SOON, "a page that was killed starts again")
        t.equal(ask("GET", link)[0], 200, "a page that was killed is there again")
        pages = children(serving.process.pid)
        t.equal(serving.stop(), 0, "the desk ends well")
        t.ok(not os.path.exists("/proc/%d" % pages[0]), "and the page with it")
        log = serving.errors() + t.servers.logs()
        t.has(log, "web-request", "the page logs its requests")
        t.ok(len(tokens) >= 3, "several tokens were seen: %d" % len(tokens))
        for token in sorted(tokens):
            t.ok(token not in log, "a token stands in no log")
    with sqlite3.connect("file:%s/desk.db?mode=ro" % desk.state, uri=True) as db:
        everything = "\n".join(db.iterdump())
    db.close()
    for token in sorted(tokens):
        t.ok(token not in everything, "nor, once its mail has left, in the database")
    t.ran(desk.run("verify"))
