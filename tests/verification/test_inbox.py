"""What waits: for a reviewer, for a submitter."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from tests import builders, people
from tests.fingerprints import refused
from verification import inbox, leases, measures, rehearsing, workflow
from verification import people as core_people
from verification.models import Lease
from verification.refusals import NotFound
from verification.sop import Action, Reason, Risk, Status


def waiting(user):
    return list(inbox.waiting_for(core_people.standing(user, now=timezone.now())))


def test_inbox_puts_the_highest_risk_first_then_the_oldest(volunteer, stranger, reviewer, other_reviewer):
    record = builders.published_need(volunteer, reviewer, organisation_name="江城第一医院")
    older = builders.submit_need(volunteer, organisation_name="江城第二医院")
    newer = builders.submit_need(stranger)
    risky = builders.submit_need(
        volunteer, record=record.uid, organisation_name=record.title, delivery_address="江城区新路1号"
    )
    assert risky.risk == Risk.DANGEROUS
    assert waiting(other_reviewer) == [risky, older, newer]


def test_inbox_leaves_out_what_one_may_not_decide(volunteer, reviewer, other_reviewer, hospital, alliance):
    insider = people.make_reviewer("insider", alliance)
    core_people.add_member(user=insider, organisation=hospital, by=people.registrar())
    own = builders.submit_need(reviewer)
    about_house = builders.submit_need(volunteer, organisation_name=hospital.name)
    assert waiting(reviewer) == [about_house]
    assert waiting(insider) == [own]
    assert waiting(other_reviewer) == [own, about_house]


def test_inbox_leaves_out_what_somebody_else_is_checking(volunteer, reviewer, other_reviewer):
    submission = builders.submit_need(volunteer)
    rehearsing.take([submission.pk], by=reviewer)
    assert waiting(reviewer) == [submission]
    assert waiting(other_reviewer) == []
    Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert waiting(other_reviewer) == [submission]


def test_inbox_leaves_out_the_second_step_of_ones_own_first(volunteer, reviewer, other_reviewer):
    record = builders.published_need(volunteer, reviewer)
    routine = builders.verify(builders.submit_need(volunteer, organisation_name="江城第四医院"), reviewer)
    sensitive = builders.submit_need(volunteer, record=record.uid, office_line="027-85550199")
    builders.verify(sensitive, reviewer)
    leases.drop([routine.pk])
    assert waiting(reviewer) == [routine]
    assert waiting(other_reviewer) == [sensitive, routine]


def test_inbox_leaves_out_dangerous_changes_from_ones_own_house(
    volunteer, reviewer, other_reviewer, alliance, team
):
    record = builders.published_need(volunteer, reviewer)
    comrade, colleague = people.make_reviewer("comrade", team), people.make_reviewer("colleague", alliance)
    dangerous = builders.submit_need(volunteer, record=record.uid, delivery_address="江城区新路1号")
    assert waiting(comrade) == []
    assert waiting(colleague) == [dangerous]
    builders.verify(dangerous, reviewer)
    assert waiting(colleague) == []
    assert waiting(other_reviewer) == [dangerous]


def test_inbox_holds_only_what_waits(volunteer, reviewer, other_reviewer):
    builders.returned_need(volunteer, reviewer)
    builders.rejected_need(volunteer, reviewer, organisation_name="江城第四医院")
    builders.approve(builders.submit_need(volunteer, organisation_name="江城第五医院"), reviewer)
    assert waiting(other_reviewer) == []


def test_inbox_names_what_is_in_hand_and_counts_the_rest(volunteer, reviewer, other_reviewer):
    first, second = (builders.submit_need(volunteer, organisation_name=f"江城{n}医院") for n in "甲乙")
    who = core_people.standing(reviewer, now=timezone.now())
    builders.claim(first, reviewer)
    assert [lease.submission for lease in inbox.in_hand(who)] == [first]
    (part,) = inbox.makeup_for(who)
    assert (part.kind, part.step, part.risk, part.number) == ("needs", "verify", Risk.ROUTINE, 2)
    assert inbox.counts_for(who) == {"verify": 2, "enter": 0}
    Lease.objects.update(until=timezone.now() - timedelta(hours=1))
    assert [lease.submission for lease in inbox.in_hand(who)] == [first]
    builders.claim(first, other_reviewer)
    assert inbox.in_hand(who) == []
    workflow.advance([second.pk], Action.WITHDRAW, by=volunteer, reason=Reason.MISTAKE)
    assert inbox.counts_for(who) == {"verify": 0, "enter": 0}


def test_mine_is_ones_own_newest_first(volunteer, stranger):
    own = [builders.submit_need(volunteer, organisation_name=f"江城{n}医院") for n in "甲乙丙"]
    builders.submit_need(stranger)
    assert inbox.mine(volunteer) == own[::-1]
    assert inbox.mine(volunteer, limit=2) == own[:0:-1]
    assert inbox.mine(volunteer, before=own[1].pk) == own[:1]


def test_verdicts_tell_the_last_word_and_how_to_fix(volunteer, reviewer):
    returned = builders.returned_need(volunteer, reviewer)
    untouched = builders.submit_need(volunteer, organisation_name="江城第四医院")
    said = inbox.verdicts([returned, untouched])
    assert set(said) == {returned.pk}
    assert (said[returned.pk].action, said[returned.pk].reason) == (Action.RETURN, Reason.UNCLEAR)
    assert said[returned.pk].how_to_fix == "请写明数量"


def test_verdicts_keep_notes_between_reviewers(volunteer, reviewer):
    submission = builders.submit_need(volunteer)
    fence = builders.claim(submission, reviewer)
    workflow.advance(
        [submission.pk],
        Action.MARK_DUPLICATE,
        by=reviewer,
        fence=fence,
        reason=Reason.SAME_RECORD,
        note="仅供同事参考",
        events={submission.pk: {"related": uuid4()}},
    )
    assert inbox.verdicts([submission])[submission.pk].how_to_fix == ""


@pytest.mark.parametrize(
    ("who", "sees"), [("volunteer", True), ("reviewer", True), ("stranger", False), ("clerk", False)]
)
def test_seen_by_its_submitter_and_reviewers_only(request, volunteer, who, sees):
    submission = builders.submit_need(volunteer)
    person = request.getfixturevalue(who)
    if sees:
        assert inbox.seen_by(submission.uid, person) == submission
    else:
        with refused(NotFound):
            inbox.seen_by(submission.uid, person)


def test_funnel_counts_what_is_open(volunteer, reviewer):
    assert measures.funnel() == {Status.COLLECTED: 0, Status.VERIFIED: 0, Status.ENTERED: 0}
    builders.submit_need(volunteer, organisation_name="江城甲医院")
    builders.verify(builders.submit_need(volunteer, organisation_name="江城乙医院"), reviewer)
    builders.approve(builders.submit_need(volunteer, organisation_name="江城丙医院"), reviewer)
    builders.published_need(volunteer, reviewer, organisation_name="江城丁医院")
    funnel = measures.funnel()
    assert (funnel[Status.COLLECTED], funnel[Status.VERIFIED]) == (1, 1)
    assert Status.PUBLISHED not in funnel


def test_stands_say_how_many_of_each_list_wait_and_since_when(volunteer, reviewer):
    builders.published_need(volunteer, reviewer, organisation_name="江城戊医院")
    assert measures.stands() == {}
    waiting = [builders.submit_need(volunteer, organisation_name=f"江城{n}医院") for n in ("甲", "乙")]
    checked = builders.verify(builders.submit_need(volunteer, organisation_name="江城丙医院"), reviewer)
    builders.approve(builders.submit_need(volunteer, organisation_name="江城丁医院"), reviewer)
    assert measures.stands() == {
        ("needs", Status.COLLECTED): (2, waiting[0].submitted_at),
        ("needs", Status.VERIFIED): (1, checked.submitted_at),
        ("needs", Status.ENTERED): (1, None),
    }
