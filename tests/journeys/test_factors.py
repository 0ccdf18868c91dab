"""A passkey from its making to a grave act, in a browser with an authenticator of its own."""

from typing import NamedTuple

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from playwright.sync_api import CDPSession, Page, expect

from tests import builders, people
from tests.journeys.looking import faults, with_axe
from tests.journeys.walking import chinese
from tests.verification.test_signing_in import code
from verification import throttling
from verification.models import Event, Outbox, Public, Session
from verification.sessions import SessionStore
from verification.sop import Action, State

pytestmark = pytest.mark.browser

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Keys(NamedTuple):
    """The authenticator of one tab, and the keys in it."""

    session: CDPSession
    number: str

    def copy_from(self, other: "Keys") -> None:
        """The same phone, in another tab."""
        held = other.session.send("WebAuthn.getCredentials", {"authenticatorId": other.number})
        for key in held["credentials"]:
            self.session.send("WebAuthn.addCredential", {"authenticatorId": self.number, "credential": key})


def give_authenticator(page: Page) -> Keys:
    """What a phone with a fingerprint reader has."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return Keys(session, added["authenticatorId"])


def type_password(page: Page, email: str) -> None:
    page.fill("[name=login]", email)
    page.fill("[name=password]", people.PASSWORD)
    page.get_by_role("button", name=chinese("Sign in"), exact=True).click()


def enrol_passkey(page: Page) -> None:
    """As a new reviewer does who was told to."""
    page.goto("/review/")
    page.get_by_role("link", name=chinese("Set up a second factor")).click()
    expect(page.get_by_role("link", name=chinese("Add a passkey"))).to_be_visible()
    assert not faults(page, chinese=True)
    page.get_by_role("link", name=chinese("Add a passkey")).click()
    page.fill("[name=password]", people.PASSWORD)
    page.get_by_role("button", name=chinese("Continue")).click()
    expect(page.locator("#passkey_add")).to_be_visible()
    assert not faults(page, chinese=True)
    page.click("#passkey_add")
    page.wait_for_url("**/recovery-codes/")
    assert not faults(page, chinese=True)


def age_sessions() -> None:
    """A quarter of an hour passes for every session."""
    for kept in Session.objects.all():
        store = SessionStore(kept.session_key)
        for record in store.get(AUTHENTICATION_METHODS_SESSION_KEY, []):
            record["at"] -= 900
        store.save()


@pytest.fixture
def newcomer(alliance):
    """A reviewer whose name was checked, and who has no second factor yet."""
    user = people.make_reviewer("newcomer", alliance)
    Authenticator.objects.filter(user=user).delete()
    return user


def test_a_passkey_is_made_signs_in_and_takes_down(visit, server, volunteer, reviewer, newcomer):
    record = builders.published_need(volunteer, reviewer)
    # A passkey belongs to a name; an address of numbers is none.
    page = with_axe(visit(base_url=server.replace("127.0.0.1", "localhost")))
    keys = give_authenticator(page)
    page.goto("/accounts/login/")
    type_password(page, newcomer.email)
    enrol_passkey(page)
    event = Event.objects.get(action=Action.ADD_FACTOR)
    assert (event.person, event.answers) == (newcomer.pk, {"factor": "webauthn"})

    page.context.clear_cookies()
    for n in range(throttling.PASSWORD.most + 1):  # somebody guesses at the account meanwhile
        page.goto("/accounts/login/")
        page.fill("[name=login]", newcomer.email)
        page.fill("[name=password]", f"guess {n}")
        page.get_by_role("button", name=chinese("Sign in"), exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(chinese("Too many tries"))
    assert not faults(page, chinese=True)
    page.get_by_role("link", name=chinese("Sign in with a passkey")).click()
    page.click("#passkey_login")
    page.wait_for_url("**/mine/")

    age_sessions()
    page.goto(f"/review/takedown/{record.uid}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(chinese("Your second factor once more"))
    page.get_by_role("link", name=chinese("Use a passkey")).click()
    expect(page.locator("#passkey_use")).to_be_visible()
    assert not faults(page, chinese=True)
    page.click("#passkey_use")
    page.wait_for_url("**/review/takedown/**")
    page.fill("[name=note]", "电话里否认了")
    page.select_option("[name=reason]", "false")

    age_sessions()  # she was called away for a quarter of an hour
    page.get_by_role("button", name=chinese("Take down now")).click()
    expect(page.locator("[name=note]")).to_have_value("电话里否认了")
    assert Public.objects.get().state == State.LIVE
    with page.context.expect_page() as opened:
        page.get_by_role("link", name=chinese("Use your second factor (new tab)")).click()
    beside = opened.value
    give_authenticator(beside).copy_from(keys)
    beside.get_by_role("link", name=chinese("Use a passkey")).click()
    beside.click("#passkey_use")
    expect(beside.get_by_role("heading", level=1)).to_have_text(chinese("It is you"))
    beside.close()
    page.get_by_role("button", name=chinese("Take down now")).click()
    page.wait_for_url(f"**/needs/{record.uid}/")
    assert Public.objects.get().state == State.WITHDRAWN


def test_an_authenticator_app_is_set_up_and_signs_in_without_scripts(visit, newcomer):
    page = visit(javascript=False)
    page.goto("/review/")
    type_password(page, newcomer.email)
    page.get_by_role("link", name=chinese("Set up a second factor")).click()
    page.get_by_role("link", name=chinese("Set up an authenticator app")).click()
    page.fill("[name=password]", people.PASSWORD)
    page.get_by_role("button", name=chinese("Continue")).click()
    secret = page.locator("p.mono").inner_text()
    page.fill("[name=code]", "000000" if code(secret) != "000000" else "111111")
    page.get_by_role("button", name=chinese("Set it up")).click()
    expect(page.locator("#code_error")).to_have_text(chinese("Incorrect code."))
    page.fill("[name=code]", code(page.locator("p.mono").inner_text()))
    page.get_by_role("button", name=chinese("Set it up")).click()
    kept = page.locator("ol.mono li").all_inner_texts()
    assert len(kept) == 10
    (told,) = Outbox.objects.filter(address=newcomer.email)
    assert told.subject == chinese("An authenticator app was added")

    page.context.clear_cookies()
    page.goto("/review/")
    type_password(page, newcomer.email)
    page.fill("[name=code]", kept[0])
    page.get_by_role("button", name=chinese("Continue")).click()
    page.wait_for_url("**/review/")


def test_pages_about_an_app_are_accessible(visit, clerk):
    page = with_axe(visit())
    page.goto("/accounts/2fa/totp/activate/")
    type_password(page, clerk.email)
    page.fill("[name=password]", people.PASSWORD)
    page.get_by_role("button", name=chinese("Continue")).click()
    expect(page.locator("[name=code]")).to_be_visible()
    assert not faults(page, chinese=True)
    page.fill("[name=code]", code(page.locator("p.mono").inner_text()))
    page.get_by_role("button", name=chinese("Set it up")).click()
    page.wait_for_url("**/recovery-codes/")
    assert not faults(page, chinese=True)
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    assert not faults(page, chinese=True)
    type_password(page, clerk.email)
    expect(page.locator("[name=code]")).to_be_visible()
    assert not faults(page, chinese=True)
