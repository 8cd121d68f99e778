# SPDX-License-Identifier: GPL-3.0-or-later
"""Version, help and usage errors; explain's JSON keeps its contract with no configuration and an empty desk."""
import json
import os
import subprocess

from lib import PROGRAM, flow, mail

KEYS = ("message_id from reply_to to cc subject date in_reply_to references kind text reply cuts attachments auth bounce "
        "ticket match rules outcome reasons mails").split()

with flow("the command line", servers=False) as t:
    desk = t.desk()

    def plain(*arguments, **options):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, timeout=60, **options)

    t.equal(plain("--version").returncode, 0, "--version")
    t.ok(b"chamado" in plain("--version").stdout.lower(), "--version names the program")
    t.equal(plain("--help").returncode, 0, "--help")
    for word in ("serve", "poll", "deliver", "explain", "ticket", "queue", "config", "verify", "held"):
        t.ok(word.encode() in plain("--help").stdout, "--help names %s" % word)
        run = plain(word, "--help")
        t.ok(run.returncode == 0 and word.encode() in run.stdout, "%s --help" % word, run)
    for wrong in ((), ("dance",), ("poll", "--dance"), ("ticket",), ("ticket", "show"), ("queue", "show", "x"),
                  ("held", "list", "--quarantined", "--ignored"), ("held", "list", "--limit", "0"), ("ticket", "list", "-n", "0"),
                  ("people", "list", "-n", "0")):
        run = desk.run(*wrong)
        t.ran(run, 64, "usage: %s" % " ".join(wrong))
        t.ok(run.err.strip() or run.out.strip(), "usage: %s: says why" % " ".join(wrong))

    path = os.path.join(desk.folder, "mail.eml")
    m = mail("Ana <ana@cliente.example>", "Suporte <suporte@example.br>", "Olá, açúcar", "Um texto.\n", message_id="<a@b>",
             attachments=[("a.pdf", "application/pdf", b"%PDF-1.4")])
    with open(path, "wb") as f:
        f.write(m.as_bytes())
    run = plain("explain", "--json", path, cwd=desk.folder)
    t.equal(run.returncode, 0, "explain --json with no configuration", run)
    found = json.loads(run.stdout or b"{}")
    t.equal([k for k in KEYS if k not in found], [], "explain --json has every key of its contract")
    t.equal((found.get("message_id"), found.get("subject"), found.get("from")),
            ("a@b", "Olá, açúcar", {"name": "Ana", "address": "ana@cliente.example"}), "explain --json reads the mail")
    t.equal((found.get("kind"), found.get("outcome"), found.get("ticket"), found.get("match")), ("person", "held", None, None),
            "explain --json decides")
    t.equal([a["name"] for a in found.get("attachments", [])], ["a.pdf"], "explain --json lists the files")
    t.ok(found.get("reasons"), "explain --json gives reasons")
    run = desk.run("explain", path)
    t.ran(run, what="explain for people")
    t.has(run.out, "Olá, açúcar", "explain for people shows the subject")
    t.equal(os.listdir(desk.state), [], "explain leaves no trace in the state folder")

    # Names of files are bytes; what is printed is text.
    odd = {end: os.path.join(os.fsencode(desk.folder), b"a\xff\xf0" + end) for end in (b".rules", b".eml", b".conf")}
    for end, source in ((b".rules", b"match all -> tag a\n"), (b".eml", m.as_bytes()), (b".conf", open(desk.file, "rb").read())):
        with open(odd[end], "wb") as f:
            f.write(source)
    for arguments in (("rules", "check", odd[b".rules"]), ("rules", "check", odd[b".rules"] + b"\xf0"),
                      ("rules", "fmt", "--check", odd[b".rules"]), ("rules", "test", "--rules", odd[b".rules"], odd[b".eml"]),
                      ("-c", odd[b".conf"], "config", "check"), ("-c", odd[b".conf"] + b"\xf0", "config", "check"),
                      ("-c", odd[b".conf"], "config", "show")):
        run = plain(*arguments, "--json")
        try:
            t.ok(json.loads(run.stdout.decode("utf-8")), "JSON of a name that is no UTF-8: %r" % (arguments[-2:],))
        except ValueError as error:
            t.ok(False, "JSON of a name that is no UTF-8: %r" % (arguments[-2:],), error)
    for arguments in (("rules", "check", odd[b".rules"] + b"\xf0"), ("explain", odd[b".eml"] + b"\xf0"), ("-c", odd[b".conf"], "ticket", "show", b"\xf0"),
                      ("-c", odd[b".conf"] + b"\xf0", "config", "check")):
        t.ok(b"\xef\xbf\xbd" in plain(*arguments).stderr and plain(*arguments).stderr.decode("utf-8"),
             "the message of such a name is text: %r" % (arguments[-1],))
