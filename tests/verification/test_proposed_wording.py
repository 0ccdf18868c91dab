"""A reviewer's proposed wording: kept with the return, seen by two, accepted in one tap, written by an author."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from tests import builders
from tests.fingerprints import refused
from tests.signing_in import sign_in
from verification import inbox, leases, people, wordings, workflow
from verification.models import Event, Outbox, ProposedWording
from verification.refusals import InvalidPayload, OwnSubmission, Unchanged, WrongStatus
from verification.sop import Action, Reason, Status


def signed_in(user):
    client = Client()
    sign_in(client, user)
    return client


WHY = {"reason": Reason.UNCLEAR, "note": "盒与个之分已写明"}
BETTER = {"lines": [builders.line(amount="100盒", pack_size=50), builders.line("protective-suit", "若干")]}


def propose(submission, by, data=None, **changes):
    """Returned with a wording."""
    fence = builders.claim(submission, by)
    data = data or builders.need_payload(**(changes or BETTER))
    return workflow.advance([submission.pk], Action.RETURN, by=by, fence=fence, data=data, **WHY)[0]


def accept(submission, by):
    payload = {n: v for n, v in wordings.of(submission).payload.items() if v is not None}
    return workflow.advance([submission.pk], Action.RESUBMIT, by=by, data=payload)[0]


@pytest.fixture
def returned(volunteer, reviewer):
    return propose(builders.submit_need(volunteer), reviewer)


def form_of(submission, **changes):
    """What the form of a submission sends."""
    payload = {n: v for n, v in submission.payload.items() if n != "lines" and v is not None}
    for index, line in enumerate(submission.payload["lines"]):
        fields = {**line, "amount": line["amount"]["text"]}
        payload |= {f"lines-{index}-{n}": v for n, v in fields.items() if v is not None}
    return payload | changes


def test_wording_is_kept_with_its_return_and_changes_nothing(returned):
    wording = wordings.of(returned)
    assert wording.event == Event.objects.get(action=Action.RETURN)
    assert wording.payload["lines"][0]["pack_size"] == 50
    assert returned.payload["lines"][0]["amount"]["low"] == 5000
    assert returned.status == Status.RETURNED


def test_wording_accepted_makes_the_reviewer_an_author(returned, volunteer, reviewer, other_reviewer):
    again = accept(returned, volunteer)
    assert again.payload["lines"][0]["amount"]["text"] == "100盒"
    assert again.authors == [volunteer.pk, reviewer.pk]
    assert wordings.of(again) is None
    with refused(OwnSubmission):
        builders.verify(again, reviewer, fence=builders.claim(again, reviewer))
    leases.release(again.pk, by=reviewer)
    builders.publish(builders.approve(again, other_reviewer))


def test_wording_taken_over_in_part_makes_an_author_too(returned, volunteer, reviewer):
    data = builders.need_payload(**BETTER | {"remarks": "可送至西门"})
    data["lines"][1]["amount"] = "20套"
    (again,) = workflow.advance([returned.pk], Action.RESUBMIT, by=volunteer, data=data)
    assert again.authors == [volunteer.pk, reviewer.pk]


def test_wording_not_taken_over_makes_no_author(returned, volunteer, reviewer):
    data = builders.need_payload(remarks="数量即为个数")
    (again,) = workflow.advance([returned.pk], Action.RESUBMIT, by=volunteer, data=data)
    assert again.authors == [volunteer.pk]
    builders.verify(again, reviewer)


def test_wording_of_an_older_return_is_not_offered_again(returned, volunteer, reviewer, other_reviewer):
    again = accept(returned, volunteer)
    fence = builders.claim(again, other_reviewer)
    (second,) = workflow.advance([again.pk], Action.RETURN, by=other_reviewer, fence=fence, **WHY)
    assert wordings.of(second) is None
    assert ProposedWording.objects.count() == 1


def test_wording_is_read_by_the_same_form(volunteer, reviewer):
    submission = builders.submit_need(volunteer)
    with refused(InvalidPayload):
        propose(submission, reviewer, remarks="请联系 13912345678")


def test_wording_has_to_say_something_else(volunteer, reviewer):
    submission = builders.submit_need(volunteer)
    with refused(Unchanged):
        propose(submission, reviewer, builders.need_payload())


def test_wording_is_not_proposed_for_a_request_to_withdraw(volunteer, stranger, reviewer):
    record = builders.published_need(volunteer, reviewer)
    with refused(WrongStatus):
        propose(builders.withdrawal_request(stranger, record), reviewer)


@pytest.mark.parametrize("change", ["UPDATE {} SET schema = 9", "DELETE FROM {}", "TRUNCATE {}"])
def test_wording_is_never_changed(returned, change):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format("verification_proposedwording"))


def test_wording_of_a_correction_leaves_what_is_private_as_it_is(
    volunteer, stranger, reviewer, other_reviewer
):
    record = builders.published_need(volunteer, reviewer)
    sent = builders.submit_need(stranger, record=record.uid, delivery_address="江城区长堤路9号")
    data = builders.correction_payload(delivery_address="江城区长堤路9号后勤楼")
    back = propose(sent, reviewer, data)
    assert "13800000000" not in str(wordings.of(back).payload)
    again = accept(back, stranger)
    builders.verify(again, other_reviewer)
    assert again.payload["contact_phone"] is None


def test_edit_of_form_only_makes_nobody_an_author(volunteer, reviewer):
    submission = builders.submit_need(volunteer, remarks="可送至东门，Ｂ座")
    fence = builders.claim(submission, reviewer)
    data = builders.need_payload(remarks="可送至东门， B座")
    (edited,) = workflow.advance([submission.pk], Action.EDIT, by=reviewer, fence=fence, data=data)
    assert edited.authors == [volunteer.pk]
    fence = builders.claim(edited, reviewer)
    data = builders.need_payload(delivery_address="江城区长堤路1 1号后勤楼")
    (edited,) = workflow.advance([submission.pk], Action.EDIT, by=reviewer, fence=fence, data=data)
    assert edited.authors == [volunteer.pk, reviewer.pk]


def test_edit_by_a_reviewer_changes_something(volunteer, reviewer):
    submission = builders.submit_need(volunteer)
    fence = builders.claim(submission, reviewer)
    with refused(Unchanged):
        workflow.advance([submission.pk], Action.EDIT, by=reviewer, fence=fence, data=builders.need_payload())


def test_page_proposes_accepts_and_links_on(volunteer, reviewer, other_reviewer):
    submission = builders.submit_need(volunteer)
    desk, sender = signed_in(reviewer), signed_in(volunteer)
    fence = builders.claim(submission, reviewer)
    assert 'value="propose"' in desk.get(f"/review/{submission.uid}/").content.decode()
    typed = form_of(submission, remarks="可送至南门") | {"action": "propose", "fence": fence}
    answer = desk.post(f"/review/{submission.uid}/", typed | {"reason": "unclear", "how_to_fix": ""})
    assert answer.status_code == 422
    assert "可送至南门" in answer.content.decode()
    answer = desk.post(f"/review/{submission.uid}/", typed | {"reason": "unclear", "how_to_fix": "改门"})
    assert answer.status_code == 302

    page = sender.get(f"/mine/{submission.uid}/").content.decode()
    assert "可送至东门" in page
    assert "可送至南门" in page
    form = sender.get(f"/mine/{submission.uid}/edit/?wording").content.decode()
    assert "可送至南门" in form
    stale = sender.post(f"/mine/{submission.uid}/", {"action": "accept", "wording": "0"})
    assert stale.status_code == 409
    wording = wordings.of(inbox.own(submission.uid, volunteer))
    sent = sender.post(f"/mine/{submission.uid}/", {"action": "accept", "wording": wording.pk})
    assert sent.status_code == 302
    submission.refresh_from_db()
    assert submission.status == Status.COLLECTED
    assert submission.authors == [volunteer.pk, reviewer.pk]
    now = timezone.now()
    assert not inbox.waiting_for(people.standing(reviewer, now=now)).exists()
    assert inbox.waiting_for(people.standing(other_reviewer, now=now)).exists()


def test_page_shows_every_error_in_the_fold_and_loses_nothing(volunteer, reviewer):
    submission = builders.submit_need(volunteer)
    desk, fence = signed_in(reviewer), builders.claim(submission, reviewer)
    typed = form_of(submission, remarks="加急", place="") | {"action": "propose", "fence": fence}
    answer = desk.post(f"/review/{submission.uid}/", typed | {"reason": "unclear", "how_to_fix": "地点"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "data-error-summary" in page
    assert "加急" in page
    answer = desk.post(f"/review/{submission.uid}/", form_of(submission) | {"step": "add_line"})
    assert answer.status_code == 200
    assert 'name="lines-2-item"' in answer.content.decode()
    assert not ProposedWording.objects.exists()


def test_page_applies_a_wording_and_makes_an_author(volunteer, reviewer):
    submission = builders.submit_need(volunteer)
    desk, fence = signed_in(reviewer), builders.claim(submission, reviewer)
    typed = form_of(submission, remarks="可送至南门") | {"action": "edit", "fence": fence}
    assert desk.post(f"/review/{submission.uid}/", typed).status_code == 302
    submission.refresh_from_db()
    assert (submission.status, submission.payload["remarks"]) == (Status.COLLECTED, "可送至南门")
    assert submission.authors == [volunteer.pk, reviewer.pk]


def test_api_shows_the_wording_to_its_two_readers_and_accepts_it(returned, volunteer, stranger, reviewer):
    address = f"/api/v1/submissions/{returned.uid}/"
    sender = signed_in(volunteer)
    wording = sender.get(address).json()["proposed_wording"]
    assert wording["by"] == reviewer.pseudonym
    assert signed_in(reviewer).get(address).json()["proposed_wording"] == wording
    assert signed_in(stranger).get(address).status_code == 404
    answer = sender.post(
        f"{address}resubmit/", {"data": wording["payload"]}, content_type="application/json"
    ).json()
    assert answer["status"] == Status.COLLECTED
    assert answer["proposed_wording"] is None


def test_return_tells_its_submitter_by_mail_without_anything_private(volunteer, reviewer):
    returned = propose(builders.submit_need(volunteer), reviewer)
    sent = Outbox.objects.get()
    assert sent.address == volunteer.email
    assert f"/mine/{returned.uid}/" in sent.text
    assert "13800000000" not in sent.text
    assert WHY["note"] not in sent.text
