# SPDX-License-Identifier: GPL-3.0-or-later
"""An agent answers from their own mail client; the customer sees the desk's address and nothing of the agent."""
from lib import flow, mail, reply

with flow("an agent answers", users={"carla": "carla@example.br"}) as t:
    desk = t.desk(department_suporte={"agents": "ana@example.br, bruno@example.br, carla@example.br"})
    sent = mail("João <cliente@cliente.example>", "suporte@example.br", "Sem internet", "O modem apagou.\n")
    t.servers.deliver(sent, "cliente@cliente.example", "suporte@example.br")
    t.ran(desk.poll())
    notice = t.servers.wait_for("ana", lambda m: "[#1]" in m.subject)
    known = {who: len(t.inbox(who)) for who in ("ana", "bruno", "carla", "cliente")}

    answer = reply(notice, "Ana Souza <ana@example.br>", "Desligue e ligue o modem, por favor.",
                   attachments=[("passos.txt", "text/plain", "1. desligar\n2. ligar\n")])
    answer["Cc"] = "Bruno <bruno@example.br>"
    t.servers.deliver(answer, "ana@example.br", "suporte@example.br")
    t.ran(desk.poll())

    got = t.servers.wait_for("cliente", lambda m: "Desligue e ligue" in m.text)
    t.has(got["From"], "suporte@example.br", "the answer comes from the desk's address")
    t.has(got["To"], "cliente@cliente.example", "it is to the customer")
    t.has(got.subject, "[#1]", "its subject has the number")
    everything = got.everything()
    for who in ("ana@example.br", "bruno@example.br", "carla@example.br"):
        t.lacks(everything, who, "%s stands nowhere in it (P8)" % who)
    t.lacks(everything, answer["Message-ID"].strip("<>"), "nor does the Message-ID of the agent's mail")
    t.ok(got["Return-Path"] and "ana" not in got["Return-Path"], "nor in the envelope", got["Return-Path"])
    ack = t.servers.wait_for("cliente", lambda m: m["Auto-Submitted"] == "auto-replied")
    references = (got["References"] or "") + " " + (got["In-Reply-To"] or "")
    t.has(references, sent["Message-ID"], "it threads with the customer's own mail")
    t.ok(got.message_id and got.message_id not in (answer["Message-ID"], ack.message_id), "its Message-ID is its own")
    t.ok(got["Auto-Submitted"] in (None, "no"), "a person's words are not called automatic", got["Auto-Submitted"])
    t.ok(any("passos.txt" == part.get_filename() for part in got.message.walk()), "the agent's file comes with it")

    for who in ("bruno", "carla"):
        told = t.servers.wait_for(who, lambda m: "Desligue e ligue" in m.text and m["Auto-Submitted"])
        t.has(told.subject, "[#1]", "%s is told of the answer" % who)
    t.nothing_new("ana", "its author is not", known["ana"])
    t.nothing_new("bruno", "bruno is told once", known["bruno"] + 1)
    t.nothing_new("cliente", "the customer gets it once", known["cliente"] + 1)
    entries = desk.ticket(1)["entries"]
    t.equal(len(entries), 2, "the ticket has two entries")
    t.equal(entries[1]["role"], "agent", "the second is an agent's", entries[1])
    t.equal(desk.ticket(1)["state"], "pending", "the ticket waits for the customer")
    t.equal(len(t.inbox("suporte")), 0, "the answer was put away")
    t.ran(desk.run("verify"))
