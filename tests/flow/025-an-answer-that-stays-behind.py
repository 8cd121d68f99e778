# SPDX-License-Identifier: GPL-3.0-or-later
"""An agent's answer, or a file of it, can't go to the customer: the agent hears of it, the customer gets no empty letter (L24)."""
from lib import flow, mail, reply

with flow("an answer that stays behind") as t:
    desk = t.desk(limits={"mail_bytes": 1 << 20})
    sent = mail("João <cliente@cliente.example>", "suporte@example.br", "Sem internet", "O modem apagou.\n")
    t.servers.deliver(sent, "cliente@cliente.example", "suporte@example.br")
    t.ran(desk.poll())
    notice = t.servers.wait_for("ana", lambda m: "[#1]" in m.subject)
    known = {who: len(t.inbox(who)) for who in ("ana", "bruno", "cliente")}

    def answers(text, **options):
        t.servers.deliver(reply(notice, "Ana <ana@example.br>", text, **options), "ana@example.br", "suporte@example.br")
        t.ran(desk.poll(), what="ana answers: %s" % text)

    answers("Enorme.", attachments=[("fotos.zip", "application/zip", b"PK" + bytes(range(256)) * 6000)])
    told = t.servers.wait_for("ana", lambda m: "NÃO foi enviada" in m.text)
    t.has(told.text, "passa do limite de 1 MB", "an answer that is too large: its author hears why")
    t.has(told.html, "não foi enviada ao cliente", "in HTML too")
    t.nothing_new("cliente", "the customer gets no empty letter", known["cliente"])
    t.nothing_new("bruno", "nobody else hears of it", known["bruno"])
    t.equal(desk.ticket(1)["state"], "open", "the ticket still waits for the team")
    t.has(str(desk.queue()) + desk.run("ticket", "show", "1").out, "Ana <ana@example.br>, agent", "but it is in the ticket")

    answers("Segue o manual.", attachments=[("manual.exe", "application/octet-stream", b"MZ" * 500),
                                            ("passos.txt", "text/plain", "1. desligar\n")])
    got = t.servers.wait_for("cliente", lambda m: "Segue o manual" in m.text)
    t.lacks(got.everything(), "manual.exe", "an answer with a file that is not accepted goes without it")
    for who in ("ana", "bruno"):
        told = t.servers.wait_for(who, lambda m: "Segue o manual" in m.text)
        t.has(told.text, "- manual.exe (1000 bytes): NÃO ENVIADO, tipo de arquivo não permitido",
              "%s hears of it" % who)
        t.has(told.text, "- passos.txt (12 bytes): enviado", "and which one went")
        t.has(told.text, "sem os arquivos que não foram enviados", "and that the customer does not know")
    t.equal(desk.ticket(1)["state"], "pending", "the customer has an answer")
    t.nothing_new("ana", "once", known["ana"] + 2)

    answers("Tudo certo.", attachments=[("passos.txt", "text/plain", "1. desligar\n")])
    t.servers.wait_for("bruno", lambda m: "Tudo certo" in m.text)
    t.nothing_new("ana", "an answer that went out whole is no news to its author", known["ana"] + 2)
    t.ran(desk.run("verify"))
