"""Changing the rules: two people of two organisations, each by a fresh factor; what is outgrown is verified anew."""

from copy import deepcopy

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests import builders, people
from tests.fingerprints import refused
from verification import in_force, leases, publishing, rules, ruling, workflow
from verification import people as core_people
from verification.models import Event, Policy, Submission
from verification.refusals import (
    BadPolicy,
    FreshFactorNeeded,
    NotAllowed,
    NoteMissing,
    OutsiderNeeded,
    OwnSubmission,
    ProposalGone,
    ProposalWaits,
    RulesChanged,
    SameRules,
    SecondPersonNeeded,
)
from verification.sop import Action, Reason, Risk, Status


def content(**by_class):
    told = deepcopy(rules.shipped_contents()[1])
    for name, more in by_class.items():
        told["classes"][name] |= more
    return told


STRICTER = content(routine={"people": 2}, sensitive={"outsiders": True})
LAXER = content(dangerous={"cooling_new": 0, "cooling_change": 0, "call_back": False})


def propose(by, told=STRICTER, **changes):
    return ruling.propose(**{"content": told, "reason": "多看一眼", "by": by, "fresh_factor": True} | changes)


def adopt(row, by, **changes):
    given = {"fingerprint": row.fingerprint, "by": by, "fresh_factor": True} | changes
    return ruling.adopt(row.version, **given)


def put_in_force(told, one, other):
    return adopt(propose(one, told), other)


def test_rules_are_changed_by_two_people_of_two_organisations(reviewer, other_reviewer):
    row = propose(reviewer)
    assert in_force.current().version == 1
    adopted = adopt(row, other_reviewer)
    assert in_force.current().version == adopted.version == 2
    assert rules.content_of(in_force.current()) == STRICTER
    assert (adopted.proposed_by, adopted.adopted_by) == (reviewer, other_reviewer)
    told = Event.objects.filter(kind="", policy=2).order_by("pk")
    assert [(e.action, e.actor_id, e.answers, e.public_text) for e in told] == [
        (Action.PROPOSE_POLICY, reviewer.pk, {"fingerprint": row.fingerprint}, "多看一眼"),
        (Action.ADOPT_POLICY, other_reviewer.pk, {"fingerprint": row.fingerprint}, "多看一眼"),
    ]


@pytest.mark.parametrize("who", ["stranger", "volunteer", "clerk", "coordinator"])
def test_rules_are_for_coordinators_and_reviewers_of_some_organisation(request, reviewer, who):
    person = request.getfixturevalue(who)
    with refused(NotAllowed):
        propose(person)
    row = propose(reviewer)
    with refused(NotAllowed):
        adopt(row, person)
    with refused(NotAllowed):
        ruling.decline(row.version, by=person, reason="不", fresh_factor=True)


def test_a_coordinator_of_an_organisation_may_rule(coordinator, team, reviewer):
    core_people.add_member(user=coordinator, organisation=team, by=people.registrar())
    assert put_in_force(STRICTER, coordinator, reviewer).adopted_at
    assert Event.objects.get(action=Action.PROPOSE_POLICY).role == "coordinator"


def test_nobody_adopts_what_they_proposed(reviewer):
    row = propose(reviewer)
    with refused(SecondPersonNeeded):
        adopt(row, reviewer)


def test_nobody_adopts_what_a_colleague_proposed(reviewer, alliance):
    colleague = people.make_reviewer("colleague", alliance)
    row = propose(reviewer)
    with refused(OutsiderNeeded):
        adopt(row, colleague)


def test_rules_ask_for_a_fresh_factor(reviewer, other_reviewer):
    with refused(FreshFactorNeeded):
        propose(reviewer, fresh_factor=False)
    row = propose(reviewer)
    with refused(FreshFactorNeeded):
        adopt(row, other_reviewer, fresh_factor=False)
    with refused(FreshFactorNeeded):
        ruling.decline(row.version, by=other_reviewer, reason="不", fresh_factor=False)


def test_one_proposal_waits_at_a_time(reviewer, other_reviewer):
    row = propose(reviewer)
    with refused(ProposalWaits):
        propose(other_reviewer, LAXER)
    declined = ruling.decline(row.version, by=other_reviewer, reason="太慢", fresh_factor=True)
    assert declined.declined_by == other_reviewer
    assert Event.objects.get(action=Action.DECLINE_POLICY).public_text == "太慢"
    assert propose(other_reviewer, LAXER).version == row.version + 1
    assert in_force.current().version == 1


