"""Looks at pages as readers of every kind do, and at the same results as JUnit XML.

look.py DIFFERS.html SAME.html DIFFERS.xml SAME.xml [SHOTS]
"""

import shutil
import sys
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from junitparser import JUnitXml
from playwright.sync_api import sync_playwright

SCREEN = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
LOOKS = [(scheme, size) for scheme in ("light", "dark") for size in (SCREEN, PHONE)]


def main():
    differs, same, differs_xml, same_xml = sys.argv[1:5]
    shots = Path(sys.argv[5]) if len(sys.argv) > 5 else None
    counted = suites(differs_xml)
    if suites(same_xml) != (1, 0) or counted[0] != counted[1] or counted[0] < 100:
        sys.exit(f"look: junitparser counts {counted} and {suites(same_xml)}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"],
        )
        for path in (differs, same):
            for scheme, size in LOOKS:
                look(browser, Path(path), scheme, size, shots)
        walk(browser, Path(differs))
        on_paper(browser, Path(differs))
        without_scripts(browser, Path(differs))
        browser.close()
    print(f"{2 * len(LOOKS)} pages looked at, with {counted[0]} tests that failed beside them; no fault.")


def suites(path):
    xml = JUnitXml.fromfile(path)
    cases = [case for suite in xml for case in suite]
    if xml.tests != len(cases):
        sys.exit(f"look: {path} says {xml.tests} tests and has {len(cases)}")
    return len(cases), sum(1 for case in cases if case.result)


def opened(browser, path, **options):
    """A page, and what it complains about or loads besides itself."""
    page = browser.new_context(**options).new_page()
    troubles = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: troubles.append(request.url) if request.url != path.resolve().as_uri() else None)
    page.goto(path.resolve().as_uri())
    return page, troubles


def look(browser, path, scheme, size, shots):
    # axe is a script put into the page, which the page itself forbids.
    page, troubles = opened(browser, path, color_scheme=scheme, viewport=size, bypass_csp=True)
    what = f"{path.name}, {scheme}, {size['width']} wide"
    results = Axe().run(page)
    if results.violations_count or not results.response["passes"]:
        sys.exit(f"look: {what}: {results.generate_report()}")
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        sys.exit(f"look: {what}: it is wider than the screen")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).every(part => part < 64)")
    if dark != (scheme == "dark"):
        sys.exit(f"look: {what}: its background is of the other scheme")
    if troubles:
        sys.exit(f"look: {what}: {troubles}")
    if shots:
        shots.mkdir(exist_ok=True)
        page.screenshot(path=shots / f"{path.stem}-{scheme}-{size['width']}.png")
    page.context.close()


def walk(browser, path):
    """By keyboard alone: into the filter, through its choices, and each shows its part."""
    page, _ = opened(browser, path)
    parts = page.locator("section").count()
    page.keyboard.press("Tab")
    if page.evaluate("document.activeElement.name") != "show" or visible(page) != parts:
        sys.exit("look: the first stop of the keyboard is not the filter")
    if page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "none":
        sys.exit("look: where the keyboard is cannot be seen")
    for part in range(parts):
        page.keyboard.press("ArrowDown")
        if visible(page) != 1 or not page.locator(f"#part-{part}").is_visible():
            sys.exit(f"look: the choice of part {part} shows {visible(page)} parts")
    page.context.close()


def on_paper(browser, path):
    page, _ = opened(browser, path, color_scheme="dark")
    page.emulate_media(media="print")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    if background != "rgb(255, 255, 255)" or page.locator("fieldset").is_visible():
        sys.exit(f"look: on paper its background is {background}")
    page.context.close()


def without_scripts(browser, path):
    page, _ = opened(browser, path, java_script_enabled=False)
    if "Taskbar alignment" not in page.locator("main").inner_text():
        sys.exit("look: without scripts it cannot be read")
    page.context.close()


def visible(page):
    return sum(1 for part in page.locator("section").all() if part.is_visible())


main()
