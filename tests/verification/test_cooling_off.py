"""What is dangerous cools off between approval and publication; it can be objected to, is seen, and is told after."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from supplies.pieces import changed_note
from tests import builders, people
from tests.fingerprints import refused
from tests.signing_in import sign_in
from verification import inbox, leases, publishing, taking, workflow
from verification import people as core_people
from verification.models import Outbox, Public
from verification.refusals import CallBackMissing, NotReviewer, OwnOrganisation, OwnSubmission, Unchanged
from verification.sop import Action, Ground, Reason, Risk, Status

NEW_ADDRESS = "江城区新路1号"


@pytest.fixture
def record(volunteer, reviewer):
    return builders.published_need(volunteer, reviewer)


@pytest.fixture
def cooling(volunteer, reviewer, other_reviewer, record):
    """A delivery address changed, approved by two outsiders, not public yet."""
    row = builders.submit_need(volunteer, record=record.uid, delivery_address=NEW_ADDRESS)
    return builders.approve(row, reviewer, other_reviewer)


def standing(user):
    return core_people.standing(user, now=timezone.now())


def answers(**changes):
    return {**builders.CALLED_ANSWERS, **changes}


def test_a_dangerous_change_is_due_a_day_after_it_was_entered(cooling, record):
    assert (cooling.due_at - cooling.entered_at) == timedelta(hours=24)
    assert not taking.due().exists()
    assert publishing.publish_due().taken == 0
    record.refresh_from_db()
    assert NEW_ADDRESS not in record.body
    assert NEW_ADDRESS in builders.publish(cooling).body


def test_what_is_routine_is_due_at_once(volunteer, reviewer):
    row = builders.approve(builders.submit_need(volunteer), reviewer)
    assert row.due_at == row.entered_at
    assert publishing.publish_due().published == 1


def test_what_cools_off_does_not_stand_in_the_way(cooling, volunteer, reviewer):
    builders.approve(builders.submit_need(volunteer, organisation_name="江城第四医院"), reviewer)
    assert publishing.publish_due(limit=1).published == 1


@pytest.mark.parametrize(
    ("action", "status"), [(Action.RETURN, Status.RETURNED), (Action.REJECT, Status.REJECTED)]
)
def test_whoever_may_review_can_object_meanwhile(cooling, federation, action, status):
    third = people.make_reviewer("third", federation)
    reason = Reason.SOURCE_SAYS_OTHERWISE
    (row,) = workflow.advance([cooling.pk], action, by=third, reason=reason, note="电话里说没有换地址")
    assert (row.status, row.due_at if status == Status.RETURNED else None) == (status, None)
    assert publishing.publish_due().taken == 0


def test_whoever_may_not_review_it_cannot_object(cooling, volunteer, stranger, alliance):
    given = {"reason": Reason.UNCLEAR, "note": "不对"}
    with refused(NotReviewer):
        workflow.advance([cooling.pk], Action.RETURN, by=stranger, **given)
    checked, confirmed = people.vouchers()
    core_people.add_reviewer(
        user=volunteer,
        organisation=alliance,
        legal_name="x",
        checked=checked,
        confirmed=confirmed,
        by=people.registrar(),
        at=timezone.now() - timedelta(days=1),
    )
    people.give_factor(volunteer)
    with refused(OwnSubmission):
        workflow.advance([cooling.pk], Action.RETURN, by=volunteer, **given)


def test_reviewers_see_what_cools_off(cooling, reviewer, volunteer):
    assert list(inbox.cooling_off(standing(reviewer))) == [cooling]
    client = Client()
    sign_in(client, reviewer)
    page = client.get("/review/").content.decode()
    assert "cooling" in page
    assert f"/review/{cooling.uid}/" in page
    review = client.get(f"/review/{cooling.uid}/").content.decode()
    assert 'value="return"' in review
    answer = client.post(
        f"/review/{cooling.uid}/",
        {"action": "return", "reason": Reason.UNCLEAR, "how_to_fix": "请附医院公告"},
    )
    assert answer.status_code == 302
    cooling.refresh_from_db()
    assert cooling.status == Status.RETURNED


def test_the_organisation_sees_what_will_be_said_of_it(
    volunteer, clerk, hospital, reviewer, other_reviewer, stranger
):
    record = builders.published_need(volunteer, reviewer, organisation_name=hospital.name)
    row = builders.submit_need(
        volunteer, record=record.uid, organisation_name=hospital.name, delivery_address=NEW_ADDRESS
    )
    builders.approve(row, reviewer, other_reviewer)
    (told,) = Outbox.objects.filter(address=clerk.email)
    assert hospital.name in told.subject
    assert "/mine/" in told.text
    assert NEW_ADDRESS not in told.text
    assert not Outbox.objects.exclude(address__in=[clerk.email, volunteer.email]).exists()
    for person, sees in ((clerk, True), (stranger, False)):
        client = Client()
        sign_in(client, person)
        assert (NEW_ADDRESS in client.get("/mine/").content.decode()) == sees
        assert bool(inbox.coming_about(standing(person))) == sees


def test_nobody_of_the_organisation_reviews_it_meanwhile(volunteer, hospital, reviewer, other_reviewer):
    record = builders.published_need(volunteer, reviewer, organisation_name=hospital.name)
    row = builders.submit_need(
        volunteer, record=record.uid, organisation_name=hospital.name, delivery_address=NEW_ADDRESS
    )
    builders.approve(row, reviewer, other_reviewer)
    insider = people.make_reviewer("insider", hospital)
    assert not inbox.cooling_off(standing(insider))
    with refused(OwnOrganisation):
        workflow.advance([row.pk], Action.RETURN, by=insider, reason=Reason.UNCLEAR, note="不对")


# The call-back.


@pytest.mark.parametrize(
    "changes",
    [
        {"grounds": [Ground.OFFICIAL_NOTICE]},
        {"call_back": None},
        {"call_back": {}},
        {"call_back": "yes"},
        {"call_back": {"at": "yesterday", "line": "027-85550100"}},
        {"call_back": {"at": None, "line": "027-85550100"}},
        {"call_back": builders.call_back("")},
        {"call_back": builders.call_back("114")},
        {"call_back": builders.call_back("总机")},
        {"call_back": {**builders.call_back(), "who": "somebody"}},
        {"call_back": {"at": (timezone.now() - timedelta(days=8)).isoformat(), "line": "027-85550100"}},
        {"call_back": {"at": (timezone.now() + timedelta(hours=1)).isoformat(), "line": "027-85550100"}},
        # Private numbers: a mobile telephone, and whatever stands in a private field.
        {"call_back": builders.call_back("13900000001")},
        {"call_back": builders.call_back("+86 139-0000-0001")},
    ],
)
def test_a_dangerous_change_needs_a_call_back(volunteer, reviewer, record, changes):
    row = builders.submit_need(volunteer, record=record.uid, delivery_address=NEW_ADDRESS)
    fence = builders.claim(row, reviewer)
    with refused(CallBackMissing):
        builders.verify(row, reviewer, fence=fence, answers=answers(**changes))


def test_a_number_that_came_with_the_change_proves_nothing(volunteer, reviewer, other_reviewer, record):
    changed = {"delivery_address": NEW_ADDRESS, "office_line": "027-85559999"}
    row = builders.submit_need(volunteer, record=record.uid, **changed)
    fence = builders.claim(row, reviewer)
    with refused(CallBackMissing):
        builders.verify(
            row, reviewer, fence=fence, answers=answers(call_back=builders.call_back("027 8555 9999"))
        )
    # One that stood before, or one found elsewhere, is called.
    builders.verify(row, reviewer, fence=fence, answers=answers(call_back=builders.call_back("027-85550111")))


def test_a_private_number_is_never_written_down_of_a_call(volunteer, reviewer):
    row = builders.submit_need(volunteer, contact_phone="021-60000000")
    fence = builders.claim(row, reviewer)
    with refused(CallBackMissing):
        builders.verify(
            row, reviewer, fence=fence, answers=answers(call_back=builders.call_back("021-60000000"))
        )


def test_the_public_reads_when_it_was_called_and_not_where(cooling):
    body = json.loads(builders.publish(cooling).body)
    assert body["verified"]["called_at"] == builders.called_at()
    event = cooling.events.get(action=Action.VERIFY)
    assert event.answers["call_back"]["line"] == "027-85550100"
    assert "line" not in body["verified"]


# The note.


def test_a_dangerous_change_is_told_with_the_record(cooling):
    public = builders.publish(cooling)
    (note,) = json.loads(public.body)["changed"]
    assert note["fields"] == ["delivery_address"]
    assert note["at"] == json.loads(public.body)["clocks"]["published"]
    page = Client().get(f"/needs/{public.uid}/").content.decode()
    assert 'class="changed' in page
    assert 'class="changed' in Client().get("/needs/").content.decode()
    assert Client().get(f"/api/v1/needs/{public.uid}/").json()["changed"] == [note]


def test_a_small_change_after_it_takes_no_note_away(cooling, volunteer, reviewer):
    public = builders.publish(cooling)
    (note,) = json.loads(public.body)["changed"]
    later = builders.published_need(
        volunteer, reviewer, record=public.uid, delivery_address=NEW_ADDRESS, remarks="送西门"
    )
    assert json.loads(later.body)["changed"] == [note]


def test_the_note_ends(cooling):
    body = json.loads(builders.publish(cooling).body)
    assert changed_note(body)
    body["changed"][0]["until"] = "2020-02-03T00:00:00Z"
    assert changed_note(body) == ""


def test_new_entries_and_harmless_changes_have_no_note(volunteer, reviewer, record):
    assert "changed" not in json.loads(record.body)
    later = builders.published_need(volunteer, reviewer, record=record.uid, remarks="送西门")
    assert "changed" not in json.loads(later.body)


# What voids steps, and what does not.

MORE, WIDE = builders.line(amount="5001个"), builders.line(amount="５０００个")


@pytest.mark.parametrize("changes", [{"remarks": "可送至西门"}, {"urgency": "normal"}, {"lines": [MORE]}])
def test_any_material_change_voids_the_steps(volunteer, reviewer, changes):
    row = builders.verify(builders.submit_need(volunteer), reviewer)
    (row,) = workflow.advance([row.pk], Action.EDIT, by=volunteer, data=builders.need_payload(**changes))
    assert (row.status, row.verified_by_id) == (Status.COLLECTED, None)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"remarks": "可送至 东门"},
        {"remarks": "可送至东门 "},
        {"lines": [WIDE, builders.line("protective-suit", "若干")]},
    ],
)
def test_a_change_of_form_voids_nothing(volunteer, reviewer, changes):
    row = builders.verify(builders.submit_need(volunteer), reviewer)
    with refused(Unchanged):
        workflow.advance([row.pk], Action.EDIT, by=volunteer, data=builders.need_payload(**changes))
    assert builders.enter(row, reviewer).status == Status.ENTERED


def test_the_class_follows_the_content(volunteer, reviewer, record):
    row = builders.submit_need(volunteer, record=record.uid, remarks="改")
    assert row.risk == Risk.ROUTINE
    data = builders.correction_payload(delivery_address=NEW_ADDRESS)
    (row,) = workflow.advance([row.pk], Action.EDIT, by=volunteer, data=data)
    assert (row.risk, row.touched, row.people) == (Risk.DANGEROUS, ["delivery_address"], 2)
    assert Public.objects.get(pk=record.uid).version == 1
    leases.drop([row.pk])
