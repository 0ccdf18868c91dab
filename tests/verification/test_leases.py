"""Leases: ten minutes, one holder, a fence that only grows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import builders
from tests.fingerprints import refused
from verification import leases, workflow
from verification.models import Lease
from verification.refusals import LeaseLost, LeaseTaken, NotReviewer, TooManyLeases, WrongStatus
from verification.sop import Action, Reason


@pytest.fixture
def submission(volunteer):
    return builders.submit_need(volunteer)


def test_claim_holds_for_ten_minutes(submission, reviewer):
    fence = leases.claim([submission.pk], by=reviewer)
    lease = Lease.objects.get()
    assert (lease.submission, lease.holder, lease.fence) == (submission, reviewer, fence)
    assert timedelta(minutes=9) < lease.until - timezone.now() <= timedelta(minutes=10)


def test_claim_is_refused_while_somebody_else_holds_it(submission, reviewer, other_reviewer):
    leases.claim([submission.pk], by=reviewer)
    with refused(LeaseTaken):
        leases.claim([submission.pk], by=other_reviewer)


def test_claim_again_gives_a_new_fence_and_ends_the_old(submission, reviewer):
    old = leases.claim([submission.pk], by=reviewer)
    new = leases.claim([submission.pk], by=reviewer)
    assert new > old
    with refused(LeaseLost):
        leases.renew(submission.pk, by=reviewer, fence=old)


def test_claim_takes_over_what_ran_out(submission, reviewer, other_reviewer):
    old = leases.claim([submission.pk], by=reviewer)
    Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert leases.claim([submission.pk], by=other_reviewer) > old
    with refused(LeaseLost):
        leases.renew(submission.pk, by=reviewer, fence=old)


@pytest.mark.parametrize("who", ["volunteer", "stranger", "coordinator", "clerk"])
def test_claim_is_for_reviewers(request, submission, who):
    with refused(NotReviewer):
        leases.claim([submission.pk], by=request.getfixturevalue(who))


def test_claim_is_of_what_waits_for_a_reviewer(submission, volunteer, reviewer):
    workflow.advance([submission.pk], Action.WITHDRAW, by=volunteer, reason=Reason.MISTAKE)
    with refused(WrongStatus):
        leases.claim([submission.pk], by=reviewer)
    with refused(WrongStatus):
        leases.claim([10**9], by=reviewer)


def test_claim_of_several_is_all_or_nothing(submission, volunteer, reviewer, other_reviewer):
    more = [builders.submit_need(volunteer, organisation_name=f"江城{n}医院").pk for n in "甲乙"]
    leases.claim([more[1]], by=other_reviewer)
    with refused(LeaseTaken):
        leases.claim([submission.pk, *more], by=reviewer)


def test_claim_has_a_limit_per_reviewer(volunteer, reviewer, monkeypatch):
    monkeypatch.setattr(leases, "PER_REVIEWER", 2)
    ids = [builders.submit_need(volunteer, organisation_name=f"江城{n}医院").pk for n in "甲乙丙"]
    leases.claim(ids[:2], by=reviewer)
    with refused(TooManyLeases):
        leases.claim(ids[2:], by=reviewer)
    leases.release(ids[0], by=reviewer)
    leases.claim(ids[2:], by=reviewer)
    assert leases.held_by(reviewer) == 2


def test_renew_keeps_the_fence(submission, reviewer):
    fence = leases.claim([submission.pk], by=reviewer)
    Lease.objects.update(until=timezone.now() + timedelta(seconds=5))
    lease = leases.renew(submission.pk, by=reviewer, fence=fence)
    assert lease.fence == fence
    assert lease.until - timezone.now() > timedelta(minutes=9)


def test_renew_is_refused_to_others_and_too_late(submission, reviewer, other_reviewer):
    fence = leases.claim([submission.pk], by=reviewer)
    with refused(LeaseLost):
        leases.renew(submission.pk, by=other_reviewer, fence=fence)
    Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
    with refused(LeaseLost):
        leases.renew(submission.pk, by=reviewer, fence=fence)


def test_release_gives_back_ones_own_only(submission, reviewer, other_reviewer):
    leases.claim([submission.pk], by=reviewer)
    leases.release(submission.pk, by=other_reviewer)
    assert Lease.objects.exists()
    leases.release(submission.pk, by=reviewer)
    assert not Lease.objects.exists()


def test_lease_is_not_history(submission, reviewer):
    """It ticks: nothing of it goes into a tracked table."""
    before = submission.history.count()
    leases.claim([submission.pk], by=reviewer)
    assert submission.history.count() == before
