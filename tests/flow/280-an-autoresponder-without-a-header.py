# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine that answers every mail and hides it ends the conversation by being itself: the same body, or the budget (P6, L6)."""
from lib import flow, mail

LIMIT = 60


def same(n, got):
    return "Recebemos a sua mensagem e responderemos assim que possível. Equipe Outro.\n"


def different(n, got):
    return "Protocolo %d: recebemos a sua mensagem %r e responderemos assim que possível.\n" % (n, got.subject)


def short(n, got):
    return "Recebido.\n"


with flow("an autoresponder without a header") as t:
    def meet(words, threaded, registration, most, **options):
        what = "%s body, %s, %s" % (words.__name__, "in the thread" if threaded else "new each time", registration)
        desk = t.desk(department_suporte={"registration": registration}, desk={"admins": "bruno@example.br"},
                      budgets={"address": 6, "ticket": 4}, **options)
        answered = 0
        for turn in range(LIMIT):
            if turn == 0:
                m = mail("O <estranho@outro.example>", "suporte@example.br", "Pedido", "Preciso de ajuda com o sistema de vendas.\n")
                t.servers.deliver(m, "estranho@outro.example", "suporte@example.br")
            t.ran(desk.poll(), what="%s: turn %d" % (what, turn + 1))
            t.flush("ana")
            got = t.inbox("estranho")
            if len(got) == answered:
                break
            for mine in got[answered:]:
                answered += 1
                headers = {"In_Reply_To": mine.message_id, "References": mine.message_id} if threaded else {}
                m = mail("O <estranho@outro.example>", "suporte@example.br", "Re: " + mine.subject if threaded else "Recebido %d" % answered,
                         words(answered, mine), **headers)
                t.servers.deliver(m, "estranho@outro.example", "suporte@example.br")
        t.ok(turn + 1 < LIMIT, "%s: it ends by itself" % what)
        t.note("%s: %d mails of ours" % (what, answered))
        t.ok(answered <= most, "%s: after a handful of mails: %d" % (what, answered), *[m.subject for m in t.inbox("estranho")])
        t.ran(desk.run("verify"))
        for login in ("estranho", "suporte", "ana", "bruno"):
            with t.servers.mailbox(login) as mailbox:
                mailbox.empty("INBOX")
        return desk

    meet(same, False, "open", 4)
    meet(same, True, "open", 4)
    meet(short, False, "open", 7)
    desk = meet(different, False, "open", 7)
    tripped = [e for n in (k["number"] for k in desk.tickets()) for e in desk.ticket(n)["events"] if e["kind"] == "budget-tripped"]
    t.equal(len(tripped), 1, "a tripped budget stands in the log once", tripped)
    shown = desk.json("people", "show", "estranho@outro.example")
    t.ok(any(b["tripped_at"] for b in shown["budgets"]), "and in people show", shown)
    meet(different, True, "open", 7)
    meet(different, False, "validated", 7)
