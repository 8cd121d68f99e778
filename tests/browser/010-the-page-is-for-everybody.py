# SPDX-License-Identifier: GPL-3.0-or-later
"""Every state of the page, on telephones and desks, in light and dark, in both languages: axe-core finds nothing,
nothing scrolls sideways, the browser refuses nothing. SHOTS=dir keeps a picture of each."""
import os

from browser import browser
from page import axe, flow, page

SCREENS = {"320": (320, 640), "390": (390, 844), "1280": (1280, 800)}
STATES = ("form", "faults", "done", "already", "invalid", "again", "home", "missing")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


def open_state(site, driver, state, language):
    """Opens the page in STATE as a person comes there."""
    lang = "?lang=" + language
    if state in ("form", "faults"):
        driver.go(site.base + site.link(held=2 if state == "form" else 1) + lang)
    elif state == "done":
        driver.go(site.base + site.link() + lang)
        driver.click("button")
        driver.arrive("/done")
    elif state == "already":
        driver.go(site.base + site.link(answered=True) + lang)
    elif state in ("invalid", "again"):
        driver.go(site.base + site.link(expired=True) + lang)
        if state == "again":
            driver.click("button")
            driver.arrive("/again")
    else:
        driver.go(site.base + ("/" if state == "home" else "/nothing") + lang)
    if state == "faults":
        driver.fill("#name", " ")
        driver.fill("#telephone", "ramal vinte")
        driver.click("button")
        driver.find(".summary")


def violations(driver, script):
    """Runs axe-core in the page. Its strict policy does not touch scripts that WebDriver brings."""
    driver.script(script + "; window.axe = axe;")
    found = driver.call("POST", "/execute/async", {"args": [RULES], "script": """
        const done = arguments[1];
        axe.run(document, {runOnly: {type: 'tag', values: arguments[0]}}).then(r => done(r.violations.map(v =>
            v.id + ': ' + v.help + ' ' + v.nodes.map(n => n.target.join(' ') + ' ' + n.failureSummary).join('; '))), e => done([String(e)]));"""})
    return found


with flow("the page is for everybody", servers=False) as t, page(t) as site, browser() as driver:
    script, why = axe()
    shots = os.environ.get("SHOTS")
    if shots:
        os.makedirs(shots, exist_ok=True)
    refused, wide = [], []
    for language in ("pt_BR", "en"):
        for scheme in ("light", "dark"):
            for name, size in SCREENS.items():
                driver.screen(*size, dark=scheme == "dark")
                found = []
                for state in STATES:
                    open_state(site, driver, state, language)
                    where = "%s %s %s %s" % (state, language, scheme, name)
                    if shots:
                        driver.screen(size[0], max(size[1], driver.script("return document.documentElement.scrollHeight")),
                                      dark=scheme == "dark")
                        driver.shot(os.path.join(shots, where.replace(" ", "-") + ".png"))
                        driver.screen(*size, dark=scheme == "dark")
                    width = driver.script("return document.documentElement.scrollWidth")
                    if width > size[0]:
                        wide.append("%s: %d" % (where, width))
                    refused += ["%s: %s" % (where, c) for c in driver.complaints() if "status of 4" not in c]
                    if script:
                        found += ["%s: %s" % (where, v) for v in violations(driver, script)]
                what = "axe-core finds nothing: %s, %s, %s px" % (language, scheme, name)
                if script:
                    t.ok(not found, what, *found)
                else:
                    t.ok(True, what + " # SKIP " + why)
    t.ok(not wide, "nothing scrolls sideways", *wide)
    t.ok(not refused, "the browser had nothing to refuse", *refused)
