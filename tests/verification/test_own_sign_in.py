"""Coming through an organisation's own sign-in: who is let in, who belongs to it by that, and who is not."""

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from glacier import own_sign_ins
from tests import own_sign_in, people
from tests.own_sign_in import DOMAIN, person
from tests.people import give_factor
from tests.verification.test_signing_in import code
from verification import belonging, granting
from verification.journal import acting
from verification.models import Domain, Event, MailChoice, Membership, User
from verification.sop import Action

NURSE = f"nurse@{DOMAIN}"
LOGIN = "/accounts/oidc/ninth/login/"


@pytest.fixture
def provider():
    with own_sign_in.running() as server:
        server.person = person(NURSE)
        yield server


@pytest.fixture
def proven(hospital, coordinator, reviewer):
    """The hospital, whose mail domain two people found to be its own."""
    own_domain = {"organisation": hospital, "domain": DOMAIN, "fresh_factor": True}
    grant = granting.propose(Action.CHANGE_ORGANISATION, by=coordinator, **own_domain)
    granting.confirm(grant.uid, by=reviewer, fresh_factor=True)
    return hospital


def meanwhile():
    """What happens elsewhere, by whatever way."""
    return acting(by=people.registrar(), reason="meanwhile")


def kept():
    """All that is known of people."""
    of_people = (User, EmailAddress, SocialAccount, Membership, Event)
    return [list(model.objects.order_by("pk").values()) for model in of_people]


def make_nurse():
    """Somebody who has been here with the same address, which she confirmed."""
    nurse = people.make_person("nurse")
    with meanwhile():
        User.objects.filter(pk=nurse.pk).update(email=NURSE)
        EmailAddress.objects.filter(user=nurse).update(email=NURSE)
    nurse.refresh_from_db()
    return nurse


def come_through(browser, prefix=""):
    """Press the button, be let in over there, and come back."""
    there = browser.post(prefix + LOGIN)
    assert there.status_code == 302, there.content.decode()[:500]
    back = requests.get(there["Location"], allow_redirects=False, timeout=5).headers["Location"]
    return browser.get(back.removeprefix("http://testserver"))


def test_somebody_new_belongs_to_the_organisation(provider, proven):
    browser = Client()
    assert f'action="{LOGIN}"' in browser.get(reverse("account_login")).content.decode()
    answer = come_through(browser)
    assert (answer.status_code, answer["Location"]) == (302, "/mine/")
    user = User.objects.get(email=NURSE)
    assert not user.has_usable_password()
    assert EmailAddress.objects.get(user=user).verified
    membership = Membership.objects.get(user=user)
    assert (membership.organisation, membership.way, membership.is_admin) == (proven, "provider", False)
    joined = Event.objects.get(action=Action.JOIN, person=user.pk)
    assert joined.answers == {"way": "provider"}
    assert SocialAccount.objects.get(user=user).extra_data == {}
    assert "张三" not in str(user.__dict__)
    assert browser.get(reverse("my_part")).status_code == 200
    # Once more is nothing new.
    again = Client()
    assert come_through(again)["Location"] == "/mine/"
    assert SocialAccount.objects.get(user=user).extra_data == {}
    assert Membership.objects.filter(user=user).count() == 1
    assert Event.objects.filter(action=Action.JOIN, person=user.pk).count() == 1


def test_in_english_they_come_back_to_english_and_read_english_mail(provider, proven):
    assert come_through(Client(), "/en")["Location"] == "/en/mine/"
    assert MailChoice.objects.get(user__email=NURSE).language == "en"
    assert provider.asked[-1]["redirect_uri"].endswith(f"/en{LOGIN}callback/")
    assert provider.asked[-1]["code_challenge_method"] == "S256"


def test_an_account_with_the_same_confirmed_address_is_theirs(provider, proven):
    user = make_nurse()
    assert come_through(Client())["Location"] == "/mine/"
    assert belonging.living(proven).filter(user=user, way="provider").exists()
    assert not SocialAccount.objects.exists()


def test_a_second_factor_is_asked_for_all_the_same(provider, proven):
    user = make_nurse()
    give_factor(user)
    browser = Client()
    assert come_through(browser)["Location"] == reverse("mfa_authenticate")
    assert not Membership.objects.filter(user=user).exists()
    assert browser.get(reverse("mine")).status_code == 302
    answer = browser.post(reverse("mfa_authenticate"), {"code": code()})
    assert answer.status_code == 302
    assert browser.get(reverse("mine")).status_code == 200
    assert belonging.living(proven).filter(user=user, way="provider").exists()


