"""Who may do what: each rule refuses by its own name, binds everybody, and leaves the database as it was."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from tests import builders, people
from tests.fingerprints import refused
from verification import leases, policies, publishing, rules, workflow
from verification import people as core_people
from verification.journal import acting
from verification.models import Lease, Membership, Organisation, Reviewer, Robot, User
from verification.refusals import (
    ChecklistIncomplete,
    GroundMissing,
    HowToFixMissing,
    LeaseLost,
    MachineOnly,
    NotAllowed,
    NotReviewer,
    NotSubmitter,
    OutsiderNeeded,
    OwnOrganisation,
    OwnSubmission,
    ReasonMissing,
    SecondPersonNeeded,
    TwinMissing,
    WrongStatus,
)
from verification.sop import CHECKLISTS, REASONS, TRANSITIONS, Action, Given, Ground, Reason, Risk, Status


def step(submission, action, by, **changes):
    """One step as a page would ask for it, with everything in order unless changed."""
    answers = {Action.VERIFY: builders.VERIFY_ANSWERS, Action.ENTER: builders.ENTER_ANSWERS}.get(action)
    given = {"answers": answers, "reason": next(iter(REASONS.get(action, [""]))), "note": "请补充"}
    if action == Action.MARK_DUPLICATE:
        given["events"] = {submission.pk: {"related": uuid4()}}
    given |= changes
    return workflow.advance([submission.pk], action, by=by, **given)


def change_reviewer(user, **changes):
    with acting(by=people.registrar(), reason="changed"):
        Reviewer.objects.filter(user=user).update(**changes)


def make_lease(submission, by):
    """A live lease for whoever, reviewer or not: the policy has to hold without the lease's help."""
    lease = Lease.objects.create(
        submission=submission,
        holder=by,
        fence=99,
        until=timezone.now() + timedelta(hours=1),
        given=Given.REHEARSED,
    )
    return lease.fence


def test_policy_covers_every_action_but_those_taken_elsewhere():
    assert set(policies.POLICY) == set(TRANSITIONS) | {Action.DISTINCT, Action.DOUBT}
    assert set(TRANSITIONS) >= policies.SUBMITTER_ACTIONS | policies.REVIEWER_ACTIONS


REVIEWED = [Action.VERIFY, Action.RETURN, Action.REJECT, Action.MARK_DUPLICATE]


@pytest.mark.parametrize("action", REVIEWED)
@pytest.mark.parametrize("who", ["stranger", "clerk", "coordinator", "volunteer"])
def test_reviewer_in_force_is_asked_for(request, reviewer, volunteer, action, who):
    submission = builders.submit_need(volunteer)
    person = request.getfixturevalue(who)
    fence = make_lease(submission, person)
    with refused(NotReviewer):
        step(submission, action, person, fence=fence)


def test_reviewer_in_force_binds_administrators(volunteer):
    administrator = people.make_person("administrator", is_staff=True, is_superuser=True)
    submission = builders.submit_need(volunteer)
    with refused(NotReviewer):
        step(submission, Action.VERIFY, administrator, fence=make_lease(submission, administrator))


@pytest.mark.parametrize(
    "change",
    [
        {"suspended_at": timezone.now() - timedelta(seconds=1)},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"confirmed_at": timezone.now() + timedelta(hours=1)},
        {"ended_at": timezone.now() - timedelta(seconds=1)},
        {"confirmed_by": None, "confirmed_for": None, "confirmed_at": None, "expires_at": None},
    ],
    ids=["suspended", "expired", "not yet confirmed", "ended", "checked by one alone"],
)
def test_reviewer_in_force_ends_with_the_check_old_lease_included(volunteer, reviewer, change):
    submission = builders.submit_need(volunteer)
    fence = builders.claim(submission, reviewer)
    change_reviewer(reviewer, **change)
    with refused(NotReviewer):
        step(submission, Action.VERIFY, reviewer, fence=fence)


