# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed by SIGKILL at each step of a mail's path and started again: one ticket, one acknowledgement (P1–P5)."""
import glob
import os
import re
import signal

from lib import ROOT, flow, mail

PASSES = 4  # after the kill; more would hide a mail that is stuck


def seams():
    """Every seam that the source has, so that a new one is tested without anybody thinking of it; but for "answered",
    which this mail does not meet (250-killed-while-it-releases.py)."""
    names = set()
    for path in glob.glob(os.path.join(ROOT, "src", "**", "*.c"), recursive=True):
        with open(path) as f:
            names.update(re.findall(r'ch_seam\("([^"]+)"\)', f.read()))
    return sorted(names - {"answered"})


def one_end(t, seam):
    """One mail, killed at SEAM, and then the whole truth."""
    for login in ("suporte", "cliente", "ana", "bruno"):
        with t.servers.mailbox(login) as mailbox:
            mailbox.empty()
    desk = t.desk()
    sent = mail("João <cliente@cliente.example>", "suporte@example.br", "Passo " + seam, "Até o fim.\n",
                attachments=[("nota.txt", "text/plain", "uma nota\n" * 50)])
    with t.servers.mailbox("suporte") as mailbox:
        mailbox.append(sent)
    killed = desk.poll(env={"CHAMADO_SEAM": seam})
    if not t.equal(killed.code, -signal.SIGKILL, "%s: the process was killed there" % seam, killed):
        return
    runs = []
    for _ in range(PASSES):
        runs.append(desk.poll())
        if runs[-1].code == 0 and not desk.queue():
            break
        # Whether a mail left before the kill is not known; it waits a while. Nobody sleeps here.
        desk.run("queue", "retry", "--all")
    t.ok(runs[-1].code == 0, "%s: it goes on" % seam, *runs)
    t.equal(desk.queue(), [], "%s: everything was sent" % seam)
    tickets = desk.tickets()
    t.equal([x["number"] for x in tickets], [1], "%s: one ticket" % seam)
    t.equal(len(desk.ticket(1)["entries"]), 1, "%s: one entry" % seam)
    t.flush("cliente")
    for login in ("cliente", "ana", "bruno"):
        got = t.inbox(login)
        t.ok(1 <= len(got) <= 2, "%s: %s has it, at most twice" % (seam, login), got)
        t.equal(len({m.message_id for m in got}), 1, "%s: %s has one Message-ID (P5)" % (seam, login), got)
        t.equal(len({m.content for m in got}), 1, "%s: %s has the same bytes" % (seam, login), *[m.content for m in got])
    t.equal(len(t.inbox("suporte")), 0, "%s: the inbox is empty" % seam)
    done = {m.message_id for m in t.inbox("suporte", "Done")}
    t.equal(done, {sent["Message-ID"]}, "%s: the mail is in the folder that it belongs to" % seam)
    t.ran(desk.run("verify"), what="%s: verify" % seam)


with flow("killed at each step") as t:
    names = seams()
    t.ok(len(names) >= 10, "the source has seams", names)
    for name in names:
        one_end(t, name)
