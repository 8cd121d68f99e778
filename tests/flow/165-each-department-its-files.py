# SPDX-License-Identifier: GPL-3.0-or-later
"""Each department accepts its own files: by type, by content, by size, number and sum; a reply is weighed as its ticket is."""
from lib import flow, mail, second_department

PDF = b"%PDF-1.4\n" + b"nota " * 300
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0" + b"\0" * 900
EXE = b"MZ" + b"\0" * 58 + (64).to_bytes(4, "little") + b"PE\0\0\x4c\x01\x01\0" + b"\0" * 12 + b"\xe0\0\x02\x01\x0b\x01" + b"\0" * 300


def lines(text):
    return {line[2:].split(" (")[0]: line.rpartition("): ")[2] for line in text.splitlines() if line.startswith("- ")}


with flow("each department its files") as t:
    sections = second_department(t.servers)
    sections.setdefault("department_financeiro", {}).update(language="en", attachment_types="pdf, xml", attachments_count="3",
                                                           attachments_total="2500", attachment_bytes="2K")
    desk = t.desk(**sections)
    files = [("nota.pdf", "application/pdf", PDF), ("foto.png", "image/png", PNG), ("boleto.pdf", "application/pdf", EXE),
             ("segunda.pdf", "application/pdf", PDF), ("resumo.pdf", "application/pdf", PDF[:900]), ("grande.xml", "text/xml", b"<a>" * 1000),
             ("a.xml", "text/xml", b"<?xml version='1.0'?><a/>"), ("b.xml", "text/xml", b"<?xml version='1.0'?><b/>")]
    t.servers.deliver(mail("Ana <cliente@cliente.example>", "financeiro@example.br", "Files", "See below.\n", attachments=files),
                      "cliente@cliente.example", "financeiro@example.br")
    t.ran(desk.poll())
    first = ack = t.servers.wait_for("cliente", lambda m: "[#1]" in m.subject)
    t.equal(lines(ack.text), {
        "nota.pdf": "received", "foto.png": "REFUSED, this type of file is not accepted",
        "boleto.pdf": "REFUSED, its content is not what its name says",
        "segunda.pdf": "REFUSED, together with the other files it is more than we can accept",
        "resumo.pdf": "received", "grande.xml": "REFUSED, larger than we can accept",
        "a.xml": "received", "b.xml": "REFUSED, there are too many files in one message"}, "each file has its answer")
    for why in ("its content is not what its name says", "together with the other files", "too many files"):
        t.has(ack.html, why, "in HTML too")
    kept = {a["name"]: a["reason"] for a in desk.ticket(1)["entries"][0]["attachments"]}
    t.has(kept["boleto.pdf"], "its name says .pdf, its content is application/", "the log says what the file is")

    t.servers.deliver(mail("Ana <cliente@cliente.example>", "suporte@example.br", "Arquivos", "Veja abaixo.\n", attachments=files[:3] + [
        ("%d.png" % i, "image/png", PNG) for i in range(20)]), "cliente@cliente.example", "suporte@example.br")
    t.ran(desk.poll())
    ack = t.servers.wait_for("cliente", lambda m: "[#2]" in m.subject)
    said = lines(ack.text)
    t.equal((said["nota.pdf"], said["foto.png"], said["17.png"]), ("recebido",) * 3, "the other department takes pictures")
    t.equal(said["boleto.pdf"], "RECUSADO, o conteúdo não é o que o nome diz", "no program, and says so in Portuguese")
    t.equal(said["18.png"], "RECUSADO, há arquivos demais em uma só mensagem", "and twenty files of one mail")

    t.servers.deliver(mail("Ana <cliente@cliente.example>", "suporte@example.br", "Re: " + first.subject, "One more.\n", attachments=files[:2],
                           In_Reply_To=first.message_id, References=first.message_id),
                      "cliente@cliente.example", "suporte@example.br")
    t.ran(desk.poll())
    entries = desk.ticket(1)["entries"]
    t.equal({a["name"]: a["accepted"] for a in entries[-1].get("attachments", [])}, {"nota.pdf": True, "foto.png": False},
            "a reply to another address is weighed by its ticket's department", entries[-1])
    t.ran(desk.run("verify"))
