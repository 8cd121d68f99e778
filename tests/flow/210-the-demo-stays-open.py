# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody starts `make demo KEEP=1`, does what it says, writes to the desk's other address too, and presses Ctrl-C."""
import os
import re
import signal
import subprocess
import sys
import threading

from lib import ROOT, flow, wait_until

SOON = 20


def shell(command):
    run = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=SOON)
    return run.stdout if run.returncode == 0 else "exit %d: %s" % (run.returncode, run.stderr)


def processes_below(folder):
    """The processes that have FOLDER in their command line or environment."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            for name in ("cmdline", "environ"):
                with open("/proc/%s/%s" % (pid, name), "rb") as f:
                    if folder.encode() in f.read():
                        found.append(pid)
        except OSError:
            pass
    return found


with flow("the demo stays open", servers=False) as t:
    demo = subprocess.Popen([sys.executable, os.path.join(ROOT, "tests", "demo"), "--keep"], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines = []
    reader = threading.Thread(target=lambda: [lines.append(line) for line in demo.stdout])
    reader.start()
    try:
        wait_until(lambda: demo.poll() is not None or any("the desk    " in line for line in list(lines)), 90, "the demo to say how")
        said = {found.group(1): found.group(2) for line in list(lines)
                if (found := re.match(r"   (send|receive|the desk|write to)  +(\S.*)", line))}
        if not t.equal(sorted(said), ["receive", "send", "the desk", "write to"], "it says how", "".join(lines)):
            raise RuntimeError("the demo did not stay open")
        folder = os.path.dirname(said["the desk"].split()[0])

        t.equal(shell(said["send"]), "", "the command that sends a mail works as it stands")
        wait_until(lambda: re.search(r"\b3\b.*\bOi\b", shell(said["the desk"])), SOON, "the ticket in the list")
        t.ok(True, "and the command that shows the tickets shows it")
        got = wait_until(lambda: (text := shell(said["receive"])) and "[#3]" in text and text, SOON, "the acknowledgement")
        t.has(got, "Subject: [#3] Oi", "the command that reads Joana's mailbox shows the acknowledgement")

        first, *others = said["write to"].split(" or ")
        t.equal(others, ["ajuda@example.br", "financeiro@example.br"], "it names the other addresses of the sample")
        for number, other in enumerate(others, 4):
            t.equal(shell(said["send"].replace(first, other).replace("Subject: Oi", "Subject: A %s" % other)), "", "to %s" % other)
            wait_until(lambda: re.search(r"\b%d\b.*\bA %s" % (number, other), shell(said["the desk"])), SOON, "a ticket of that one")
            t.ok(True, "is a ticket too")
            t.lacks("".join(line for line in lines if "segredo-" in line), other, "and is not listed as a mailbox")

        demo.send_signal(signal.SIGINT)
        t.equal(demo.wait(SOON), 0, "Ctrl-C ends it well", "".join(lines[-5:]))
        t.ok(not os.path.exists(folder), "its folder is gone")
        t.equal(processes_below(folder), [], "and so are its processes")
    finally:
        if demo.poll() is None:
            demo.terminate()
            demo.wait(SOON)
        reader.join(SOON)