def test_reviewer_in_force_ends_with_the_account(volunteer, reviewer):
    submission = builders.submit_need(volunteer)
    fence = builders.claim(submission, reviewer)
    with acting(by=people.registrar(), reason="left"):
        User.objects.filter(pk=reviewer.pk).update(is_active=False)
    with refused(NotReviewer):
        step(submission, Action.VERIFY, reviewer, fence=fence)


@pytest.mark.parametrize("action", REVIEWED)
def test_not_an_author_binds_who_submitted(reviewer, action):
    submission = builders.submit_need(reviewer)
    with refused(OwnSubmission):
        step(submission, action, reviewer, fence=builders.claim(submission, reviewer))


def test_not_an_author_binds_who_edited(volunteer, reviewer):
    submission = builders.submit_need(volunteer)
    fence = builders.claim(submission, reviewer)
    data = builders.need_payload(remarks="可送至西门")
    (submission,) = workflow.advance([submission.pk], Action.EDIT, by=reviewer, fence=fence, data=data)
    assert submission.authors == [volunteer.pk, reviewer.pk]
    with refused(OwnSubmission):
        step(submission, Action.VERIFY, reviewer, fence=builders.claim(submission, reviewer))


def test_not_an_author_binds_an_administrator_who_reviews(alliance):
    both = people.make_reviewer("both", alliance)
    with acting(by=people.registrar(), reason="promoted"):
        User.objects.filter(pk=both.pk).update(is_staff=True, is_superuser=True)
    submission = builders.submit_need(both)
    with refused(OwnSubmission):
        step(submission, Action.VERIFY, both, fence=builders.claim(submission, both))


@pytest.mark.parametrize("bond", ["member", "reviews for it"])
def test_not_their_organisation_whatever_the_bond(volunteer, alliance, hospital, bond):
    insider = people.make_reviewer("insider", alliance if bond == "member" else hospital)
    if bond == "member":
        core_people.add_member(user=insider, organisation=hospital, by=people.registrar())
    submission = builders.submit_need(volunteer, organisation_name=hospital.name)
    assert submission.organisation == hospital
    with refused(OwnOrganisation):
        step(submission, Action.VERIFY, insider, fence=builders.claim(submission, insider))


def test_not_their_organisation_after_a_merge(volunteer, alliance, hospital):
    insider = people.make_reviewer("insider", alliance)
    core_people.add_member(user=insider, organisation=hospital, by=people.registrar())
    old = people.make_organisation("江城老九院", hospital.kind, place=people.WUHAN)
    submission = builders.submit_need(volunteer, organisation_name=old.name)
    with acting(by=people.registrar(), reason="merged"):
        Organisation.objects.filter(pk=old.pk).update(merged_into=hospital)
    assert submission.organisation == old
    with refused(OwnOrganisation):
        step(submission, Action.VERIFY, insider, fence=builders.claim(submission, insider))


def test_not_their_organisation_ends_with_the_membership(volunteer, alliance, hospital):
    former = people.make_reviewer("former", alliance)
    core_people.add_member(user=former, organisation=hospital, by=people.registrar())
    submission = builders.submit_need(volunteer, organisation_name=hospital.name)
    with acting(by=people.registrar(), reason="left"):
        Membership.objects.filter(user=former).update(ended_at=timezone.now(), ended_by=former)
    assert builders.verify(submission, former).status == Status.VERIFIED


@pytest.mark.parametrize("fence", [None, 0, 1])
def test_lease_held_needs_the_live_fence(volunteer, reviewer, fence):
    submission = builders.submit_need(volunteer)
    builders.claim(submission, reviewer)
    with refused(LeaseLost):
        step(submission, Action.VERIFY, reviewer, fence=fence)


