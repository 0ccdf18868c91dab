"""Still true: said by its own organisation it moves *confirmed* at once; by others *verified*, after review."""

import json
from datetime import timedelta

import pytest

from supplies.lists.needs import Need
from tests import builders, people
from tests.fingerprints import refused
from verification import confirming, counting, history, leases, owner_links, publishing, workflow
from verification.models import Event, OwnerLink, Public, Robot, Submission, TakeDown, User
from verification.models.journal import ClockTimestamp
from verification.refusals import (
    AlreadyGone,
    ChecklistIncomplete,
    GroundMissing,
    LeaseLost,
    NotAllowed,
    NotFound,
    NotReviewer,
    Outdated,
    OwnOrganisation,
    OwnSubmission,
    WrongStatus,
)
from verification.rendering import exact
from verification.sop import CHECKLISTS, Action, Freshness, Ground, Intent, Reason, Role, State, Status

ANSWERS = dict.fromkeys(CHECKLISTS[Action.CONFIRM], True) | {"grounds": [Ground.CALL_BACK]}
WEEKS = timedelta(days=30)


@pytest.fixture
def record(clerk, hospital, reviewer):
    return builders.published_need(clerk, reviewer, organisation_name=hospital.name)


def grown_old(record):
    """The record as it stands a month later."""
    row = Public.objects.get(pk=record.uid)
    for name in ("verified_at", "due_at", "overdue_at", "stale_at"):
        setattr(row, name, getattr(row, name) - WEEKS)
    row.freshness = Freshness.STALE
    row.save()
    return row


def asked(by, record, **more):
    return confirming.ask(record.uid, by=by, **more)


def carry_out(submission, by, **changes):
    given = {"fence": changes.pop("fence", None) or builders.claim(submission, by), "answers": ANSWERS}
    return confirming.carry_out(submission.pk, by=by, **given | changes)


# By the record's own organisation.


def test_confirming_by_its_own_organisation_moves_the_clock_at_once(record, clerk):
    old, before = grown_old(record), json.loads(record.body)
    version = counting.list_version("needs")
    row = confirming.confirm(record.uid, by=clerk)
    stored, need = Public.objects.get(), Need.objects.get()
    body = json.loads(stored.body)
    assert stored.body == row.body
    assert body["clocks"]["confirmed"] == exact(need.confirmed_at)
    assert (stored.freshness, stored.state) == (Freshness.FRESH, State.LIVE)
    assert stored.due_at == need.confirmed_at + timedelta(days=2)
    assert body["freshness"]["stale_at"] == exact(stored.stale_at)
    assert (stored.version, need.version, body["version"]) == (1, 1, 1)
    assert (old.due_at < stored.due_at, stored.tokens) == (True, old.tokens)
    assert counting.list_version("needs") == version + 1
    body["clocks"]["confirmed"], body["freshness"] = None, before["freshness"]
    assert body == before
    event = Event.objects.get(action=Action.CONFIRM)
    assert (event.actor, event.role, event.record, event.version) == (clerk, Role.ORGANISATION, record.uid, 1)
    assert (event.body, event.submission, event.related) == (stored.body, None, None)
    assert Need.history.filter(uid=record.uid).count() == 2


def test_confirming_without_review_is_for_its_own_organisation_alone(
    record, reviewer, other_reviewer, volunteer, stranger, coordinator
):
    for person in (reviewer, other_reviewer, volunteer, stranger, coordinator):
        with refused(NotAllowed):
            confirming.confirm(record.uid, by=person)


def test_confirming_a_record_about_no_known_organisation_is_nobodys_own(volunteer, reviewer, clerk):
    record = builders.published_need(volunteer, reviewer)
    with refused(NotAllowed):
        confirming.confirm(record.uid, by=clerk)


def test_confirming_disturbs_nothing_that_waits_for_the_record(record, clerk, stranger, reviewer, hospital):
    waiting = builders.submit_need(
        stranger, record=record.uid, organisation_name=hospital.name, remarks="送西门"
    )
    fence = builders.claim(waiting, reviewer)
    confirming.confirm(record.uid, by=clerk)
    (verified,) = workflow.advance(
        [waiting.pk], Action.VERIFY, by=reviewer, fence=fence, answers=builders.VERIFY_ANSWERS
    )
    assert (verified.status, verified.base_version) == (Status.VERIFIED, 1)
    row = builders.publish(builders.enter(verified, reviewer))
    assert (row.version, json.loads(row.body)["clocks"]["confirmed"]) == (2, None)


