# SPDX-License-Identifier: GPL-3.0-or-later
"""The acknowledgement names every file, accepted or refused, with the reason; a refused one costs no ticket (L24)."""
import hashlib

from lib import flow, mail

PDF = b"%PDF-1.4 " + bytes(range(256)) * 40

with flow("attachments accepted and refused") as t:
    desk = t.desk()
    sent = mail("João <cliente@cliente.example>", "suporte@example.br", "Com anexos", "Veja os anexos.\n",
                attachments=[("relatório final.pdf", "application/pdf", PDF), ("../../vírus.exe", "application/octet-stream", b"MZ" * 500),
                             ("grande.zip", "application/zip", b"PK" + b"\0" * (9 << 20)), ("foto.PNG", "image/png", b"\x89PNG\r\n" * 9),
                             ("LEIAME", "text/plain", b"Leia.\n")])
    t.servers.deliver(sent, "cliente@cliente.example", "suporte@example.br")
    t.ran(desk.poll())
    ack = t.servers.wait_for("cliente", lambda m: "[#1]" in m.subject)
    for name in ("relatório final.pdf", "vírus.exe", "grande.zip", "foto.PNG", "LEIAME"):
        for body, kind in ((ack.text, "text"), (ack.html, "HTML")):
            t.has(body, name, "the acknowledgement's %s names %s" % (kind, name))
    t.lacks(ack.text, "../", "no path is shown")
    line = {name: next((l for l in ack.text.splitlines() if name in l), "") for name in
            ("relatório final.pdf", "vírus.exe", "grande.zip", "LEIAME")}
    t.equal(line["relatório final.pdf"], "- relatório final.pdf (10 KB): recebido", "one is received")
    for name, why in (("vírus.exe", "tipo de arquivo não permitido"), ("grande.zip", "passa do tamanho permitido"),
                      ("LEIAME", "o nome não tem uma extensão (como .pdf) que diga o tipo")):
        t.ok(line[name].endswith("RECUSADO, " + why), "%s is refused, and the reason is in Portuguese" % name, line[name])
        t.has(ack.html, why, "in HTML too")
    files = {a["name"]: a for a in desk.ticket(1)["entries"][0]["attachments"]}
    t.equal({n: a["accepted"] for n, a in files.items()},
            {"relatório final.pdf": True, "vírus.exe": False, "grande.zip": False, "foto.PNG": True, "LEIAME": False}, "the ticket knows which")
    t.equal((files["relatório final.pdf"]["size"], files["relatório final.pdf"]["sha256"]),
            (len(PDF), hashlib.sha256(PDF).hexdigest()), "with size and SHA-256 of the decoded file")
    t.ok(all(files[n]["reason"] for n in ("vírus.exe", "grande.zip", "LEIAME")), "and why not", files)
    t.ok(not any(part.get_filename() for part in ack.message.walk()), "no file is sent back")
    shown = desk.run("ticket", "show", "1").out
    t.has(shown, "relatório final.pdf", "ticket show names them for people")
    t.ran(desk.run("verify"))
