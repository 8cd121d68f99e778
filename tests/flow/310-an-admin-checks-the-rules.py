# SPDX-License-Identifier: GPL-3.0-or-later
"""An admin checks, tests and formats rules on the command line; six mistakes are six messages, each at its column."""
import json
import os
import subprocess

from lib import EX_CONFIG, PROGRAM, flow, mail

GOOD = '''match to "financeiro@" -> department financeiro
match subject /\\b(urgente|parado)\\b/i   -> priority high, tag urgente  # at once
match header "X-Spam-Flag" is "YES" -> ignore "spam"

test "parado"
    mail from "ana@vip.example.br" subject "Sistema parado"
    expect priority high, tag urgente
'''
# (what, the rule, column, words of the message)
MISTAKES = [
    ("a word of no condition", 'match sbject contains "x" -> tag a', 7, "subject"),
    ("no arrow", 'match subject contains "x" tag a', 28, "'->'"),
    ("a string without its end", 'match subject contains "x -> tag a', 24, ""),
    ("a regular expression that is none", 'match subject /(x/ -> tag a', 0, ""),
    ("a capture that is not there", 'match subject /(?<n>x)/ -> title "$m"', 35, "m"),
    ("no priority", 'match all -> priority hgh', 23, "high"),
]

with flow("an admin checks the rules", servers=False) as t:
    desk = t.desk()

    def write(name, text):
        path = os.path.join(desk.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def plain(*arguments, **options):
        return subprocess.run([PROGRAM, "rules", *arguments], capture_output=True, text=True, timeout=60, **options)

    good = write("good.rules", GOOD)
    run = plain("check", good)
    t.equal((run.returncode, run.stdout.splitlines()[-1:]), (0, ["3 rules, 1 test, 0 warnings"]), "good rules, no configuration",
            run.stderr)

    bad = write("bad.rules", "".join(rule + "\n" for _, rule, _, _ in MISTAKES))
    run = plain("check", bad)
    t.equal(run.returncode, EX_CONFIG, "six mistakes: exit code 78")
    heads = [line for line in run.stderr.splitlines() if line.startswith("bad.rules:")]
    t.equal(len(heads), 6, "six mistakes are six messages", run.stderr)
    for number, (what, rule, column, words) in enumerate(MISTAKES, 1):
        own = [line for line in heads if line.startswith("bad.rules:%d:" % number)]
        t.equal(len(own), 1, "%s: one message" % what, run.stderr)
        if own and column:
            t.ok(own[0].startswith("bad.rules:%d:%d: " % (number, column)), "%s: at column %d" % (what, column), own[0])
        t.ok(own and words in own[0], "%s: says what was meant" % what, own)
        t.has(run.stderr, rule, "%s: shows the line" % what)
    t.has(run.stderr, "^", "a mark below the place")
    found = json.loads(plain("check", "--json", bad).stdout)
    t.equal((found["good"], found["errors"], [m["line"] for m in found["messages"]]), (False, 6, [1, 2, 3, 4, 5, 6]),
            "the same as JSON")

    failing = write("failing.rules", GOOD.replace("tag urgente\n", "tag parado\n"))
    run = plain("check", failing)
    t.equal(run.returncode, EX_CONFIG, "a failing test: exit code 78")
    for words in ("failing.rules:7:", "expected tag parado", "found priority high, tag urgente", "rules that hold: failing.rules:2"):
        t.has(run.stderr, words, "a failing test says %s" % words)
    t.has(run.stdout, "1 test (1 failed)", "and the last line counts it")

    doubtful = write("doubtful.rules", "match size > 3M and size < 1M -> tag a\nmatch all -> department vendas\n")
    run = plain("check", doubtful)
    t.equal((run.returncode, run.stdout), (0, "2 rules, 0 tests, 1 warning\n"), "a warning alone is 0", run.stderr)
    t.has(run.stderr, "doubtful.rules:1:21: warning: ", "the warning's place")
    run = desk.run("rules", "check", doubtful)
    t.ran(run, 0, "with a configuration")
    t.has(run.err, "doubtful.rules:2:14: warning: found 'vendas'", "names are checked too")

    # The configured rules
    t.ran(desk.run("rules", "check"), 64, "no rules configured, none named: usage")
    desk.sections["paths"]["rules"] = good
    desk.write()
    run = desk.run("rules", "check")
    t.ran(run, 0, "the configured rules")
    path = os.path.join(desk.folder, "mail.eml")
    with open(path, "wb") as f:
        f.write(mail("Ana <ana@vip.example.br>", "Suporte <suporte@example.br>", "Tudo parado", "Ajuda.\n").as_bytes())
    run = desk.run("rules", "test", path)
    t.ran(run, 0, "rules test")
    for words in ("yes", "good.rules:2", "tag urgente", "priority high", "2 rules say no", "department "):
        t.has(run.out, words, "rules test says %s" % words)
    t.lacks(run.out, "\033", "no colours where nobody looks")
    t.has(desk.run("rules", "test", "--all", path).out, "good.rules:3", "--all shows those that say no")
    with open(path, "rb") as f:
        found = json.loads(desk.run("rules", "test", "--json", "-", stdin=f.read()).out)
    t.equal([(r["line"], r["result"]) for r in found[0]["rules"]], [(1, "no"), (2, "yes"), (3, "no")], "rules test --json")
    t.equal(found[0]["effects"], ["priority high", "tag urgente"], "and its effects")
    found = json.loads(desk.run("explain", "--json", path).out)
    t.equal([(r["file"], r["line"], r["result"]) for r in found["rules"]],
            [("good.rules", 1, "no"), ("good.rules", 2, "yes"), ("good.rules", 3, "no")], "explain --json has the rules")
    t.has(desk.run("explain", path).out, "good.rules:2 says yes", "explain for people has those that hold")
    desk.sections["paths"]["rules"] = bad
    desk.write()
    run = desk.run("explain", path)
    t.ran(run, EX_CONFIG, "explain with broken rules")
    t.has(run.err, "bad.rules:1:7: ", "explain says what is wrong")

    # fmt
    t.equal((plain("fmt", "--check", good).returncode, plain("fmt", "--check", good).stdout), (1, good + "\n"), "fmt --check names it")
    text = plain("fmt", good).stdout
    t.has(text, "/i -> priority high, tag urgente  # at once\n", "fmt prints the layout, comments stay")
    with open(good, encoding="utf-8") as f:
        t.equal(f.read(), GOOD, "and leaves the file alone")
    os.chmod(good, 0o640)
    link = os.path.join(desk.folder, "link.rules")
    os.symlink(good, link)
    t.equal(plain("fmt", "-w", link).returncode, 0, "fmt -w")
    with open(good, encoding="utf-8") as f:
        t.equal(f.read(), text, "fmt -w writes it")
    t.equal((os.stat(good).st_mode & 0o777, os.path.islink(link)), (0o640, True), "mode and link stay")
    t.equal(plain("fmt", "--check", good).returncode, 0, "fmt --check is content then")
    run = plain("fmt", bad)
    t.equal((run.returncode, run.stdout), (EX_CONFIG, ""), "fmt refuses what it cannot read")
    t.has(run.stderr, "bad.rules:3:24: ", "and says where")

    for wrong in (("rules",), ("rules", "dance"), ("rules", "test"), ("rules", "fmt"), ("rules", "fmt", "-w", "--check", "x"),
                  ("rules", "fmt", "-w", "-"), ("rules", "check", "a", "b")):
        t.ran(desk.run(*wrong), 64, "usage: %s" % " ".join(wrong))
    t.equal((plain("--help").returncode, plain("check", "--help").returncode), (0, 0), "--help")
    t.equal(plain("stats").returncode, EX_CONFIG, "stats wants a desk")
