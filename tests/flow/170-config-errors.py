# SPDX-License-Identifier: GPL-3.0-or-later
"""A configuration that does not check says file:line, what was found and what was expected, and exits 78 (P10)."""
import os

from lib import EX_CONFIG, ROOT, flow

GOOD = """[desk]
name = Desk
domain = example.br

[mailbox suporte]
host = 127.0.0.1
user = suporte
password = secreta-secreta
tls = implicit
folders = INBOX
department = suporte

[department suporte]
title = Suporte
addresses = suporte@example.br
agents = ana@example.br

[smtp]
host = 127.0.0.1
port = 587
tls = starttls

[paths]
templates = %s/etc/templates
""" % ROOT

# (what, line to replace, by what, line of the complaint, a word that it must have)
CASES = [
    ("an unknown key", "name = Desk", "nome = Desk", 2, "nome"),
    ("an unknown section", "[smtp]", "[smpt]", 18, "smpt"),
    ("a port that is no number", "port = 587", "port = many", 20, "many"),
    ("a port that is too big", "port = 587", "port = 70000", 20, "70000"),
    ("a tls that is none of the three", "tls = implicit", "tls = maybe", 9, "maybe"),
    ("an after that is none of the three", "folders = INBOX", "after = burn", 10, "burn"),
    ("a department that is not there", "department = suporte", "department = vendas", 11, "vendas"),
    ("an agent that is no address", "agents = ana@example.br", "agents = ana", 16, "ana"),
    ("two passwords", "folders = INBOX", "password_command = pass show x", 10, "password"),
    ("a line that is nothing", "user = suporte", "user suporte", 7, "user suporte"),
]

with flow("configuration errors", servers=False) as t:
    desk = t.desk()

    def check(text):
        with open(desk.file, "w") as f:
            f.write(text)
        return desk.run("config", "check")

    t.ran(check(GOOD), what="a good one checks")
    run = check(GOOD.replace("etc/templates", "etc/nowhere"))
    t.ran(run, EX_CONFIG, "one whose templates are not there does not")
    t.has(run.err, "etc/nowhere", "and says which")
    for what, old, new, line, word in CASES:
        run = check(GOOD.replace(old, new, 1))
        t.ran(run, EX_CONFIG, what)
        t.has(run.err, "%s:%d" % (desk.file, line), "%s: says where" % what)
        t.has(run.err, word, "%s: says what" % what)
        t.has(run.err, "expected", "%s: says what was expected" % what)
        t.lacks(run.err, "secreta-secreta", "%s: shows no password" % what)
    run = check(GOOD[:GOOD.index("[department suporte]")] + GOOD[GOOD.index("[smtp]"):])
    t.ran(run, EX_CONFIG, "no department at all")
    check(GOOD)

    shown = desk.run("config", "show")
    t.ran(shown, what="config show")
    t.has(shown.out, "127.0.0.1", "config show shows what is in force")
    t.lacks(shown.out, "secreta-secreta", "config show masks passwords")
    t.has(desk.run("-o", "smtp.host=other.example", "config", "show").out, "other.example", "-o overrides for one run")
    t.has(desk.run("-o", "mailbox suporte.host=mx9.example", "config", "show").out, "mx9.example", "-o overrides in a named section")
    for wrong in ("smtp.hots=x", "smtp.port=many", "nonsense"):
        run = desk.run("-o", wrong, "config", "check")
        t.ok(run.code in (64, EX_CONFIG), "-o %s is refused" % wrong, run)
    here = ("-o", "paths.state=" + desk.state, "-o", "paths.templates=" + os.path.join(ROOT, "etc", "templates"))
    run = desk.run(*here, "poll")
    t.ok(run.code not in (0, EX_CONFIG), "a poll without servers is no configuration error", run)
    os.unlink(desk.file)
    t.ok(desk.run("config", "check").code != 0, "a file that is not there is said")
    run = desk.run("serve", env={"JOURNAL_STREAM": "8:1"})
    t.ran(run, EX_CONFIG, "serve does not start without it")
    t.ok(run.err.startswith("<3>chamado: "), "and for the journal that is an error", run)

    bad = check(GOOD.replace("tls = implicit", "tls = maybe"))
    for command in (("poll",), ("serve",), ("ticket", "list"), ("queue", "list")):
        t.ran(desk.run(*command), EX_CONFIG, "%s does not start with it" % " ".join(command))

    secret = os.path.join(desk.folder, "open.password")
    with open(secret, "w") as f:
        f.write("x\n")
    os.chmod(secret, 0o644)
    desk.file = os.path.join(desk.folder, "open.conf")
    with open(desk.file, "w") as f:
        f.write(GOOD.replace("password = secreta-secreta", "password_file = open.password"))
    run = desk.run(*here, "config", "check")
    t.ran(run, what="a password_file that everybody can read is no error")
    t.equal(run.err.count("password-readable-by-all"), 1, "but it is said, once", run)
    sample = os.path.join(ROOT, "etc", "chamado.conf")
    desk.file = sample
    run = desk.run("config", "check")
    t.ran(run, what="the sample configuration checks")
    t.has(run.err, "password-not-readable", "it warns of a password_file that is not there", run)
    t.equal(run.err.count("\n"), 1, "once", run)
