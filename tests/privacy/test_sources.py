"""Whose row a record came from does not say who wrote what is private in it now."""

import json

import pytest

from supplies.lists.needs import Need
from tests import builders
from tests.privacy.visiting import bytes_of, signed_in
from tests.supplies import sheet_files
from verification import workflow
from verification.models import Submission
from verification.refusals import Unchanged
from verification.sop import Action, Origin

THEIRS = {"contact_person": "甄秘密", "contact_phone": "13911112222", "private_note": "只告诉审核员"}
OWN = {"contact_person": "贾己有", "contact_phone": "13800001111", "private_note": "表中原话"}


def row(by, **changes):
    """The same row of this person's sheet, which says everything, private fields too."""
    data = builders.need_payload(**OWN, **changes)
    return workflow.submit(
        kind="needs", data=data, by=by, source=f"import/{by.pk}", source_key="江城", origin=Origin.IMPORT
    )


@pytest.fixture
def overtaken(volunteer, clerk, reviewer, other_reviewer):
    """A row that waits for review while somebody else's correction, with a private number, is published."""
    builders.publish(builders.approve(row(volunteer), reviewer, other_reviewer))
    waiting: Submission = row(volunteer, remarks="表中新话")
    theirs = builders.submit_need(clerk, record=waiting.record, remarks="更正", **THEIRS)
    builders.publish(builders.approve(theirs, reviewer, other_reviewer))
    return waiting


@pytest.mark.parametrize("by", ["volunteer", "reviewer"])
def test_a_row_brought_up_to_date_holds_nothing_private_of_somebody_else(overtaken, volunteer, reviewer, by):
    who = {"volunteer": volunteer, "reviewer": reviewer}[by]
    fence = None if by == "volunteer" else builders.claim(overtaken, reviewer)
    workflow.advance([overtaken.pk], Action.REBASE, by=who, fence=fence)
    overtaken.refresh_from_db()
    assert overtaken.base_version == 2
    assert overtaken.payload["remarks"] == "表中新话"
    reader = signed_in(volunteer)
    for page in ("", "edit/"):
        text = bytes_of(reader.get(f"/mine/{overtaken.uid}/{page}"))
        assert not [word for word in THEIRS.values() if word in text], page
    text = bytes_of(reader.get(f"/api/v1/submissions/{overtaken.uid}/"))
    assert not [word for word in THEIRS.values() if word in text]


def test_a_row_that_guesses_what_is_private_is_answered_like_one_that_does_not(overtaken, volunteer):
    """Right or wrong, it is one more correction: neither refused as unchanged nor of another risk."""
    answers = []
    for number in (THEIRS["contact_phone"], "13999999999"):
        said = {**THEIRS, "contact_phone": number, "remarks": "更正"}
        try:
            sent = workflow.submit(
                kind="needs",
                data=builders.need_payload(**said),
                by=volunteer,
                source=f"import/{volunteer.pk}",
                source_key="江城",
            )
            answers.append((sent.status, sent.risk))
        except Unchanged:
            answers.append("unchanged")
    assert answers[0] == answers[1]


def test_who_sends_the_whole_record_is_told_that_nothing_changed(volunteer, reviewer, other_reviewer):
    """As long as nobody else has written in it, and again once their row has replaced what others wrote."""
    builders.publish(builders.approve(row(volunteer), reviewer, other_reviewer))
    with pytest.raises(Unchanged):
        row(volunteer)


def test_a_row_sent_over_somebody_elses_correction_finds_nothing_out_either(
    volunteer, clerk, reviewer, other_reviewer
):
    """What a blank cell left as others had made it is not compared with the next sheet; the same sheet adds nothing."""
    headers = [*sheet_files.HEADERS, "联系人"]

    def sheet(person, remarks="新话"):
        return sheet_files.as_csv([[*sheet_files.row(备注=remarks), person]], headers=headers)

    def publish():
        waiting = Submission.objects.get(status="collected")
        return builders.publish(builders.approve(waiting, reviewer, other_reviewer))

    sheet_files.sent(sheet("", "旧话"), volunteer)
    record = publish()
    body = json.loads(record.body)
    data = {name: body[name] for name in ("place", "lines", "urgency", "delivery_address", "office_line")}
    theirs = {**data, "organisation_name": record.title, "source_link": body["source_link"], **THEIRS}
    workflow.submit(kind="needs", data=theirs, by=clerk, record=record.uid)
    publish()
    sheet_files.sent(sheet(""), volunteer)
    assert publish().version == 3
    assert Need.objects.get().contact_person == THEIRS["contact_person"]
    verdicts = [
        sheet_files.verdicts(sheet_files.judged(sheet(p), volunteer))
        for p in (THEIRS["contact_person"], "某人")
    ]
    assert verdicts[0] == verdicts[1] == ["correction"]
    assert sheet_files.verdicts(sheet_files.judged(sheet(""), volunteer)) == ["unchanged"]
