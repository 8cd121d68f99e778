# SPDX-License-Identifier: GPL-3.0-or-later
"""The acknowledgement names every file, accepted or refused, with the reason; a refused one costs no ticket (L24)."""
import hashlib

from lib import flow, mail

PDF = b"%PDF-1.4 " + bytes(range(256)) * 40

with flow("attachments accepted and refused") as t:
    desk = t.desk()
    sent = mail("João <cliente@cliente.example>", "suporte@example.br", "Com anexos", "Veja os anexos.\n",
                attachments=[("relatório final.pdf", "application/pdf", PDF), ("../../vírus.exe", "application/octet-stream", b"MZ" * 500),
                             ("grande.zip", "application/zip", b"PK" + b"\0" * (9 << 20)), ("foto.PNG", "image/png", b"\x89PNG\r\n" * 9)])
    t.servers.deliver(sent, "cliente@cliente.example", "suporte@example.br")
    t.ran(desk.poll())
    ack = t.servers.wait_for("cliente", lambda m: "[#1]" in m.subject)
    for name in ("relatório final.pdf", "vírus.exe", "grande.zip", "foto.PNG"):
        for body, kind in ((ack.text, "text"), (ack.html, "HTML")):
            t.has(body, name, "the acknowledgement's %s names %s" % (kind, name))
    t.lacks(ack.text, "../", "no path is shown")
    line = {name: next((l for l in ack.text.splitlines() if name in l), "") for name in ("relatório final.pdf", "vírus.exe", "grande.zip")}
    t.ok(line["vírus.exe"] != line["relatório final.pdf"].replace("relatório final.pdf", "vírus.exe"),
         "accepted and refused ones read differently", line)
    files = {a["name"]: a for a in desk.ticket(1)["entries"][0]["attachments"]}
    t.equal({n: a["accepted"] for n, a in files.items()},
            {"relatório final.pdf": True, "vírus.exe": False, "grande.zip": False, "foto.PNG": True}, "the ticket knows which")
    t.equal((files["relatório final.pdf"]["size"], files["relatório final.pdf"]["sha256"]),
            (len(PDF), hashlib.sha256(PDF).hexdigest()), "with size and SHA-256 of the decoded file")
    t.ok(all(files[n]["reason"] for n in ("vírus.exe", "grande.zip")), "and why not", files)
    t.ok(not any(part.get_filename() for part in ack.message.walk()), "no file is sent back")
    shown = desk.run("ticket", "show", "1").out
    t.has(shown, "relatório final.pdf", "ticket show names them for people")
    t.ran(desk.run("verify"))
