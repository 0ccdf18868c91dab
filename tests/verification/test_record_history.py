"""A record's published versions with their differences, in public words."""

import json

from tests import builders
from verification import history
from verification.sop import Action, Reason


def changes_of(entry):
    return [(c.field, c.line) for c in entry.changes]


def test_record_history_tells_what_changed_lines_included(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    lines = [
        builders.line(amount="800个", no=1),
        builders.line("goggles", "50副", no=3),
    ]
    builders.published_need(volunteer, reviewer, record=record.uid, remarks="改送西门", lines=lines)
    second, first = history.of_record(record.uid)
    assert (first.version, first.changes, second.version) == (1, [], 2)
    assert changes_of(second) == [("remarks", None), ("amount", 1), ("line", 2), ("line", 3)]
    remarks, amount, gone, new = second.changes
    assert (remarks.old, remarks.new) == ("可送至东门", "改送西门")
    assert (amount.old["low"], amount.new["low"], amount.item) == (5000, 800, "n95-mask")
    assert (gone.new, gone.item) == (None, "protective-suit")
    assert (new.old, new.item) == (None, "goggles")


def test_record_history_lines_keep_their_numbers_for_ever(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    only_first = [builders.line(no=1)]
    builders.published_need(volunteer, reviewer, record=record.uid, lines=only_first)
    added = [*only_first, builders.line("goggles", "5副"), builders.line("face-shield", "6个")]
    row = builders.published_need(volunteer, reviewer, record=record.uid, lines=added)
    # Two was the suits': it is not given again.
    assert [(line["no"], line["item"]) for line in json.loads(row.body)["lines"]] == [
        (1, "n95-mask"),
        (3, "goggles"),
        (4, "face-shield"),
    ]


def test_record_history_says_who_why_and_when(clerk, hospital, reviewer, other_reviewer):
    from verification import publishing
    from verification.models import TakeDown

    record = builders.published_need(clerk, reviewer, organisation_name=hospital.name)
    publishing.take_down(record.uid, by=clerk, reason=Reason.NEED_MET, public_note="已收到", note="内部备注")
    publishing.second_look(TakeDown.objects.get().pk, by=other_reviewer)
    look, down, published = history.of_record(record.uid)
    assert (down.action, down.by, down.role, down.reason) == (
        Action.TAKE_DOWN,
        clerk.pseudonym,
        "organisation",
        "need_met",
    )
    assert down.text == "已收到"
    assert (look.action, look.by) == (Action.SECOND_LOOK, other_reviewer.pseudonym)
    assert published.body["verified"]["by"] == reviewer.pseudonym
    assert "内部备注" not in repr([look, down, published])


def test_record_history_hides_what_was_taken_down_for_being_private(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer, remarks="误填的内容")
    builders.taken_down(reviewer, record, reason=Reason.PRIVATE_IN_PUBLIC)
    builders.published_need(volunteer, reviewer, record=record.uid)
    back, down, first = history.of_record(record.uid)
    assert (first.version, first.body, back.version, back.changes) == (1, None, 3, [])
    assert "误填的内容" not in repr([back, down, first])


def test_record_history_names_the_version_a_change_goes_back_to(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    for remarks in ("改", "可送至东门", "改"):
        builders.published_need(volunteer, reviewer, record=record.uid, remarks=remarks)
    assert [e.returned_to for e in history.of_record(record.uid)] == [2, 1, None, None]


def test_record_history_knows_a_mere_change_of_format(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    builders.published_need(volunteer, reviewer, record=record.uid, remarks="可送至 东门")
    (change,) = history.of_record(record.uid)[0].changes
    assert change.format_only


def test_record_history_is_one_query(volunteer, reviewer, django_assert_num_queries):
    record = builders.published_need(volunteer, reviewer)
    with django_assert_num_queries(1):
        history.of_record(record.uid)
    for remarks in "甲乙":
        builders.published_need(volunteer, reviewer, record=record.uid, remarks=remarks)
    with django_assert_num_queries(1):
        assert len(history.of_record(record.uid)) == 3


def test_record_history_of_a_correction_under_review_is_nobodys_business(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    builders.verify(builders.submit_need(volunteer, record=record.uid, remarks="改"), reviewer)
    assert [e.action for e in history.of_record(record.uid)] == [Action.PUBLISH]