@pytest.mark.parametrize(
    "said",
    [
        person("nurse@elsewhere.example"),
        person(f"nurse@sub.{DOMAIN}"),
        person(NURSE, email_verified=False),
        {"sub": "7"},
    ],
    ids=["another domain", "below the domain", "not confirmed", "no address"],
)
def test_whom_it_does_not_vouch_for_is_refused(provider, proven, said):
    provider.person = said
    browser = Client()
    before = kept()
    answer = come_through(browser)
    assert answer.status_code == 403
    assert answer.context["code"] == "own_sign_in_unproven"
    assert kept() == before
    assert browser.get(reverse("mine")).status_code == 302


def test_a_domain_that_is_not_proven_any_more_shuts_it(provider, proven):
    come_through(Client())
    with meanwhile():
        Domain.objects.update(ended_at=timezone.now())
    before = Membership.objects.count()
    browser = Client()
    assert come_through(browser).status_code == 403
    assert browser.get(reverse("mine")).status_code == 302
    assert Membership.objects.count() == before


def test_whom_the_organisation_removed_stays_outside(provider, proven, coordinator, clerk):
    come_through(Client())
    user = User.objects.get(email=NURSE)
    belonging.end(Membership.objects.get(user=user, ended_at=None).pk, by=coordinator)
    assert come_through(Client())["Location"] == "/mine/"
    assert not Membership.objects.filter(user=user, ended_at=None).exists()
    # By her address at its domain she does not come back either; who left by herself does.
    assert list(belonging.open_to(user)) == []
    with meanwhile():
        Membership.objects.filter(user=user).update(ended_by=user)
    assert list(belonging.open_to(user)) == [proven]


def test_a_closed_account_stays_closed(provider, proven):
    come_through(Client())
    with meanwhile():
        User.objects.filter(email=NURSE).update(is_active=False)
    browser = Client()
    come_through(browser)
    assert browser.get(reverse("mine")).status_code == 302


def test_what_is_broken_off_or_broken_is_said(provider, proven):
    browser = Client()
    browser.post(LOGIN)
    broken_off = browser.get(f"{LOGIN}callback/?error=access_denied")
    assert broken_off.status_code == 403
    assert broken_off.context["code"] == "own_sign_in_failed"
    # A state nobody asked for, a code nobody gave.
    assert browser.get(f"{LOGIN}callback/?code=code-0&state=x").status_code == 403
    provider.broken = True
    assert browser.post(LOGIN).context["code"] == "own_sign_in_failed"
    assert not User.objects.filter(email=NURSE).exists()


def test_it_connects_nobody_who_is_signed_in(provider, proven, volunteer):
    browser = Client()
    browser.force_login(volunteer)
    there = browser.post(f"{LOGIN}?process=connect")
    back = requests.get(there["Location"], allow_redirects=False, timeout=5).headers["Location"]
    assert browser.get(back.removeprefix("http://testserver")).status_code == 403
    assert not SocialAccount.objects.exists()
    assert not Membership.objects.filter(user=volunteer, organisation=proven).exists()


def test_a_row_of_the_database_makes_no_sign_in(proven):
    SocialApp.objects.create(
        provider="openid_connect", provider_id="mine", name="x", client_id="x", settings={"server_url": "x"}
    )
    assert Client().post("/accounts/oidc/mine/login/").status_code == 404


def test_by_a_link_one_is_asked_before_one_is_led_away(provider, proven):
    page = Client().get(LOGIN)
    assert page.status_code == 200
    assert "江城第九医院" in page.content.decode()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [({"secret": ""}, "no secret"), ({"server_url": "http://elsewhere.example"}, "over https")],
)
def test_what_is_configured_wrongly_is_said_at_the_start(change, complaint):
    entry = {
        "id": "ninth",
        "name": "x",
        "domain": DOMAIN,
        "server_url": "https://sso.example/realms/x",
        "client_id": "x",
        "secret": "x",
    }
    assert own_sign_ins.origins([entry]) == ["https://sso.example"]
    assert own_sign_ins.origins([entry | {"origin": "https://login.example"}]) == ["https://login.example"]
    with pytest.raises(ImproperlyConfigured, match=complaint):
        own_sign_ins.apps([entry | change])


def test_without_any_there_is_no_button():
    with override_settings(OWN_SIGN_INS=[]):
        assert "/oidc/" not in Client().get(reverse("account_login")).content.decode()


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"])
def test_nobody_sets_out_uncounted(method, provider, proven):
    answer = Client().generic(method, LOGIN)
    assert (answer.status_code, answer.headers.get("Location")) == (405, None)
