"""What nobody decides alone: who proposes, who confirms, and that it bites at once."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from tests import builders, people
from tests.fingerprints import refused
from verification import belonging, owner_links, rehearsing
from verification import granting as door
from verification import people as core
from verification.journal import acting
from verification.models import ApiToken, Domain, Event, Grant, Lease, Membership, Outbox, Session, User
from verification.refusals import FreshFactorNeeded, NotFound, NotReviewer, WrongStatus
from verification.refused_people import (
    AlreadyAsked,
    AlreadySo,
    AnotherPersonNeeded,
    NotADomain,
    NotCoordinator,
    NoVoice,
    OnOneself,
    OtherHouseNeeded,
    PublicDomain,
)
from verification.sop import Action


class granting:
    """The door, as somebody comes to it who used their second factor a moment ago."""

    RULES, withdraw = door.RULES, staticmethod(door.withdraw)
    propose, confirm = partial(door.propose, fresh_factor=True), partial(door.confirm, fresh_factor=True)


@pytest.fixture
def second(database):
    return people.make_person("second", is_staff=True)


def coordinates(user):
    return User.objects.get(pk=user.pk).is_staff


def reviews(user):
    return core.standing(user, now=timezone.now()).is_reviewer


def steps(grant):
    found = Event.objects.filter(related=grant.uid).order_by("pk")
    assert {event.action for event in found} == {grant.act}
    assert not any(event.public_text or event.private_text for event in found)
    return [(event.actor_id, event.answers["step"]) for event in found]


def test_a_coordinator_is_made_by_two(coordinator, second, stranger):
    grant = granting.propose(Action.MAKE_COORDINATOR, by=coordinator, person=stranger)
    with refused(AnotherPersonNeeded):
        granting.confirm(grant.uid, by=coordinator)
    assert not coordinates(stranger)
    granting.confirm(grant.uid, by=second)
    assert coordinates(stranger)
    assert steps(grant) == [(coordinator.pk, "proposed"), (second.pk, "done")]
    with refused(WrongStatus):
        granting.confirm(grant.uid, by=second)


def test_every_step_asks_for_a_fresh_factor(coordinator, second, stranger):
    with refused(FreshFactorNeeded):
        door.propose(Action.MAKE_COORDINATOR, by=coordinator, person=stranger)
    grant = granting.propose(Action.MAKE_COORDINATOR, by=coordinator, person=stranger)
    with refused(FreshFactorNeeded):
        door.confirm(grant.uid, by=second)


def test_or_by_one_and_two_reviewers(coordinator, stranger, reviewer, other_reviewer):
    grant = granting.propose(Action.MAKE_COORDINATOR, by=coordinator, person=stranger)
    granting.confirm(grant.uid, by=reviewer)
    assert not coordinates(stranger)
    with refused(AnotherPersonNeeded):
        granting.confirm(grant.uid, by=reviewer)
    granting.confirm(grant.uid, by=other_reviewer)
    assert coordinates(stranger)
    assert [step for _who, step in steps(grant)] == ["proposed", "confirmed", "done"]


def test_a_coordinator_is_unmade_by_two_and_decides_nothing_any_more(coordinator, second, stranger, clerk):
    grant = granting.propose(Action.UNMAKE_COORDINATOR, by=coordinator, person=second)
    third = people.make_person("third", is_staff=True)
    with refused(OnOneself):
        granting.confirm(grant.uid, by=second)
    pending = granting.propose(Action.MAKE_COORDINATOR, by=second, person=stranger)
    granting.confirm(grant.uid, by=third)
    assert not coordinates(second)
    with refused(WrongStatus):
        granting.confirm(pending.uid, by=third)  # who proposed it has no say any more
    with refused(NotCoordinator):
        granting.propose(Action.MAKE_COORDINATOR, by=second, person=clerk)


@pytest.mark.parametrize("act", list(granting.RULES))
def test_nobody_decides_about_themselves(act, coordinator, second, reviewer, hospital):
    by = reviewer if granting.RULES[act].vouched else coordinator
    if act != Action.CHANGE_ORGANISATION:
        with refused(OnOneself):
            granting.propose(act, by=by, person=by, organisation=hospital if act == Action.JOIN else None)


@pytest.mark.parametrize("act", list(granting.RULES))
def test_who_has_no_say_proposes_and_confirms_nothing(act, coordinator, reviewer, stranger, clerk, volunteer):
    about = {"person": volunteer} if act != Action.CHANGE_ORGANISATION else {}
    for nobody in (stranger, clerk):
        with pytest.raises((NotCoordinator, NotReviewer, NoVoice)):
            granting.propose(act, by=nobody, **about)
    assert not Grant.objects.exists()


def test_suspension_by_a_coordinator_bites_on_the_very_next_act(coordinator, volunteer, reviewer):
    waiting = builders.submit_need(volunteer)
    builders.claim(waiting, reviewer)
    grant = granting.propose(Action.SUSPEND, by=coordinator, person=reviewer)
    assert grant.done_at
    assert not reviews(reviewer)
    assert not Lease.objects.filter(holder=reviewer).exists()
    assert steps(grant) == [(coordinator.pk, "done")]


def test_suspension_by_two_reviewers(reviewer, other_reviewer, alliance):
    bad = people.make_reviewer("bad", alliance)
    grant = granting.propose(Action.SUSPEND, by=reviewer, person=bad)
    assert reviews(bad)
    granting.confirm(grant.uid, by=other_reviewer)
    assert not reviews(bad)


def test_reinstating_takes_two(coordinator, second, reviewer, other_reviewer):
    granting.propose(Action.SUSPEND, by=coordinator, person=reviewer)
    grant = granting.propose(Action.REINSTATE, by=coordinator, person=reviewer)
    with refused(AnotherPersonNeeded):
        granting.confirm(grant.uid, by=coordinator)
    with refused(NoVoice):
        granting.confirm(grant.uid, by=reviewer)
    granting.confirm(grant.uid, by=other_reviewer)
    assert reviews(reviewer)


def test_an_account_is_closed_by_one_and_opened_by_two(coordinator, second, clerk, client):
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/mine/").status_code == 200
    granting.propose(Action.DEACTIVATE, by=coordinator, person=clerk)
    assert client.get("/mine/").status_code == 302
    assert not Session.objects.filter(user=clerk).exists()
    grant = granting.propose(Action.REACTIVATE, by=coordinator, person=clerk)
    assert not User.objects.get(pk=clerk.pk).is_active
    granting.confirm(grant.uid, by=second)
    assert User.objects.get(pk=clerk.pk).is_active


def test_a_lost_factor_is_vouched_for_by_two_houses(
    coordinator, reviewer, other_reviewer, alliance, clerk, client
):
    colleague = people.make_reviewer("colleague", alliance)
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    core.make_token(user=clerk, name="old")
    with refused(NotReviewer):
        granting.propose(Action.RESET_FACTOR, by=coordinator, person=clerk)
    grant = granting.propose(Action.RESET_FACTOR, by=reviewer, person=clerk)
    with refused(OtherHouseNeeded):
        granting.confirm(grant.uid, by=colleague)
    with refused(NotReviewer):
        granting.confirm(grant.uid, by=coordinator)
    granting.confirm(grant.uid, by=other_reviewer)
    assert client.get("/mine/").status_code == 302
    assert not ApiToken.objects.filter(user=clerk, revoked_at=None).exists()


def test_an_admin_is_appointed_by_two(coordinator, reviewer, hospital, stranger):
    grant = granting.propose(Action.JOIN, by=coordinator, person=stranger, organisation=hospital)
    assert not belonging.administers(stranger, hospital)
    granting.confirm(grant.uid, by=reviewer)
    assert belonging.administers(stranger, hospital)


def test_an_organisation_and_its_domain_are_proven_by_two(coordinator, second, alliance):
    for domain in ("", "Alliance.example.org"):
        grant = granting.propose(
            Action.CHANGE_ORGANISATION, by=coordinator, organisation=alliance, domain=domain
        )
        with refused(AlreadyAsked):
            granting.propose(Action.CHANGE_ORGANISATION, by=second, organisation=alliance, domain=domain)
        granting.confirm(grant.uid, by=second)
        with refused(AlreadySo):
            granting.propose(Action.CHANGE_ORGANISATION, by=second, organisation=alliance, domain=domain)
    alliance.refresh_from_db()
    assert alliance.proven
    assert Domain.objects.get().domain == "alliance.example.org"


@pytest.mark.parametrize(
    ("domain", "refusal"),
    [
        ("qq.com", PublicDomain),
        ("GMAIL.com", PublicDomain),
        ("vip.163.com", PublicDomain),
        ("gov.cn", PublicDomain),
        ("hospital", NotADomain),
        ("a@b.cn", NotADomain),
        ("-.cn", NotADomain),
        ("x.cn\x00", NotADomain),
    ],
)
def test_a_domain_is_the_organisations_own(domain, refusal, coordinator, alliance):
    with refused(refusal):
        granting.propose(Action.CHANGE_ORGANISATION, by=coordinator, organisation=alliance, domain=domain)


def test_what_lies_too_long_is_over_and_may_be_proposed_again(coordinator, second, stranger):
    grant = granting.propose(Action.MAKE_COORDINATOR, by=coordinator, person=stranger)
    with acting(by=people.registrar(), reason="time passes"):
        Grant.objects.update(proposed_at=timezone.now() - timedelta(days=15))
    with refused(WrongStatus):
        granting.confirm(grant.uid, by=second)
    granting.propose(Action.MAKE_COORDINATOR, by=coordinator, person=stranger)


def test_withdrawn_is_over(coordinator, second, stranger):
    grant = granting.propose(Action.MAKE_COORDINATOR, by=coordinator, person=stranger)
    with refused(OnOneself):
        with acting(by=people.registrar(), reason="staff"):
            User.objects.filter(pk=stranger.pk).update(is_staff=True)
        granting.withdraw(grant.uid, by=stranger)
    granting.withdraw(grant.uid, by=second)
    with refused(WrongStatus):
        granting.confirm(grant.uid, by=second)


def test_an_owner_link_ends_with_the_say_of_who_issued_it(coordinator, volunteer, reviewer, other_reviewer):
    record = builders.published_need(volunteer, other_reviewer)
    secret, _link = owner_links.issue(record.uid, by=reviewer, fresh_factor=True)
    assert owner_links.found(secret)
    granting.propose(Action.SUSPEND, by=coordinator, person=reviewer)
    with refused(NotFound):
        owner_links.found(secret)


def test_a_held_entry_goes_back_with_the_suspension(coordinator, volunteer, reviewer, other_reviewer):
    waiting = builders.submit_need(volunteer)
    builders.claim(waiting, reviewer)
    granting.propose(Action.SUSPEND, by=coordinator, person=reviewer)
    assert rehearsing.take([waiting.pk], by=other_reviewer)


def test_memberships_made_by_appointment_say_so(coordinator, reviewer, hospital, stranger):
    grant = granting.propose(Action.JOIN, by=coordinator, person=stranger, organisation=hospital)
    granting.confirm(grant.uid, by=reviewer)
    assert Membership.objects.get(user=stranger).way == "appointed"


def test_whoever_is_decided_about_is_told(coordinator, reviewer, hospital, clerk):
    granting.propose(Action.SUSPEND, by=coordinator, person=reviewer, fresh_factor=True)
    member = Membership.objects.get(user=clerk, ended_at=None)
    belonging.end(member.pk, by=coordinator)
    for user, act in ((reviewer, Action.SUSPEND), (clerk, Action.REMOVE_MEMBER)):
        told = Outbox.objects.filter(address=user.email).latest("pk")
        assert str(act.label) in told.subject
        assert "/me/" in told.text
    told = Outbox.objects.count()
    granting.propose(Action.REINSTATE, by=coordinator, person=reviewer, fresh_factor=True)
    assert Outbox.objects.count() == told
