"""A moved base: what was written against an older version is refused until it is brought up to date."""

import pytest
from django.db import IntegrityError

from tests import builders
from tests.fingerprints import refused
from verification import kinds, proposals, publishing, workflow
from verification.models import Event, Public
from verification.refusals import AnotherEntered, Outdated, Unchanged
from verification.sop import Action, Intent, Reason, State, Status


@pytest.fixture
def record(volunteer, reviewer):
    return builders.published_need(volunteer, reviewer)


@pytest.fixture
def overtaken(record, stranger, volunteer, reviewer):
    """A verified correction whose record moved on to version 2."""
    correction = builders.verify(
        builders.submit_need(stranger, record=record.uid, remarks="送西门"), reviewer
    )
    builders.published_need(volunteer, reviewer, record=record.uid, urgency="critical")
    return correction


def test_a_moved_base_is_outdated_at_every_step(record, overtaken, stranger, reviewer):
    fence = builders.claim(overtaken, reviewer)
    with refused(Outdated):
        workflow.advance(
            [overtaken.pk], Action.ENTER, by=reviewer, fence=fence, answers=builders.ENTER_ANSWERS
        )
    (edited,) = workflow.advance(
        [overtaken.pk], Action.EDIT, by=stranger, data=builders.need_payload(remarks="送南门")
    )
    fence = builders.claim(edited, reviewer)
    with refused(Outdated):
        workflow.advance(
            [edited.pk], Action.VERIFY, by=reviewer, fence=fence, answers=builders.VERIFY_ANSWERS
        )


def test_a_moved_base_is_caught_up_with_by_rebase(record, overtaken, stranger, reviewer):
    data = builders.correction_payload(remarks="送西门", urgency="critical")
    (rebased,) = workflow.advance([overtaken.pk], Action.REBASE, by=stranger, data=data)
    assert (rebased.status, rebased.base_version, rebased.verified_at) == (Status.COLLECTED, 2, None)
    row = builders.publish(builders.approve(rebased, reviewer))
    assert row.version == 3


def test_a_moved_base_rebased_as_it_was_keeps_what_is_private(record, overtaken, stranger, reviewer):
    (rebased,) = workflow.advance([overtaken.pk], Action.REBASE, by=stranger)
    assert (rebased.base_version, rebased.payload["remarks"]) == (2, "送西门")
    builders.publish(builders.approve(rebased, reviewer))
    stored = proposals.stored_payload(kinds.get("needs"), record.uid)
    assert (stored["contact_phone"], stored["remarks"]) == ("13800000000", "送西门")


def test_a_moved_base_that_says_the_same_already_is_unchanged(record, overtaken, stranger):
    data = builders.correction_payload(urgency="critical")
    with refused(Unchanged):
        workflow.advance([overtaken.pk], Action.REBASE, by=stranger, data=data)


def test_a_moved_base_lets_one_submission_per_record_be_entered(record, volunteer, stranger, reviewer):
    first = builders.submit_need(volunteer, record=record.uid, remarks="甲")
    second = builders.verify(builders.submit_need(stranger, record=record.uid, remarks="乙"), reviewer)
    builders.approve(first, reviewer)
    fence = builders.claim(second, reviewer)
    with refused(AnotherEntered):
        workflow.advance([second.pk], Action.ENTER, by=reviewer, fence=fence, answers=builders.ENTER_ANSWERS)


def test_a_moved_base_after_a_take_down_sends_back_what_was_approved(record, volunteer, stranger, reviewer):
    approved = builders.approve(builders.submit_need(volunteer, record=record.uid, remarks="甲"), reviewer)
    verified = builders.verify(builders.submit_need(stranger, record=record.uid, remarks="乙"), reviewer)
    builders.taken_down(reviewer, record)
    for submission in (approved, verified):
        submission.refresh_from_db()
        assert (submission.status, submission.verified_at) == (Status.COLLECTED, None)
        event = Event.objects.get(submission=submission, action=Action.SEND_BACK)
        assert event.reason == Reason.RECORD_CHANGED
    assert publishing.publish_due().taken == 0
    assert Public.objects.get().state == State.WITHDRAWN


def test_a_moved_base_brings_back_the_same_record_at_its_next_version(record, volunteer, reviewer):
    builders.taken_down(reviewer, record)
    back = builders.submit_need(volunteer, record=record.uid)
    assert (back.intent, back.base_version) == (Intent.CORRECTION, 2)
    row = builders.publish(builders.approve(back, reviewer))
    assert (row.uid, row.version, row.state, row.gone_at) == (record.uid, 3, State.LIVE, None)
    versions = Event.objects.filter(record=record.uid).exclude(version=None).order_by("pk")
    assert list(versions.values_list("action", "version")) == [
        (Action.PUBLISH, 1),
        (Action.TAKE_DOWN, 2),
        (Action.PUBLISH, 3),
    ]


def test_a_moved_base_is_a_constraint_too(record, volunteer, stranger, reviewer):
    """Were the check forgotten, PostgreSQL would still let one per record stand at entered."""
    builders.approve(builders.submit_need(volunteer, record=record.uid, remarks="甲"), reviewer)
    second = builders.verify(builders.submit_need(stranger, record=record.uid, remarks="乙"), reviewer)
    with refused(IntegrityError), workflow.acting(by=reviewer, reason="test"):
        type(second).objects.filter(pk=second.pk).update(
            status=Status.ENTERED, entered_at=second.verified_at, entered_by=reviewer
        )


def test_a_moved_base_rebased_as_it_was_keeps_what_others_changed_meanwhile(overtaken, stranger):
    (rebased,) = workflow.advance([overtaken.pk], Action.REBASE, by=stranger)
    assert (rebased.payload["remarks"], rebased.payload["urgency"]) == ("送西门", "critical")


def test_a_moved_base_rebased_by_a_reviewer_makes_her_no_author(overtaken, reviewer):
    fence = builders.claim(overtaken, reviewer)
    (rebased,) = workflow.advance([overtaken.pk], Action.REBASE, by=reviewer, fence=fence)
    assert reviewer.pk not in rebased.authors
