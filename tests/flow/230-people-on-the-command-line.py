# SPDX-License-Identifier: GPL-3.0-or-later
"""An admin's commands for people, held mails and keys do what they say, and refuse what they must not do."""
import datetime
import os
import re

from lib import EX_DATAERR, flow, mail
from servers import wait_until

EX_USAGE, EX_NOINPUT = 64, 66
JOAO, MARIA, RITA, TITO = ("%s@cliente.example" % name for name in ("joao", "maria", "rita", "tito"))

with flow("people on the command line", servers=False) as t:
    desk = t.desk(desk={"admins": "chefe@gestao.example"}, department_suporte={"registration": "validated"},
                  department_financeiro={"title": "Financeiro", "addresses": "financeiro@example.br",
                                         "agents": "bruno@equipe.example", "language": "pt_BR"})

    def write(sender, subject, text="Não consigo imprimir desde ontem, nem depois de reiniciar.\n", to="suporte@example.br", **headers):
        t.ran(desk.run("deliver", stdin=mail(sender, to, subject, text, **headers).as_bytes()), what="%s writes: %s" % (sender, subject))

    def say(*arguments, code=0):
        run = desk.run(*arguments)
        t.ran(run, code, " ".join(arguments))
        if code:
            t.ok(run.err.startswith("chamado: "), "and says why", run)
        return run

    def show(address):
        return desk.json("people", "show", address)

    def account(address):
        return next((p["account"] for p in desk.json("people", "list") if address in p["addresses"]), None)

    def held(address):
        return [h for h in desk.held() if h["from"] == address]

    def titles(address):
        return sorted(ticket["title"] for ticket in show(address)["tickets"])

    # -- arguments
    for wrong in (("people",), ("people", "dance"), ("people", "list", "x"), ("people", "show"), ("people", "show", JOAO, MARIA),
                  ("people", "validate"), ("people", "alias", JOAO), ("people", "merge", JOAO), ("people", "forget"),
                  ("people", "block"), ("people", "unblock"), ("people", "blocklist", "x"), ("people", "list", "--limit", "-1"),
                  ("people", "show", JOAO, "--pending"), ("people", "block", JOAO, "--yes"), ("people", "blocklist", "--limit", "3"),
                  ("keys",), ("keys", "dance"), ("keys", "list", "--days", "3"), ("keys", "rotate", "--days", "-1"),
                  ("keys", "rotate", "--days", "3651"), ("keys", "rotate", "--days", "soon"), ("held", "dance"), ("held", "release"),
                  ("held", "drop"), ("held", "release", "x"), ("held", "drop", "1", "0"), ("held", "release", "1", "--ignored"),
                  ("held", "drop", "1", "--department", "suporte"), ("held", "list", "--ignored", "--department", "suporte")):
        say(*wrong, code=EX_USAGE)
    for address in ("joao", "joao@", "@cliente.example", "jo ao@cliente.example", "joao@cliente..example", "joao@cliente.example\n.",
                    "João <joao@cliente.example>", "a@b@cliente.example", "", "joao@-\x1b[31m"):
        for verb in (("show",), ("validate",), ("forget",), ("alias", JOAO), ("merge", JOAO)):
            run = desk.run("people", *verb, address)
            t.ok(run.code == EX_DATAERR and "expected an address" in run.err and "\x1b" not in run.err,
                 "people %s refuses %r" % (verb[0], address), run)
    for pattern in ("cliente.example", "*", "*@cliente.example", "*cliente.example", "*.", "@", "@cliente example", "*.a..b", "joao"):
        for verb in ("block", "unblock"):
            run = desk.run("people", verb, pattern)
            t.ok(run.code == EX_DATAERR and "*.example.br" in run.err, "people %s refuses %r" % (verb, pattern), run)
    t.equal(os.listdir(desk.state), [], "none of these made a database")
    for reads in (("people", "list"), ("people", "show", JOAO), ("people", "blocklist"), ("keys", "list"), ("people", "forget", JOAO)):
        say(*reads, code=EX_NOINPUT)
    t.equal(os.listdir(desk.state), [], "nor did looking")

    # -- somebody new is pending, an admin confirms
    write("João Silva <%s>" % JOAO, "Impressora")
    write("Maria <%s>" % MARIA, "Boleto", to="financeiro@example.br")
    t.equal([(h["from"], h["kind"], h["department"], h["subject"]) for h in desk.held()],
            [(JOAO, "registration", "suporte", "Impressora"), (MARIA, "registration", "financeiro", "Boleto")], "held list names kind and department")
    for name, who in (("suporte", [JOAO]), ("financeiro", [MARIA])):
        t.equal([h["from"] for h in desk.json("held", "list", "--department", name)], who, "held list --department %s" % name)
        t.equal([h["from"] for h in desk.json("held", "list", "--department", name, "--limit", "1")], who, "its limit counts what is shown")
    run = say("held", "list")
    t.ok(all(word in run.out for word in ("KIND", "registration", "financeiro", "Boleto", "confirm")), "held list for people", run)
    t.has(say("held", "list", "--department", "vendas", code=EX_NOINPUT).err, "no department vendas", "a department that is not there")
    t.equal(account(JOAO), "pending", "the first is pending")
    t.equal(sorted(p["addresses"][0] for p in desk.json("people", "list", "--pending")), [JOAO, MARIA], "people list --pending")
    t.equal([p["addresses"][0] for p in desk.json("people", "list", "--limit", "1")], [MARIA], "people list --limit: the newest")
    found = show(JOAO.upper())
    t.equal((found["account"], found["name"], found["addresses"], found["activated_at"], found["tickets"], found["ticket_count"],
             found["held_count"], found["roles"], found["blocked_by"]),
            ("pending", "João Silva", [JOAO], None, [], 0, 1, [], []), "people show, in any case", found)
    t.equal([(h["mail"], h["subject"], h["kind"]) for h in found["held"]], [(held(JOAO)[0]["mail"], "Impressora", "registration")],
            "people show names what is held", found)
    t.equal([b["address"] for b in found["budgets"]], [JOAO], "and has a budget for the address", found)
    t.ok(0 < found["budgets"][0]["left"] < found["budgets"][0]["per_hour"], "of which the verification mail took one", found)
    t.equal(found["budgets"][0]["tripped_at"], None, "that was not used up")
    run = say("people", "show", JOAO)
    t.ok(all(word in run.out for word in ("João Silva <%s>" % JOAO, "pending", "Impressora", "registration", "suporte", "mails an hour left")),
         "people show for people", run)
    run = say("people", "list")
    t.ok(all(word in run.out for word in ("ACCOUNT", "pending", "João Silva", MARIA)), "people list for people", run)

    t.has(say("people", "validate", JOAO).out, "next poll", "validate says when it takes effect")
    t.equal(desk.tickets(), [], "not before the desk runs")
    t.ran(desk.poll())
    t.equal((account(JOAO), titles(JOAO), held(JOAO)), ("active", ["Impressora"], []), "the held mail is a ticket", show(JOAO))
    t.ok(show(JOAO)["activated_at"], "since when is known")
    t.has(say("people", "validate", JOAO).out, "active already", "a second time changes nothing")
    t.ran(desk.poll())
    t.equal(titles(JOAO), ["Impressora"], "and opens nothing")
    t.equal(account(MARIA), "pending", "the other waits as before")
    with desk.serve() as serving:
        say("people", "validate", MARIA)
        wait_until(lambda: not held(MARIA), 20, "that serve acts on it")
        t.equal(titles(MARIA), ["Boleto"], "under serve it is a ticket at once")
        t.equal(serving.stop(), 0, "serve ends well")
    say("people", "validate", RITA)
    t.ran(desk.poll())
    write(RITA, "Senha")
    t.equal((held(RITA), titles(RITA)), ([], ["Senha"]), "who was validated before writing is not asked")
    say("people", "validate", "suporte@example.br", code=EX_DATAERR)

    # -- several addresses
    write("joao.casa@outro.example", "VPN")
    t.equal(account("joao.casa@outro.example"), "pending", "another address is somebody else")
    say("people", "alias", "joao.casa@outro.example", JOAO)
    t.ran(desk.poll())
    t.equal(sorted(show(JOAO)["addresses"]), sorted(["joao.casa@outro.example", JOAO]), "an alias is one more address of the person")
    t.equal((titles(JOAO), held("joao.casa@outro.example")), (["Impressora", "VPN"], []), "and what it was held for is a ticket of theirs")
    t.equal(show("joao.casa@outro.example"), show(JOAO), "they are one whichever is asked for")
    write("joao.casa@outro.example", "Telefone")
    t.equal(titles(JOAO), ["Impressora", "Telefone", "VPN"], "mail from there is theirs")
    say("people", "alias", "joao.novo@outro.example", JOAO)
    write("joao.novo@outro.example", "Monitor")
    t.ok("Monitor" in titles(JOAO), "also from one that had never written", show(JOAO))
    say("people", "alias", RITA, JOAO, code=EX_DATAERR)
    say("people", "alias", "x@outro.example", "nobody@outro.example", code=EX_NOINPUT)
    say("people", "alias", "suporte@example.br", JOAO, code=EX_DATAERR)
    say("people", "alias", JOAO, JOAO, code=EX_DATAERR)
    t.equal(titles(RITA), ["Senha"], "refused ones changed nothing")

    before = len(desk.json("people", "list"))
    say("people", "merge", RITA, MARIA)
    t.equal((titles(MARIA), sorted(show(MARIA)["addresses"]), show(RITA)), (["Boleto", "Senha"], [MARIA, RITA], show(MARIA)), "merged: two are one")
    t.equal(len(desk.json("people", "list")), before - 1, "and one less is listed")
    write(TITO, "Mouse")
    say("people", "merge", TITO, MARIA)
    t.ran(desk.poll())
    t.equal((titles(MARIA), held(TITO)), (["Boleto", "Mouse", "Senha"], []), "one who was pending is active with them, and waits no more")
    say("people", "merge", "nobody@outro.example", MARIA, code=EX_NOINPUT)
    say("people", "merge", MARIA, "nobody@outro.example", code=EX_NOINPUT)
    say("people", "merge", MARIA, "financeiro@example.br", code=EX_DATAERR)

    # -- the blocklist
    for pattern, who in (("suporte@example.br", "department suporte"), ("ANA@example.br", "agent of department suporte"),
                         ("@example.br", "suporte@example.br"), ("bruno@equipe.example", "agent of department financeiro"),
                         ("*.example", "bruno@equipe.example"), ("chefe@gestao.example", "admin"), ("@gestao.example", "admin"), ("*.br", "suporte@example.br")):
        t.has(say("people", "block", pattern, code=EX_DATAERR).err, who, "block %s is refused" % pattern)
    t.equal(desk.json("people", "blocklist"), [], "nothing is blocked yet")

    write("spam@mau.test", "Oferta")
    t.equal(len(held("spam@mau.test")), 1, "a nuisance is held as anybody is")
    queued = len(desk.queue())
    for pattern in ("Spam@mau.test", "@pior.test", "*.rede.test"):
        say("people", "block", pattern)
    t.has(say("people", "block", "@pior.test").out, "already", "a second time says so")
    t.equal(sorted(desk.json("people", "blocklist")), ["*.rede.test", "@pior.test", "spam@mau.test"], "people blocklist")
    t.equal(sorted(say("people", "blocklist").out.split()), ["*.rede.test", "@pior.test", "spam@mau.test"], "the same for people")
    t.equal(held("spam@mau.test"), [], "what was held of it is not any more")
    for sender in ("spam@mau.test", "a@pior.test", "b@x.rede.test"):
        write(sender, "Oferta de %s" % sender)
    t.equal(sorted(m["from"] for m in desk.json("held", "list", "--ignored")), sorted(["spam@mau.test"] * 2 + ["a@pior.test", "b@x.rede.test"]),
            "the blocked are ignored")
    t.equal(len(desk.queue()), queued, "in silence")
    t.equal(show("spam@mau.test")["blocked_by"], ["spam@mau.test"], "people show says who blocks them")
    t.equal([show(a)["blocked_by"] for a in ("a@pior.test", "b@x.rede.test")], [["@pior.test"], ["*.rede.test"]], "also of those who are nobody's account")
    t.has(say("people", "show", "a@pior.test").out, "@pior.test", "and to people")
    t.has(say("people", "validate", "a@pior.test", code=EX_DATAERR).err, "people unblock @pior.test", "who is blocked is not validated")
    for sender in ("a@x.pior.test", "b@rede.test"):
        write(sender, "Pedido")
        t.equal(len(held(sender)), 1, "%s is not meant by them" % sender)
    t.has(say("people", "unblock", "a@pior.test", code=EX_NOINPUT).err, "blocked by @pior.test", "unblock knows what blocks an address")
    say("people", "unblock", "nobody@outro.example", code=EX_NOINPUT)
    say("people", "unblock", "@PIOR.test")
    write("a@pior.test", "De novo")
    t.equal([h["subject"] for h in held("a@pior.test")], ["De novo"], "unblocked, it is heard again")
    t.equal(sorted(desk.json("people", "blocklist")), ["*.rede.test", "spam@mau.test"], "and off the list")

    # -- held mails, one by one
    number = next(ticket["number"] for ticket in show(JOAO)["tickets"] if ticket["title"] == "Impressora")
    for text in ("Ainda não imprime.", "Esqueçam, era o cabo."):
        write(JOAO, "Re: [#%d] Impressora" % number, text + "\n")
    claims = held(JOAO)
    t.equal([(h["kind"], h["ticket"], h["department"]) for h in claims], [("claim", number, "suporte")] * 2, "two replies that nothing proves are held")
    first, second = (str(h["mail"]) for h in claims)
    say("held", "release", first, "99999", code=EX_NOINPUT)
    t.ran(desk.poll())
    t.equal(len(held(JOAO)), 2, "one that is not held: none is released")
    t.has(say("held", "release", first, first).out, "next poll", "release says when it takes effect")
    t.ran(desk.poll())
    t.equal([e["text"].strip() for e in desk.ticket(number)["entries"]][1:], ["Ainda não imprime."], "released, it is in the ticket, once")
    say("held", "drop", second, "99999", code=EX_NOINPUT)
    t.equal([h["mail"] for h in held(JOAO)], [int(second)], "one that is not held: none is dropped")
    say("held", "drop", second)
    dropped = [m for m in desk.json("held", "list", "--ignored") if m["mail"] == int(second)]
    t.ok(not held(JOAO) and dropped and dropped[0]["reasons"][-1] == "ignored: dropped by an admin", "dropped, it is ignored, and says why", dropped)
    t.ran(desk.poll())
    t.equal(len(desk.ticket(number)["entries"]), 2, "and never gets there")
    say("held", "drop", second, code=EX_NOINPUT)
    say("held", "release", second, code=EX_NOINPUT)
    t.ran(desk.run("verify"))

    # -- agents and admins
    for address, roles in (("ana@example.br", ["agent of department suporte"]), ("chefe@gestao.example", ["admin of the desk"]),
                           ("financeiro@example.br", ["address of department financeiro"])):
        t.equal((show(address)["roles"], show(address)["account"]), (roles, "none"), "%s is shown by what they are" % address)
    t.has(say("people", "show", "nobody@outro.example", code=EX_NOINPUT).err, "nobody@outro.example", "nobody is not shown")
    limits = desk.run("-o", "budgets.agent=77", "-o", "budgets.address=55", "people", "show", "chefe@gestao.example")
    t.has(limits.out, "77 of 77 mails an hour", "an admin has an agent's budget")

    # -- a budget that is used up
    busy, scarce = "ocupado@cliente.example", ("-o", "budgets.address=1")
    say("people", "validate", busy)
    for subject in ("Um", "Dois"):
        t.ran(desk.run(*scarce, "deliver", stdin=mail(busy, "suporte@example.br", subject, "Chamado %s.\n" % subject).as_bytes()))
    t.equal(titles(busy), ["Dois", "Um"], "both mails are tickets")
    budget = desk.json(*scarce, "people", "show", busy)["budgets"][0]
    t.ok((budget["left"], budget["per_hour"]) == (0, 1) and budget["tripped_at"], "people show says that it is used up, and since when", budget)
    t.has(desk.run(*scarce, "people", "show", busy).out, "0 of 1 mails an hour left; used up", "and to people")

    # -- forgetting
    write(MARIA, "Re: [#%d] Impressora" % number, "Também não consigo imprimir, e o cabo está bom.\n")
    waiting = [h["mail"] for h in held(MARIA)]
    t.equal(len(waiting), 1, "a mail of hers is held")
    run = say("people", "forget", MARIA, code=EX_USAGE)
    t.ok(all(word in run.out for word in (MARIA, RITA, TITO, "raw bytes: 1", "3 tickets")) and "--yes" in run.err, "forget says what would go", run)
    t.equal((account(MARIA), len(held(MARIA))), ("active", 1), "and does nothing without --yes")
    count = len(desk.json("ticket", "list", "--all"))
    say("people", "forget", MARIA, "--yes")
    for address in (MARIA, RITA, TITO):
        t.equal(account(address), None, "%s is not known any more" % address)
    t.equal([h for h in desk.held() if h["mail"] in waiting], [], "what was held went")
    t.equal(len(desk.json("ticket", "list", "--all")), count, "the tickets stay")
    say("people", "forget", MARIA, "--yes", code=EX_NOINPUT)
    write(MARIA, "Olá de novo")
    t.equal((account(MARIA), titles(MARIA)), ("pending", []), "who was forgotten comes as somebody new")
    t.ran(desk.run("verify"))

    # -- keys
    def days_left(key):
        at = datetime.datetime.fromisoformat(key["expires_at"].replace("Z", "+00:00"))
        return round((at - datetime.datetime.now(datetime.timezone.utc)) / datetime.timedelta(days=1))

    def last_key():
        return int(re.match(r"ch\.(\d+)\.", desk.queue()[-1]["message_id"])[1])

    keys = desk.json("keys", "list")
    t.equal([(k["signs"], k["verifies"], k["expires_at"]) for k in keys], [(True, True, None)], "one key signs", keys)
    write("novo@cliente.example", "Primeiro")
    t.equal(last_key(), keys[-1]["id"], "mails are signed with it")
    say("keys", "rotate", "--days", "30")
    keys = desk.json("keys", "list")
    t.equal([(k["signs"], k["verifies"]) for k in keys], [(False, True), (True, True)], "rotated: the old one verifies", keys)
    t.equal(days_left(keys[0]), 30, "for as many days as was said")
    t.ok(all(k["created_at"] for k in keys), "each was made some day")
    write("outro@cliente.example", "Segundo")
    t.equal(last_key(), keys[-1]["id"], "the new one signs")
    t.ran(desk.run("-o", "trust.key_days=7", "keys", "rotate"))
    t.equal([days_left(k) for k in desk.json("keys", "list")[:-1]], [7, 7], "without --days it is trust.key_days, and older keys don't outlive it")
    t.ran(desk.run("keys", "rotate"))
    t.equal([days_left(k) for k in desk.json("keys", "list")[:-1]], [7, 7, 180], "but keep the day that was said before")
    t.has(desk.run("keys", "list").out, "verifies until", "keys list for people: one that verifies")
    say("keys", "rotate", "--days", "0")
    run = say("keys", "list")
    keys = desk.json("keys", "list")
    t.equal([k["verifies"] for k in keys], [False] * 4 + [True], "0 days: none of those before verifies anything any more")
    t.ok("signs" in run.out and "expired" in run.out, "keys list for people", run)
    t.ok(not re.search(r"[0-9a-zA-Z+/]{20}", run.out + desk.run("keys", "list", "--json").out), "no secret is shown", run)

    run = say("people", "list", "--help")
    t.has(run.out, "validate ADDRESS", "--help names the verbs")
