# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Dovecot and a real Postfix below one temporary folder, on free loopback ports, for tests and the demo.

`with Servers() as servers:` starts both in a second or two and leaves nothing behind, whatever happens.
The machine's own instances and /etc/postfix, /etc/dovecot are never touched. Mailboxes are read by mailbox.py.
"""
import ctypes
import fcntl
import grp
import os
import pwd
import random
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time

from mailbox_view import Mail, Mailbox, message_bytes
from tls import Authority

POSTFIX_DAEMONS = "/usr/lib/postfix/sbin"
PASSWORD = "segredo-%s-42"

# Local parts are unique: they are the login names. Password: PASSWORD % login.
USERS = {
    "suporte": "suporte@example.br",
    "financeiro": "financeiro@example.br",
    "ana": "ana@example.br",
    "bruno": "bruno@example.br",
    "cliente": "cliente@cliente.example",
    "estranho": "estranho@outro.example",
}


def become_root(reason):
    """Postfix's master and Dovecot's need root to give their daemons other users."""
    if os.geteuid() != 0:
        sudo = shutil.which("sudo")
        if not sudo:
            sys.exit("%s needs root (%s), and there is no sudo" % (sys.argv[0], reason))
        os.execv(sudo, ["sudo", "-E", sys.executable, *sys.argv])


_reserved = []  # files, locked as long as this process lives


def free_port():
    """A port for a server that binds it later. Not one that the kernel gives to clients meanwhile (those begin at
    32768), and not one that another test's process has been given: each is a locked file."""
    folder = os.path.join(tempfile.gettempdir(), "chamado-ports")
    os.makedirs(folder, exist_ok=True)
    for port in random.sample(range(20000, 32000), 2000):
        file = open(os.path.join(folder, str(port)), "w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as s:
                s.bind(("127.0.0.1", port))
        except OSError:
            file.close()
            continue
        _reserved.append(file)
        return port
    raise RuntimeError("no free port")


def wait_until(predicate, limit, what="it", interval=0.02):
    """Waits for an event, not for time to pass: the first true value of PREDICATE, or TimeoutError."""
    deadline = time.monotonic() + limit
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError("%s did not happen within %s s" % (what, limit))
        time.sleep(interval)


def wait_port(port, limit, process, log):
    def there():
        if process.poll() is not None:
            raise RuntimeError("the server on port %d ended: %s" % (port, tail(log)))
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False
    wait_until(there, limit, "a server on port %d (%s)" % (port, log))


def tail(path, lines=20):
    try:
        with open(path, errors="replace") as f:
            return "".join(f.readlines()[-lines:])
    except OSError as error:
        return str(error)


# Reads a line of process groups at each change; at the end of the file it ends the last ones, and the folder.
WATCHDOG = """trap '' INT TERM HUP
while read -r line; do groups=$line; done
for g in $groups; do kill -s TERM -- -$g; done
for g in $groups; do
    n=0
    while kill -s 0 -- -$g && [ $n -lt 20 ]; do n=$((n + 1)); sleep 0.1; done
    kill -s KILL -- -$g
done
rm -rf -- "$0"
"""


def end_with_parent():
    """In a child: SIGTERM when this process dies, even by SIGKILL. Not enough for servers, which change their user:
    that undoes it (prctl(2)); they have the watchdog."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0)


class Servers:
    def __init__(self, users=None, smtp=True, tls=True, only=False, folder=None, aliases=None):
        """USERS: more of {login: address}, or with ONLY all of them. ALIASES: {address: the address of the mailbox that
        its mail lands in}. SMTP: Postfix too. FOLDER: below which to put everything."""
        self.users = dict({} if only else USERS, **(users or {}))
        self.aliases = aliases or {}
        self.smtp, self.tls = smtp, tls
        self.parent = folder
        self.folder = None
        self.dovecot = self.postfix = self.watchdog = None
        self._handlers = {}

    # -- life

    def __enter__(self):
        # A killed test must still run __exit__: turn the signals into exceptions.
        for number in (signal.SIGTERM, signal.SIGHUP):
            self._handlers[number] = signal.signal(number, lambda *_: sys.exit(128 + signal.SIGTERM))
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.folder = tempfile.mkdtemp(prefix="chamado-", dir=self.parent)
        # Postfix's and Dovecot's daemons run as users of their own and pass through here.
        os.chmod(self.folder, 0o755)
        # No server outlives its test, even one that was killed by SIGKILL.
        self.watchdog = subprocess.Popen(["/bin/sh", "-c", WATCHDOG, self.folder], stdin=subprocess.PIPE, cwd="/",
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        self.certificate = self.key = self.ca_file = None
        if self.tls:
            folder = self._folder("tls")
            self.authority = Authority(folder)
            self.ca_file = self.authority.certificate
            self.certificate, self.key = self.authority.issue("server")
        self.imap_port, self.imaps_port = free_port(), free_port()
        self.smtp_port, self.smtps_port = free_port(), free_port()
        if self.smtp:
            self._configure_postfix()
        self._configure_dovecot()
        self.start_dovecot()
        if self.smtp:
            self.start_postfix()

    def stop(self):
        self._end("postfix", signal.SIGKILL)
        self._end("dovecot", signal.SIGKILL)
        if self.watchdog:
            self.watchdog.kill()
            self.watchdog.stdin.close()
            self.watchdog.wait()
            self.watchdog = None
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers = {}

    def _end(self, name, number=signal.SIGTERM):
        process = getattr(self, name)
        if not process:
            return
        setattr(self, name, None)
        if process.poll() is None:
            os.killpg(process.pid, number) if number == signal.SIGKILL else process.send_signal(number)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                pass
        # The group is the server's own (start_new_session): whatever is left of it goes too.
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        self._tell_watchdog()

    def _tell_watchdog(self):
        groups = [str(p.pid) for p in (self.dovecot, self.postfix) if p]
        self.watchdog.stdin.write((" ".join(groups) + "\n").encode())
        self.watchdog.stdin.flush()

    def _run(self, arguments, log):
        with open(log, "ab") as out:
            return subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/",
                                    start_new_session=True, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"})

    def _folder(self, *names, owner=None, group=None, mode=0o755):
        path = os.path.join(self.folder, *names)
        os.makedirs(path, exist_ok=True)
        uid = pwd.getpwnam(owner).pw_uid if owner else -1
        gid = grp.getgrnam(group).gr_gid if group else (pwd.getpwnam(owner).pw_gid if owner else -1)
        os.chown(path, uid, gid)
        os.chmod(path, mode)
        return path

    def _write(self, text, *names):
        path = os.path.join(self.folder, *names)
        with open(path, "w") as f:
            f.write(text)
        os.utime(path, (1, 1))  # Postfix waits two seconds for a main.cf that was written just now
        return path

    # -- Dovecot

    def _configure_dovecot(self):
        self._folder("dovecot")
        self._folder("mail", owner="nobody")
        users = self._write("".join("%s:{PLAIN}%s::::::\n" % (login, self.password(login)) for login in self.users),
                            "dovecot", "users")
        os.chmod(users, 0o644)
        ssl = "ssl = no\n"
        if self.tls:
            ssl = "ssl = yes\nssl_cert = <%s\nssl_key = <%s\nssl_min_protocol = TLSv1.2\n" % (self.certificate, self.key)
        lmtp = "protocols = imap\n"
        if self.smtp:
            private = os.path.join(self.folder, "postfix", "queue", "private")
            lmtp = ("protocols = imap lmtp\n"
                    "service lmtp {\n  unix_listener %s/dovecot-lmtp {\n    mode = 0600\n    user = postfix\n  }\n}\n"
                    "service auth {\n  unix_listener %s/dovecot-auth {\n    mode = 0600\n    user = postfix\n  }\n}\n"
                    % (private, private))
        self.dovecot_log = os.path.join(self.folder, "dovecot", "log")
        self._write("""
base_dir = {t}/dovecot/run
state_dir = {t}/dovecot/state
log_path = {t}/dovecot/log
instance_name = chamado-test
listen = 127.0.0.1
auth_mechanisms = plain login
auth_username_format = %Ln
mail_location = maildir:~/Maildir
mail_max_userip_connections = 100
first_valid_uid = 1
first_valid_gid = 1
recipient_delimiter = +
passdb {{
  driver = passwd-file
  args = {t}/dovecot/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={t}/mail/%n
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
{ssl}{lmtp}""".format(t=self.folder, imap=self.imap_port, imaps=self.imaps_port if self.tls else 0, ssl=ssl, lmtp=lmtp),
                    "dovecot", "dovecot.conf")

    def start_dovecot(self):
        self.dovecot = self._run(["/usr/sbin/dovecot", "-F", "-c", os.path.join(self.folder, "dovecot", "dovecot.conf")],
                                 self.dovecot_log)
        self._tell_watchdog()
        wait_port(self.imap_port, 10, self.dovecot, self.dovecot_log)

    def stop_dovecot(self):
        self._end("dovecot")

    # -- Postfix

    def _configure_postfix(self):
        t = self.folder
        self._folder("postfix")
        self._folder("postfix", "etc")
        self._folder("postfix", "queue")
        for name in "incoming active bounce defer deferred flush hold trace saved corrupt private".split():
            self._folder("postfix", "queue", name, owner="postfix", group="root", mode=0o700)
        self._folder("postfix", "queue", "maildrop", owner="postfix", group="postdrop", mode=0o730)
        self._folder("postfix", "queue", "public", owner="postfix", group="postdrop", mode=0o710)
        self._folder("postfix", "queue", "pid")
        self._folder("postfix", "data", owner="postfix", mode=0o700)
        self.postfix_log = os.path.join(t, "postfix", "log")
        domains = sorted({address.split("@")[1] for address in [*self.users.values(), *self.aliases]})
        self._write("".join("%s %s\n" % (address, login) for login, address in self.users.items()),
                    "postfix", "etc", "mailboxes")
        self._write("".join("%s %s\n" % item for item in self.aliases.items()), "postfix", "etc", "aliases")
        self._write("""
compatibility_level = 3.6
queue_directory = {t}/postfix/queue
data_directory = {t}/postfix/data
daemon_directory = {daemons}
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {t}/postfix/log
maillog_file_prefixes = {t}
myhostname = mx.example.br
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
disable_dns_lookups = yes
smtpd_peername_lookup = no
smtpd_client_event_limit_exceptions = 127.0.0.0/8
in_flow_delay = 0
message_size_limit = 200000000
mailbox_size_limit = 0
virtual_mailbox_limit = 0
virtual_mailbox_domains = {domains}
virtual_mailbox_maps = texthash:{t}/postfix/etc/mailboxes
virtual_alias_maps = texthash:{t}/postfix/etc/aliases
virtual_transport = lmtp:unix:private/dovecot-lmtp
default_transport = error:5.1.2 there is no other domain here
recipient_delimiter = +
smtpd_recipient_restrictions = reject_unauth_destination
smtpd_relay_restrictions = reject_unauth_destination
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/dovecot-auth
smtpd_sasl_auth_enable = yes
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = {cert}
smtpd_tls_key_file = {key}
lmtp_destination_recipient_limit = 1
lmtp_connection_cache_on_demand = no
biff = no
""".format(t=t, daemons=POSTFIX_DAEMONS, domains=" ".join(domains), cert=self.certificate or "", key=self.key or ""),
                    "postfix", "etc", "main.cf")
        self._write("""
127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
""".format(smtp=self.smtp_port, smtps=self.smtps_port), "postfix", "etc", "master.cf")

    def start_postfix(self):
        self.postfix = self._run([POSTFIX_DAEMONS + "/master", "-d", "-c", os.path.join(self.folder, "postfix", "etc")],
                                 self.postfix_log)
        self._tell_watchdog()
        wait_port(self.smtp_port, 10, self.postfix, self.postfix_log)

    def stop_postfix(self):
        self._end("postfix")

    # -- what tests do with them

    def password(self, login):
        return PASSWORD % login

    def send(self, mail, sender, *recipients):
        """By SMTP, as anybody's mail client would: MAIL is bytes or an EmailMessage; SENDER "" is a bounce."""
        with smtplib.SMTP("127.0.0.1", self.smtp_port, local_hostname="client.example", timeout=30) as smtp:
            smtp.sendmail(sender, recipients, message_bytes(mail))

    def mailbox(self, login):
        return Mailbox(self.imap_port, login, self.password(login))

    def wait_for(self, login, predicate, limit=15, folder="INBOX"):
        """The first mail in LOGIN's FOLDER for which PREDICATE is true; TimeoutError past LIMIT seconds."""
        with self.mailbox(login) as mailbox:
            return mailbox.wait_for(predicate, limit, folder)

    def deliver(self, mail, sender, *recipients, limit=15):
        """Sends, and returns it as it stands in the INBOX of each recipient. Others may arrive at the same time: it is
        the one with its Message-ID, where it has one."""
        wanted = Mail(message_bytes(mail)).message_id
        logins = [next(l for l, a in self.users.items() if a == r) for r in recipients]
        before = {login: self._highest(login) for login in logins}
        self.send(mail, sender, *recipients)
        return [self.wait_for(login, lambda m, login=login: m.uid > before[login] and wanted in (
            "", m.message_id), limit) for login in logins]

    def _highest(self, login):
        with self.mailbox(login) as mailbox:
            return max((m.uid for m in mailbox.messages()), default=0)

    def change_uidvalidity(self, login):
        """As when an operator restores a mailbox: the same mails under new UIDs (RFC 3501 section 2.3.1.1)."""
        self.stop_dovecot()
        root = os.path.join(self.folder, "mail", login, "Maildir")
        for name in os.listdir(root):
            if name.startswith(("dovecot-uidlist", "dovecot.index", "dovecot-uidvalidity.")):
                os.unlink(os.path.join(root, name))
        self.start_dovecot()

    def logs(self):
        text = "--- dovecot\n" + tail(self.dovecot_log)
        return text + ("--- postfix\n" + tail(self.postfix_log) if self.smtp else "")


if __name__ == "__main__":
    become_root("to start Postfix")
    begin = time.monotonic()
    with Servers() as it:
        print("started in %.2f s: imap %d, imaps %d, smtp %d, smtps %d, %s" % (
            time.monotonic() - begin, it.imap_port, it.imaps_port, it.smtp_port, it.smtps_port, it.folder))
        signal.pause()