def test_confirming_is_not_for_what_is_gone(record, clerk, reviewer, stranger):
    builders.taken_down(reviewer, record)
    with refused(AlreadyGone):
        confirming.confirm(record.uid, by=clerk)
    with refused(AlreadyGone):
        asked(stranger, record)
    with refused(NotFound):
        asked(stranger, Public(uid="00000000-0000-4000-8000-000000000000"))


def test_confirming_again_is_heard_again(record, clerk):
    first = confirming.confirm(record.uid, by=clerk)
    again = confirming.confirm(record.uid, by=clerk)
    assert again.due_at > first.due_at
    assert Event.objects.filter(action=Action.CONFIRM).count() == 2


# By anybody else.


def test_confirmation_by_anybody_else_waits_for_a_reviewer(record, stranger, clerk):
    old = grown_old(record)
    found = asked(stranger, record, note="我今天打过电话")
    assert (found.intent, found.status, found.base_version, found.risk) == (
        Intent.CONFIRMATION,
        Status.COLLECTED,
        1,
        0,
    )
    assert (found.record, found.organisation) == (record.uid, record.organisation)
    assert Event.objects.get(submission=found).private_text == "我今天打过电话"
    assert Public.objects.get().body == old.body
    assert asked(clerk, record) is None
    assert Event.objects.filter(action=Action.CONFIRM).count() == 1


def test_confirmation_by_a_token_waits_even_for_the_organisation_itself(record, clerk):
    assert asked(clerk, record, at_once=False).intent == Intent.CONFIRMATION


def test_confirmation_holds_nothing_private_of_the_record(record, stranger):
    payload = asked(stranger, record).payload
    assert {payload[name] for name in builders.PRIVATE} == {None}


def test_confirmation_carried_out_verifies_the_record_anew(record, stranger, other_reviewer):
    grown_old(record)
    before, version = json.loads(record.body), counting.list_version("needs")
    found = asked(stranger, record)
    row = carry_out(found, other_reviewer, public_note="已电话核实")
    stored, need = Public.objects.get(), Need.objects.get()
    body = json.loads(stored.body)
    assert (stored.body, stored.version, stored.freshness) == (row.body, 1, Freshness.FRESH)
    assert stored.verified_at == need.verified_at > record.verified_at
    assert (need.confirmed_at, body["clocks"]["confirmed"]) == (None, None)
    assert body["verified"] == {
        "by": other_reviewer.pseudonym,
        "role": Role.REVIEWER,
        "organisation": "信息核查会",
        "at": exact(need.verified_at),
        "grounds": [Ground.CALL_BACK],
    }
    assert body["entered"] == before["entered"]
    assert counting.list_version("needs") == version + 1
    found.refresh_from_db()
    assert (found.status, found.verified_by, found.closed_by, found.entered_by) == (
        Status.PUBLISHED,
        other_reviewer,
        other_reviewer,
        None,
    )
    event = Event.objects.get(action=Action.CONFIRM)
    assert (event.submission, event.record, event.version, event.body) == (found, record.uid, 1, stored.body)
    assert (event.role, event.answers, event.public_text) == (Role.REVIEWER, ANSWERS, "已电话核实")


def test_confirmation_is_carried_out_by_a_reviewer_who_holds_it_and_is_no_party(
    record, stranger, reviewer, other_reviewer, hospital, alliance
):
    found = asked(reviewer, record)
    with refused(OwnSubmission):
        carry_out(found, reviewer, fence=builders.claim(found, reviewer))
    leases.release(found.pk, by=reviewer)
    insider = people.make_reviewer("insider", hospital)
    with refused(OwnOrganisation):
        carry_out(found, insider, fence=builders.claim(found, insider))
    leases.release(found.pk, by=insider)
    with refused(NotReviewer):
        confirming.carry_out(found.pk, by=stranger, fence=1, answers=ANSWERS)
    with refused(LeaseLost):
        confirming.carry_out(found.pk, by=other_reviewer, fence=None, answers=ANSWERS)
    fence = builders.claim(found, other_reviewer)
    with refused(GroundMissing):
        carry_out(found, other_reviewer, fence=fence, answers=ANSWERS | {"grounds": []})
    with refused(ChecklistIncomplete):
        carry_out(found, other_reviewer, fence=fence, answers=ANSWERS | {"true_now": False})
    assert carry_out(found, other_reviewer, fence=fence).verified_at > record.verified_at


