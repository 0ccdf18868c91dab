"""A whole sheet in the browser: chosen, judged before one's eyes, sent in one tap. Nothing for axe to find."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from supplies.imported import Import
from supplies.importing import imports
from tests.supplies.sheet_files import GOOD, as_csv, judged, row, work
from verification.models import Submission

pytestmark = pytest.mark.browser

LOOKS = [
    pytest.param("", {"width": 390, "color_scheme": "light"}, id="chinese-telephone-light"),
    pytest.param("/en", {"width": 1440, "color_scheme": "dark"}, id="english-wide-dark"),
]
DOUBTFUL = [row(医院名称="江城第九医院", 防护服="5箱20个"), row(医院名称="", 医院地址="无名路9号")]


def choose(page, rows):
    """A file, as somebody picks it from their telephone."""
    page.set_input_files("[name=file]", {"name": "needs.csv", "mimeType": "text/csv", "buffer": as_csv(rows)})
    page.click("form[enctype] button")
    expect(page.locator("progress")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_sheet_is_sent_with_three_taps(visit, volunteer, javascript):
    page = visit(volunteer, javascript=javascript)
    page.goto("/submit/needs/sheet/")
    choose(page, [*GOOD, *DOUBTFUL])
    batch = work(Import.objects.get())
    if not javascript:
        page.reload()
    # With scripts the page notices by itself that the work is done.
    page.click("button[value=accept]")
    work(batch)
    if not javascript:
        page.reload()
    expect(page.locator("button[value=close]")).to_be_visible()
    assert Submission.objects.count() == len(GOOD)
    page.goto(f"/mine/imports/{batch.uid}/?verdict=held")
    page.click("button[value=send]")
    page.wait_for_load_state()
    assert Submission.objects.count() == len(GOOD) + 1


@pytest.mark.parametrize(("language", "look"), LOOKS)
def test_pages_of_imports_have_nothing_for_axe_and_nothing_to_scroll_sideways(
    visit, volunteer, language, look
):
    mixed, broken = judged(as_csv([*GOOD, *DOUBTFUL]), volunteer), judged(b"{}", volunteer)
    busy = imports.receive(
        kind="needs", file_name="b.csv", content=as_csv(GOOD), by=volunteer, ring_bell=False
    )
    page = visit(volunteer, **look)
    addresses = [f"/mine/imports/{batch.uid}/" for batch in (mixed, broken, busy)]
    for address in ["/submit/needs/sheet/", "/mine/imports/", *addresses]:
        page.goto(f"{language}{address}")
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert not found, (address, [violation["id"] for violation in found])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
