# SPDX-License-Identifier: GPL-3.0-or-later
"""An admin changes a rule and asks which of a thousand mails of the past it would move: exactly those, and nothing else
happens."""
import hashlib
import os
import re
import shutil

from lib import flow, mail, message_bytes, second_department, stamped

MAILS = 1000
BEFORE = """\
match subject contains "boleto" -> department financeiro, tag boleto
match from "@oferta.example" -> ignore "propaganda"
match subject contains "revisar" -> hold "um administrador olha"
match ticket is any of (open, pending) and body contains "urgente" -> priority urgent, tag pressa
match subject /pedido (?<numero>[0-9]+)/i -> field pedido = "$numero"
"""
# "fatura" moves too, offers are tagged instead, and what was to be looked at comes in, as some of it has since.
AFTER = """\
match subject contains any of ("boleto", "fatura") -> department financeiro, tag boleto
match from "@oferta.example" -> tag oferta
match ticket is any of (open, pending) and body contains "urgente" -> priority urgent, tag pressa
match subject /pedido (?<numero>[0-9]+)/i -> field pedido = "$numero"
"""


def subject(n):
    """What the mail number N is about, and from whom: 30 of offers, 20 to be looked at, 50 boletos, 40 faturas."""
    kinds = [(30, "Oferta", "loja@oferta.example"), (20, "Por favor revisar", None), (50, "Segunda via do boleto", None),
             (40, "Fatura errada", None), (100, "Pedido %d atrasado" % (5000 + n), None)]
    for count, text, sender in kinds:
        if n < count:
            return "%s (%d)" % (text, n), sender
        n -= count
    return "Uma pergunta (%d)" % n, None


def new_mail(n):
    text, sender = subject(n)
    return mail(sender or "Cliente %d <c%d@cliente.example>" % (n, n), "suporte@example.br", text, "Texto do pedido %d.\n" % n)


def later_mail(n, tickets):
    """Every third one an agent's answer, which no rule is asked of; the others customers', some of them urgent."""
    ticket = tickets[n]
    if n % 3 == 0:
        m = mail("Bruno <bruno@example.br>", "suporte@example.br", "Re: [#%d] x" % ticket["number"], "Veja isto: urgente, boleto, fatura (%d).\n" % n)
        return stamped(m, "dkim=pass header.d=example.br")
    m = mail(ticket["requester"], "suporte@example.br", "Re: [#%d] x" % ticket["number"],
             "%s %d\n" % ("Agora é urgente!" if n % 3 == 1 else "Alguma novidade da fatura?", n))
    return stamped(m, "dkim=pass header.d=cliente.example")


def put(servers, mails):
    """Into the Maildir behind Dovecot, as a delivery agent leaves them."""
    home = os.path.join(servers.folder, "mail", "suporte", "Maildir")
    for folder in [os.path.dirname(home), home] + [os.path.join(home, name) for name in ("new", "cur", "tmp")]:
        os.makedirs(folder, exist_ok=True)
        shutil.chown(folder, "nobody", "nogroup")
    for m in mails:
        put.count = getattr(put, "count", 0) + 1
        path = os.path.join(home, "new", "%d.M%dP1.test" % (1700000000 + put.count, put.count))
        with open(path, "wb") as f:
            f.write(m if isinstance(m, bytes) else message_bytes(m))
        shutil.chown(path, "nobody", "nogroup")


