"""Signing in: the second factor, what it does to sessions, and guesses that are counted before they are looked at."""

import time

import pytest
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.test import Client

from tests import people
from tests.signing_in import BACKEND, sign_in, used
from verification import leases, sealing, throttling
from verification import people as core_people
from verification.models import Event, Session, Throttle
from verification.refusals import NotReviewer
from verification.sop import Action

LOGIN, CODE = "/accounts/login/", "/accounts/2fa/authenticate/"


def code(secret: str = people.SECRET, *, later: int = 0) -> str:
    """What the authenticator app shows, or will show so many half minutes later."""
    counter = int(time.time()) // app_settings.TOTP_PERIOD + later
    return str(auth.format_hotp_value(auth.hotp_value(secret, counter)))


def by_password(client, user, password=people.PASSWORD):
    return client.post(LOGIN, {"login": user.email, "password": password})


def is_in(client) -> bool:
    return bool(client.get("/mine/").status_code == 200)


def enrol(client) -> str:
    """Set up an authenticator app as a person does; the code that was typed."""
    client.post("/accounts/reauthenticate/", {"password": people.PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    typed = code(page.context["form"].secret)
    answer = client.post("/accounts/2fa/totp/activate/", {"code": typed})
    assert answer.headers["Location"] == "/accounts/2fa/recovery-codes/"
    return typed


def test_password_alone_lets_nobody_in_who_has_a_factor(client, reviewer, clerk):
    assert by_password(client, reviewer).headers["Location"] == CODE
    assert not is_in(client)
    client.post(CODE, {"code": code()})
    assert is_in(client)
    other = Client()
    by_password(other, clerk)
    assert is_in(other)


def test_code_works_once(client, reviewer):
    right = code()
    for browser, comes_in in ((client, True), (Client(), False)):
        by_password(browser, reviewer)
        browser.post(CODE, {"code": right})
        assert is_in(browser) is comes_in


def test_session_by_password_of_somebody_with_a_factor_is_nobodys(client, reviewer):
    client.force_login(reviewer, backend=BACKEND)
    assert not is_in(client)
    assert client.get("/api/v1/submissions/").status_code == 401


def test_first_factor_is_one_event_and_ends_every_other_session(client, clerk):
    elsewhere = Client()
    for browser in (client, elsewhere):
        by_password(browser, clerk)
        assert is_in(browser)
    enrol(client)
    assert (is_in(client), is_in(elsewhere)) == (True, False)
    assert Session.objects.filter(user=clerk).count() == 1
    event = Event.objects.get(action=Action.ADD_FACTOR)
    assert (event.actor_id, event.person, event.answers) == (clerk.pk, clerk.pk, {"factor": "totp"})


def test_secrets_of_factors_are_encrypted(client, clerk):
    by_password(client, clerk)
    enrol(client)
    kept = dict(Authenticator.objects.filter(user=clerk).values_list("type", "data"))
    for kind, name in (("totp", "secret"), ("recovery_codes", "seed")):
        assert sealing.decrypt(kept[kind][name]) != kept[kind][name]


def test_recovery_code_stands_in_for_a_lost_factor_once(client, clerk):
    by_password(client, clerk)
    enrol(client)
    kept = Authenticator.objects.get(user=clerk, type="recovery_codes").wrap().get_unused_codes()
    page = client.get("/accounts/2fa/recovery-codes/").content.decode()
    assert all(one in page for one in kept)
    assert kept[0] not in client.get("/accounts/2fa/recovery-codes/").content.decode()
    for browser, comes_in in ((Client(), True), (Client(), False)):
        by_password(browser, clerk)
        browser.post(CODE, {"code": kept[0]})
        assert is_in(browser) is comes_in


def test_removing_a_factor_is_one_event_and_ends_every_session(client, reviewer):
    elsewhere = Client()
    sign_in(client, reviewer)
    sign_in(elsewhere, reviewer)
    client.post("/accounts/2fa/totp/deactivate/")
    assert not is_in(client)
    assert not is_in(elsewhere)
    assert not Session.objects.filter(user=reviewer).exists()
    assert Event.objects.get(action=Action.REMOVE_FACTOR).person == reviewer.pk
    with pytest.raises(NotReviewer):
        leases.claim([1], by=reviewer)


def test_factor_once_set_up_another_asks_for_it_and_a_password_is_not_enough(client, reviewer):
    sign_in(client, reviewer, ago=700)
    asked = client.get("/accounts/2fa/webauthn/add/")
    assert asked.headers["Location"].startswith("/accounts/2fa/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": people.PASSWORD})
    assert client.get("/accounts/2fa/webauthn/add/").status_code == 302
    client.post("/accounts/2fa/reauthenticate/", {"code": code()})
    assert client.get("/accounts/2fa/webauthn/add/").status_code == 200


def test_reviewer_without_a_factor_is_told_what_to_do(client, reviewer, stranger):
    Authenticator.objects.all().delete()
    sign_in(client, reviewer)
    told = client.get("/review/")
    assert told.status_code == 403
    assert 'href="/accounts/2fa/"' in told.content.decode()
    sign_in(client, stranger)
    assert 'href="/accounts/2fa/"' not in client.get("/review/").content.decode().split("<main")[1]


@pytest.mark.parametrize("superuser", [False, True])
def test_admin_asks_staff_for_a_factor(client, coordinator, superuser):
    core_people.make_coordinator(user=coordinator, by=people.registrar())
    if superuser:
        with core_people.acting(by=people.registrar(), reason="test"):
            type(coordinator).objects.filter(pk=coordinator.pk).update(is_superuser=True)
    sign_in(client, coordinator)
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/mfa/authenticator/").status_code == 404
    Authenticator.objects.all().delete()
    led = client.get("/admin/", follow=True)
    assert led.redirect_chain[-1][0] == "/accounts/2fa/"
    assert client.get("/admin/verification/event/").status_code == 302


def test_guesses_at_a_password_are_limited_whether_the_account_exists_or_not(client, clerk):
    for email in (clerk.email, "nobody@people.example"):
        said = [
            client.post(LOGIN, {"login": email, "password": "wrong"}).status_code
            for _n in range(throttling.PASSWORD.most + 1)
        ]
        assert said == [200] * throttling.PASSWORD.most + [429]
    refused = by_password(client, clerk)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= throttling.PASSWORD.seconds
    assert not is_in(client)
    assert clerk.email not in "".join(Throttle.objects.values_list("key", flat=True))


def test_right_password_is_no_guess(client, clerk):
    for _n in range(throttling.PASSWORD.most * 2):
        by_password(client, clerk)
        assert is_in(client)
        client.logout()


def test_guesses_at_a_code_are_limited_on_both_pages_together(client, reviewer):
    by_password(client, reviewer)
    inside = Client()
    reviewer.refresh_from_db()  # the password was kept anew as it was typed
    sign_in(inside, reviewer, ago=700)
    wrong = "000000" if code() != "000000" else "111111"
    for _n in range(throttling.CODE.most - 1):
        assert client.post(CODE, {"code": wrong}).status_code == 200
    assert inside.post("/accounts/2fa/reauthenticate/", {"code": wrong}).status_code == 200
    assert client.post(CODE, {"code": code()}).status_code == 429
    assert inside.post("/accounts/2fa/reauthenticate/", {"code": code()}).status_code == 429


def test_mail_to_reset_a_password_is_limited(client, clerk, mailoutbox):
    said = [client.post("/accounts/password/reset/", {"email": clerk.email}).status_code for _n in range(5)]
    assert said == [302] * throttling.RESET_MAIL.most + [429] * (5 - throttling.RESET_MAIL.most)
    assert len(mailoutbox) == throttling.RESET_MAIL.most


def test_counter_ends_with_its_window_and_is_forgotten(database):
    tries = [(throttling.PASSWORD, "somebody")]
    for _n in range(throttling.PASSWORD.most):
        assert throttling.count(tries) == 0
    assert throttling.count(tries) > 0
    Throttle.objects.update(until="2020-01-01T00:00:00Z")
    assert throttling.count(tries) == 0
    Throttle.objects.update(until="2020-01-01T00:00:00Z")
    assert throttling.forget_old() == 1


def test_factor_used_by_hand_in_a_session_counts_for_its_person_alone(client, reviewer, other_reviewer):
    client.force_login(reviewer, backend=BACKEND)
    session = client.session
    session.update(used(other_reviewer))
    session.save()
    assert not is_in(client)
