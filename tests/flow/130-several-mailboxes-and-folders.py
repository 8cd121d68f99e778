# SPDX-License-Identifier: GPL-3.0-or-later
"""Several mailboxes and folders, each mail to the department that it was written to."""
from lib import flow, mail, second_department

with flow("several mailboxes and folders") as t:
    desk = t.desk(**second_department(t.servers))
    desk.set("mailbox suporte", folders="INBOX, Clientes")
    with t.servers.mailbox("suporte") as mailbox:
        mailbox.create("Clientes")
        mailbox.append(mail("A <cliente@cliente.example>", "suporte@example.br", "um", "Um.\n"))
        mailbox.append(mail("A <cliente@cliente.example>", "suporte@example.br", "dois", "Dois.\n"), "Clientes")
        mailbox.append(mail("A <cliente@cliente.example>", "Financeiro <financeiro@example.br>", "três", "Três.\n"), "Clientes")
        mailbox.append(mail("A <cliente@cliente.example>", "alguem@example.br", "quatro", "Em Bcc.\n"))
    with t.servers.mailbox("financeiro") as mailbox:
        mailbox.append(mail("A <cliente@cliente.example>", "financeiro@example.br", "cinco", "Cinco.\n"))
        mailbox.append(mail("A <cliente@cliente.example>", "alguem@example.br", "seis", "Em Bcc.\n"))
        mailbox.append(mail("A <cliente@cliente.example>", "alguem@example.br", "sete", "Em Cc.\n", Cc="Suporte <SUPORTE@example.br>"))
    t.ran(desk.poll())
    where = {x["title"]: x["department"] for x in desk.tickets()}
    t.equal(where, {"um": "suporte", "dois": "suporte", "três": "financeiro", "quatro": "suporte", "cinco": "financeiro",
                    "seis": "financeiro", "sete": "suporte"}, "each is in its department")
    for login, count in (("suporte", 4), ("financeiro", 3)):
        with t.servers.mailbox(login) as mailbox:
            left = len(mailbox.messages()) + len(mailbox.messages("Clientes"))
            t.equal((left, len(mailbox.messages("Done"))), (0, count), "%s's mail was put away" % login)
    t.flush("cliente")
    senders = {m["From"].split("<")[-1].rstrip(">"): 0 for m in t.inbox("cliente")}
    t.equal(set(senders), {"suporte@example.br", "financeiro@example.br"}, "each department answers from its own address")
    t.flush("ana")
    told = sorted(m.subject for m in t.inbox("ana"))
    t.equal(len(told), 4, "ana hears of her department's four", told)
    t.flush("bruno")
    t.equal(len(t.inbox("bruno")), 7, "bruno, who is in both, of all seven")

    # One mailbox that does not work costs the others nothing.
    desk.set("mailbox financeiro", password="uma-senha-errada")
    with t.servers.mailbox("suporte") as mailbox:
        mailbox.append(mail("A <cliente@cliente.example>", "suporte@example.br", "oito", "Oito.\n"))
    run = desk.poll()
    t.ok(run.code != 0, "a mailbox that refuses the password is said by the exit code", run)
    t.has(run.err, "financeiro", "and named")
    t.ok("oito" in [x["title"] for x in desk.tickets()], "the other mailbox was read")
    t.servers.wait_for("cliente", lambda m: "oito" in m.subject)
    t.ok(True, "and its mail was answered")
    desk.set("mailbox financeiro", password=None, password_file="/nao/ha/senha")
    run = desk.poll()
    t.equal([line for line in run.err.splitlines() if line.startswith("chamado: ")],
            ["chamado: financeiro/INBOX: password_file /nao/ha/senha: No such file or directory, expected a file that can be read"],
            "a password that is not there is said once, and the mailbox and the file once each", run)
    t.ran(desk.run("verify"))
