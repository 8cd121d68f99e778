# SPDX-License-Identifier: GPL-3.0-or-later
"""A small WebDriver client (W3C, and Chromium's own commands) of the standard library alone: Debian's Chromium,
headless, with a profile that lives as long as the test."""
import base64
import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from servers import end_with_parent, free_port, wait_until  # noqa: E402

DRIVER, CHROMIUM = "/usr/bin/chromedriver", "/usr/bin/chromium"
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the name that the standard gives to a reference
TAB, ENTER, BACK = "\ue004", "\ue007", "\ue003"


class BrowserError(Exception):
    pass


class Browser:
    def __init__(self, port, profile):
        self.port = port
        self.path = ""
        self.path = "/session/" + self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {"binary": CHROMIUM, "prefs": {"intl.accept_languages": "pt-BR,pt,en"}, "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", "--hide-scrollbars", "--user-data-dir=" + profile]}}}})["sessionId"]
        self.call("POST", "/timeouts", {"implicit": 5000})  # what is looked for may still be on its way

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, self.path + path, None if body is None else json.dumps(body),
                               {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(answer, dict) and answer.get("error"):
            raise BrowserError("%s %s: %s" % (method, path, answer.get("message", "")[:500]))
        return answer

    def cdp(self, command, **params):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def screen(self, width, height, dark=False):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.cdp("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"}])

    def scripts(self, allowed):
        """Whether pages may run scripts; those of a test (`script`) always do."""
        self.cdp("Emulation.setScriptExecutionDisabled", value=not allowed)

    def go(self, url):
        self.call("POST", "/url", {"url": url})

    def url(self):
        return self.call("GET", "/url")

    def arrive(self, piece):
        """Waits until PIECE is in the address: whoever presses a key does not know when the next page is there."""
        try:
            wait_until(lambda: piece in self.url(), 10, piece)
        except TimeoutError:
            pass  # the caller's test says what was expected
        return self.url()

    def script(self, text, *arguments):
        return self.call("POST", "/execute/sync", {"script": text, "args": list(arguments)})

    def find(self, css):
        return self.call("POST", "/element", {"using": "css selector", "value": css})[ELEMENT]

    def finds(self, css):
        return [e[ELEMENT] for e in self.call("POST", "/elements", {"using": "css selector", "value": css})]

    def text(self, css):
        return self.call("GET", "/element/%s/text" % self.find(css))

    def attribute(self, css, name):
        return self.call("GET", "/element/%s/attribute/%s" % (self.find(css), name))

    def property(self, css, name):
        return self.call("GET", "/element/%s/property/%s" % (self.find(css), name))

    def click(self, css):
        self.call("POST", "/element/%s/click" % self.find(css), {})

    def fill(self, css, text):
        self.call("POST", "/element/%s/clear" % self.find(css), {})
        self.call("POST", "/element/%s/value" % self.find(css), {"text": text})

    def press(self, keys):
        """As if typed on the keyboard, wherever the focus is."""
        steps = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": steps}]})

    def focused(self):
        """The name or text of what has the focus, and whether it can be seen that it has."""
        return self.script("""const e = document.activeElement, s = getComputedStyle(e);
            return [e.name || e.textContent.trim(), s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2];""")

    def complaints(self):
        """What the browser's console said since the last call: a refused style, a broken image."""
        return [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"})]

    def shot(self, path):
        """What the screen shows, as a PNG."""
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.call("GET", "/screenshot")))


@contextlib.contextmanager
def browser():
    """A browser until the end of the block. Its processes are in one group, and end with it."""
    folder = tempfile.mkdtemp(prefix="chamado-browser-")
    port = free_port()
    with open(os.path.join(folder, "driver.log"), "wb") as log:
        driver = subprocess.Popen([DRIVER, "--port=%d" % port], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                  start_new_session=True, preexec_fn=end_with_parent,
                                  env=dict(os.environ, HOME=folder, TMPDIR=folder))

        def ready():
            if driver.poll() is not None:
                raise RuntimeError("chromedriver ended with %s" % driver.returncode)
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/status")
                return json.loads(connection.getresponse().read())["value"]["ready"]
            except OSError:
                return False
        one = None
        try:
            wait_until(ready, 30, "chromedriver")
            one = Browser(port, os.path.join(folder, "profile"))
            yield one
        finally:
            if one:
                with contextlib.suppress(Exception):
                    one.call("DELETE", "")
            with contextlib.suppress(ProcessLookupError):
                os.killpg(driver.pid, signal.SIGKILL)
            driver.wait()
            shutil.rmtree(folder, ignore_errors=True)
