# SPDX-License-Identifier: GPL-3.0-or-later
"""No automatic answer goes to a machine, a list, a bounce, or ourselves (P6)."""
from lib import flow, mail

with flow("machines get no answer") as t:
    desk = t.desk()
    sent = mail("João <cliente@cliente.example>", "suporte@example.br", "Pedido", "Um pedido.\n")
    t.servers.deliver(sent, "cliente@cliente.example", "suporte@example.br")
    t.ran(desk.poll())
    ack = t.servers.wait_for("cliente", lambda m: "[#1]" in m.subject)
    notice = t.servers.wait_for("ana", lambda m: "[#1]" in m.subject)
    known = {"cliente": 1, "ana": 1, "bruno": 1, "estranho": 0}
    tickets = len(desk.tickets())

    def machine(what, subject, sender="estranho@outro.example", envelope=None, **headers):
        m = mail("M <%s>" % sender, "suporte@example.br", subject, "Não estou.\n", **headers)
        t.servers.deliver(m, sender if envelope is None else envelope, "suporte@example.br")
        t.ran(desk.poll(), what="a pass over %s" % what)
        for who, count in known.items():
            t.nothing_new(who, "%s: %s gets no mail" % (what, who), count)

    machine("an out-of-office", "Estou de férias", Auto_Submitted="auto-replied")
    machine("a notice of a program", "backup done", Auto_Submitted="auto-generated (rejected)")
    machine("bulk mail", "Promoção!", Precedence="bulk")
    machine("a mailing list", "[lista] oi", Precedence="list", List_Id="<lista.outro.example>")
    machine("an out-of-office for the ticket", "Re: [#1] Pedido", "cliente@cliente.example", Auto_Submitted="auto-replied",
            In_Reply_To=ack.message_id)
    machine("a bounce", "Undelivered Mail Returned to Sender", "estranho@outro.example", envelope="")
    t.equal(len(desk.tickets()), tickets, "none of them opened a ticket", desk.tickets())

    for ours, what in ((ack, "our acknowledgement"), (notice, "our notice")):
        with t.servers.mailbox("suporte") as mailbox:
            mailbox.append(ours.content)
        t.ran(desk.poll(), what="a pass over %s, come back to us" % what)
        for who, count in known.items():
            t.nothing_new(who, "%s, come back: %s gets no mail" % (what, who), count)
    from_us = mail("Suporte <suporte@example.br>", "suporte@example.br", "Olá", "De nós para nós.\n")
    t.servers.deliver(from_us, "suporte@example.br", "suporte@example.br")
    t.ran(desk.poll())
    t.equal(len(t.inbox("suporte")), 0, "everything was put away")
    t.equal(desk.queue(), [], "nothing waits to be sent")
    t.equal(len(desk.tickets()), tickets, "still no other ticket", desk.tickets())
    t.ran(desk.run("verify"))

    # The same person with no such header is answered: the test can tell a machine from a person.
    person = mail("M <estranho@outro.example>", "suporte@example.br", "Estou de volta", "Agora sim.\n")
    t.servers.deliver(person, "estranho@outro.example", "suporte@example.br")
    t.ran(desk.poll())
    t.has(t.servers.wait_for("estranho", lambda m: True).subject, "[#2]", "a person is answered")
