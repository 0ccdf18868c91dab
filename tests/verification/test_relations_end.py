"""What somebody could do by a relation, tried again with everything they kept from it once it has ended.

The old session, the old token, the old lease and fence, the old owner link, the old invitation: each is refused on
the very next request, whether the relation ended by removal, suspension, expiry, a closed account or a reset.
"""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import builders, people
from tests.fingerprints import fingerprint
from tests.people import give_factor
from tests.signing_in import sign_in
from verification import belonging, drawing, granting, leases, owner_links, publishing, vouching, workflow
from verification import people as core
from verification.journal import acting
from verification.models import Membership, Organisation, Outbox, Reviewer
from verification.refusals import Refused
from verification.sop import Action, Reason


@contextmanager
def refused_somehow():
    """Refused by whichever rule comes first, and the database is as before."""
    before = fingerprint()
    with pytest.raises(Refused), transaction.atomic():
        yield
    assert fingerprint() == before


def suspended(user, coordinator, _others):
    granting.propose(Action.SUSPEND, by=coordinator, person=user, fresh_factor=True)


def closed(user, coordinator, _others):
    granting.propose(Action.DEACTIVATE, by=coordinator, person=user, fresh_factor=True)


def expired(user, _coordinator, _others):
    now, ago = timezone.now(), timezone.now() - timedelta(days=180)
    with acting(by=people.registrar(), reason="time passes"):
        Reviewer.objects.filter(user=user).update(checked_at=ago, confirmed_at=ago, expires_at=now)


def removed(user, coordinator, _others):
    belonging.end(Membership.objects.get(user=user, ended_at=None).pk, by=coordinator)


ENDS = [suspended, closed, expired, removed]


@pytest.fixture
def ends(volunteer, team, hospital, coordinator, reviewer, other_reviewer):
    """A reviewer who became one by vouching, for a house she belongs to, and what she kept."""
    house = Organisation.objects.get(name="核实联盟")
    third = people.make_reviewer("third", people.make_organisation("第三家", "team"))
    user = people.make_member("ending", house)
    give_factor(user)
    check = vouching.ask(by=user, organisation=house, legal_name="欧阳某某")
    for by, step in ((other_reviewer, vouching.check_name), (third, vouching.confirm_name)):
        vouching.read_name(check.uid, by=by, fresh_factor=True)
        step(check.uid, by=by, fresh_factor=True)
    return user


@pytest.mark.parametrize("how", ENDS)
def test_nothing_a_reviewer_kept_works_once_it_ended(how, ends, coordinator, volunteer, other_reviewer, team):
    waiting = builders.submit_need(volunteer)
    record = builders.published_need(volunteer, other_reviewer, organisation_name="江城第三医院")
    candidate = vouching.ask(by=volunteer, organisation=team, legal_name="司马某某")
    vouching.read_name(candidate.uid, by=ends, fresh_factor=True)
    fence = builders.claim(waiting, ends)
    link, _row = owner_links.issue(record.uid, by=ends, fresh_factor=True)
    token = core.make_token(user=ends, name="kept")
    browser = Client()
    sign_in(browser, ends)
    assert browser.get("/review/").status_code == 200

    how(ends, coordinator, ())

    tries = [
        lambda: workflow.advance(
            [waiting.pk], Action.VERIFY, by=ends, fence=fence, answers=builders.VERIFY_ANSWERS
        ),
        lambda: leases.claim([waiting.pk], by=ends),
        lambda: drawing.draw(by=ends),
        lambda: publishing.take_down(record.uid, by=ends, reason=Reason.MISTAKE, fresh_factor=True),
        lambda: owner_links.issue(record.uid, by=ends, fresh_factor=True),
        lambda: owner_links.found(link),
        lambda: vouching.check_name(candidate.uid, by=ends, fresh_factor=True),
        lambda: granting.propose(Action.RESET_FACTOR, by=ends, person=volunteer, fresh_factor=True),
    ]
    for attempt in tries:
        with refused_somehow():
            attempt()
    for path in ("/review/", f"/review/{waiting.uid}/", f"/review/takedown/{record.uid}/", "/people/"):
        assert browser.get(path).status_code in (302, 403, 404), path
    for action in ("verify", "reject"):
        path = f"/api/v1/submissions/{waiting.uid}/{action}/"
        asked = browser.post(path, {"fence": fence}, content_type="application/json")
        assert asked.status_code in (401, 403, 404), (action, asked.content)
    other = Client(headers={"Authorization": f"Bearer {token}"})
    assert other.get(f"/api/v1/submissions/{waiting.uid}/").status_code in (401, 403, 404)
    assert Client().get(reverse("owner", kwargs={"token": link})).status_code == 404


