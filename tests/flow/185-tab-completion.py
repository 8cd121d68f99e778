# SPDX-License-Identifier: GPL-3.0-or-later
"""What the shell completes is what the program takes: subcommands, verbs, options, and keys of the configuration."""
import os
import re
import subprocess

from lib import PROGRAM, ROOT, flow

SCRIPT = os.path.join(ROOT, "contrib/completion/chamado.bash")
# What bash does for a TAB behind the words of its arguments; compopt works nowhere else.
COMPLETE = 'compopt() { :; }; source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _chamado; printf "%s\\n" "${COMPREPLY[@]}"'


def tab(*words):
    run = subprocess.run(["bash", "-c", COMPLETE, "bash", SCRIPT, "chamado", *words], capture_output=True, text=True, timeout=60)
    return set(run.stdout.split()) if not run.stderr else run.stderr


def help_of(*words):
    return subprocess.run([PROGRAM, *words, "--help"], capture_output=True, text=True, timeout=60).stdout


def options_in(text):
    return set(re.findall(r"^  (?:-\w, )?(--[\w-]+)", text, re.M))


def verbs_of(command):
    if command == "rules":
        return re.findall(r"^  (\w+) +\w", help_of("rules").split("Verbs")[1], re.M)
    usage = next(line for line in help_of(command).splitlines() if line.startswith("  chamado "))
    return [piece.split()[0] for piece in usage.split("]")[-1].split("|")] if "|" in usage else []


def sections():
    """The keys of etc/chamado.conf that stand in sections without a name; a unit test holds that file to the program."""
    section, keys = None, set()
    with open(os.path.join(ROOT, "etc/chamado.conf"), encoding="utf-8") as f:
        for line in f:
            head = re.match(r"#?\[(\w+)( \w+)?\]", line)
            key = re.match(r"#?(\w+) = ", line)
            if head:
                section = None if head.group(2) else head.group(1)
            elif key and section:
                keys.add("%s.%s=" % (section, key.group(1)))
    return keys


with flow("tab completion", servers=False) as t:
    whole = help_of()
    commands = re.findall(r"^  (\w+) +\w", whole.split("Subcommands")[1], re.M)
    t.ok(len(commands) > 10, "the program lists its subcommands", commands)
    t.equal(tab(""), set(commands), "the subcommands")
    t.equal(tab("--") - {"-c", "-o"}, options_in(whole), "the options before them")
    for command in commands:
        verbs = verbs_of(command)
        if verbs:
            t.equal(tab(command, ""), set(verbs), "%s: its verbs" % command)
        known = options_in("".join(help_of(command, verb) for verb in verbs) if command == "rules" else help_of(command))
        found = set().union(*(tab(command, verb, "--") for verb in verbs)) if verbs else tab(command, "--")
        json = {"--json"}  # everything takes it; it is of use to some
        t.equal(found - json, known - json, "%s: its options" % command)
    t.equal(tab("-o", ""), sections(), "the keys of the configuration")
    t.equal(tab("--option", "paths."), {"paths.state=", "paths.templates=", "paths.rules="}, "behind --option as well")
    for words in (("-c", SCRIPT[:-4]), ("rules", "test", "--rules", SCRIPT[:-4]), ("rules", "check", SCRIPT[:-4]), ("explain", SCRIPT[:-4])):
        t.equal(tab(*words), {SCRIPT}, "a file: %s" % " ".join(words[:-1]))
    t.equal(tab("-o", "desk.name", "=", "x", "--config", "f", "queue", "retry", "--a"), {"--all"}, "options before the subcommand are skipped")
