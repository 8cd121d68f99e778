# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of rules routes the mail: department, notices, watchers, refused files, acknowledgements, what is held, ignored
or put in quarantine; and each ticket's log says which rule did what."""
import email
import os
import shutil

from lib import ROOT, flow, mail, reply, second_department, stamped

CUSTOMER = "cliente@cliente.example"
PASSED = "dmarc=pass header.from=cliente.example"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
RULES = {
    "10-aside.rules": '''\
# What is no ticket comes first.
match header "X-Spam-Flag" is "YES" -> ignore "o filtro diz que é spam", stop
match subject contains "premio" -> quarantine "promete prêmios", stop
match subject contains "contrato" -> hold "contratos passam pelo administrador", tag contrato
''',
    "20-where.rules": '''\
define dinheiro = subject contains any of ("boleto", "fatura")
match dinheiro -> department financeiro, tag dinheiro
match subject /^\\[(?<sistema>\\w+)\\] (?<resto>.+)/ -> field sistema = "$sistema", title "$resto ($sistema)"
match from in "vips.list" -> priority high, template ack-vip, set-header "X-Equipe" = "N2"
''',
    "30-who.rules": '''\
match subject contains "parado" -> priority urgent, due 4h, notify "plantao@example.br", assign "bruno@example.br"
match subject contains "projeto" -> watch "joao@cliente.example", refer financeiro
match subject contains "obrigado" -> no-ack
match attachment name /\\.xml$/i -> refuse-attachment "envie a NF-e dentro de um ZIP"
match subject contains "english" -> language en
''',
}


def prepare(desk):
    """The rules, a list, and the templates with one acknowledgement more."""
    rules, templates = os.path.join(desk.folder, "rules"), os.path.join(desk.folder, "templates")
    os.mkdir(rules)
    for name, text in dict(RULES, **{"vips.list": "# quem paga mais\nchefe@cliente.example\n"}).items():
        with open(os.path.join(rules, name), "w") as f:
            f.write(text)
    shutil.copytree(os.path.join(ROOT, "etc", "templates"), templates)
    for end, text in (("subject", "{{subject_key}} na frente da fila"), ("txt", "Cliente especial: {{subject_key}}.\n"),
                      ("html", "<p>Cliente especial: {{subject_key}}.</p>\n")):
        with open(os.path.join(templates, "pt_BR", "ack-vip." + end), "w") as f:
            f.write(text)
    desk.set("paths", rules=rules, templates=templates)