def digest(desk):
    with open(os.path.join(desk.state, "desk.db"), "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


with flow("replay") as t:
    desk = t.desk(**{**second_department(t.servers), "mailbox_financeiro": None})
    desk.set("department suporte", agents="ana@example.br, bruno@example.br")
    desk.set("field pedido", title="Pedido")
    desk.set("budgets", desk=1000000)
    rules, others = os.path.join(desk.folder, "rules"), os.path.join(desk.folder, "other-rules")
    for folder, text in ((rules, BEFORE), (others, AFTER)):
        os.mkdir(folder)
        with open(os.path.join(folder, "all.rules"), "w") as f:
            f.write(text)
    desk.set("paths", rules=rules)

    late = 60
    put(t.servers, [new_mail(n) for n in range(MAILS - late)])
    t.ran(desk.poll("--no-send"))
    tickets = sorted((row for row in desk.tickets() if row["title"].startswith("Uma pergunta")), key=lambda row: row["number"])
    put(t.servers, [later_mail(n, tickets) for n in range(late)])
    t.ran(desk.poll("--no-send"))
    released = desk.held()[:5]
    t.ran(desk.run("held", "release", *[str(row["mail"]) for row in released]), what="an admin lets five of them in")
    t.ran(desk.poll("--no-send"))
    verify = desk.json("verify")
    t.equal(verify["outcomes"], {"ticket": MAILS - late - 45, "reply": late, "ignored": 30, "held": 15}, "a thousand mails, and what became of them")

    before = digest(desk)
    same = desk.run("rules", "replay")
    t.ran(same)
    t.has(same.out, " 0 changed, %d unchanged" % MAILS, "the rules that were in force change nothing", same.out)
    counts = desk.json("rules", "replay")["counts"]
    t.equal((counts["looked_at"], counts["unknown"], counts["skipped"]), (MAILS, 0, {}), "all of them were looked at")

    compared = desk.json("rules", "replay", "--rules", others)
    moved = [subject(n)[0] for n in range(MAILS - late) if re.match("Oferta|Por favor|Fatura", subject(n)[0])]
    expected = sorted(set(moved) - {row["subject"] for row in released})
    t.equal(sorted(m["subject"] for m in compared["mails"]), expected, "other rules against these: exactly the mails that they move")

    with open(os.path.join(rules, "all.rules"), "w") as f:
        f.write(AFTER)
    changed = desk.json("rules", "replay")
    t.equal(sorted(m["subject"] for m in changed["mails"]), expected, "what was done against the changed rules: the same ones")
    t.equal(changed["counts"]["changed"], len(expected), "counted")
    one = next(m for m in changed["mails"] if m["subject"].startswith("Fatura"))
    t.equal((one["removed"], one["added"]), (["department suporte"], ["department financeiro", "tag boleto"]), "where one of them would go")
    one = next(m for m in changed["mails"] if m["subject"].startswith("Oferta"))
    t.equal((one["removed"], one["added"]), (['ignore "propaganda"'], ["tag oferta"]), "what was ignored would be a ticket")

    first, second = desk.run("rules", "replay"), desk.run("rules", "replay")
    t.ran(first)
    t.equal(first.out, second.out, "twice the same")
    t.ok(max(map(len, first.out.splitlines())) <= 80, "in 80 columns", first.out[:2000])
    t.equal(len(re.findall(r"(?m)^(?:#|mail )\d+ \d{4}-\d\d-\d\d ", first.out)), len(expected), "as many in the text")
    t.has(first.out, "%d mails looked at: %d changed, %d unchanged" % (MAILS, len(expected), MAILS - len(expected)), "and the counts at its end")
    t.equal(digest(desk), before, "the database is as it was, byte for byte")

    short = desk.json("rules", "replay", "--since", "1s")
    t.equal(short["counts"]["looked_at"], 0, "--since leaves out what came before")
    t.ran(desk.run("rules", "replay", "--since", "soon"), 64, "which wants a duration")
    t.ran(desk.run("rules", "replay", "--rules", os.path.join(desk.folder, "none")), 78, "rules that are not there")

    stats = {(s["rule"], s["gone"]): s for s in desk.json("rules", "stats")}
    hits = {rule[6:20]: s["hits"] for (rule, gone), s in stats.items() if not gone}
    t.equal(sorted(hits.values()), [0, 0, 20, 100], "how often the rules held that are there now", stats)
    t.equal(sorted(s["hits"] for (_, gone), s in stats.items() if gone), [25, 30, 50], "and those that are gone: five mails were decided twice", stats)
    t.ran(desk.run("verify"))
