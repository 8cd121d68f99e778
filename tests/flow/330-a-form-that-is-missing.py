# SPDX-License-Identifier: GPL-3.0-or-later
"""A department needs the number of an order. Who doesn't write it is asked, by a mail whose link opens a form; the ticket
is there meanwhile, and the answer fills it in, however it comes."""
import email.message
import re
import urllib.parse

from lib import flow, mail, reply, stamped

CUSTOMER = "cliente@cliente.example"
PASSED = "dmarc=pass header.from=cliente.example"
SECTIONS = {
    "field_pedido": {"title": "Número do pedido", "aliases": "Pedido"},
    "field_setor": {"title": "Setor"},
    "field_cor": {"title": "Cor"},
    "department_suporte": {"fields": "cor", "required": "pedido, setor"},
}


def opened(link):
    """The mail that a program opens for a mailto: link (RFC 6068)."""
    url = urllib.parse.urlsplit(link)
    asked = {k: v[0] for k, v in urllib.parse.parse_qs(url.query.replace("+", "%2B"), keep_blank_values=True).items()}
    return urllib.parse.unquote(url.path), asked["subject"], asked["body"]


def fields(desk, number):
    return desk.ticket(number)["fields"]


with flow("a form that is missing") as t:
    desk = t.desk(**SECTIONS)

    def arrives(m):
        t.servers.deliver(stamped(m, PASSED), CUSTOMER, "suporte@example.br")
        t.ran(desk.poll())

    def letter(number, piece):
        return t.servers.wait_for("cliente", lambda m: "[#%d]" % number in m.subject and piece in m.text)

    # -- by the link
    arrives(mail("João <%s>" % CUSTOMER, "suporte@example.br", "Não chegou", "Bom dia!\nCor: azul\nNão chegou ainda.\n"))
    ask = letter(1, "faltam algumas")
    t.equal(len(t.inbox("cliente")), 1, "one mail, instead of the acknowledgement")
    t.equal(desk.ticket(1)["state"], "open", "the ticket is there meanwhile")
    t.equal(fields(desk, 1), {"cor": "azul"}, "with what the mail said")
    t.has(ask.text, "\nSetor:\n", "it says what is missing")
    t.has(ask.text, "Não chegou ainda", "and all that an acknowledgement says")
    t.equal(ask["Auto-Submitted"], "auto-replied", "it says that a machine wrote it")
    links = {re.search(r"<(mailto:[^>]*body=[^>]*)>", ask.text).group(1),
             re.search(r'href="(mailto:[^"]*body=[^"]*)"', ask.html).group(1).replace("&amp;", "&")}
    t.equal(len(links), 1, "text and HTML have the same link", links)
    to, subject, body = opened(links.pop())
    t.equal((to, body), ("suporte@example.br", "Número do pedido: \r\nSetor: "), "it opens a form", subject)
    t.has(subject, "[#1]", "with the ticket's key")
    notice = t.servers.wait_for("ana", lambda m: "[#1]" in m.subject)
    t.has(notice.text, "\nCor: azul\n", "agents see what is there")

    filled = body.replace("Setor: ", "Setor: Compras").replace("pedido: ", "pedido: 4711").replace("\r\n", "\n")
    arrives(mail("João <%s>" % CUSTOMER, to, subject, filled + "\n"))
    t.equal(fields(desk, 1), {"cor": "azul", "pedido": "4711", "setor": "Compras"}, "the form fills them")
    t.nothing_new("cliente", "and is not answered", 1)
    told = t.servers.wait_for("ana", lambda m: "Nova mensagem" in m.text)
    for line in ("Número do pedido: 4711", "Setor: Compras", "Cor: azul"):
        t.has(told.text, "\n%s\n" % line, "agents see it")
        t.has(told.html, line.split(": ")[1] + "<br>", "in HTML too")
    shown = desk.run("ticket", "show", "1").out
    t.has(shown, "4711", "ticket show has it for people")

    # -- by a reply above the quote, in two steps
    arrives(mail("João <%s>" % CUSTOMER, "suporte@example.br", "Outra coisa", "Quebrou.\n"))
    ask = letter(2, "faltam algumas")
    arrives(reply(ask, "João <%s>" % CUSTOMER, "Ainda não sei, vejo amanhã."))
    t.nothing_new("cliente", "who fills nothing is not asked again", 2)
    arrives(reply(ask, "João <%s>" % CUSTOMER, "* SETOR : Vendas\n\nO resto vejo amanhã."))
    again = letter(2, "anotamos")
    t.lacks(again.text.split("Responda")[0], "Setor", "who fills one of two is asked for the other")
    t.equal(fields(desk, 2), {"setor": "Vendas"}, "and that one is kept")

    # -- in the quote of our mail, where the blanks stand
    answer = email.message.EmailMessage()
    quoted = "\n".join("> " + l for l in again.text.splitlines()).replace("> Número do pedido:\n", "> Número do pedido: 99/A\n")
    for name, value in (("From", "João <%s>" % CUSTOMER), ("To", "suporte@example.br"), ("Subject", "Re: " + again.subject),
                        ("Message-ID", "<dentro@cliente.example>"), ("In-Reply-To", again.message_id)):
        answer[name] = value
    answer.set_content("Preenchi abaixo.\n\nEm seg., Suporte escreveu:\n%s\n" % quoted)
    arrives(answer)
    t.equal(fields(desk, 2), {"pedido": "99/A", "setor": "Vendas"}, "what is filled in inside our quote counts")
    t.nothing_new("cliente", "and all is well", 3)

    # -- complete at once, and a machine
    arrives(mail("João <%s>" % CUSTOMER, "suporte@example.br", "Completo", "Pedido: 1\nSetor: TI\nOi!\n"))
    ack = letter(3, "Em breve")
    t.has(ack.text, "\nNúmero do pedido: 1\n", "who writes it all is acknowledged as ever, with what was understood")
    arrives(mail("no-reply@cliente.example", "suporte@example.br", "Relatório", "Nada novo.\n"))
    t.equal(desk.ticket(4)["state"], "open", "a mail that nobody reads answers to opens a ticket")
    t.nothing_new("cliente", "and asks nobody", 4)
    t.ran(desk.run("verify"))
