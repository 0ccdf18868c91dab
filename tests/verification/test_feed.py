"""What changed since a number: whoever asks on from where they stopped misses nothing."""

import json

from tests import builders, people
from verification import feed, journal, publishing
from verification.journal import acting
from verification.models import Organisation
from verification.sop import Reason


def follow(copy, after=0, **asked):
    """Ask on until nothing is new; the copy as a reader keeps it."""
    while True:
        journal.sequence()
        changes, following = feed.changes(after, **asked)
        assert [c.seq for c in changes] == sorted(c.seq for c in changes)
        for change in changes:
            body = json.loads(change.body)
            copy[change.uid] = (body["version"], body["state"])
        if following == after:
            return after
        after = following


def test_feed_gives_each_record_as_it_stands(volunteer, reviewer):
    one = builders.published_need(volunteer, reviewer, organisation_name="江城甲医院")
    two = builders.published_need(volunteer, reviewer, organisation_name="江城乙医院")
    builders.published_need(volunteer, reviewer, record=one.uid, organisation_name="江城甲医院", remarks="改")
    builders.taken_down(reviewer, two)
    copy = {}
    after = follow(copy)
    assert copy == {one.uid: (2, "live"), two.uid: (2, "withdrawn")}
    assert feed.changes(after) == ([], after)


def test_feed_misses_nothing_in_any_portion(volunteer, reviewer):
    whole, pieces, after = {}, {}, 0
    for number in range(4):
        record = builders.published_need(volunteer, reviewer, organisation_name=f"江城{number}医院")
        if number % 2:
            builders.taken_down(reviewer, record)
        after = follow(pieces, after, limit=3)
    follow(whole)
    assert pieces == whole
    assert len(whole) == 4


def test_feed_never_shows_again_what_was_taken_down(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer, remarks="误填的内容")
    builders.taken_down(reviewer, record, reason=Reason.PRIVATE_IN_PUBLIC)
    journal.sequence()
    changes, _after = feed.changes(0)
    assert "误填的内容" not in "".join(c.body for c in changes)
    assert record.title not in "".join(c.body for c in changes)


def test_feed_passes_over_what_changes_nothing_public(volunteer, reviewer):
    builders.returned_need(volunteer, reviewer)
    journal.sequence()
    assert feed.changes(0) == ([], 2)


def test_feed_tells_of_rerendering(clerk, hospital, reviewer):
    record = builders.published_need(clerk, reviewer, organisation_name=hospital.name)
    copy = {}
    after = follow(copy)
    with acting(by=people.registrar(), reason="renamed"):
        Organisation.objects.update(name="江城改名医院")
    publishing.rerender([record.uid], reason="organisation renamed")
    journal.sequence()
    changes, _after = feed.changes(after)
    assert [c.uid for c in changes] == [record.uid]
    assert "江城改名医院" in changes[0].body


def test_feed_of_one_list_leaves_out_the_others(volunteer, reviewer):
    builders.published_need(volunteer, reviewer)
    journal.sequence()
    assert len(feed.changes(0, kinds=["needs"])[0]) == 1
    changes, after = feed.changes(0, kinds=["couriers"])
    assert (changes, after) == ([], 4)
