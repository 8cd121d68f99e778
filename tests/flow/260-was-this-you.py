# SPDX-License-Identifier: GPL-3.0-or-later
"""Too little evidence holds a reply, and its sender is asked; an agent at home is asked too (P7, L9, L15)."""
from lib import flow, mail, reply

JOAO = "João <cliente@cliente.example>"

with flow("was this you?") as t:
    desk = t.desk()
    opened = mail(JOAO, "suporte@example.br", "Contrato", "Quero renovar o contrato de suporte.\n")
    t.servers.deliver(opened, "cliente@cliente.example", "suporte@example.br")
    t.ran(desk.poll())
    t.servers.wait_for("cliente", lambda m: "[#1]" in m.subject)
    notice = t.servers.wait_for("ana", lambda m: "[#1]" in m.subject)

    def bare(sender, text, subject="Re: [#1] Contrato"):
        """A mail that has nothing but the number."""
        m = mail(sender, "suporte@example.br", subject, text)
        t.servers.deliver(m, m["From"].addresses[0].addr_spec, "suporte@example.br")
        t.ran(desk.poll(), what="a pass over: %s" % text.strip())

    def answer(question, sender, text):
        m = reply(question, sender, text)
        t.servers.deliver(m, m["From"].addresses[0].addr_spec, "suporte@example.br")
        t.ran(desk.poll(), what="a pass over the answer: %s" % text)

    bare(JOAO, "Cancelem tudo e mandem o dinheiro para outra conta.\n")
    t.equal([h["kind"] for h in desk.held()], ["claim"], "a claim alone is held")
    question = t.servers.wait_for("cliente", lambda m: "outra conta" in m.text)
    t.has(question.subject, "[#1]", "and the customer is asked, with what was written in their name")
    t.equal(len(desk.ticket(1)["entries"]), 1, "the ticket does not have it")
    answer(question, JOAO, "Não fui eu!")
    t.equal(desk.held(), [], "no drops it")
    t.equal(len(desk.ticket(1)["entries"]), 1, "the ticket still does not have it")

    bare(JOAO, "Podem renovar por mais dois anos, por favor.\n")
    question = t.servers.wait_for("cliente", lambda m: "mais dois anos" in m.text)
    answer(question, JOAO, "Sim")
    entries = desk.ticket(1)["entries"]
    t.equal([e["text"].strip() for e in entries[1:]], ["Podem renovar por mais dois anos, por favor."], "yes lets it in, as written")
    t.servers.wait_for("ana", lambda m: "mais dois anos" in m.text)

    # An agent's name is not enough to speak for the desk.
    bare("Ana <ana@example.br>", "O seu contrato foi cancelado, passe bem.\n")
    question = t.servers.wait_for("ana", lambda m: "passe bem" in m.text and "[#1]" in m.subject)
    t.nothing_new("cliente", "nothing of it reaches the customer", known=len(t.inbox("cliente")))
    t.lacks("\n".join(m.text for m in t.inbox("cliente")), "passe bem", "not in any mail")
    answer(question, "Ana <ana@example.br>", "não")

    # Ana answers from home: from an address that the desk has never seen.
    known = len(t.inbox("cliente"))
    home = reply(notice, "Ana em casa <estranho@outro.example>", "Olá, João! Renovado. Hoje escrevo de estranho@outro.example.")
    t.servers.deliver(home, "estranho@outro.example", "suporte@example.br")
    t.ran(desk.poll())
    t.equal([h["kind"] for h in desk.held()], ["alias"], "an agent at another address is held")
    t.nothing_new("cliente", "and does not speak for the desk yet", known)
    t.nothing_new("estranho", "the other address is not written to")
    question = t.servers.wait_for("ana", lambda m: "estranho@outro.example" in m.text)
    answer(question, "Ana <ana@example.br>", "Sim, sou eu, estou em casa.")
    got = t.servers.wait_for("cliente", lambda m: "Renovado" in m.text)
    t.lacks(got.everything(), "estranho@outro.example", "the customer sees neither of the agent's addresses")
    t.lacks(got.everything(), "ana@example.br", "really neither")
    t.equal(desk.held(), [], "nothing is held any more")
    shown = desk.json("people", "show", "ana@example.br")
    t.ok("estranho@outro.example" in shown["addresses"], "the address is one more of Ana's", shown)
    t.ran(desk.run("verify"))
