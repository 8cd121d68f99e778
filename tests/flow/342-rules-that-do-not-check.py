# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules are broken when the desk starts, or by a file beside them while it runs: nothing starts by halves, no mail is lost,
and what is mended is in force without a word (P1, P10)."""
import json
import os
import re

from lib import EX_CONFIG, EX_TEMPFAIL, flow, mail, wait_until

SOON = 20


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def numbered(n):
    return mail("João <cliente@cliente.example>", "suporte@example.br", "Pedido %d" % n, "Texto %d.\n" % n).as_bytes()


def state(desk):
    return json.loads(desk.run("status", "--json").out)


with flow("rules that do not check", servers=False) as t:
    desk = t.desk()
    desk.set("desk", admins="admin@example.br")
    rules = os.path.join(desk.folder, "rules")
    main, lists = os.path.join(rules, "all.rules"), os.path.join(desk.folder, "lists")
    desk.set("paths", rules=rules)
    t.ran(desk.run("serve"), EX_CONFIG, "serve does not start without the folder that is configured")
    broken = 'match all\n    -> tag vip and tag ouro\n'
    write(main, broken)
    for verb in ("serve", "poll"):
        run = desk.run(verb)
        t.ran(run, EX_CONFIG, "%s does not start with rules that do not check" % verb)
        t.ok(re.search(r"all\.rules:2:\d+: ", run.err), "and says where", run)
    one = numbered(1)
    t.ran(desk.run("deliver", stdin=one), EX_TEMPFAIL, "deliver has the mail server come again")
    now = state(desk)
    t.equal((now["undecided"], now["look"]), (1, True), "the mail is kept all the same, and status says that an admin should look", now)
    write(main, 'match all -> tag "vip"\ntest "a customer" mail subject "x" expect tag comum\n')
    run = desk.run("poll")
    t.ran(run, EX_CONFIG, "nor does it with a test that fails")
    t.has(run.err, "comum", "which it names")
    write(main, "match all -> tag vip\n")
    t.ran(desk.run("deliver", stdin=one), what="the mail server comes again when they are mended")
    t.equal([row["title"] for row in desk.tickets()], ["Pedido 1"], "one mail, one ticket")
    t.equal(desk.ticket(1)["tags"], ["vip"], "by the rules")
    t.ran(desk.run("status"), what="status is content")
    first = state(desk)

    with desk.serve() as serving:
        t.equal(state(desk)["rules_since"], first["rules_since"], "the same rules are in force since the same time")
        write(main, 'match from in "../lists/ouro.list" -> tag ouro\n')
        wait_until(lambda: state(desk)["rules_refused"] and "rules-refused" in serving.errors(), SOON, "the refusal")
        t.ran(desk.run("deliver", stdin=numbered(2)), what="deliver leaves the mail to serve, whatever the files are")
        wait_until(lambda: len(desk.tickets()) == 2, SOON, "the second ticket")
        t.equal(desk.ticket(2)["tags"], ["vip"], "the rules before stay in force")
        told = [q for q in desk.queue() if q["template"] == "admin-rules"]
        t.equal([q["to"] for q in told], ["admin@example.br"], "the admin is told")
        t.has(desk.run("queue", "show", str(told[0]["id"])).out, "ouro.list", "why")
        refused = serving.errors().count("rules-refused")
        write(os.path.join(lists, "ouro.list"), "cliente@@cliente.example\n")
        wait_until(lambda: serving.errors().count("rules-refused") > refused, SOON, "another refusal")
        write(os.path.join(lists, "ouro.list"), "cliente@cliente.example\n")
        wait_until(lambda: not state(desk)["look"] and not state(desk)["rules_on_disk_are_others"], SOON, "the mended list")
        t.ran(desk.run("deliver", stdin=numbered(3)))
        wait_until(lambda: len(desk.tickets()) == 3, SOON, "the third ticket")
        t.equal(desk.ticket(3)["tags"], ["ouro"], "a list beside them that is mended brings them into force")
        write(os.path.join(lists, "ouro.list"), "outro@cliente.example\n")
        wait_until(lambda: serving.errors().count("rules-in-force") == 3, SOON, "the changed list")
        t.ran(desk.run("deliver", stdin=numbered(4)))
        wait_until(lambda: len(desk.tickets()) == 4, SOON, "the fourth ticket")
        t.equal(desk.ticket(4)["tags"], [], "and so does one that changes")
        os.rename(rules, rules + ".old")
        wait_until(lambda: state(desk)["rules_refused"], SOON, "the missing folder")
        t.equal(serving.stop(), 0, "it ends well", serving.errors())
    t.equal(len([q for q in desk.queue() if q["template"] == "admin-rules"]), 1, "the admin is told once an hour")
    os.rename(rules + ".old", rules)
    t.ran(desk.run("status"), what="nothing is refused any more")
    t.ran(desk.run("verify"))