def test_what_was_read_is_what_is_adopted(reviewer, other_reviewer):
    row = propose(reviewer)
    with refused(ProposalGone):
        adopt(row, other_reviewer, fingerprint="0" * 64)
    ruling.decline(row.version, by=reviewer, reason="写错了", fresh_factor=True)
    with refused(ProposalGone):
        adopt(row, other_reviewer)


def test_rules_are_proposed_whole_with_a_reason_and_not_for_nothing(reviewer):
    with refused(BadPolicy):
        propose(reviewer, content(dangerous={"people": 1}))
    with refused(NoteMissing):
        propose(reviewer, reason="  ")
    with refused(SameRules):
        propose(reviewer, rules.shipped_contents()[1])


def test_stricter_rules_void_what_was_verified_under_weaker(volunteer, reviewer, other_reviewer):
    verified = builders.verify(builders.submit_need(volunteer), reviewer)
    waiting = builders.submit_need(volunteer, organisation_name="江城第四医院")
    put_in_force(STRICTER, reviewer, other_reviewer)
    for row in (verified, waiting):
        row.refresh_from_db()
        assert (row.status, row.policy, row.people, row.verified_by) == (Status.COLLECTED, 2, 2, None)
    sent_back = verified.events.get(action=Action.SEND_BACK)
    assert (sent_back.reason, sent_back.role) == (Reason.RULES_CHANGED, "robot")
    again = builders.verify(verified, reviewer)
    with refused(SecondPersonNeeded):
        builders.enter(again, reviewer)
    leases.release(again.pk, by=reviewer)
    assert builders.enter(again, other_reviewer).status == Status.ENTERED


def test_a_step_that_was_under_way_while_the_rules_changed_does_not_count(
    volunteer, reviewer, other_reviewer, monkeypatch
):
    verified = builders.verify(builders.submit_need(volunteer), reviewer)
    leases.release(verified.pk, by=reviewer)
    with monkeypatch.context() as patch:
        patch.setattr(ruling, "settle", lambda: 0)  # as if it had come after
        put_in_force(STRICTER, reviewer, other_reviewer)
    fence = builders.claim(verified, other_reviewer)
    with refused(RulesChanged):
        workflow.advance(
            [verified.pk], Action.ENTER, by=other_reviewer, fence=fence, answers=builders.ENTER_ANSWERS
        )
    assert ruling.settle_lately_adopted() == 1
    verified.refresh_from_db()
    assert verified.status == Status.COLLECTED
    assert ruling.settle_lately_adopted() == 0


def test_what_was_approved_under_weaker_rules_is_not_published(
    volunteer, reviewer, other_reviewer, monkeypatch
):
    approved = builders.approve(builders.submit_need(volunteer), reviewer)
    with monkeypatch.context() as patch:
        patch.setattr(ruling, "settle", lambda: 0)
        put_in_force(STRICTER, reviewer, other_reviewer)
    outcome = publishing.publish_due()
    assert (outcome.taken, outcome.published, outcome.sent_back) == (1, 0, 1)
    approved.refresh_from_db()
    assert approved.status == Status.COLLECTED
    assert approved.events.get(action=Action.SEND_BACK).reason == Reason.RULES_CHANGED


def test_weaker_rules_leave_the_steps(volunteer, reviewer, other_reviewer):
    put_in_force(STRICTER, reviewer, other_reviewer)
    verified = builders.verify(builders.submit_need(volunteer), reviewer)
    put_in_force(rules.shipped_contents()[1], reviewer, other_reviewer)
    verified.refresh_from_db()
    assert (verified.status, verified.policy, verified.people) == (Status.VERIFIED, 3, 1)
    assert builders.enter(verified, reviewer).status == Status.ENTERED


def test_longer_cooling_leaves_what_is_verified_and_binds_what_is_entered(
    volunteer, reviewer, other_reviewer
):
    record = builders.published_need(volunteer, reviewer)
    row = builders.submit_need(volunteer, record=record.uid, delivery_address="江城区新路1号")
    row = builders.verify(row, reviewer)
    leases.release(row.pk, by=reviewer)
    put_in_force(content(dangerous={"cooling_change": 48}), reviewer, other_reviewer)
    row.refresh_from_db()
    assert row.status == Status.VERIFIED
    entered = builders.enter(row, other_reviewer)
    assert (entered.due_at - entered.entered_at).total_seconds() == 48 * 3600


