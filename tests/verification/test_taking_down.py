"""Taking down: at once, with a reason, a tombstone, and a second look."""

import json

import pytest
from django.utils import timezone

from supplies.lists.needs import Need
from tests import builders, people
from tests.fingerprints import refused
from verification import inbox, publishing
from verification import people as core_people
from verification.models import Event, Public, Submission, TakeDown
from verification.refusals import (
    AlreadyGone,
    LeaseLost,
    NotAllowed,
    NotFound,
    OwnOrganisation,
    OwnSubmission,
    ReasonMissing,
)
from verification.sop import Action, Reason, Role, State, Status


@pytest.fixture
def record(clerk, hospital, reviewer):
    return builders.published_need(clerk, reviewer, organisation_name=hospital.name)


def test_take_down_leaves_at_once_with_a_tombstone(record, clerk, hospital):
    row = publishing.take_down(record.uid, by=clerk, reason=Reason.NEED_MET, public_note="已收到")
    stored = Public.objects.get()
    assert (stored.state, stored.version, stored.gone_reason) == (State.WITHDRAWN, 2, Reason.NEED_MET)
    assert stored.body == row.body
    body = json.loads(stored.body)
    assert set(body) == {"uid", "kind", "version", "state", "title", "gone"}
    assert body["gone"]["reason"] == Reason.NEED_MET
    assert stored.tokens == []
    assert (Need.objects.get().state, Need.objects.get().version) == (State.WITHDRAWN, 2)
    event = Event.objects.get(action=Action.TAKE_DOWN)
    assert (event.record, event.version, event.reason, event.public_text) == (
        record.uid,
        2,
        Reason.NEED_MET,
        "已收到",
    )
    assert (event.actor, event.role) == (clerk, Role.ORGANISATION)


def test_take_down_of_what_shows_something_private_leaves_no_title(record, reviewer):
    builders.taken_down(reviewer, record, reason=Reason.PRIVATE_IN_PUBLIC)
    stored = Public.objects.get()
    assert record.title not in stored.body
    assert stored.title == ""


def test_take_down_is_refused_where_there_is_nothing_or_no_reason(record, reviewer):
    with refused(NotFound):
        publishing.take_down(
            "00000000-0000-4000-8000-000000000000", by=reviewer, reason=Reason.NEED_MET, fresh_factor=True
        )
    for reason in ("", "because", Reason.UNCLEAR):
        with refused(ReasonMissing):
            publishing.take_down(record.uid, by=reviewer, reason=reason, fresh_factor=True)
    builders.taken_down(reviewer, record)
    with refused(AlreadyGone):
        publishing.take_down(record.uid, by=reviewer, reason=Reason.NEED_MET, fresh_factor=True)


def test_second_look_is_by_another_reviewer(record, reviewer, other_reviewer, coordinator):
    builders.taken_down(reviewer, record)
    found = TakeDown.objects.get()
    for person in (reviewer, coordinator):
        with refused(NotAllowed):
            publishing.second_look(found.pk, by=person)
    looked = publishing.second_look(found.pk, by=other_reviewer)
    assert looked.looked_by == other_reviewer
    assert (
        Event.objects.filter(action=Action.SECOND_LOOK, actor=other_reviewer, record=record.uid).count() == 1
    )
    publishing.second_look(found.pk, by=other_reviewer)
    assert Event.objects.filter(action=Action.SECOND_LOOK).count() == 1


def test_second_look_is_not_for_the_organisation_itself(record, clerk, hospital, reviewer, alliance):
    """It is looked at from outside the organisation it is about."""
    insider = people.make_reviewer("insider", alliance)
    core_people.add_member(user=insider, organisation=hospital, by=people.registrar())
    builders.taken_down(clerk, record)
    assert not inbox.take_downs_to_look_at(core_people.standing(insider, now=timezone.now())).exists()
    with refused(OwnOrganisation):
        publishing.second_look(TakeDown.objects.get().pk, by=insider)


def test_second_look_waits_in_the_inbox_of_the_others(record, reviewer, other_reviewer):
    builders.taken_down(reviewer, record)
    now = timezone.now()
    assert not inbox.take_downs_to_look_at(core_people.standing(reviewer, now=now)).exists()
    assert inbox.take_downs_to_look_at(core_people.standing(other_reviewer, now=now)).count() == 1


def test_request_to_withdraw_is_carried_out_by_a_reviewer_who_holds_it(record, stranger, other_reviewer):
    request = builders.withdrawal_request(stranger, record)
    down = {
        "by": other_reviewer,
        "reason": Reason.NEED_MET,
        "submission_id": request.pk,
        "fresh_factor": True,
    }
    with refused(LeaseLost):
        publishing.take_down(record.uid, **down)
    fence = builders.claim(request, other_reviewer)
    publishing.take_down(record.uid, fence=fence, **down)
    request.refresh_from_db()
    assert (request.status, request.verified_by, request.closed_by) == (
        Status.PUBLISHED,
        *[other_reviewer] * 2,
    )
    assert Public.objects.get().state == State.WITHDRAWN
    event = Event.objects.get(action=Action.TAKE_DOWN)
    assert (event.submission, event.record, event.version) == (request, record.uid, 2)


def test_request_to_withdraw_is_not_carried_out_by_its_author(record, reviewer, other_reviewer):
    request = builders.withdrawal_request(reviewer, record)
    fence = builders.claim(request, reviewer)
    with refused(OwnSubmission):
        publishing.take_down(
            record.uid,
            by=reviewer,
            reason=Reason.NEED_MET,
            submission_id=request.pk,
            fence=fence,
            fresh_factor=True,
        )


def test_request_to_withdraw_of_another_record_is_refused(record, volunteer, stranger, reviewer):
    other = builders.published_need(volunteer, reviewer, organisation_name="江城第四医院")
    request = builders.withdrawal_request(stranger, other)
    fence = builders.claim(request, reviewer)
    with refused(NotFound):
        publishing.take_down(
            record.uid,
            by=reviewer,
            reason=Reason.NEED_MET,
            submission_id=request.pk,
            fence=fence,
            fresh_factor=True,
        )


def test_request_to_withdraw_by_the_organisation_itself_is_obeyed_at_once(record, clerk):
    assert publishing.request_withdrawal(record.uid, by=clerk, reason=Reason.NEED_MET) is None
    assert Public.objects.get().state == State.WITHDRAWN


def test_request_to_withdraw_by_others_waits(record, stranger):
    request = publishing.request_withdrawal(
        record.uid, by=stranger, reason=Reason.NEED_MET, note="我打过电话"
    )
    assert request.status == Status.COLLECTED
    assert Event.objects.get(submission=request).reason == Reason.NEED_MET
    assert Public.objects.get().state == State.LIVE
    with refused(ReasonMissing):
        publishing.request_withdrawal(record.uid, by=stranger, reason="")


def test_bringing_back_is_a_reviewed_step(record, clerk, hospital, reviewer):
    builders.taken_down(clerk, record)
    back = builders.submit_need(clerk, record=record.uid, organisation_name=hospital.name)
    assert Public.objects.get().state == State.WITHDRAWN
    row = builders.publish(builders.approve(back, reviewer))
    assert (row.uid, row.version, row.state, row.gone_at, row.gone_reason) == (
        record.uid,
        3,
        State.LIVE,
        None,
        "",
    )
    assert Submission.objects.filter(record=record.uid).count() == 2
