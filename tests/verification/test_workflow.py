"""The one door: what goes in, which step leads where, what each leaves behind."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import builders, people
from tests.fingerprints import refused
from verification import kinds, proposals, publishing, rehearsing, workflow
from verification.models import Event, Lease, Submission
from verification.refusals import (
    Incomplete,
    InvalidPayload,
    LeaseLost,
    NotFound,
    ReasonMissing,
    Unchanged,
    WrongStatus,
)
from verification.sop import (
    SOP_VERSION,
    TERMINAL,
    TRANSITIONS,
    Action,
    Intent,
    Origin,
    Reason,
    Risk,
    Role,
    Status,
)


@pytest.fixture
def standing_at(volunteer, reviewer, stranger):
    """Make a submission that stands at a status, on a road that leads there."""

    def make(status):
        name = {"organisation_name": f"江城{status}医院"}
        if status == Status.RETURNED:
            return builders.returned_need(volunteer, reviewer, **name)
        if status == Status.REJECTED:
            return builders.rejected_need(volunteer, reviewer, **name)
        submission = builders.submit_need(volunteer, **name)
        if status == Status.DUPLICATE:
            fence = builders.claim(submission, reviewer)
            workflow.advance(
                [submission.pk],
                Action.MARK_DUPLICATE,
                by=reviewer,
                fence=fence,
                reason=Reason.SAME_RECORD,
                events={submission.pk: {"related": uuid4()}},
            )
        if status == Status.WITHDRAWN:
            workflow.advance([submission.pk], Action.WITHDRAW, by=volunteer, reason=Reason.MISTAKE)
        if status in (Status.VERIFIED, Status.ENTERED, Status.PUBLISHED):
            builders.verify(submission, reviewer)
        if status in (Status.ENTERED, Status.PUBLISHED):
            builders.enter(submission, reviewer)
        if status == Status.PUBLISHED:
            publishing.publish_due()
        submission.refresh_from_db()
        assert submission.status == status
        return submission

    return make


@pytest.mark.parametrize("status", Status.values)
def test_steps_start_only_where_the_table_says(standing_at, reviewer, status):
    submission = standing_at(status)
    for action, transition in TRANSITIONS.items():
        if status not in transition.sources:
            with refused(WrongStatus):
                workflow.advance([submission.pk], action, by=reviewer, reason=Reason.FALSE, note="x")


def test_transitions_of_terminal_states_lead_out_only_by_reopen():
    leaving = {action for action, t in TRANSITIONS.items() if t.sources & TERMINAL}
    assert leaving == {Action.REOPEN}
    assert Status.PUBLISHED not in TRANSITIONS[Action.REOPEN].sources


def test_submit_works_out_the_origin(clerk, hospital, volunteer, stranger):
    assert builders.submit_need(clerk, organisation_name=hospital.name).origin == Origin.ORGANISATION
    assert builders.submit_need(clerk, organisation_name="江城第五医院").origin == Origin.PUBLIC
    assert builders.submit_need(volunteer, organisation_name="江城第五医院").origin == Origin.VOLUNTEER
    assert builders.submit_need(stranger, organisation_name="江城第五医院").origin == Origin.PUBLIC


def test_submit_finds_the_organisation_by_its_one_name(volunteer, hospital):
    submission = builders.submit_need(volunteer, organisation_name=hospital.name)
    assert submission.organisation == hospital
    assert submission.payload["organisation"] == str(hospital.uid)


def test_submit_finds_no_organisation_where_two_go_by_the_name(volunteer, hospital):
    people.make_organisation(hospital.name, hospital.kind, place=people.WUHAN)
    submission = builders.submit_need(volunteer, organisation_name=hospital.name)
    assert submission.organisation is None
    assert submission.payload["organisation"] == ""


def test_submit_leaves_one_event(volunteer):
    submission = builders.submit_need(volunteer)
    event = Event.objects.get()
    assert (event.action, event.actor, event.role) == (Action.SUBMIT, volunteer, Role.SUBMITTER)
    assert (event.submission, event.record, event.sop_version) == (submission, submission.record, SOP_VERSION)


def test_submit_refuses_what_cannot_be_read(volunteer):
    with refused(InvalidPayload):
        builders.submit_need(volunteer, place="", lines=[])
    with pytest.raises(InvalidPayload) as caught:
        builders.submit_need(volunteer, place="", lines=[])
    assert set(caught.value.errors) == {"place", "lines"}


def test_submit_sent_twice_is_one_submission(volunteer, stranger):
    uid = uuid4()
    first = workflow.submit(kind="needs", data=builders.need_payload(), by=volunteer, uid=uid)
    again = workflow.submit(kind="needs", data=builders.need_payload(), by=volunteer, uid=uid)
    assert first == again
    assert Submission.objects.count() == Event.objects.count() == 1
    with refused(NotFound):
        workflow.submit(kind="needs", data=builders.need_payload(), by=stranger, uid=uid)


def test_submit_refuses_a_list_or_record_that_is_not_there(volunteer):
    with refused(NotFound):
        workflow.submit(kind="wishes", data={}, by=volunteer)
    with refused(NotFound):
        builders.submit_need(volunteer, record=uuid4())


def test_correction_of_nothing_is_refused(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    with refused(Unchanged):
        builders.submit_need(volunteer, record=record.uid)


def test_correction_knows_what_it_was_written_against(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    correction = builders.submit_need(volunteer, record=record.uid, remarks="改送西门")
    assert (correction.intent, correction.record, correction.base_version) == (
        Intent.CORRECTION,
        record.uid,
        1,
    )


def test_correction_that_leaves_out_what_is_private_keeps_it(volunteer, reviewer, stranger):
    record = builders.published_need(volunteer, reviewer)
    data = builders.need_payload(remarks="改送西门")
    for name in ("contact_person", "contact_phone", "private_note"):
        del data[name]
    correction = workflow.submit(kind="needs", data=data, by=stranger, record=record.uid)
    assert correction.risk == Risk.ROUTINE
    builders.publish(builders.approve(correction, reviewer))
    needs = kinds.get("needs")
    wanted = needs.clean(builders.need_payload(remarks="改送西门")) | {"organisation": ""}
    assert proposals.stored_payload(needs, record.uid) == wanted


@pytest.mark.parametrize(
    ("change", "risk"),
    [
        ({"remarks": "改"}, Risk.ROUTINE),
        ({"lines": [builders.line(amount="1万")]}, Risk.ROUTINE),
        ({"office_line": "027-85550199"}, Risk.SENSITIVE),
        ({"contact_phone": "13900000000"}, Risk.SENSITIVE),
        ({"organisation_name": "江城第三人民医院"}, Risk.DANGEROUS),
        ({"delivery_address": "江城区长堤路9号"}, Risk.DANGEROUS),
        ({"delivery_address": "江城区长堤路9号", "remarks": "改"}, Risk.DANGEROUS),
    ],
)
def test_correction_is_as_risky_as_its_riskiest_change(volunteer, reviewer, change, risk):
    record = builders.published_need(volunteer, reviewer)
    assert builders.submit_need(volunteer, record=record.uid, **change).risk == risk


def test_correction_supersedes_the_older_waiting_one_of_the_same_person(volunteer, stranger, reviewer):
    record = builders.published_need(volunteer, reviewer)
    others = builders.submit_need(stranger, record=record.uid, remarks="甲")
    older = builders.submit_need(volunteer, record=record.uid, remarks="乙")
    newer = builders.submit_need(volunteer, record=record.uid, remarks="丙")
    for submission in (others, older, newer):
        submission.refresh_from_db()
    assert (others.status, older.status, newer.status) == (
        Status.COLLECTED,
        Status.WITHDRAWN,
        Status.COLLECTED,
    )
    assert Event.objects.get(submission=older, action=Action.WITHDRAW).reason == Reason.SUPERSEDED


def test_correction_does_not_supersede_a_request_to_withdraw(volunteer, stranger, reviewer):
    record = builders.published_need(volunteer, reviewer)
    request = builders.withdrawal_request(stranger, record)
    builders.submit_need(stranger, record=record.uid, remarks="丙")
    request.refresh_from_db()
    assert request.status == Status.COLLECTED


def test_request_to_withdraw_needs_a_reason_and_a_living_record(volunteer, stranger, reviewer):
    record = builders.published_need(volunteer, reviewer)
    ask = {"kind": "needs", "data": {}, "by": stranger, "intent": Intent.WITHDRAWAL}
    with refused(ReasonMissing):
        workflow.submit(**ask, record=record.uid)
    with refused(NotFound):
        workflow.submit(**ask, reason=Reason.NEED_MET)
    builders.taken_down(reviewer, record)
    with refused(NotFound):
        workflow.submit(**ask, record=record.uid, reason=Reason.NEED_MET)


def test_steps_stamp_who_and_when(volunteer, reviewer):
    submission = builders.submit_need(volunteer)
    before = timezone.now()
    verified = builders.verify(submission, reviewer)
    assert verified.verified_by == reviewer
    assert verified.verified_at >= before
    assert (verified.entered_by, verified.closed_by) == (None, None)
    assert builders.enter(submission, reviewer).entered_by == reviewer


def test_steps_keep_the_answers_under_the_sop_in_force(volunteer, reviewer):
    submission = builders.approve(builders.submit_need(volunteer), reviewer)
    events = {e.action: e for e in Event.objects.filter(submission=submission)}
    assert events[Action.VERIFY].answers == builders.VERIFY_ANSWERS
    assert events[Action.ENTER].answers == builders.ENTER_ANSWERS
    assert {e.sop_version for e in events.values()} == {SOP_VERSION}


def test_return_voids_the_steps_and_tells_how_to_fix(volunteer, reviewer):
    submission = builders.verify(builders.submit_need(volunteer), reviewer)
    fence = builders.claim(submission, reviewer)
    (returned,) = workflow.advance(
        [submission.pk], Action.RETURN, by=reviewer, fence=fence, reason=Reason.UNCLEAR, note="几个？"
    )
    assert (returned.status, returned.verified_at, returned.verified_by) == (Status.RETURNED, None, None)
    told = Event.objects.get(action=Action.RETURN)
    assert (told.reason, told.private_text, told.public_text) == (Reason.UNCLEAR, "几个？", "")


def test_resubmit_answers_a_return(volunteer, reviewer):
    returned = builders.returned_need(volunteer, reviewer)
    with refused(Incomplete):
        workflow.advance([returned.pk], Action.RESUBMIT, by=volunteer)
    data = builders.need_payload(lines=[builders.line(amount="800个")])
    (again,) = workflow.advance([returned.pk], Action.RESUBMIT, by=volunteer, data=data)
    assert again.status == Status.COLLECTED
    assert again.payload["lines"][0]["amount"]["low"] == 800


@pytest.mark.parametrize("status", [Status.COLLECTED, Status.VERIFIED, Status.ENTERED])
def test_edit_voids_the_steps(standing_at, volunteer, status):
    submission = standing_at(status)
    data = builders.need_payload(remarks="改送西门")
    (edited,) = workflow.advance([submission.pk], Action.EDIT, by=volunteer, data=data)
    assert edited.status == Status.COLLECTED
    assert edited.payload["remarks"] == "改送西门"
    assert (edited.verified_at, edited.entered_at) == (None, None)
    assert edited.authors == [volunteer.pk]


def test_edit_takes_the_entry_out_of_the_reviewers_hands(volunteer, reviewer):
    """What she sees on her screen is no longer what she would decide on."""
    submission = builders.submit_need(volunteer)
    fence = builders.claim(submission, reviewer)
    data = builders.need_payload(lines=[builders.line(amount="9个")])
    workflow.advance([submission.pk], Action.EDIT, by=volunteer, data=data)
    with refused(LeaseLost):
        workflow.advance(
            [submission.pk], Action.VERIFY, by=reviewer, fence=fence, answers=builders.VERIFY_ANSWERS
        )


def test_edit_of_several_at_once_is_a_mistake_of_ours(volunteer):
    ids = [builders.submit_need(volunteer, organisation_name=f"江城{n}医院").pk for n in "甲乙"]
    with pytest.raises(ValueError, match="too many values"):
        workflow.advance(ids, Action.EDIT, by=volunteer, data=builders.need_payload())


def test_verify_keeps_the_lease_only_where_the_same_person_may_enter(volunteer, reviewer):
    routine = builders.verify(builders.submit_need(volunteer), reviewer)
    assert Lease.objects.filter(submission=routine, holder=reviewer).exists()
    record = builders.published_need(volunteer, reviewer, organisation_name="江城第六医院")
    sensitive = builders.submit_need(
        volunteer, record=record.uid, organisation_name="江城第六医院", office_line="027-85550199"
    )
    builders.verify(sensitive, reviewer)
    assert not Lease.objects.filter(submission=sensitive).exists()


def test_reopen_brings_a_decision_back_with_its_reason(volunteer, reviewer):
    rejected = builders.rejected_need(volunteer, reviewer)
    (reopened,) = workflow.advance([rejected.pk], Action.REOPEN, by=reviewer, reason=Reason.NEW_FACTS)
    assert (reopened.status, reopened.closed_at, reopened.closed_by) == (Status.COLLECTED, None, None)
    assert builders.approve(reopened, reviewer).status == Status.ENTERED


def test_batch_is_all_or_nothing(volunteer, reviewer):
    submissions = [builders.submit_need(volunteer, organisation_name=f"江城{n}医院") for n in "甲乙丙"]
    ids = [s.pk for s in submissions]

    fence = rehearsing.take(ids, by=reviewer)
    workflow.advance([ids[1]], Action.WITHDRAW, by=volunteer, reason=Reason.MISTAKE)
    with refused(WrongStatus):
        workflow.advance(
            ids, Action.VERIFY, by=reviewer, fence=fence, answers=builders.VERIFY_ANSWERS, fresh_factor=True
        )
    with refused(NotFound):
        workflow.advance([*ids, 10**9], Action.VERIFY, by=reviewer, fence=fence, fresh_factor=True)
    with refused(NotFound):
        workflow.advance([], Action.VERIFY, by=reviewer, fence=fence, fresh_factor=True)
    rest = [ids[0], ids[2]]
    done = workflow.advance(
        rest, Action.VERIFY, by=reviewer, fence=fence, answers=builders.VERIFY_ANSWERS, fresh_factor=True
    )
    assert [s.pk for s in done] == rest
    assert {s.status for s in done} == {Status.VERIFIED}


@pytest.mark.parametrize("action", [Action.VERIFY, Action.ENTER])
def test_batch_costs_the_same_queries_for_one_as_for_many(volunteer, reviewer, action):

    spent = []
    for names in ("甲", "乙丙丁"):
        ids = [builders.submit_need(volunteer, organisation_name=f"江城{n}医院").pk for n in names]
        fence = rehearsing.take(ids, by=reviewer)
        if action == Action.ENTER:
            workflow.advance(
                ids,
                Action.VERIFY,
                by=reviewer,
                fence=fence,
                answers=builders.VERIFY_ANSWERS,
                fresh_factor=True,
            )
        answers = builders.VERIFY_ANSWERS if action == Action.VERIFY else builders.ENTER_ANSWERS
        with CaptureQueriesContext(connection) as queries:
            workflow.advance(ids, action, by=reviewer, fence=fence, answers=answers, fresh_factor=True)
        spent.append(len(queries))
    assert spent[0] == spent[1]
    assert spent[0] <= {Action.VERIFY: 8, Action.ENTER: 12}[action]


def test_wishes_of_a_withdrawn_entry_end(volunteer, reviewer):
    submission = builders.approve(builders.submit_need(volunteer), reviewer)
    workflow.advance([submission.pk], Action.WITHDRAW, by=volunteer, reason=Reason.NEED_MET)
    assert publishing.publish_due().taken == 0
