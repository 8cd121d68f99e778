# SPDX-License-Identifier: GPL-3.0-or-later
"""Each department has a policy of files of its own; winmail.dat is opened, and what is inside travels; an encrypted mail
opens a ticket that says so."""
import email
import email.policy
import os

from lib import ROOT, flow, mail, second_department

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def fixture(name, to):
    with open(os.path.join(ROOT, "tests/mail/file-%s.eml" % name), "rb") as f:
        m = email.message_from_binary_file(f, policy=email.policy.default)
    del m["From"], m["To"]
    m["From"], m["To"] = "A <cliente@cliente.example>", to
    return m


with flow("files by department") as t:
    sections = second_department(t.servers)
    sections["department_financeiro"].update(attachment_types="docx", attachments_count="1", attachments_total="1M", attachment_bytes="10K",
                                             language="en")
    desk = t.desk(**sections)

    def write(m):
        t.servers.deliver(m, "cliente@cliente.example", m["To"])
        t.ran(desk.poll())

    files = [("nota.pdf", "application/pdf", PDF), ("carta.docx", "application/octet-stream", b"PK\x03\x04" + b"x" * 50),
             ("outra.docx", "application/octet-stream", b"PK\x03\x04" + b"y" * 50), ("fatura.docx", "application/octet-stream", b"z" * 20000)]
    write(mail("A <cliente@cliente.example>", "financeiro@example.br", "Ao financeiro", "Veja.\n", attachments=files))
    ack = t.servers.wait_for("cliente", lambda m: "[#1]" in m.subject).text
    for line in ("- nota.pdf (35 bytes): REFUSED, this type of file is not accepted", "- carta.docx (54 bytes): received",
                 "- outra.docx (54 bytes): REFUSED, the message has more files than we can accept",
                 "- fatura.docx (19.5 KB): REFUSED, larger than we can accept"):
        t.has(ack, line, "the department's own policy, in its language")

    write(fixture("winmail", "suporte@example.br"))
    ack = t.servers.wait_for("cliente", lambda m: "[#2]" in m.subject).text
    t.has(ack, "Relatório 📄.pdf (35 bytes): recebido", "a file inside of winmail.dat is received")
    t.has(ack, "setup.exe (318 bytes): RECUSADO", "another is refused")
    t.lacks(ack, "winmail.dat", "the container is no file of the customer's")
    notice = t.servers.wait_for("ana", lambda m: "[#2]" in m.subject)
    sent = {p.get_filename(): p.get_content() for p in notice.message.walk() if p.get_filename()}
    t.equal(sent, {"Relatório 📄.pdf": PDF}, "the accepted one goes to the agents, cut out of the container, and nothing else")

    write(fixture("pgp-mime-encrypted", "suporte@example.br"))
    ack = t.servers.wait_for("cliente", lambda m: "[#3]" in m.subject)
    notice = t.servers.wait_for("ana", lambda m: "[#3]" in m.subject)
    for text, who in ((ack.text, "the customer"), (ack.html, "the customer, in HTML"), (notice.text, "the agent"), (notice.html, "the agent, in HTML")):
        t.has(text, "criptografada", "%s is told that it is encrypted" % who)
        t.lacks(text, "encrypted.asc", "and of no file")
    t.has(desk.run("ticket", "show", "3").out, "encrypted", "the ticket's log says it")

    write(fixture("program-as-pdf", "suporte@example.br"))
    ack = t.servers.wait_for("cliente", lambda m: "[#4]" in m.subject).text
    t.has(ack, "fatura.pdf (318 bytes): RECUSADO, é um programa", "a program is refused whatever its name says")
    t.ran(desk.run("verify"))
