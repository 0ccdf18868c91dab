"""Every page, in both languages: nothing for axe to find, nothing to scroll sideways, no word left in English."""

import re
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys import scenery

pytestmark = pytest.mark.browser

# Chinese pages on a telephone in daylight, English ones on a wide screen at night.
LOOKS = [
    pytest.param("", {"width": 390, "color_scheme": "light"}, id="chinese-telephone-light"),
    pytest.param("/en", {"width": 1440, "color_scheme": "dark"}, id="english-wide-dark"),
]
# Words of other tongues that a Chinese page may hold: names, formats, licences.
_FOREIGN = re.compile(r"[A-Za-z]{3,} [A-Za-z]{2,} [A-Za-z]{2,}")


# What passes is not listed: half the time.
_ASK = {"resultTypes": ["violations"]}


@pytest.fixture
def site(volunteer, stranger, reviewer, other_reviewer):
    return scenery.make(volunteer, stranger, reviewer, other_reviewer)


def pages_of(site) -> dict[str, list[str]]:
    """The pages to look at, by who looks."""
    return {
        "nobody": [
            "/",
            "/needs/",
            "/needs/?province=420000&item=n95-mask&sort=newest&stale=1",
            "/needs/?q=没有这一家&urgency=high",
            "/needs/?cursor=nothing",
            f"/needs/{site.record}/",
            f"/needs/{site.long}/",
            f"/needs/{site.gone}/",
            f"/needs/{site.hidden}/",
            f"/needs/{site.merged}/history/",
            f"/owner/{site.link}/",
            "/owner/nothing/",
            f"/needs/{uuid4()}/",
            "/lists/",
            "/submit/",
            "/search/",
            "/search/?q=江城",
            "/search/?q=没有这一家&province=420000&kind=needs",
            "/search/?q=江",
            "/status/",
            "/about/",
            "/accounts/login/",
            "/accounts/signup/",
            "/accounts/password/reset/",
            "/accounts/confirm-email/nothing/",
            "/demo/mail/",
        ],
        "volunteer": [
            "/mine/",
            "/submit/needs/",
            f"/submit/needs/?record={site.record}",
            f"/submit/needs/?record={site.gone}",
            f"/mine/{site.returned.uid}/",
            f"/mine/{site.returned.uid}/edit/",
            f"/mine/{site.returned.uid}/received/",
            f"/mine/{site.rejected.uid}/",
            f"/mine/withdraw/{site.record}/",
            f"/mine/confirm/{site.record}/",
            "/me/tokens/",
            "/review/",
            "/accounts/email/",
            "/accounts/password/change/",
            "/accounts/logout/",
        ],
        "stranger": [
            "/mine/",
            f"/mine/{site.withdrawal.uid}/",
            f"/mine/{site.confirmation.uid}/",
            f"/mine/{site.confirmation.uid}/received/",
        ],
        "other_reviewer": [
            "/review/",
            "/review/?step=enter",
            f"/review/{site.waiting.uid}/",
            f"/review/{site.correction.uid}/",
            f"/review/{site.doubtful.uid}/",
            f"/review/{site.withdrawal.uid}/",
            f"/review/{site.confirmation.uid}/",
            f"/review/takedown/{site.record}/",
            f"/review/merge/{site.record}/?other={site.long}",
            f"/review/unmerge/{site.merged}/",
            f"/mine/links/{site.record}/",
        ],
    }


@pytest.mark.parametrize(("prefix", "look"), LOOKS)
def test_every_page_is_accessible_fits_and_speaks_its_language(
    visit, site, volunteer, stranger, other_reviewer, prefix, look
):
    who = {"nobody": None, "volunteer": volunteer, "stranger": stranger, "other_reviewer": other_reviewer}
    axe, wrong = Axe(), []
    for name, addresses in pages_of(site).items():
        page = visit(who[name], **look)
        for address in addresses:
            page.goto(prefix + address)
            wrong += [
                f"{prefix}{address} ({name}): {found}" for found in _look(page, axe, chinese=not prefix)
            ]
    assert not wrong, "\n".join(wrong)


def _look(page: Page, axe: Axe, *, chinese: bool) -> list[str]:
    found = [
        f"axe {violation['id']}: {violation['nodes'][0]['html'][:160]}"
        for violation in axe.run(page, options=_ASK).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("wider than the screen")
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} headings of the first rank")
    if chinese and (english := _FOREIGN.search(page.inner_text("body"))):
        found.append(f"English: {english[0]}")
    return found


def test_pages_of_an_empty_site_say_what_to_do(visit, database):
    page = visit()
    for address in ("/", "/needs/", "/needs/?stale=1", "/status/", "/about/"):
        assert page.goto(address).status == 200
        assert not _look(page, Axe(), chinese=True), address