def test_lease_held_by_another_decides_nothing(volunteer, reviewer, other_reviewer):
    submission = builders.submit_need(volunteer)
    fence = builders.claim(submission, other_reviewer)
    with refused(LeaseLost):
        step(submission, Action.VERIFY, reviewer, fence=fence)


def test_lease_held_no_longer_decides_nothing(volunteer, reviewer, other_reviewer):
    submission = builders.submit_need(volunteer)
    fence = builders.claim(submission, reviewer)
    Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
    with refused(LeaseLost):
        step(submission, Action.VERIFY, reviewer, fence=fence)
    builders.claim(submission, other_reviewer)
    with refused(LeaseLost):
        step(submission, Action.VERIFY, reviewer, fence=fence)


@pytest.mark.parametrize("action", [Action.VERIFY, Action.ENTER])
@pytest.mark.parametrize("answer", [False, None, "true", 1])
def test_checklist_answered_means_yes_to_every_point(volunteer, reviewer, action, answer):
    submission = builders.submit_need(volunteer)
    if action == Action.ENTER:
        builders.verify(submission, reviewer)
    fence = builders.claim(submission, reviewer)
    complete = builders.VERIFY_ANSWERS if action == Action.VERIFY else builders.ENTER_ANSWERS
    for point in CHECKLISTS[action]:
        with refused(ChecklistIncomplete):
            step(submission, action, reviewer, fence=fence, answers={**complete, point: answer})


@pytest.mark.parametrize(
    "grounds", [None, [], ["hearsay"], [Ground.CALL_BACK, "hearsay"], "call_back", 7, [[]]]
)
def test_grounded_needs_a_ground_we_know(volunteer, reviewer, grounds):
    submission = builders.submit_need(volunteer)
    fence = builders.claim(submission, reviewer)
    with refused(GroundMissing):
        step(
            submission,
            Action.VERIFY,
            reviewer,
            fence=fence,
            answers={**builders.VERIFY_ANSWERS, "grounds": grounds},
        )


@pytest.mark.parametrize("ground", [Ground.OFFICIAL_NOTICE, Ground.OFFICIAL_MEDIA])
def test_grounded_on_a_page_needs_the_link(volunteer, reviewer, ground):
    submission = builders.submit_need(volunteer, source_link="")
    fence = builders.claim(submission, reviewer)
    answers = {**builders.VERIFY_ANSWERS, "grounds": [ground]}
    with refused(GroundMissing):
        step(submission, Action.VERIFY, reviewer, fence=fence, answers=answers)
    answers["grounds"] = [ground, Ground.CALL_BACK]
    assert (
        step(submission, Action.VERIFY, reviewer, fence=fence, answers=answers)[0].status == Status.VERIFIED
    )


def test_grounded_without_a_link_where_the_organisation_itself_speaks(clerk, hospital, reviewer):
    submission = builders.submit_need(clerk, organisation_name=hospital.name, source_link="")
    answers = {**builders.VERIFY_ANSWERS, "grounds": [Ground.OFFICIAL_NOTICE]}
    assert builders.verify(submission, reviewer, answers=answers).status == Status.VERIFIED


def test_second_person_where_risk_asks(volunteer, reviewer, other_reviewer):
    record = builders.published_need(volunteer, reviewer)
    submission = builders.submit_need(volunteer, record=record.uid, office_line="027-85550199")
    assert submission.risk == Risk.SENSITIVE
    builders.verify(submission, reviewer)
    fence = builders.claim(submission, reviewer)
    with refused(SecondPersonNeeded):
        step(submission, Action.ENTER, reviewer, fence=fence)
    leases.release(submission.pk, by=reviewer)
    assert builders.enter(submission, other_reviewer).status == Status.ENTERED


def test_second_person_is_not_needed_for_routine(volunteer, reviewer):
    submission = builders.submit_need(volunteer)
    assert submission.risk == Risk.ROUTINE
    assert builders.approve(submission, reviewer).status == Status.ENTERED


