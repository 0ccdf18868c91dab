"""Two new at once: of one identity, the second to be entered is asked about first. (In races/: at the same moment.)"""

import pytest

from tests import builders
from tests.fingerprints import refused
from verification import publishing, rehearsing, workflow
from verification.refusals import PossibleDuplicate
from verification.sop import Action, Status


@pytest.fixture
def twins(volunteer, stranger, reviewer):
    """Two verified entries about the same institution."""
    return [builders.verify(builders.submit_need(by), reviewer) for by in (volunteer, stranger)]


def test_two_new_at_once_the_second_is_asked_about(twins, reviewer):
    builders.enter(twins[0], reviewer)
    fence = builders.claim(twins[1], reviewer)
    with refused(PossibleDuplicate):
        workflow.advance(
            [twins[1].pk], Action.ENTER, by=reviewer, fence=fence, answers=builders.ENTER_ANSWERS
        )
    with pytest.raises(PossibleDuplicate) as caught:
        builders.enter(twins[1], reviewer)
    assert caught.value.context["rivals"] == [twins[0].record]


def test_two_new_at_once_in_one_batch(twins, reviewer):
    ids = [t.pk for t in twins]
    fence = rehearsing.take(ids, by=reviewer)
    with refused(PossibleDuplicate):
        workflow.advance(
            ids, Action.ENTER, by=reviewer, fence=fence, answers=builders.ENTER_ANSWERS, fresh_factor=True
        )


def test_two_new_at_once_distinct_is_remembered_of_the_pair(twins, reviewer):
    builders.enter(twins[0], reviewer)
    fence = builders.claim(twins[1], reviewer)
    workflow.say_distinct(twins[1].pk, other=twins[0].record, by=reviewer, fence=fence)
    # Asked of the pair, whether the other is still on its way or published.
    publishing.publish_due()
    assert builders.enter(twins[1], reviewer).status == Status.ENTERED


def test_two_new_at_once_distinct_holds_both_ways(twins, reviewer):
    fence = builders.claim(twins[1], reviewer)
    workflow.say_distinct(twins[1].pk, other=twins[0].record, by=reviewer, fence=fence)
    builders.enter(twins[1], reviewer)
    publishing.publish_due()
    assert builders.enter(twins[0], reviewer).status == Status.ENTERED


def test_two_new_at_once_distinct_is_said_of_no_third(twins, volunteer, reviewer, other_reviewer):
    builders.enter(twins[0], reviewer)
    fence = builders.claim(twins[1], reviewer)
    workflow.say_distinct(twins[1].pk, other=twins[0].record, by=reviewer, fence=fence)
    builders.enter(twins[1], reviewer)
    third = builders.verify(builders.submit_need(volunteer, remarks="又一条"), reviewer)
    with pytest.raises(PossibleDuplicate) as caught:
        builders.enter(third, reviewer)
    assert caught.value.context["rivals"] == sorted(t.record for t in twins)


def test_two_new_at_once_what_was_taken_down_is_no_rival(twins, reviewer):
    record = builders.publish(builders.enter(twins[0], reviewer))
    builders.taken_down(reviewer, record)
    assert builders.enter(twins[1], reviewer).status == Status.ENTERED


def test_two_new_at_once_where_nothing_identifies(volunteer, stranger, reviewer):
    for by in (volunteer, stranger):
        submission = builders.submit_need(by, organisation_name="区政府")
        assert builders.approve(submission, reviewer).status == Status.ENTERED