@pytest.mark.parametrize("how", [closed, removed])
def test_nothing_a_houses_person_kept_works_once_it_ended(
    how, hospital, clerk, coordinator, volunteer, reviewer, stranger
):
    with acting(by=people.registrar(), reason="promoted"):
        Membership.objects.filter(user=clerk).update(is_admin=True)
    record = builders.published_need(volunteer, reviewer, organisation_name=hospital.name)
    secret, _made = belonging.invite(organisation=hospital, email=stranger.email, by=clerk)
    link, _row = owner_links.issue(record.uid, by=clerk)
    browser = Client()
    sign_in(browser, clerk)
    page = f"/people/organisation/{hospital.uid}/"
    assert browser.get(page).status_code == 200

    how(clerk, coordinator, ())

    for attempt in (
        lambda: belonging.invite(organisation=hospital, email="x@people.example", by=clerk),
        lambda: belonging.accept(secret, by=stranger),
        lambda: owner_links.found(link),
        lambda: publishing.take_down(record.uid, by=clerk, reason=Reason.MISTAKE),
    ):
        with refused_somehow():
            attempt()
    assert browser.get(page).status_code in (302, 403)
    assert browser.post(page, {"action": "invite", "email": "x@people.example"}).status_code in (302, 403)
    assert not Membership.objects.filter(user=stranger).exists()


def test_a_reset_closes_every_session_token_and_factor(ends, reviewer, other_reviewer, volunteer):
    waiting = builders.submit_need(volunteer)
    fence = builders.claim(waiting, ends)
    token = core.make_token(user=ends, name="kept")
    browser = Client()
    sign_in(browser, ends)
    grant = granting.propose(Action.RESET_FACTOR, by=reviewer, person=ends, fresh_factor=True)
    granting.confirm(grant.uid, by=other_reviewer, fresh_factor=True)
    assert browser.get("/review/").status_code == 302
    answer = Client(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/submissions/")
    assert answer.status_code in (401, 403)
    assert not ends.authenticator_set.exists()
    assert "第二道验证" in Outbox.objects.filter(address=ends.email).latest("pk").subject
    with refused_somehow():
        workflow.advance([waiting.pk], Action.VERIFY, by=ends, fence=fence, answers=builders.VERIFY_ANSWERS)


def test_a_coordinator_unmade_coordinates_nothing_with_an_old_session(coordinator, stranger, hospital):
    second, third = (people.make_person(name, is_staff=True) for name in ("second", "third"))
    browser = Client()
    sign_in(browser, coordinator)
    assert browser.get("/people/").status_code == 200
    grant = granting.propose(Action.UNMAKE_COORDINATOR, by=second, person=coordinator, fresh_factor=True)
    granting.confirm(grant.uid, by=third, fresh_factor=True)
    for path in ("/people/", f"/people/person/{stranger.pk}/", f"/people/organisation/{hospital.uid}/"):
        assert browser.get(path).status_code == 403
    assert browser.get("/admin/verification/user/").status_code in (302, 403)
    assert browser.post(f"/people/person/{stranger.pk}/", {"action": "make_coordinator"}).status_code == 403


def test_the_admin_gives_no_power(client, coordinator, stranger, reviewer, clerk, hospital):
    with acting(by=people.registrar(), reason="as high as it goes"):
        coordinator.is_superuser = True
        coordinator.save()
    sign_in(client, coordinator)
    for path in (
        f"/admin/verification/user/{stranger.pk}/change/",
        f"/admin/verification/membership/{Membership.objects.get(user=clerk).pk}/change/",
        f"/admin/verification/reviewer/{Reviewer.objects.get(user=reviewer).pk}/change/",
        "/admin/verification/membership/add/",
        "/admin/verification/reviewer/add/",
        "/admin/verification/user/add/",
        "/admin/verification/grant/add/",
    ):
        answer = client.post(path, {"is_staff": "on", "is_superuser": "on", "is_active": "on"})
        assert answer.status_code in (403, 404), path
    assert client.get("/admin/auth/group/").status_code == 404
    house = f"/admin/verification/organisation/{Reviewer.objects.get(user=reviewer).organisation_id}/change/"
    form = {"name": "核实联盟", "kind": "team", "proven": "on", "merged_into": hospital.pk}
    inline = {f"aliases-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    answer = client.post(house, {**form, **inline})
    assert answer.status_code == 200  # shown again, with what stands in the way
    kept = Organisation.objects.get(name="核实联盟")
    assert (kept.proven, kept.merged_into) == (False, None)