@pytest.fixture
def dangerous(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    submission = builders.submit_need(volunteer, record=record.uid, delivery_address="江城区长堤路9号")
    assert submission.risk == Risk.DANGEROUS
    return submission


def test_outsider_where_risk_asks_of_the_author(dangerous, team):
    comrade = people.make_reviewer("comrade", team)
    with refused(OutsiderNeeded):
        step(dangerous, Action.VERIFY, comrade, fence=builders.claim(dangerous, comrade))


def test_outsider_where_risk_asks_of_each_other(dangerous, reviewer, other_reviewer, alliance):
    colleague = people.make_reviewer("colleague", alliance)
    builders.verify(dangerous, reviewer)
    with refused(OutsiderNeeded):
        step(dangerous, Action.ENTER, colleague, fence=builders.claim(dangerous, colleague))
    leases.release(dangerous.pk, by=colleague)
    assert builders.enter(dangerous, other_reviewer).status == Status.ENTERED


def test_outsider_is_not_needed_for_routine(volunteer, team):
    comrade = people.make_reviewer("comrade", team)
    assert builders.verify(builders.submit_need(volunteer), comrade).status == Status.VERIFIED


@pytest.mark.parametrize("action", [Action.RETURN, Action.REJECT, Action.MARK_DUPLICATE])
@pytest.mark.parametrize("reason", ["", "because", Reason.RECORD_CHANGED])
def test_reason_given_is_one_the_action_knows(volunteer, reviewer, action, reason):
    submission = builders.submit_need(volunteer)
    with refused(ReasonMissing):
        step(submission, action, reviewer, fence=builders.claim(submission, reviewer), reason=reason)


def test_twin_named_with_every_duplicate(volunteer, reviewer):
    submission = builders.submit_need(volunteer)
    fence = builders.claim(submission, reviewer)
    for other in (None, submission.uid, submission.record):
        with refused(TwinMissing):
            step(
                submission,
                Action.MARK_DUPLICATE,
                reviewer,
                fence=fence,
                events={submission.pk: {"related": other}},
            )


@pytest.mark.parametrize("action", [Action.RETURN, Action.REJECT])
@pytest.mark.parametrize("note", ["", "  \n"])
def test_reason_given_says_how_to_fix(volunteer, reviewer, action, note):
    submission = builders.submit_need(volunteer)
    with refused(HowToFixMissing):
        step(submission, action, reviewer, fence=builders.claim(submission, reviewer), note=note)


def test_reason_given_with_every_withdrawal(volunteer):
    submission = builders.submit_need(volunteer)
    with refused(ReasonMissing):
        step(submission, Action.WITHDRAW, volunteer, reason="")


@pytest.mark.parametrize("who", ["stranger", "reviewer", "coordinator", "clerk"])
def test_by_submitter_only(request, volunteer, reviewer, who):
    person = request.getfixturevalue(who)
    returned = builders.returned_need(volunteer, reviewer)
    with refused(NotSubmitter):
        step(returned, Action.RESUBMIT, person, data=builders.need_payload(remarks="改"))
    with refused(NotSubmitter):
        step(builders.submit_need(volunteer), Action.WITHDRAW, person)


@pytest.mark.parametrize("action", [Action.EDIT, Action.REBASE])
def test_by_submitter_or_reviewer_refuses_others(volunteer, stranger, reviewer, other_reviewer, action):
    submission = builders.submit_need(volunteer)
    data = builders.need_payload(remarks="改")
    with refused(NotReviewer):
        step(submission, action, stranger, data=data, fence=make_lease(submission, stranger))
    Lease.objects.all().delete()
    with refused(LeaseLost):
        step(submission, action, reviewer, data=data)


@pytest.mark.parametrize("who", ["reviewer", "volunteer", "coordinator"])
def test_machine_only_publishes(request, volunteer, reviewer, who):
    submission = builders.approve(builders.submit_need(volunteer), reviewer)
    with refused(MachineOnly):
        workflow.advance([submission.pk], Action.PUBLISH, by=request.getfixturevalue(who))


@pytest.mark.parametrize("action", [Action.VERIFY, Action.ENTER, Action.RETURN, Action.REJECT, Action.REOPEN])
def test_the_machine_never_decides(volunteer, reviewer, action):
    robot = User.objects.robot(Robot.PUBLISHER)
    submission = builders.submit_need(volunteer)
    if action == Action.ENTER:
        builders.verify(submission, reviewer)
    if action == Action.REOPEN:
        submission = builders.rejected_need(volunteer, reviewer, organisation_name="江城第四医院")
    fence = make_lease(submission, robot) if not Lease.objects.filter(submission=submission).exists() else 1
    with refused(NotReviewer):
        step(submission, action, robot, fence=fence)


def test_consequence_of_a_change_is_nobodys_wish(volunteer, reviewer, stranger):
    submission = builders.verify(builders.submit_need(volunteer), reviewer)
    with refused(NotAllowed):
        workflow.advance([submission.pk], Action.SEND_BACK, by=stranger, reason=Reason.RECORD_CHANGED)


def test_asks_for_a_change_keeps_requests_to_withdraw_from_being_verified(volunteer, stranger, reviewer):
    record = builders.published_need(volunteer, reviewer)
    request = builders.withdrawal_request(stranger, record)
    with refused(WrongStatus):
        step(request, Action.VERIFY, reviewer, fence=builders.claim(request, reviewer))


def test_asks_to_withdraw_keeps_changes_from_being_carried_out_as_take_downs(
    volunteer, reviewer, other_reviewer
):
    record = builders.published_need(volunteer, reviewer)
    correction = builders.submit_need(volunteer, record=record.uid, remarks="改")
    fence = builders.claim(correction, other_reviewer)
    with refused(WrongStatus):
        publishing.take_down(
            record.uid,
            by=other_reviewer,
            reason=Reason.NEED_MET,
            submission_id=correction.pk,
            fence=fence,
            fresh_factor=True,
        )


def test_reopen_is_a_reviewers_with_a_reason(volunteer, reviewer, stranger):
    rejected = builders.rejected_need(volunteer, reviewer)
    with refused(NotReviewer):
        step(rejected, Action.REOPEN, volunteer)
    with refused(ReasonMissing):
        step(rejected, Action.REOPEN, reviewer, reason="")
    assert step(rejected, Action.REOPEN, reviewer, reason=Reason.NEW_FACTS)[0].status == Status.COLLECTED


@pytest.mark.parametrize("who", ["stranger", "volunteer", "coordinator"])
def test_take_down_is_for_the_organisation_itself_and_reviewers(request, clerk, hospital, reviewer, who):
    record = builders.published_need(clerk, reviewer, organisation_name=hospital.name)
    with refused(NotAllowed):
        publishing.take_down(record.uid, by=request.getfixturevalue(who), reason=Reason.NEED_MET)


def test_take_down_is_not_for_an_organisation_nobody_proved(volunteer, reviewer):
    house = people.make_organisation("江城未证实医院", "hospital", place=people.WUHAN)
    member = people.make_member("member", house)
    record = builders.published_need(volunteer, reviewer, organisation_name=house.name)
    with refused(NotAllowed):
        publishing.take_down(record.uid, by=member, reason=Reason.NEED_MET)


def test_policies_ask_the_database_nothing(volunteer, reviewer, django_assert_num_queries):
    submission = builders.submit_need(volunteer)
    who = core_people.standing(reviewer, now=timezone.now())
    given = policies.Step(Action.VERIFY, submission, who, lease_held=True, answers=builders.VERIFY_ANSWERS)
    given = replace(given, judged=rules.shipped()[1].judge("needs", submission.intent, submission.touched))
    with django_assert_num_queries(0, connection=connection):
        policies.ask(given)
