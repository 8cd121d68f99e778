# SPDX-License-Identifier: GPL-3.0-or-later
"""A 60 MB mail is not downloaded: a ticket opens with its headers, the sender is told, memory stays small (L3)."""
import os
import threading

from lib import ROOT, flow, mail

HUGE = 60_000_000
RELEASE = os.environ.get("CHAMADO_RELEASE", os.path.join(ROOT, "build", "chamado"))
MEMORY = 40 << 20  # bytes; a quiet pass takes less than half of it


def high_water(process):
    """VmHWM of a running process, in bytes; 0 where it has ended."""
    try:
        with open("/proc/%d/status" % process.pid) as f:
            for line in f:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def watched(desk):
    """A pass, and the most memory that it had (the sampler sees VmHWM, which only grows)."""
    peak = [0]

    def start(process):
        def watch():
            while process.poll() is None:
                peak[0] = max(peak[0], high_water(process))
                done.wait(0.002)
        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
    done = threading.Event()
    run = desk.poll(ready=start)
    done.set()
    return run, peak[0]


# The release program: a sanitizer's memory says nothing.
with flow("a huge mail", program=RELEASE) as t:
    desk = t.desk()
    small = mail("João <cliente@cliente.example>", "suporte@example.br", "Pequena", "Oi\n")
    t.servers.deliver(small, "cliente@cliente.example", "suporte@example.br")
    run, quiet = watched(desk)
    t.ran(run, what="a small mail")

    line = b"UmEgbGluaGEgcXVlIG5hbyBkaXogbmFkYSwgcmVwZXRpZGEgbXVpdGFzIHZlemVzIHBhcmEgZW5jaGVy\r\n"
    huge = (b"From: =?utf-8?q?Jo=C3=A3o?= <cliente@cliente.example>\r\nTo: suporte@example.br\r\nSubject: O filme inteiro\r\n"
            b"Message-ID: <huge@cliente.example>\r\nDate: Tue, 24 Nov 2026 10:00:00 -0300\r\nMIME-Version: 1.0\r\n"
            b"Content-Type: video/mp4; name=filme.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n") + line * (HUGE // len(line))
    with t.servers.mailbox("suporte") as mailbox:
        mailbox.append(huge)
        mailbox.append(mail("Ana <estranho@outro.example>", "suporte@example.br", "Depois dela", "Oi\n"))
    run, peak = watched(desk)
    t.ran(run, what="a mail of %d bytes" % len(huge))
    t.note("memory: %.1f MB for a small mail, %.1f MB for the huge one" % (quiet / 1e6, peak / 1e6))
    if quiet and peak:
        t.ok(peak < MEMORY, "it took less than %d MB" % (MEMORY >> 20), "%d bytes" % peak)
        t.ok(peak - quiet < 5_000_000, "no more than a few MB above a small one", "%d and %d bytes" % (quiet, peak))
    else:
        t.skip("memory", "/proc is not mounted here")
    ack = t.servers.wait_for("cliente", lambda m: "O filme inteiro" in m.subject)
    t.has(ack.subject, "[#2]", "a ticket opened")
    t.has(ack.text, "MB", "the acknowledgement speaks of its size")
    t.ok("24" in ack.text or "25" in ack.text, "and of the limit", ack.text)
    t.equal(len(desk.ticket(2)["entries"]), 1, "the ticket has its entry")
    t.has(t.servers.wait_for("estranho", lambda m: True).subject, "[#3]", "the mail behind it is not held up")
    t.equal(len(t.inbox("suporte")), 0, "it left the inbox")
    with t.servers.mailbox("suporte") as mailbox:
        sizes = [len(m.raw) for m in mailbox.messages("Done")]
    t.ok(max(sizes) >= HUGE - 100, "and is whole in the folder for done mail: nothing is lost", sizes)
    t.ran(desk.run("verify"))
    size = sum(os.path.getsize(os.path.join(desk.state, name)) for name in os.listdir(desk.state))
    t.ok(size < 5_000_000, "the database did not swallow it", "%d bytes" % size)
