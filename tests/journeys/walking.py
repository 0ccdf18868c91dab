"""What people do in the pages, in the order in which they do it."""

import time
from collections.abc import Callable

from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Page, expect

from verification.sop import Ground


def chinese(english: str, **values: object) -> str:
    """What the pages say for this in Chinese."""
    with translation.override("zh-hans"):
        said = gettext(english) % values if values else gettext(english)
    assert said != english, f"no Chinese for {english!r}"
    return said


def go_on(page: Page) -> None:
    """To the next question, where the form asks one a page."""
    button = page.locator("[data-step-next]")
    if button.is_visible():
        button.click()


def fill_place(page: Page, *, name: str, place: str = "湖北武汉武昌区") -> None:
    """The first question: which institution."""
    page.fill("[name=organisation_name]", name)
    page.fill("[name=place]", place)
    go_on(page)


def paste(page: Page, text: str) -> None:
    """Paste a message, and put what was read of it into the table."""
    page.fill("[name=paste]", text)
    page.click(".paste-act button")


def finish(page: Page, **fields: str) -> None:
    """The other questions, up to the page on which the answers are checked."""
    go_on(page)
    for name in (
        "delivery_address",
        "office_line",
        "contact_person",
        "contact_phone",
        "source_link",
        "private_note",
    ):
        box = page.locator(f"[name={name}]")
        if not box.is_visible():
            go_on(page)
        if name in fields:
            box.fill(fields[name])
    page.click("[data-step-send] button")
    expect(page.locator("button[value=send]")).to_be_visible()


def send(page: Page) -> None:
    """Send the answers that were checked."""
    page.click("button[value=send]")
    page.wait_for_url("**/received/")


def take_next(page: Page) -> None:
    """A reviewer has the next entry handed over."""
    page.goto("/review/")
    page.click(".take-next button")
    page.wait_for_url("**/review/*-*/")


def to_decision(page: Page) -> None:
    """To the pane of decisions, which is a tab on narrow screens."""
    tab = page.locator("a[href='#pane-decide']")
    if tab.is_visible():
        tab.click()


def tick_all(page: Page, action: str) -> None:
    """Every point of the open checklist."""
    to_decision(page)
    for box in page.locator(f"#step-{action} input[name=answers]").all():
        box.check()


def verify(page: Page, *grounds: str) -> None:
    """Verify on these grounds."""
    tick_all(page, "verify")
    for ground in grounds or (Ground.CALL_BACK,):
        page.check(f"#step-verify input[name=grounds][value={ground}]")
    page.click("button[name=action][value=verify]")
    page.wait_for_load_state()


def enter(page: Page) -> None:
    """Enter: approved."""
    tick_all(page, "enter")
    page.click("button[name=action][value=enter]")
    page.wait_for_load_state()


def seen(page: Page, address: str, condition: Callable[[Page], bool], patience: float = 30) -> float:
    """Load a page until it shows what is waited for; the seconds it took."""
    begun = time.monotonic()
    while time.monotonic() - begun < patience:
        page.goto(address)
        if condition(page):
            return time.monotonic() - begun
        time.sleep(0.2)
    raise AssertionError(f"{address} does not show it after {patience} s:\n{page.inner_text('main')}")
