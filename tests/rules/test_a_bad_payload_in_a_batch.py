"""A bad payload in a batch: found by halving, counted, retried, parked after eight; the others are published."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from tests import builders
from verification import attempts, inbox, publishing, rendering, workflow, writing
from verification.journal import acting
from verification.models import Attempt, Event, Public, Submission
from verification.sop import Action, Reason, Status
from verification.writing import Statement


@pytest.fixture
def batch(volunteer, reviewer):
    """Make `number` approved entries; `spoilt` are changes to the payloads of some, which no form would pass."""

    def make(number, spoilt=None):
        submissions = [
            builders.submit_need(volunteer, organisation_name=f"江城{n}号医院") for n in range(number)
        ]
        for place, changes in (spoilt or {}).items():
            payload = {k: v for k, v in (submissions[place].payload | changes).items() if v != GONE}
            with acting(by=volunteer, reason="as a mistake of ours might have stored it"):
                Submission.objects.filter(pk=submissions[place].pk).update(payload=payload)
        return [builders.approve(s, reviewer) for s in submissions]

    return make


GONE = "gone"
TOO_LONG = {"delivery_address": "路" * 400}  # PostgreSQL refuses it: found by halving
UNREADABLE = {"place": "000000"}  # rendering refuses it: never reaches PostgreSQL


@pytest.mark.parametrize(
    "fault", [TOO_LONG, UNREADABLE, {"lines": None}, {"urgency": "soon"}, {"remarks": GONE}]
)
def test_a_bad_payload_in_a_batch_stands_alone(batch, fault):
    submissions = batch(7, {3: fault})
    outcome = publishing.publish_due()
    assert (outcome.taken, outcome.published, outcome.failed, outcome.parked) == (7, 6, 1, 0)
    assert set(Public.objects.values_list("uid", flat=True)) == {
        s.record for s in submissions if s != submissions[3]
    }
    attempt = Attempt.objects.get()
    assert (attempt.submission_id, attempt.tries) == (submissions[3].pk, 1)
    assert attempt.last_error
    assert Event.objects.filter(action=Action.PUBLISH).count() == 6


@pytest.mark.parametrize("fault", [TOO_LONG, {"delivery_address": {"street": "路"}}, {"lines": None}])
def test_a_bad_payload_in_a_batch_that_travels_by_copy_stands_alone(batch, fault, monkeypatch):
    monkeypatch.setattr(writing, "FEW", 0)
    submissions = batch(3, {1: fault})
    outcome = publishing.publish_due()
    assert (outcome.taken, outcome.published, outcome.failed) == (3, 2, 1)
    assert Attempt.objects.get().submission_id == submissions[1].pk


def test_a_bad_payload_in_a_batch_with_others_of_its_kind(batch):
    submissions = batch(8, dict.fromkeys((0, 1, 6), TOO_LONG))
    outcome = publishing.publish_due()
    assert (outcome.published, outcome.failed) == (5, 3)
    assert set(Attempt.objects.values_list("submission", flat=True)) == {submissions[n].pk for n in (0, 1, 6)}


def test_a_bad_payload_in_a_batch_waits_longer_each_time_and_is_parked_after_eight(batch):
    batch(1, {0: TOO_LONG})
    pauses = []
    for number in range(1, attempts.TRIES + 1):
        assert publishing.publish_due().parked == (number == attempts.TRIES)
        attempt = Attempt.objects.get()
        assert attempt.tries == number
        pauses.append((attempt.next_try - timezone.now()).total_seconds())
        assert publishing.publish_due().taken == 0
        Attempt.objects.update(next_try=timezone.now() - timedelta(seconds=1))
    assert pauses[:4] == pytest.approx([1, 2, 4, 8], abs=0.9)
    assert pauses[-1] > timedelta(days=30_000).total_seconds()
    assert attempt.parked_at is not None


def test_a_bad_payload_in_a_batch_leaves_nothing_private_in_the_error(batch):
    (submission,) = batch(1, {0: {"contact_person": None}})
    publishing.publish_due()
    told = Attempt.objects.get().last_error
    assert "contact_person" in told
    assert submission.payload["contact_phone"] not in told


def test_a_bad_payload_in_a_batch_is_being_looked_at(batch, volunteer):
    (submission,) = batch(1, {0: TOO_LONG})
    publishing.publish_due()
    submission.refresh_from_db()
    assert submission.status == Status.ENTERED
    assert inbox.being_looked_at([submission]) == {submission.pk}


def test_a_bad_payload_in_a_batch_is_taken_again_once_a_coordinator_says_so(batch, monkeypatch):
    (submission,) = batch(1)
    with monkeypatch.context() as patch:
        patch.setattr(rendering, "content_of", None)
        for _ in range(attempts.TRIES):
            publishing.publish_due()
            Attempt.objects.filter(parked_at=None).update(next_try=timezone.now() - timedelta(seconds=1))
    assert Attempt.objects.get().parked_at is not None
    assert publishing.publish_due().taken == 0
    attempts.forget([submission.pk])
    assert publishing.publish_due().published == 1
    assert not Attempt.objects.exists()


def test_a_bad_payload_in_a_batch_that_is_put_right_starts_afresh(batch, volunteer, reviewer):
    """Its own submitter corrects it while it is parked: approved again, it is published."""
    (submission,) = batch(1, {0: TOO_LONG})
    publishing.publish_due()
    workflow.advance([submission.pk], Action.EDIT, by=volunteer, data=builders.need_payload(remarks="更正"))
    submission.refresh_from_db()
    builders.approve(submission, reviewer)
    assert publishing.publish_due().published == 1


def test_a_bad_payload_in_a_batch_is_not_blamed_for_the_database(batch, monkeypatch):
    """A database that fails says nothing about a row: the batch is rolled back and tried again later."""
    batch(3)

    def fail(script, changes, said):
        script.run(Statement("SELECT * FROM a_table_that_is_not_there", []))

    with monkeypatch.context() as patch:
        patch.setattr(publishing.counting, "add_changes", fail)
        with pytest.raises(DatabaseError):
            publishing.publish_due()
    assert not Attempt.objects.exists()
    assert not Public.objects.exists()
    assert publishing.publish_due().published == 3


def test_a_bad_payload_in_a_batch_does_not_stop_another_record_of_the_same_batch_twice(
    batch, volunteer, reviewer
):
    """What no longer fits today's list is sent back in the same transaction that publishes the rest."""
    first, second = batch(2)
    record = builders.publish(first)
    assert record.version == 1
    correction = builders.approve(
        builders.submit_need(volunteer, record=record.uid, organisation_name="江城0号医院", remarks="甲"),
        reviewer,
    )
    Public.objects.filter(pk=record.uid).update(version=5)
    third = builders.approve(builders.submit_need(volunteer, organisation_name="江城八号医院"), reviewer)
    outcome = publishing.publish_due()
    assert (outcome.taken, outcome.published, outcome.sent_back) == (2, 1, 1)
    correction.refresh_from_db()
    third.refresh_from_db()
    assert (correction.status, third.status) == (Status.COLLECTED, Status.PUBLISHED)
    assert Event.objects.get(submission=correction, action=Action.SEND_BACK).reason == Reason.RECORD_CHANGED
    assert second.pk != first.pk
