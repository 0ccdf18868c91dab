"""Leases: ten minutes, one holder, a fence that only grows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import builders
from tests.fingerprints import refused
from verification import leases, rehearsing, workflow
from verification.models import Lease
from verification.refusals import LeaseLost, LeaseTaken, NotHanded, NotReviewer, TooManyLeases, WrongStatus
from verification.sop import Action, Given, Reason


@pytest.fixture
def submission(volunteer):
    return builders.submit_need(volunteer)


def test_claim_holds_for_ten_minutes(submission, reviewer):
    fence = rehearsing.take([submission.pk], by=reviewer)
    lease = Lease.objects.get()
    assert (lease.submission, lease.holder, lease.fence) == (submission, reviewer, fence)
    assert timedelta(minutes=9) < lease.until - timezone.now() <= timedelta(minutes=10)


def test_claim_is_refused_while_somebody_else_holds_it(submission, reviewer, other_reviewer):
    rehearsing.take([submission.pk], by=reviewer)
    for take in (rehearsing.take, leases.claim):
        with refused(LeaseTaken):
            take([submission.pk], by=other_reviewer)


def test_claim_again_gives_a_new_fence_and_ends_the_old(submission, reviewer):
    old = rehearsing.take([submission.pk], by=reviewer)
    new = leases.claim([submission.pk], by=reviewer)
    assert new > old
    with refused(LeaseLost):
        leases.renew(submission.pk, by=reviewer, fence=old)


def test_what_ran_out_is_given_to_somebody_else(submission, reviewer, other_reviewer):
    old = rehearsing.take([submission.pk], by=reviewer)
    Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
    with refused(NotHanded):
        leases.claim([submission.pk], by=other_reviewer)
    assert rehearsing.take([submission.pk], by=other_reviewer) > old
    with refused(LeaseLost):
        leases.renew(submission.pk, by=reviewer, fence=old)


@pytest.mark.parametrize("who", ["volunteer", "stranger", "coordinator", "clerk"])
def test_claim_is_for_reviewers(request, submission, who):
    for take in (rehearsing.take, leases.claim):
        with refused(NotReviewer):
            take([submission.pk], by=request.getfixturevalue(who))


def test_claim_is_of_what_waits_for_a_reviewer(submission, volunteer, reviewer):
    workflow.advance([submission.pk], Action.WITHDRAW, by=volunteer, reason=Reason.MISTAKE)
    for take in (rehearsing.take, leases.claim):
        with refused(WrongStatus):
            take([submission.pk], by=reviewer)
        with refused(WrongStatus):
            take([10**9], by=reviewer)


def test_claim_of_several_is_all_or_nothing(submission, volunteer, reviewer, other_reviewer):
    more = [builders.submit_need(volunteer, organisation_name=f"江城{n}医院").pk for n in "甲乙"]
    rehearsing.take([more[1]], by=other_reviewer)
    with refused(LeaseTaken):
        rehearsing.take([submission.pk, *more], by=reviewer)


def test_claim_has_a_limit_per_reviewer(volunteer, reviewer, monkeypatch):
    monkeypatch.setattr(leases, "PER_REVIEWER", 2)
    ids = [builders.submit_need(volunteer, organisation_name=f"江城{n}医院").pk for n in "甲乙丙"]
    rehearsing.take(ids[:2], by=reviewer)
    with refused(TooManyLeases):
        rehearsing.take(ids[2:], by=reviewer)
    leases.release(ids[0], by=reviewer)
    rehearsing.take(ids[2:], by=reviewer)
    assert leases.held_by(reviewer) == 2


def test_claim_is_of_what_one_was_handed(volunteer, reviewer, other_reviewer):
    """Held, or run out and given to nobody since; not given back, and not somebody else's by now."""
    held, other = (builders.submit_need(volunteer, organisation_name=f"江城{n}医院") for n in "甲乙")
    with refused(NotHanded):
        leases.claim([held.pk], by=reviewer)
    rehearsing.take([held.pk], by=reviewer)
    with refused(NotHanded):
        leases.claim([held.pk, other.pk], by=reviewer)
    Lease.objects.update(until=timezone.now() - timedelta(hours=1))
    leases.claim([held.pk], by=reviewer)
    assert Lease.objects.get().given == Given.REHEARSED
    leases.release(held.pk, by=reviewer)
    with refused(NotHanded):
        leases.claim([held.pk], by=reviewer)


def test_claim_is_of_the_second_step_of_ones_own_routine_first(volunteer, reviewer, other_reviewer):
    record = builders.published_need(volunteer, reviewer)
    routine = builders.verify(builders.submit_need(volunteer, organisation_name="江城第四医院"), reviewer)
    grave = builders.submit_need(volunteer, record=record.uid, office_line="027-85550199")
    builders.verify(grave, reviewer)
    Lease.objects.all().delete()
    for person in (reviewer, other_reviewer):
        with refused(NotHanded):
            leases.claim([grave.pk], by=person)
    with refused(NotHanded):
        leases.claim([routine.pk], by=other_reviewer)
    leases.claim([routine.pk], by=reviewer)
    assert Lease.objects.get().given == Given.OWN


def test_renew_keeps_the_fence(submission, reviewer):
    fence = rehearsing.take([submission.pk], by=reviewer)
    Lease.objects.update(until=timezone.now() + timedelta(seconds=5))
    lease = leases.renew(submission.pk, by=reviewer, fence=fence)
    assert lease.fence == fence
    assert lease.until - timezone.now() > timedelta(minutes=9)


def test_renew_is_refused_to_others_and_too_late(submission, reviewer, other_reviewer):
    fence = rehearsing.take([submission.pk], by=reviewer)
    with refused(LeaseLost):
        leases.renew(submission.pk, by=other_reviewer, fence=fence)
    Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
    with refused(LeaseLost):
        leases.renew(submission.pk, by=reviewer, fence=fence)


def test_release_gives_back_ones_own_only(submission, reviewer, other_reviewer):
    rehearsing.take([submission.pk], by=reviewer)
    leases.release(submission.pk, by=other_reviewer)
    assert Lease.objects.exists()
    leases.release(submission.pk, by=reviewer)
    assert not Lease.objects.exists()


def test_lease_is_not_history(submission, reviewer):
    """It ticks: nothing of it goes into a tracked table."""
    before = submission.history.count()
    rehearsing.take([submission.pk], by=reviewer)
    assert submission.history.count() == before
