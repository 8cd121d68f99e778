# SPDX-License-Identifier: GPL-3.0-or-later
"""A person with nothing but a keyboard confirms, in a browser that runs no script; a mistake is explained and found."""
from browser import ENTER, TAB, browser
from page import flow, page


def walk(t, driver, until, limit=12):
    """Tabs until UNTIL has the focus; what was passed, each of it visible."""
    passed = []
    for _ in range(limit):
        driver.press(TAB)
        name, visible = driver.focused()
        passed.append(name)
        t.ok(visible, "the focus can be seen on %s" % name)
        if name == until:
            return passed
    raise AssertionError("%s was not reached: %r" % (until, passed))


with flow("without a mouse or a script", servers=False) as t, page(t) as site, browser() as driver:
    driver.scripts(False)
    driver.screen(390, 844)
    path = site.link(held=2)
    driver.go(site.base + path)
    t.equal(driver.property("html", "lang"), "pt-BR", "the page says its language")
    t.has(driver.text("main"), site.address, "it says which address is confirmed")
    t.has(driver.text(".held"), "2 mensagens", "and how many mails wait")
    t.equal(driver.property("#name", "value"), "Ana Souza", "the name is filled in")
    t.equal([driver.attribute("#" + f, "autocomplete") for f in ("name", "company", "telephone", "language")],
            ["name", "organization", "tel", "language"], "the browser knows how to fill the rest in")
    low = [driver.script("return arguments[0].getBoundingClientRect().height", {"element-6066-11e4-a52e-4f735466cecf": e})
           for e in driver.finds("button, input:not([type=hidden]), select, footer a")]
    t.ok(low and min(low) >= 44, "what is pressed is 44 px high at least", low)

    walk(t, driver, "company")
    driver.press("Padaria Central")
    walk(t, driver, "telephone")
    driver.press("ramal vinte" + ENTER)
    driver.find(".summary")
    t.has(driver.url(), path, "a mistake leaves one on the form")
    t.equal(driver.property("#company", "value"), "Padaria Central", "what was typed is kept")
    t.equal(driver.property("#telephone", "value"), "ramal vinte", "also what was wrong")
    t.ok(driver.attribute("#telephone", "aria-invalid") == "true" and
         driver.attribute("#telephone", "aria-describedby") == "telephone-fault", "the fault belongs to its field")
    t.equal(driver.script("return document.activeElement.getAttribute('role')"), "alert", "the summary has the focus")
    driver.press(TAB + ENTER)  # its link
    t.equal(driver.focused()[0], "telephone", "its link leads to the field")
    driver.fill("#telephone", "")
    driver.press("+55 (11) 4002-8922")
    walk(t, driver, "Confirmar o meu e\u2011mail")
    driver.press(ENTER)
    t.equal(driver.arrive("/done"), site.base + path + "/done", "the button confirms")
    t.has(driver.text("h1"), "confirmado", "and the page says so")
    t.equal([driver.property(".departments li:nth-child(%d) a" % n, "href") for n in (1, 2)],
            ["mailto:suporte@example.br", "mailto:financeiro@example.br"], "the departments are links to write to")
    row = site.question()
    t.equal((row["answer"], row["answered_by"], row["name"], row["company"], row["telephone"], row["language"]),
            ("yes", "page", "Ana Souza", "Padaria Central", "+55 (11) 4002-8922", "pt_BR"), "what was typed is kept by the desk")
    driver.go(site.base + path)
    t.has(driver.text("h1"), "Já está confirmado", "another tab says that it was done before")

    path = site.link(expired=True)
    driver.go(site.base + path + "?lang=en")
    walk(t, driver, "Send me a new mail")
    driver.press(ENTER)
    driver.arrive("/again")
    t.has(driver.text("main"), "If this link was ours, a new mail is on its way", "an expired link asks for a new mail")
    t.equal(site.question()["again"], 1, "and the desk knows")
    driver.go(site.base + site.link())
    driver.click("footer a")
    driver.arrive("lang=en")
    t.equal(driver.property("html", "lang"), "en", "the language can be switched")
    driver.click("button")
    t.has(driver.arrive("/done"), "/done?lang=en", "and stays")
    t.ok("00000000000000000000000" not in site.log(), "no token is in the log")
