"""The pages on which people are invited, vouched for and decided about, as somebody walks them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests import people
from tests.people import give_factor
from tests.signing_in import sign_in
from verification import belonging, granting, vouching
from verification import people as core
from verification.models import Event, Grant, Invitation, Membership, Outbox, Reviewer, User
from verification.sop import Action


def browser(user, **kwargs) -> Client:
    client = Client()
    sign_in(client, user, **kwargs)
    return client


@pytest.fixture
def admin(hospital):
    user = people.make_person("admin")
    core.add_member(user=user, organisation=hospital, by=people.registrar(), is_admin=True)
    return user


@pytest.fixture
def second(database):
    user = people.make_person("second", is_staff=True)
    give_factor(user)
    return user


def test_a_hospitals_admin_invites_a_clerk(admin, hospital, stranger):
    page = f"/people/organisation/{hospital.uid}/"
    answer = browser(admin).post(page, {"action": "invite", "email": " Stranger@People.example "})
    link = answer.context["made"]
    (sent,) = Outbox.objects.filter(address=stranger.email)
    assert link in sent.text
    path = link.removeprefix("http://testserver")
    assert "江城第九医院" in Client().get(path).content.decode()
    assert browser(stranger).post(path).status_code == 302
    assert Membership.objects.get(user=stranger, ended_at=None).way == "invitation"
    assert Client().get(path).status_code == 404
    assert "stranger-7" in browser(admin).get(page).content.decode()


def test_whoever_is_invited_to_review_is_led_to_the_vouching(
    admin, hospital, stranger, reviewer, other_reviewer
):
    page = f"/people/organisation/{hospital.uid}/"
    answer = browser(admin).post(page, {"action": "invite", "email": stranger.email, "to_review": "on"})
    (sent,) = Outbox.objects.filter(address=stranger.email)
    assert "两名" in sent.text
    shown = browser(stranger).post(answer.context["made"].removeprefix("http://testserver"), follow=True)
    assert "实名" in shown.content.decode()
    # The invitation vouches for nobody: two reviewers do.
    assert not core.voice(stranger, now=timezone.now()).house
    asked = {"action": "ask", "organisation": str(hospital.uid), "legal_name": "江宁"}
    assert browser(stranger).post(reverse("my_part"), asked).status_code == 302
    check = Reviewer.objects.get(user=stranger)
    assert (check.confirmed_at, check.organisation) == (None, hospital)
    assert {check.uid} == {one.uid for one in vouching.waiting_for(reviewer, now=timezone.now())}


def test_an_invitation_is_for_its_address_alone(admin, hospital, stranger, volunteer):
    secret, _made = belonging.invite(organisation=hospital, email=stranger.email, by=admin)
    path = reverse("invitation", kwargs={"token": secret})
    assert browser(volunteer).post(path).status_code == 403
    assert Client().post(path).headers["Location"].startswith("/accounts/login/")
    assert not Membership.objects.filter(organisation=hospital, user=volunteer).exists()


def test_what_was_typed_is_not_lost(admin, hospital):
    answer = browser(admin).post(
        f"/people/organisation/{hospital.uid}/", {"action": "invite", "email": "no address"}
    )
    assert answer.status_code == 422
    assert 'value="no address"' in answer.content.decode()


def test_the_page_of_an_organisation_is_for_its_admin_and_coordinators(
    admin, clerk, hospital, coordinator, reviewer
):
    page = f"/people/organisation/{hospital.uid}/"
    for user, status in ((admin, 200), (coordinator, 200), (clerk, 403), (reviewer, 403)):
        assert browser(user).get(page).status_code == status
    assert (
        browser(coordinator).post(page, {"action": "invite", "email": "x@people.example"}).status_code == 403
    )


def test_a_volunteer_becomes_a_reviewer(volunteer, team, reviewer, other_reviewer):
    mine = browser(volunteer)
    asked = {"action": "ask", "organisation": team.uid, "legal_name": "欧阳某某"}
    assert mine.post("/me/organisations/", asked).status_code == 302
    check = Reviewer.objects.get(user=volunteer)
    page = f"/people/check/{check.uid}/"
    for user, step in ((reviewer, "check"), (other_reviewer, "confirm")):
        desk = browser(user)
        assert page in desk.get("/people/").content.decode()
        assert "欧阳某某" not in desk.get(page).content.decode()
        assert "欧阳某某" in desk.post(page, {"action": "read"}).content.decode()
        assert desk.post(page, {"action": step}).status_code == 302
    confirmed = Reviewer.objects.get(pk=check.pk).confirmed_at
    assert not core.standing(volunteer, now=confirmed).is_reviewer
    give_factor(volunteer)
    mine = browser(volunteer)
    assert core.standing(volunteer, now=confirmed).is_reviewer
    assert "欧阳某某" not in mine.get("/me/organisations/").content.decode()


def test_the_page_of_a_name_asks_for_a_fresh_factor(volunteer, team, reviewer):
    check = vouching.ask(by=volunteer, organisation=team, legal_name="欧阳某某")
    late, page = browser(reviewer, ago=3600), f"/people/check/{check.uid}/"
    answer = late.get(page)
    assert answer.status_code == 302
    assert "reauthenticate" in answer.headers["Location"]
    told = late.post(page, {"action": "read"})
    assert told.status_code == 403
    assert "欧阳某某" not in told.content.decode()
    assert not Event.objects.filter(action=Action.READ_NAME).exists()


def test_a_grant_without_a_fresh_factor_says_where_to_use_it(coordinator, stranger):
    desk = browser(coordinator, ago=3600)
    answer = desk.post(f"/people/person/{stranger.pk}/", {"action": "make_coordinator"})
    assert answer.status_code == 403
    assert "/accounts/2fa/reauthenticate/" in answer.content.decode()
    assert not Grant.objects.exists()


def test_a_coordinator_is_proposed_on_one_page_and_confirmed_on_another(coordinator, second, stranger):
    assert (
        browser(coordinator)
        .post(f"/people/person/{stranger.pk}/", {"action": "make_coordinator"})
        .status_code
        == 302
    )
    grant = Grant.objects.get()
    desk = browser(second)
    assert str(grant.uid) in desk.get("/people/").content.decode()
    assert desk.post("/people/", {"action": "confirm", "grant": grant.uid}).status_code == 302
    assert User.objects.get(pk=stranger.pk).is_staff


def test_a_suspension_is_one_tap_for_a_coordinator(coordinator, reviewer):
    assert (
        browser(coordinator).post(f"/people/person/{reviewer.pk}/", {"action": "suspend"}).status_code == 302
    )
    assert browser(reviewer).get("/review/").status_code == 403
    assert browser(reviewer).get("/people/").status_code == 403


@pytest.mark.parametrize("action", ["join", "change_organisation", "nothing", ""])
def test_a_persons_page_takes_no_other_act(action, coordinator, stranger):
    assert browser(coordinator).post(f"/people/person/{stranger.pk}/", {"action": action}).status_code == 404
    assert not Event.objects.filter(kind="").exists()


def test_joining_by_an_address_is_one_tap(coordinator, second, hospital):
    grant = granting.propose(
        Action.CHANGE_ORGANISATION,
        by=coordinator,
        organisation=hospital,
        domain="people.example",
        fresh_factor=True,
    )
    granting.confirm(grant.uid, by=second, fresh_factor=True)
    user = people.make_person("nurse")
    assert (
        browser(user).post("/me/organisations/", {"action": "join", "organisation": hospital.uid}).status_code
        == 302
    )
    assert Membership.objects.get(user=user).way == "domain"


def test_nobody_leaves_for_another(volunteer, clerk):
    theirs = Membership.objects.get(user=clerk)
    answer = browser(volunteer).post("/me/organisations/", {"action": "leave", "membership": theirs.pk})
    assert answer.status_code == 404
    assert Membership.objects.get(user=clerk).ended_at is None


def test_pages_of_nobody_ask_who_it_is(client, db):
    for path in ("/me/organisations/", "/people/", "/people/person/1/"):
        assert client.get(path).headers["Location"].startswith("/accounts/login/?next=/")


def test_an_invitation_link_ends_with_the_say_of_who_sent_it(admin, hospital, stranger):
    secret, _made = belonging.invite(organisation=hospital, email=stranger.email, by=admin)
    other = people.make_person("other_admin")
    core.add_member(user=other, organisation=hospital, by=people.registrar(), is_admin=True)
    belonging.end(Membership.objects.get(user=admin).pk, by=other)
    assert browser(stranger).get(reverse("invitation", kwargs={"token": secret})).status_code == 404
    assert Invitation.objects.get().accepted_at is None


def asked(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


# What each page asks of the database, however many people it shows.
PINNED = {"people": 9, "house": 9, "my_part": 7}


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_of_people_ask_the_same_at_any_length(
    rows, admin, hospital, team, coordinator, reviewer, second
):
    for number in range(rows):
        one = people.make_member(f"candidate{number}", team)
        vouching.ask(by=one, organisation=team, legal_name="欧阳某某")
        granting.propose(Action.MAKE_COORDINATOR, by=second, person=one, fresh_factor=True)
        people.make_member(f"nurse{number}", hospital)
        belonging.invite(organisation=hospital, email=f"n{number}@people.example", by=admin)
        house = people.make_organisation(f"江城第{number}队", "team")
        core.add_member(user=admin, organisation=house, by=people.registrar())
    found = {
        "people": asked(browser(reviewer), "/people/"),
        "house": asked(browser(admin), f"/people/organisation/{hospital.uid}/"),
        "my_part": asked(browser(admin), "/me/organisations/"),
    }
    assert found == PINNED