def test_confirmation_of_a_version_that_was_replaced_is_brought_up_to_date_first(
    record, clerk, stranger, reviewer, other_reviewer, hospital
):
    found = asked(stranger, record)
    builders.published_need(
        clerk, reviewer, record=record.uid, organisation_name=hospital.name, remarks="送西门"
    )
    fence = builders.claim(found, other_reviewer)
    with refused(Outdated):
        carry_out(found, other_reviewer, fence=fence)
    (fresh,) = workflow.advance([found.pk], Action.REBASE, by=other_reviewer, fence=fence)
    assert (fresh.intent, fresh.base_version, fresh.payload["remarks"]) == (Intent.CONFIRMATION, 2, "送西门")
    assert fresh.authors == [stranger.pk]
    assert carry_out(fresh, other_reviewer).version == 2


def test_confirmation_of_what_is_gone_meanwhile_is_refused(record, stranger, reviewer, other_reviewer):
    found = asked(stranger, record)
    builders.taken_down(reviewer, record)
    with refused(AlreadyGone):
        carry_out(found, other_reviewer, fence=builders.claim(found, other_reviewer))


def test_confirmation_is_neither_verified_nor_edited_nor_returned(record, stranger, reviewer):
    found = asked(stranger, record)
    fence = builders.claim(found, reviewer)
    for action, by, more in (
        (Action.VERIFY, reviewer, {"answers": builders.VERIFY_ANSWERS, "fence": fence}),
        (Action.RETURN, reviewer, {"reason": Reason.UNCLEAR, "note": "？", "fence": fence}),
        (Action.EDIT, stranger, {"data": builders.need_payload()}),
    ):
        with refused(WrongStatus):
            workflow.advance([found.pk], action, by=by, **more)
    with refused(WrongStatus):
        publishing.take_down(
            record.uid,
            by=reviewer,
            reason=Reason.NEED_MET,
            submission_id=found.pk,
            fence=fence,
            fresh_factor=True,
        )


def test_other_submissions_cannot_be_confirmed(record, stranger, reviewer):
    found = builders.submit_need(stranger, organisation_name="江城第四医院")
    with refused(NotFound):
        carry_out(found, reviewer, fence=builders.claim(found, reviewer))
    request = builders.withdrawal_request(stranger, record)
    with refused(WrongStatus):
        carry_out(request, reviewer, fence=builders.claim(request, reviewer))


def test_confirmation_may_be_rejected_or_withdrawn(record, stranger, volunteer, reviewer):
    found, other = asked(stranger, record), asked(volunteer, record)
    fence = builders.claim(found, reviewer)
    (rejected,) = workflow.advance(
        [found.pk], Action.REJECT, by=reviewer, fence=fence, reason=Reason.NO_LONGER_TRUE, note="医院说已够"
    )
    assert rejected.status == Status.REJECTED
    assert (
        workflow.advance([other.pk], Action.WITHDRAW, by=volunteer, reason=Reason.MISTAKE)[0].status
        == Status.WITHDRAWN
    )


def test_confirmation_sent_twice_is_one(record, stranger):
    first = asked(stranger, record)
    second = asked(stranger, record)
    first.refresh_from_db()
    assert (first.status, second.status) == (Status.WITHDRAWN, Status.COLLECTED)


def test_history_tells_of_confirmations_without_a_change(record, clerk, stranger, other_reviewer):
    confirming.confirm(record.uid, by=clerk)
    carry_out(asked(stranger, record), other_reviewer)
    entries = history.of_record(record.uid)
    assert [entry.action for entry in entries] == [Action.CONFIRM, Action.CONFIRM, Action.PUBLISH]
    assert not any(entry.changes for entry in entries)


