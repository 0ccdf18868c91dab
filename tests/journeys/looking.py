"""A page as a machine can look at it: axe, the width of the screen, headings, the language of its words."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

NARROW, WIDE = 390, 1440
# Words of other tongues that a Chinese page may hold: names, formats, licences.
_FOREIGN = re.compile(r"[A-Za-z]{3,} [A-Za-z]{2,} [A-Za-z]{2,}")
# Faults only, nothing about what passes: half the time. All in one question to the browser.
_ASK = """part => axe.run(part ?? document, {reporter: "no-passes", preload: false, iframes: false}).then(said => ({
  faults: said.violations.map(fault => `axe ${fault.id}: ${fault.nodes[0].html.slice(0, 160)}`),
  titles: document.querySelectorAll("h1").length,
  words: document.body.innerText,
}))"""
_WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
# The same on every page: looked at where the whole is.
_FRAME = {"exclude": [["header.top"], ["footer.bottom"]]}


def with_axe(page: Page) -> Page:
    """The page, each of whose documents brings axe along: a tenth of a second less than handing it in."""
    page.add_init_script(Axe().axe_script)
    return page


def faults(page: Page, *, chinese: bool, frame: bool = True) -> list[str]:
    """What is wrong with the page that is open: by axe at the width it has, by its size at both widths.

    It is left at the other width. Without `frame`, axe leaves out the header and footer all pages share.
    """
    seen = page.evaluate(_ASK, None if frame else _FRAME)
    found: list[str] = seen["faults"]
    if seen["titles"] != 1:
        found.append(f"{seen['titles']} headings of the first rank")
    if chinese and (english := _FOREIGN.search(seen["words"])):
        found.append(f"English: {english[0]}")
    before = page.viewport_size["width"] if page.viewport_size else WIDE
    for width in (before, NARROW + WIDE - before):
        if width != before:
            page.set_viewport_size({"width": width, "height": 844})
        if page.evaluate(_WIDER):
            found.append(f"wider than {width} px")
    return found