with flow("rules route the mail", users={"plantao": "plantao@example.br", "joao": "joao@cliente.example",
                                         "chefe": "chefe@cliente.example", "admin": "admin@example.br"}) as t:
    desk = t.desk(desk={"admins": "admin@example.br"}, **second_department(t.servers))
    prepare(desk)
    t.ran(desk.run("rules", "check"), what="the rules compile")

    def write(subject, text="Bom dia.\n", sender=CUSTOMER, to="suporte@example.br", code=0, **options):
        m = mail(sender, to, subject, text, **options)
        t.servers.deliver(stamped(m, PASSED), sender, to)
        t.ran(desk.poll(), code)

    def got(login, piece):
        return t.servers.wait_for(login, lambda m: piece in m.subject)

    def templates_to(address):
        return [q["template"] for q in desk.json("queue", "list", "--all") if q["to"] == address]

    def logged(number, kind):
        return [e["detail"] for e in desk.ticket(number)["events"] if e["kind"] == kind]

    # -- another department
    write("Segunda via do boleto")
    first = desk.ticket(1)
    t.equal((first["department"], first["tags"]), ("financeiro", ["dinheiro"]), "a rule chooses the department")
    got("bruno", "[#1]")
    t.nothing_new("ana", "the department that it was taken from hears nothing")
    t.equal(logged(1, "referred"), [], "and does not get it back by a referral")
    t.equal(got("cliente", "[#1]")["From"], "Financeiro <financeiro@example.br>", "the other one acknowledges it")
    t.ok(logged(1, "rule")[0].startswith('20-where.rules:2 match subject contains'), "the log has file, line and rule", logged(1, "rule"))

    # -- notices, priority, due, assignee
    write("Sistema parado")
    second = desk.ticket(2)
    t.equal((second["priority"], second["assignee"]), ("urgent", "bruno@example.br"), "priority and assignee")
    t.ok(second["due_at"], "it is due", second)
    notice = got("plantao", "[#2]")
    t.has(notice.text, "Bom dia.", "somebody outside the department is told")
    write("Re: [#2] Sistema parado", "Continua parado.\n")
    t.servers.wait_for("plantao", lambda m: "Continua parado" in m.text)
    t.equal(templates_to("plantao@example.br"), ["notice-new", "notice-reply"], "and of the customer's reply, once")

    # -- a watcher
    write("Novo projeto")
    t.equal(logged(3, "referred"), ["financeiro"], "referred to another department")
    t.equal(templates_to("joao@cliente.example"), [], "a watcher hears nothing of the customer's own words")
    answer = reply(t.servers.wait_for("ana", lambda m: "[#3]" in m.subject), "Ana <ana@example.br>", "Vamos fazer.")
    t.servers.deliver(stamped(answer, "dmarc=pass header.from=example.br"), "ana@example.br", "suporte@example.br")
    t.ran(desk.poll())
    seen = got("joao", "[#3]")
    t.has(seen.text, "Vamos fazer.", "the watcher gets the agent's answer")
    for word in ("plantao@", "ana@example.br", "X-Equipe"):
        t.lacks(seen.everything(), word, "nothing internal goes to a customer")
    t.equal(templates_to("plantao@example.br"), ["notice-new", "notice-reply"], "an agent's answer passes no rule")

    # -- title, field, the customer's own acknowledgement, a header for agents
    write("[ERP] Erro ao gravar", sender="chefe@cliente.example")
    fourth = desk.ticket(4)
    t.equal((fourth["title"], fourth["fields"]), ("Erro ao gravar (ERP)", {"sistema": "ERP"}), "title and field by captures")
    vip = got("chefe", "na frente da fila")
    t.has(vip.text, "Cliente especial: [#4].", "a template of its own")
    t.equal(vip["X-Equipe"], None, "the header is for agents")
    t.equal(got("ana", "[#4]")["X-Equipe"], "N2", "who get it")

    # -- a file that a rule refuses
    write("Nota fiscal", attachments=[("nota.xml", "application/xml", "<nfe/>"), ("nota.pdf", "application/pdf", PDF)])
    ack = got("cliente", "[#5]").text
    t.has(ack, "nota.xml (6 bytes): RECUSADO, envie a NF-e dentro de um ZIP", "the acknowledgement says why, in the rule's words")
    t.has(ack, "nota.pdf (35 bytes): recebido", "the other file is received")
    names = [p.get_filename() for p in got("ana", "[#5]").message.walk() if p.get_filename()]
    t.equal(names, ["nota.pdf"], "and goes to the agents alone")

    # -- no acknowledgement, another language
    before = len(templates_to(CUSTOMER))
    write("Muito obrigado")
    t.equal(len(templates_to(CUSTOMER)), before, "no acknowledgement")
    write("In english, please")
    t.has(got("cliente", "[#7]").text, "We have received your message", "another language")

    # -- ignored, in quarantine, held
    known = {x["number"] for x in desk.json("ticket", "list", "--all")}
    write("Ganhe dinheiro", X_Spam_Flag="YES")
    write("Re: [#2] Ganhe mais", X_Spam_Flag="YES")
    write("Você ganhou um premio")
    told = got("admin", "quarentena")
    t.has(told.text, "quarantined: rule 10-aside.rules:3: promete prêmios", "the admin is told which rule and why")
    write("Contrato novo")
    t.equal({x["number"] for x in desk.json("ticket", "list", "--all")}, known, "none of them is a ticket")
    ignored = desk.json("held", "list", "--ignored")
    t.equal(sorted(x["subject"] for x in ignored), ["Ganhe dinheiro", "Re: [#2] Ganhe mais"], "what is ignored is kept", ignored)
    t.equal(len(logged(2, "rule")), 3, "the ticket's log tells of the ignored reply", logged(2, "rule"))
    held = desk.held()
    t.equal([(x["subject"], x["kind"]) for x in held], [("Contrato novo", "rule")], "one is held by a rule", held)
    mails = len(templates_to(CUSTOMER))
    t.ran(desk.run("held", "release", str(held[0]["mail"])), what="an admin releases it")
    t.ran(desk.poll())
    eighth = desk.ticket(8)
    t.equal((eighth["title"], eighth["tags"]), ("Contrato novo", ["contrato"]), "it is a ticket, and the rule's other effects are there")
    got("cliente", "[#8]")
    t.equal(len(templates_to(CUSTOMER)), mails + 1, "and its sender hears of it for the first time")

    # -- a machine, and what explain says
    count = len(desk.json("queue", "list", "--all"))
    write("Sistema parado", Auto_Submitted="auto-generated")
    t.equal(len(desk.json("queue", "list", "--all")), count, "no rule makes a mail of a machine's mail")
    path = os.path.join(desk.folder, "fatura.eml")
    with open(path, "wb") as f:
        f.write(bytes(mail(CUSTOMER, "suporte@example.br", "Fatura", "Oi.\n")))
    reasons = desk.json("explain", path)["reasons"]
    t.ok(any("rule 20-where.rules:2 holds" in r for r in reasons), "explain names the rule", reasons)
    t.ran(desk.run("verify"))
