"""A form that changes: payloads carry their schema's number and are brought up to date, or sent back."""

from dataclasses import replace

import pytest

from tests import builders
from tests.fingerprints import refused
from verification import kinds, proposals, publishing, workflow
from verification.models import Event, Public
from verification.refusals import InvalidPayload
from verification.sop import Action, Reason, Status


@pytest.fixture
def change_form(monkeypatch):
    """Put another declaration in the list's place, until the test ends."""
    before = kinds.get("needs")
    # A copy: the lists keep their order for the tests that come after.
    monkeypatch.setattr(kinds, "_register", dict(kinds._register))

    def change(**changes):
        kinds.unregister("needs")
        return kinds.register(replace(before, **changes))

    return change


def more_urgent(payload):
    return {**payload, "urgency": "critical"}


def unreadable(payload):
    return {**payload, "urgency": "yesterday"}


def test_a_form_that_changes_publishes_one_payload_of_every_old_number(volunteer, reviewer):
    """One stored payload of each schema the list ever had; add yours when you raise the number."""
    needs = kinds.get("needs")
    assert set(needs.upgrades) == set(range(1, needs.schema))
    stored = {1: builders.need_payload()}
    assert set(stored) == set(range(1, needs.schema + 1))
    for number, payload in stored.items():
        submission = builders.submit_need(volunteer, **payload | {"organisation_name": f"江城{number}号医院"})
        assert builders.publish(builders.approve(submission, reviewer)).version == 1


def test_a_form_that_changes_brings_stored_payloads_up_to_date(volunteer, reviewer, change_form):
    submission = builders.approve(builders.submit_need(volunteer), reviewer)
    change_form(schema=2, upgrades={1: more_urgent})
    row = builders.publish(submission)
    assert '"urgency":"critical"' in row.body


def test_a_form_that_changes_walks_all_the_upgrades(volunteer, reviewer, change_form):
    submission = builders.approve(builders.submit_need(volunteer), reviewer)
    change_form(schema=3, upgrades={1: unreadable, 2: more_urgent})
    assert '"urgency":"critical"' in builders.publish(submission).body


def test_a_form_that_changes_sends_back_what_fits_no_longer(volunteer, reviewer, change_form):
    submission = builders.approve(builders.submit_need(volunteer), reviewer)
    change_form(schema=2, upgrades={1: unreadable})
    outcome = publishing.publish_due()
    assert (outcome.published, outcome.sent_back, outcome.failed) == (0, 1, 0)
    submission.refresh_from_db()
    assert submission.status == Status.COLLECTED
    assert Event.objects.get(action=Action.SEND_BACK).reason == Reason.FORM_CHANGED
    assert not Public.objects.exists()


def test_a_form_that_changes_keeps_reviewers_from_deciding_on_what_fits_no_longer(
    volunteer, reviewer, change_form
):
    submission = builders.submit_need(volunteer)
    fence = builders.claim(submission, reviewer)
    change_form(schema=2, upgrades={1: unreadable})
    with refused(InvalidPayload):
        workflow.advance(
            [submission.pk], Action.VERIFY, by=reviewer, fence=fence, answers=builders.VERIFY_ANSWERS
        )
    (returned,) = workflow.advance(
        [submission.pk],
        Action.RETURN,
        by=reviewer,
        fence=fence,
        reason=Reason.FORM_CHANGED,
        note="请重填急需程度",
    )
    assert returned.status == Status.RETURNED


def test_a_form_that_changes_keeps_what_a_correction_left_as_it_is(
    volunteer, stranger, reviewer, change_form
):
    """Private fields the sender could not see stand as None in the payload, and survive the upgrade."""
    record = builders.published_need(volunteer, reviewer)
    data = builders.need_payload(remarks="改送西门")
    for name in ("contact_person", "contact_phone", "private_note"):
        del data[name]
    correction = workflow.submit(kind="needs", data=data, by=stranger, record=record.uid)
    builders.approve(correction, reviewer)
    needs = change_form(schema=2, upgrades={1: more_urgent})
    builders.publish(correction)
    stored = proposals.stored_payload(needs, record.uid)
    assert (stored["contact_phone"], stored["private_note"]) == ("13800000000", "夜间请打值班电话")


def test_a_form_that_changes_reads_its_own_canonical_payloads_alike():
    """What was stored is read again as it was: cleaning is idempotent, lines and amounts included."""
    needs = kinds.get("needs")
    data = builders.need_payload(
        lines=[
            builders.line(amount="1万"),
            builders.line("goggles", "若干"),
            builders.line("surgical-mask", "5000-10000个"),
            builders.line("protective-suit", "越多越好"),
            builders.line("medical-cap", "100盒(50只/盒)", note="小号"),
        ]
    )
    once = needs.clean(data)
    assert needs.clean(once) == once