def test_nobody_is_exempt_whatever_the_rules(reviewer, other_reviewer, alliance):
    """The floor holds under the weakest policy there can be."""
    put_in_force(LAXER, reviewer, other_reviewer)
    own = builders.submit_need(reviewer)
    with refused(OwnSubmission):
        builders.verify(own, reviewer)


# What PostgreSQL refuses by itself.


@pytest.mark.parametrize(
    "change",
    [
        "content = '{}'",
        "fingerprint = repeat('0', 64)",
        "reason = 'another'",
        "adopted_at = NULL, adopted_by_id = NULL",
        "declined_at = now(), declined_by_id = 1",
        "version = 9",
    ],
)
def test_a_version_is_kept_as_it_was_written(db, change):
    with pytest.raises(DatabaseError, match="kept as it was written"), transaction.atomic():
        execute(f"UPDATE verification_policy SET {change} WHERE version = 1")


@pytest.mark.parametrize("statement", ["DELETE FROM verification_policy", "TRUNCATE verification_policy"])
def test_versions_are_never_removed(db, statement):
    with pytest.raises(DatabaseError, match="kept as it was written"), transaction.atomic():
        execute(statement)


def test_a_proposal_is_adopted_as_it_was_written(reviewer, other_reviewer):
    row = propose(reviewer)
    with pytest.raises(DatabaseError, match="kept as it was written"), transaction.atomic():
        execute(
            "UPDATE verification_policy SET content = '{}', adopted_at = now(), adopted_by_id = %s WHERE version = %s",
            other_reviewer.pk,
            row.pk,
        )


def test_nobody_adopts_their_own_rules_whatever_the_program_says(reviewer):
    row = propose(reviewer)
    with pytest.raises(IntegrityError, match="policy_two_people"), transaction.atomic():
        execute(
            "UPDATE verification_policy SET adopted_at = now(), adopted_by_id = proposed_by_id WHERE version = %s",
            row.pk,
        )


@pytest.mark.parametrize(
    ("columns", "values", "constraint"),
    [
        ("adopted_at", "now()", "policy_adopted_stamp"),
        ("declined_by_id", "1", "policy_declined_stamp"),
        (
            "adopted_at, adopted_by_id, declined_at, declined_by_id",
            "now(), 2, now(), 1",
            "policy_adopted_or_declined",
        ),
    ],
)
def test_rules_are_adopted_or_declined_by_somebody(db, columns, values, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        execute(
            f"INSERT INTO verification_policy (version, content, fingerprint, reason, proposed_by_id, {columns}) "
            f"VALUES (2, '{{}}', '', 'because', 1, {values})"
        )


def test_two_proposals_never_wait(reviewer):
    propose(reviewer)
    with pytest.raises(IntegrityError, match="policy_one_waits"), transaction.atomic():
        execute(
            "INSERT INTO verification_policy (version, content, fingerprint, reason, proposed_by_id) "
            "VALUES (9, '{}', '', 'because', 1)"
        )


def test_replays_rules_bind_only_while_a_replay_plays(volunteer, reviewer):
    with in_force.replaying():
        row = builders.submit_need(volunteer, organisation_name="江城第四医院")
    assert row.policy == rules.REPLAY
    assert builders.submit_need(volunteer).policy == 1
    assert in_force.current().version == 1
    verified = builders.verify(row, reviewer)
    assert verified.policy == 1, "outside of it the rules in force bind the row too"


def test_steps_of_a_replay_count_for_nothing_outside_of_it(volunteer, reviewer, other_reviewer):
    record = builders.published_need(volunteer, reviewer)
    with in_force.replaying():
        row = builders.submit_need(volunteer, record=record.uid, delivery_address="江城区新路1号")
        answers = {**builders.VERIFY_ANSWERS, "grounds": ["official_notice"]}
        row = builders.verify(row, reviewer, answers=answers)
        leases.release(row.pk, by=reviewer)
    assert (row.policy, row.risk) == (rules.REPLAY, Risk.DANGEROUS)
    with refused(RulesChanged):
        builders.enter(row, other_reviewer, fence=builders.claim(row, other_reviewer))
    assert Policy.objects.get(pk=rules.REPLAY).adopted_at
    assert Submission.objects.get(pk=row.pk).status == Status.VERIFIED


def execute(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