# Through the owner link.


@pytest.fixture
def link(record, reviewer):
    return owner_links.issue(record.uid, by=reviewer, fresh_factor=True)


def test_owner_link_keeps_only_a_digest_of_its_secret(link, reviewer):
    secret, row = link
    stored = OwnerLink.objects.values().get()
    assert secret not in str(stored)
    assert len(secret) >= 40
    event = Event.objects.get(action=Action.ISSUE_LINK)
    assert (event.record, event.related, event.actor) == (row.record_id, row.uid, reviewer)
    assert secret not in str(Event.objects.values())
    assert owner_links.found(secret) == row
    assert row.expires_at - row.issued_at < owner_links.LIFE + timedelta(minutes=1)


def test_owner_link_is_issued_by_reviewers_and_the_organisation_itself(
    record, clerk, reviewer, volunteer, stranger, coordinator
):
    for person in (volunteer, stranger, coordinator):
        with refused(NotAllowed):
            owner_links.issue(record.uid, by=person, fresh_factor=True)
        with refused(NotAllowed):
            owner_links.of_record(record.uid, by=person)
    links = [owner_links.issue(record.uid, by=person, fresh_factor=True)[1] for person in (clerk, reviewer)]
    assert list(owner_links.of_record(record.uid, by=clerk)) == links[::-1]
    builders.taken_down(reviewer, record)
    with refused(AlreadyGone):
        owner_links.issue(record.uid, by=clerk)


def test_owner_link_confirms_in_the_name_of_the_organisation(link, record):
    secret, row = link
    grown_old(record)
    confirming.through_link(owner_links.found(secret))
    assert Public.objects.get().freshness == Freshness.FRESH
    event = Event.objects.get(action=Action.CONFIRM)
    assert (event.actor_id, event.role, event.related) == (Robot.OWNER, Role.ORGANISATION, row.uid)


def test_owner_link_takes_down_at_once_and_a_second_person_looks(link, record, other_reviewer):
    confirming.take_down_through_link(owner_links.found(link[0]), reason=Reason.NEED_MET, note="已收到")
    assert Public.objects.get().state == State.WITHDRAWN
    event = Event.objects.get(action=Action.TAKE_DOWN)
    assert (event.actor_id, event.role, event.related) == (Robot.OWNER, Role.ORGANISATION, link[1].uid)
    assert publishing.second_look(TakeDown.objects.get().pk, by=other_reviewer).looked_by == other_reviewer
    with refused(AlreadyGone):
        confirming.through_link(owner_links.found(link[0]))


def test_owner_link_is_dead_once_revoked_expired_or_wrong(link, record, clerk, stranger):
    secret, row = link
    with refused(NotFound):
        owner_links.found(secret + "x")
    with refused(NotAllowed):
        owner_links.revoke(row.uid, by=stranger)
    held = owner_links.found(secret)
    owner_links.revoke(row.uid, by=clerk)
    owner_links.revoke(row.uid, by=clerk)
    assert Event.objects.filter(action=Action.REVOKE_LINK, actor=clerk, related=row.uid).count() == 1
    with refused(NotFound):
        owner_links.found(secret)
    for act in (
        lambda: confirming.through_link(held),
        lambda: confirming.take_down_through_link(held, reason=Reason.NEED_MET),
    ):
        with refused(NotFound):
            act()
    another, other = owner_links.issue(record.uid, by=clerk)
    OwnerLink.objects.filter(pk=other.pk).update(
        issued_at=ClockTimestamp() - timedelta(days=91), expires_at=ClockTimestamp() - timedelta(seconds=1)
    )
    with refused(NotFound):
        owner_links.found(another)


def test_owner_link_robot_may_do_nothing_without_a_link(record):
    robot = User.objects.robot(Robot.OWNER)
    with refused(NotAllowed):
        confirming.confirm(record.uid, by=robot)
    with refused(NotAllowed):
        publishing.take_down(record.uid, by=robot, reason=Reason.NEED_MET)
    assert not Submission.objects.filter(status=Status.WITHDRAWN).exists()
