# SPDX-License-Identifier: GPL-3.0-or-later
"""An admin changes the rules a hundred times while mail flows, half of the time into something broken: no mail is lost, none
is judged by half a set or by a broken one (P1, P10)."""
import itertools
import json
import os
import re
import signal
import sqlite3
import threading
import time

from lib import flow, mail, wait_until

SOON = 20  # seconds
CHANGES = 100
PACE = 0.1  # seconds between two mails


class Rules:
    """Two files that belong together, and a list that one of them reads. Version N tags every mail vN-a and vN-b."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "rules")
        os.mkdir(self.folder)
        self.slow = set()  # versions whose files this process, itself kept waiting, did not write at once
        self.ways = itertools.cycle([self.over, self.renamed, self.removed])

    def path(self, name):
        return os.path.join(self.folder, name)

    def over(self, name, text):
        with open(self.path(name), "wb") as f:
            f.write(text)

    def renamed(self, name, text):
        self.over(name + ".new", text)
        os.rename(self.path(name + ".new"), self.path(name))

    def removed(self, name, text):
        if os.path.exists(self.path(name)):
            os.unlink(self.path(name))
        self.over(name, text)

    def write(self, version, files):
        start = time.monotonic()
        way = next(self.ways)
        for name, text in files:
            way(name, text)
        if time.monotonic() - start > 0.2:
            self.slow.add(version)

    def good(self, version):
        first = 'match all -> tag v%d-a, no-ack\n' % version
        second = 'match from in "senders.list" -> tag v%d-b\ntest "both" mail from "cliente@cliente.example" expect tag v%d-b\n' % (version, version)
        files = [("10-first.rules", first), ("20-second.rules", second), ("senders.list", "@cliente.example\n# %d\n" % version)]
        turn = version // 2 % 3
        self.write(version, [(name, text.encode()) for name, text in files[turn:] + files[:turn]])

    def broken(self, version):
        """Each of six kinds in turn: two that follow each other are refused for different reasons."""
        word = "broken%d" % version
        tag = 'match all -> tag %s, no-ack\n' % word
        text = [tag + "match subject %s\n" % word,  # no operator
                tag + 'test "%s" mail subject "x" expect tag other\n' % word,  # a test that fails
                tag + 'include "%s.rules"\n' % word,  # a file that is not there
                tag + 'match from in "%s.list" -> tag x\n' % word,
                tag + "match subject /(%s/ -> tag x\n" % word,  # a regex that does not compile
                tag + 'match all -> title "$%s"\n' % word][version // 2 % 6]  # a capture that there is none of
        self.write(version, [(["10-first.rules", "20-second.rules"][version // 2 % 2], text.encode())])
        return word


class Mails(threading.Thread):
    """A customer who does not stop writing."""

    def __init__(self, servers):
        super().__init__(daemon=True)
        self.servers, self.sent, self.enough, self.failure = servers, 0, threading.Event(), None

    def run(self):
        try:
            while not self.enough.wait(PACE):
                self.servers.send(mail("Cliente <cliente@cliente.example>", "suporte@example.br", "Pedido %d" % (self.sent + 1), "Texto.\n"),
                                  "cliente@cliente.example", "suporte@example.br")
                self.sent += 1
        except Exception as failure:
            self.failure = failure


class Log:
    """What serve wrote since the last look."""

    def __init__(self, serving):
        self.file = open(serving.log, errors="replace")
        self.text = ""

    def wait(self, pattern, what):
        """For a line with PATTERN after the last one that was waited for."""
        def there():
            self.text += self.file.read()
            found = re.search("(?m)^.*%s.*\n" % pattern, self.text)
            if found:
                self.text = self.text[found.end():]
            return found
        return wait_until(there, SOON, what)

    def forget(self):
        self.text = ""
        self.file.read()


def rows(desk, query):
    with sqlite3.connect("file:%s/desk.db?mode=ro" % desk.state, uri=True) as db:
        return db.execute(query).fetchall()


def settled(desk):
    """What `status` says, once the rules on disk are those in force."""
    state = json.loads(desk.run("status", "--json").out)
    return state if not state["look"] and not state["rules_on_disk_are_others"] else None


with flow("rules reload under load", users={"admin": "admin@example.br"}) as t:
    desk = t.desk(desk={"admins": "admin@example.br"}, budgets={"desk": 1000000})
    desk.set("department suporte", agents="ana@example.br")
    rules = Rules(desk.folder)
    rules.good(0)
    desk.set("paths", rules=rules.folder)
    good = [0]
    with desk.serve() as serving:
        log = Log(serving)
        log.wait("rules-in-force", "the first rules")
        mails = Mails(t.servers)
        mails.start()
        start = time.monotonic()
        for version in range(1, CHANGES + 1):
            waits = version % 10 < 6  # the others are written over before they are read, or not, as it comes
            if version % 2:
                log.forget()
                rules.broken(version)
                if waits:
                    log.wait("rules-refused", "the refusal of version %d" % version)
            else:
                good.append(version)
                log.forget()
                rules.good(version)
                if waits:
                    log.wait("rules-in-force", "version %d in force" % version)
        t.note("%d changes in %.1f s, %d mails meanwhile" % (CHANGES, time.monotonic() - start, mails.sent))

        state = wait_until(lambda: settled(desk), SOON, "the last version in force")
        t.equal((state["rules"], state["rules_refused"]), (2, []), "status: the last version is in force")
        t.equal(state["holder"], "chamado serve, process %d" % serving.process.pid, "and serve runs by it")
        log.forget()
        word = rules.broken(CHANGES + 12)
        log.wait("rules-refused.*%s" % word, "one more refusal")
        run = desk.run("status")
        t.ran(run, 1, "status: an admin should look")
        t.has(run.out, word, "at the reason")
        serving.process.send_signal(signal.SIGHUP)
        log.wait("reload-refused", "SIGHUP")
        t.equal(desk.run("status").code, 1, "SIGHUP does not bring broken rules in")

        good.append(CHANGES + 13)
        rules.good(CHANGES + 13)
        wait_until(lambda: settled(desk), SOON, "good rules in force again")
        t.ran(desk.run("status"), what="status is content")
        serving.process.send_signal(signal.SIGHUP)
        log.wait(" serving ", "a new round")
        mails.enough.set()
        mails.join()
        t.ok(not mails.failure, "every mail was sent", repr(mails.failure))
        wait_until(lambda: rows(desk, "SELECT count(*) FROM ticket")[0][0] >= mails.sent, 40, "all mails to be tickets")
        t.servers.wait_for("admin", lambda m: True)
        t.equal(serving.stop(), 0, "SIGTERM ends it with 0")
    t.equal(sorted(row["title"] for row in desk.json("ticket", "list", "-n", "100000")), sorted("Pedido %d" % (n + 1) for n in range(mails.sent)),
            "every mail is one ticket")
    t.ran(desk.run("verify"))

    tags = {}
    for ticket, tag in rows(desk, "SELECT ticket_id, tag FROM ticket_tag"):
        tags.setdefault(ticket, set()).add(tag)
    whole = [{"v%d-a" % n, "v%d-b" % n} for n in good]
    slow = [{"v%d-%s" % (n, letter)} for n in rules.slow for letter in "ab"]
    odd = [(ticket, sorted(found)) for ticket, found in tags.items() if found not in whole and not any(s & found for s in slow)]
    t.equal(odd, [], "each was judged by one whole version", "slow: %r" % rules.slow)
    t.equal(len(tags), mails.sent, "and none by no rules")
    used = {next(iter(found)).split("-")[0] for found in tags.values()}
    t.ok(len(used) > 15, "many versions were in force: %d" % len(used), sorted(used))
    told = [q for q in desk.json("queue", "list", "--all") if q["template"] == "admin-rules"]
    t.equal([q["to"] for q in told], ["admin@example.br"], "the admin got one mail in this hour, not one for each")
    t.equal(len(t.inbox("admin")), 1, "and it arrived")
