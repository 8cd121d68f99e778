# SPDX-License-Identifier: GPL-3.0-or-later
"""Departments that take everybody, or nobody new; `cadastro`; the customer's language; CCs are not people (L19)."""
from lib import flow, mail, reply, second_department

MORE = ("Yes, that is me. By the way, the invoice has the number 4711, it was due last Friday already, and the amount on it "
        "is not the one that we agreed upon: it should be 900.")

with flow("open and closed departments") as t:
    sections = second_department(t.servers)
    sections["department_financeiro"].update(registration="closed", domains="*.cliente.example, cliente.example")
    desk = t.desk(department_suporte={"registration": "open"}, **sections)

    def write(sender, to, subject, text="Bom dia, preciso de ajuda.\n", **headers):
        m = mail(sender, to, subject, text, **headers)
        t.servers.deliver(m, m["From"].addresses[0].addr_spec, to)
        t.ran(desk.poll(), what="a pass over: %s" % subject)

    write("E <estranho@outro.example>", "financeiro@example.br", "Boleto")
    refusal = t.servers.wait_for("estranho", lambda m: True)
    t.has(refusal.text, "suporte@example.br", "a closed department refuses politely and says where else to write")
    t.equal([h["kind"] for h in desk.held()], ["closed"], "the mail is held, not lost")
    write("E <estranho@outro.example>", "financeiro@example.br", "Boleto!")
    t.nothing_new("estranho", "the second mail is refused in silence", known=1)
    write("C <cliente@cliente.example>", "financeiro@example.br", "Fatura", Accept_Language="en-GB, pt;q=0.5")
    verify = t.servers.wait_for("cliente", lambda m: True)
    t.has(verify.text, "reply", "somebody of a known domain is asked to confirm, in the language of the mail")
    t.equal(len(desk.tickets()), 0, "before there is a ticket")

    copied = ["p%d@outro.example" % n for n in range(60)]
    write("E <estranho@outro.example>", "suporte@example.br", "Com cópia", "Isto vai para muita gente.\n", Cc=", ".join(copied))
    t.equal([k["title"] for k in desk.tickets()], ["Com cópia"], "an open department takes everybody")
    people = [a for p in desk.json("people", "list") for a in p["addresses"]]
    t.ok(not set(people) & set(copied), "sixty CCs are not sixty people", people)

    run = desk.run("people", "validate", "estranho@outro.example")
    t.ran(run, what="an admin validates the refused one")
    t.ran(desk.poll())
    t.equal(sorted(k["title"] for k in desk.tickets()), ["Boleto", "Boleto!", "Com cópia"], "what the closed department held is released")

    write("Ana <ana@example.br>", "suporte@example.br", "cadastro")
    t.has(t.servers.wait_for("ana", lambda m: "Suporte" in m.text and "mailto" in m.html).text, "suporte@example.br",
          "cadastro from somebody known answers with the departments")
    count = len(desk.tickets())
    known = len(t.inbox("cliente"))
    t.servers.deliver(reply(verify, "C <cliente@cliente.example>", MORE), "cliente@cliente.example", "financeiro@example.br")
    t.ran(desk.poll())
    ack = t.servers.wait_for("cliente", lambda m: "[#" in m.subject)
    t.has(ack.text, "received", "and the acknowledgement is in English too")
    t.equal(len(desk.tickets()), count + 1, "the ticket is there")
    entries = desk.ticket(count + 1)["entries"]
    t.equal(len(entries), 2, "and what the answer said besides yes is its second entry", entries)
    t.has(entries[-1]["text"], "4711", "word for word")
    t.servers.wait_for("bruno", lambda m: "4711" in m.text)
    t.ran(desk.run("verify"))
