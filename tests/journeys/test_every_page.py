"""Every page of every list, in both languages: nothing for axe, nothing to scroll sideways, no word left in English."""

from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys import scenery
from tests.journeys.looking import NARROW, WIDE, faults, with_axe
from tests.people import give_factor, make_person
from verification import inbox, kinds, people, rehearsing

pytestmark = pytest.mark.browser

# Chinese in daylight, English at night. Each page is measured at both widths, and its width is changed once, so
# that the next one begins at the other: what axe sees on a telephone in Chinese, it sees wide in English.
LOOKS = [
    pytest.param("", {"width": NARROW, "color_scheme": "light"}, id="chinese-light"),
    pytest.param("/en", {"width": WIDE, "color_scheme": "dark"}, id="english-dark"),
]


AUDIT = ("/audit/", "/audit/?person=nobody&action=merge&since=x", "/audit/?until=2020-01-01", "/me/")


@pytest.fixture
def site(volunteer, stranger, reviewer, other_reviewer):
    """What waits is in the hands of the one who looks at it."""
    made = scenery.make(volunteer, stranger, reviewer, other_reviewer)
    who = people.standing(other_reviewer, now=timezone.now())
    rehearsing.take([one.pk for one in inbox.waiting_for(who)], by=other_reviewer)
    return made


def pages_of(site) -> dict[str, list[str]]:
    """The pages to look at, by who looks."""
    lists = [spec.slug for spec in kinds.every()]
    return {
        "nobody": [
            "/",
            "/needs/?province=420000&item=n95-mask&sort=newest&stale=1",
            "/needs/?q=没有这一家&urgency=high",
            "/needs/?cursor=nothing",
            f"/needs/{site.record}/",
            f"/needs/{site.long}/",
            f"/needs/{site.moved}/",
            f"/needs/{site.gone}/",
            f"/needs/{site.hidden}/",
            f"/needs/{site.merged}/history/",
            f"/owner/{site.link}/",
            "/owner/nothing/",
            f"/people/invitation/{site.invitation}/",
            "/people/invitation/nothing/",
            f"/needs/{uuid4()}/",
            *(f"/{kind}/" for kind in lists),
            *(f"/{kind}/{site.records[kind]}/" for kind in lists),
            "/lists/",
            "/submit/",
            "/search/",
            "/search/?q=江城",
            "/search/?q=没有这一家&province=420000&kind=needs",
            "/search/?q=江",
            "/status/",
            "/about/",
            "/about/rules/",
            "/accounts/login/",
            "/accounts/signup/",
            "/accounts/password/reset/",
            "/accounts/confirm-email/nothing/",
            "/demo/mail/",
        ],
        "volunteer": [
            "/mine/",
            *(f"/submit/{kind}/" for kind in lists),
            f"/submit/needs/?record={site.record}",
            f"/submit/needs/?record={site.gone}",
            f"/submit/giving-channels/?record={site.records['giving-channels']}",
            f"/mine/{site.returned.uid}/",
            f"/mine/{site.returned.uid}/edit/",
            f"/mine/{site.returned.uid}/received/",
            f"/mine/{site.rejected.uid}/",
            f"/mine/withdraw/{site.record}/",
            f"/mine/withdraw/{site.records['couriers']}/",
            f"/mine/confirm/{site.record}/",
            "/mine/imports/",
            *(f"/mine/imports/{batch.uid}/" for batch in site.imports),
            *(f"/submit/{kind}/sheet/" for kind in ("needs", "couriers")),
            "/me/",
            "/me/tokens/",
            "/me/organisations/",
            "/people/",
            "/review/",
            "/accounts/email/",
            "/accounts/password/change/",
            "/accounts/2fa/",
            "/me/factor/",
            "/accounts/logout/",
        ],
        "stranger": [
            "/mine/",
            f"/mine/{site.withdrawal.uid}/",
            f"/mine/{site.confirmation.uid}/",
            f"/mine/{site.confirmation.uid}/received/",
            *(f"/mine/{site.entries[kind].uid}/" for kind in lists),
        ],
        "other_reviewer": [
            "/review/",
            *(f"/review/{site.entries[kind].uid}/" for kind in lists),
            f"/review/{site.waiting.uid}/",
            f"/review/{site.waiting.uid}/together/",
            f"/review/{site.correction.uid}/",
            f"/review/{site.doubtful.uid}/",
            f"/review/{site.cooling.uid}/",
            "/review/rules/",
            f"/review/{site.withdrawal.uid}/",
            f"/review/{site.confirmation.uid}/",
            f"/review/takedown/{site.record}/",
            f"/review/takedown/{site.records['couriers']}/",
            f"/review/merge/{site.record}/?other={site.long}",
            f"/review/merge/{site.records['couriers']}/",
            f"/review/unmerge/{site.merged}/",
            f"/mine/links/{site.record}/",
            "/me/organisations/",
            "/people/",
            "/people/?q=nobody",
            f"/people/check/{site.check}/",
            f"/people/person/{site.person}/",
            f"/people/organisation/{site.house}/",
            "/accounts/2fa/",
            "/accounts/2fa/reauthenticate/",
            "/accounts/2fa/webauthn/",
            "/accounts/2fa/webauthn/add/",
            "/accounts/2fa/totp/deactivate/",
            "/accounts/2fa/recovery-codes/generate/",
            "/me/factor/",
        ],
        "coordinator": [
            "/admin/",
            "/admin/supplies/item/",
            "/admin/verification/submission/",
            "/review/direct/?q=江城",
            "/review/direct/",
            "/review/pairs/",
        ],
        "auditor": list(AUDIT),
    }


@pytest.mark.parametrize(("prefix", "look"), LOOKS)
def test_every_page_is_accessible_fits_and_speaks_its_language(
    visit, site, volunteer, stranger, other_reviewer, coordinator, prefix, look
):
    auditor = make_person("auditor")
    people.make_coordinator(user=auditor, by=auditor)
    give_factor(auditor)
    who = {
        "nobody": None,
        "volunteer": volunteer,
        "stranger": stranger,
        "other_reviewer": other_reviewer,
        "coordinator": coordinator,
        "auditor": auditor,
    }
    wrong = []
    for name, addresses in pages_of(site).items():
        page = with_axe(visit(who[name], **look))
        for address in addresses:
            page.goto(prefix + address)
            seen = faults(page, chinese=not prefix, frame=address == addresses[0])
            wrong += [f"{prefix}{address} ({name}): {fault}" for fault in seen]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("kind", ["needs", "giving-channels"])
def test_a_form_sent_empty_lists_what_is_wrong_in_the_order_of_asking(visit, volunteer, kind):
    page = with_axe(visit(volunteer))
    page.goto(f"/submit/{kind}/")
    page.locator("#submit-form > button").dispatch_event("click")
    expect(page.locator("[data-error-summary]")).to_be_visible()
    assert not faults(page, chinese=True)
    places = page.evaluate(
        "[...document.querySelectorAll('[data-error-summary] a')].map("
        "link => document.querySelector(link.hash).closest('section').id)"
    )
    asked = [part.id for part in kinds.get(kind).sections]
    assert places == sorted(places, key=asked.index)
    assert len(places) > 1


def test_pages_of_an_empty_site_say_what_to_do(visit, database):
    page = with_axe(visit())
    for address in ("/", "/needs/", "/needs/?stale=1", "/status/", "/about/"):
        assert page.goto(address).status == 200
        assert not faults(page, chinese=True), address
