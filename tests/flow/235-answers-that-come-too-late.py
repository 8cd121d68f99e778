# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail that waits is let in, dropped or forgotten once, whoever says so how often and in whatever order (P2)."""
from lib import EX_DATAERR, flow, mail

JOAO, CASA, RITA = "joao@cliente.example", "joao.casa@outro.example", "rita@cliente.example"

with flow("answers that come too late", servers=False) as t:
    desk = t.desk(department_suporte={"registration": "validated"}, registration={"per_day": 24})

    def write(sender, subject, text="Não consigo imprimir desde ontem, nem depois de reiniciar.\n", **headers):
        t.ran(desk.run("deliver", stdin=mail(sender, "suporte@example.br", subject, text, **headers).as_bytes()),
              what="%s writes: %s" % (sender, subject))

    def say(*arguments):
        t.ran(desk.run(*map(str, arguments)), what=" ".join(map(str, arguments)))

    def held(sender):
        return [h["mail"] for h in desk.held() if h["from"] == sender]

    def asked(template, recipient):
        """The Message-ID of the last question to RECIPIENT."""
        return [q["message_id"] for q in desk.json("queue", "list", "--all") if (q["template"], q["to"]) == (template, recipient)][-1]

    def answer(sender, question, text="Sim"):
        write(sender, "Re: pergunta", text, In_Reply_To="<%s>" % question)

    def entries(number):
        return len(desk.ticket(number)["entries"])

    # -- two admins, one mail
    write(JOAO, "Impressora")
    for _ in range(2):
        say("held", "release", held(JOAO)[0])
    t.ran(desk.poll(), what="a mail that was released twice")
    t.ran(desk.poll(), what="and the desk goes on")
    t.equal([ticket["title"] for ticket in desk.tickets()], ["Impressora"], "is one ticket")

    # -- nobody's mail
    write("undisclosed", "Sem remetente")
    number = next(h["mail"] for h in desk.held() if h["kind"] == "no-address")
    t.ran(desk.run("held", "release", str(number)), EX_DATAERR, "a mail without an address cannot be let in, and the admin is told")

    # -- dropped, and confirmed afterwards
    def claim(day="hoje"):
        write(JOAO, "[#1] outra vez", "Cancelem tudo, por favor, ainda %s.\n" % day)
        return held(JOAO)[0], asked("confirm", JOAO)

    number, question = claim()
    say("held", "drop", number)
    answer(JOAO, question)
    t.equal((entries(1), held(JOAO)), (1, []), "what an admin dropped stays dropped")
    number, question = claim("amanhã")
    say("held", "release", number)
    answer(JOAO, question)
    t.ran(desk.poll())
    t.equal((entries(1), held(JOAO)), (2, []), "what an admin let in is not let in again")
    number, question = claim("nesta semana")
    answer(JOAO, question, "Não")
    answer(JOAO, question, "Sim")
    t.lacks(" ".join(e["text"] for e in desk.ticket(1)["entries"][2:]), "nesta semana", "the first answer counts")

    # -- a denial that does not begin with "no"
    number, question = claim("no ano que vem")
    before = entries(1)
    answer(JOAO, question, "Eu não escrevi isso!")
    texts = [e["text"].strip() for e in desk.ticket(1)["entries"][before:]]
    t.equal((texts, held(JOAO)), (["Eu não escrevi isso!"], [number]), "is no yes: the agents read it, and the mail still waits")
    write("ana@example.br", "Re: [#1] Impressora", "O seu contrato foi cancelado.\n")
    number, before = held("ana@example.br")[0], entries(1)
    answer("ana@example.br", asked("confirm", "ana@example.br"), "Isto eu não escrevi.")
    t.equal((entries(1), held("ana@example.br")), (before, [number]), "an agent's goes to nobody")
    answer("ana@example.br", asked("confirm", "ana@example.br"), "Não")
    t.equal((entries(1), held("ana@example.br")), (before, []), "and they can still say no")
    say("held", "drop", held(JOAO)[0])

    # -- an address that answers for another one
    def from_home(text):
        write(CASA, "Re: [#1] Impressora", text, In_Reply_To="<%s>" % asked("ack", JOAO))
        return held(CASA)[0], asked("confirm-alias", JOAO)

    write(CASA, "VPN")
    number, question = from_home("De casa também não imprime.\n")
    say("people", "forget", CASA, "--yes")
    answer(JOAO, question)
    addresses = desk.json("people", "show", JOAO)["addresses"]
    t.ok("" not in addresses, "no address becomes nobody's", addresses)

    # -- a number that nobody could know when the mail came: whoever wrote it guessed (P7)
    write(RITA, "Teclado")
    write(RITA, "[#%d] Teclado" % (len(desk.tickets()) + 1), "Mandem o dinheiro para outra conta.\n")
    answer(RITA, asked("verify", RITA))
    ticket = next(ticket["number"] for ticket in desk.tickets() if ticket["title"] == "Teclado")
    t.equal((entries(ticket), [h["kind"] for h in desk.held() if h["from"] == RITA]), (1, ["claim"]),
            "confirming an address confirms no guess")
    answer(RITA, asked("confirm", RITA))
    t.equal((entries(ticket), held(RITA)), (2, []), "until its sender says that they wrote it")
    t.ran(desk.run("verify"))

    # -- two who wait, and are one
    for sender in ("a@c.example", "b@c.example"):
        write(sender, "Mouse de %s" % sender[0])
    say("people", "merge", "b@c.example", "a@c.example")
    answer("a@c.example", asked("verify", "a@c.example"))
    t.equal((held("a@c.example"), held("b@c.example")), ([], []), "one confirmation of theirs lets in what waits for either")
    t.ran(desk.run("verify"))
