# SPDX-License-Identifier: GPL-3.0-or-later
"""Two desks that write to each other, and a relay between them that strips what says "machine" (P6, L6, L20)."""
from lib import flow, mail, second_department

LIMIT = 40

with flow("two desks") as t:
    def desks(**options):
        other = {"mailbox_suporte": {"user": "financeiro", "password": t.servers.password("financeiro"), "department": "financeiro"},
                 "department_suporte": None,
                 "department_financeiro": dict({"title": "Financeiro", "addresses": "financeiro@example.br", "agents": "bruno@example.br",
                                                "language": "en"}, **options),
                 "smtp": {"user": "financeiro", "password": t.servers.password("financeiro")}}
        return t.desk(department_suporte=dict(agents="ana@example.br", **options)), t.desk(**other)

    def sent(desk):
        return [q for q in desk.json("queue", "list", "--all") if q["to"] in ("suporte@example.br", "financeiro@example.br")]

    def strip():
        """A relay that takes away everything by which a machine is known."""
        for login in ("suporte", "financeiro"):
            with t.servers.mailbox(login) as mailbox:
                for m in mailbox.messages():
                    for name in ("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "Return-Path", "List-Id"):
                        del m.message[name]
                    mailbox.remove(m)
                    mailbox.append(m.message.as_bytes())

    def converse(a, b, what, stripped):
        """Both desks run until neither has anything to do; how many mails went between them."""
        quiet = 0
        for desk in (a, b):
            t.ran(desk.poll("--no-send"), what="%s: a desk opens" % what)
        for turn in range(LIMIT):
            before = len(sent(a)) + len(sent(b))
            for desk in (a, b):
                t.ran(desk.poll(), what="%s: turn %d" % (what, turn + 1))
                t.flush("ana")
                if stripped:
                    strip()
            quiet = quiet + 1 if len(sent(a)) + len(sent(b)) == before else 0
            if quiet == 2:
                break
        t.ok(quiet == 2, "%s: it ends by itself" % what)
        count = len(sent(a)) + len(sent(b))
        t.note("%s: %d mails between the desks" % (what, count))
        t.ok(count <= 8, "%s: a handful of mails: %d" % (what, count), *[repr(q) for q in sent(a) + sent(b)])

    for registration in ("open", "validated"):
        for stripped in (False, True):
            a, b = desks(registration=registration)
            what = "two desks, %s%s" % (registration, ", a relay that strips" if stripped else "")
            # Somebody makes the first desk a customer of the second one.
            start = mail("Financeiro <financeiro@example.br>", "suporte@example.br", "Pedido: " + what,
                         "Este pedido inicia uma conversa entre duas mesas.\n")
            t.servers.deliver(start, "financeiro@example.br", "suporte@example.br")
            converse(a, b, what, stripped)
            for login in ("suporte", "financeiro"):
                with t.servers.mailbox(login) as mailbox:
                    mailbox.empty("INBOX", "Done")
