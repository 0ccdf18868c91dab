"""Fifty at once on the same things: one winner each, everybody else a refusal by name, and nothing else ever."""

import random
from collections import Counter as Tally
from functools import partial
from uuid import uuid4

import pytest
from django.db import connection

from tests import builders, people
from tests.callers import Caller
from tests.crowd import all_at_once
from tests.signing_in import open_session
from tests.verification.test_publishing import recount
from verification import counting, journal, leases, publishing, rehearsing, workflow
from verification.models import Event, Leaf, Public, Submission, TakeDown
from verification.refusals import LeaseLost, LeaseTaken, PossibleDuplicate, Refused, WrongStatus
from verification.sop import Action, Reason, State, Status

CROWD = 50


@pytest.fixture
def crowd(committed_db, alliance):
    """Fifty reviewers."""
    return [people.make_reviewer(f"reviewer{n}", alliance) for n in range(CROWD)]


def won(outcomes):
    """What the winners got; everybody else must have been refused by name."""
    winners = [o for o in outcomes if not isinstance(o, Exception)]
    losers = [o for o in outcomes if isinstance(o, Exception)]
    assert all(isinstance(o, Refused) for o in losers), Tally(map(repr, losers))
    return winners


def refusals(outcomes):
    return {type(o) for o in outcomes if isinstance(o, Exception)}


def events(action, **of):
    return Event.objects.filter(action=action, **of).count()


def test_race_for_one_entry_has_one_holder(crowd, volunteer):
    submission = builders.submit_need(volunteer)
    outcomes = all_at_once([partial(rehearsing.take, [submission.pk], by=r) for r in crowd])
    assert len(won(outcomes)) == 1
    assert refusals(outcomes) == {LeaseTaken}


def test_race_of_one_reviewer_in_fifty_windows_decides_once(crowd, volunteer):
    submission = builders.submit_need(volunteer)
    fences = won(all_at_once([partial(rehearsing.take, [submission.pk], by=crowd[0])] * CROWD))
    assert len(set(fences)) == CROWD
    outcomes = all_at_once([partial(builders.verify, submission, crowd[0], fence=fence) for fence in fences])
    assert len(won(outcomes)) == 1
    assert refusals(outcomes) <= {LeaseLost, WrongStatus}
    assert events(Action.VERIFY) == 1


def test_race_to_send_the_same_thing_is_one_submission(committed_db, volunteer):
    send = partial(workflow.submit, kind="needs", data=builders.need_payload(), by=volunteer, uid=uuid4())
    sent = won(all_at_once([send] * CROWD))
    assert len(sent) == CROWD
    assert Submission.objects.count() == events(Action.SUBMIT) == 1


def test_race_of_two_new_of_one_identity_enters_one(crowd, volunteer):
    twins = [builders.verify(builders.submit_need(volunteer, remarks=f"{n}"), r) for n, r in enumerate(crowd)]
    acts = [partial(builders.enter, twin, r) for twin, r in zip(twins, crowd, strict=True)]
    outcomes = all_at_once([*acts, *[publishing.publish_due] * 10])
    entered = [o for o in won(outcomes) if isinstance(o, Submission)]
    assert len(entered) == 1
    assert refusals(outcomes) == {PossibleDuplicate}
    publishing.publish_due()
    assert Public.objects.count() == 1


def storm(reviewer, ids, seed):
    """One reviewer who takes whatever is left, alone and in batches, in an order of her own."""
    dice, tally = random.Random(seed), Tally()
    for _ in range(12):
        chosen = dice.sample(ids, dice.choice([1, 1, 2, 4]))
        try:
            fence = rehearsing.take(chosen, by=reviewer)
            action = dice.choice([Action.VERIFY, Action.ENTER])
            answers = builders.VERIFY_ANSWERS if action == Action.VERIFY else builders.ENTER_ANSWERS
            workflow.advance(chosen, action, by=reviewer, fence=fence, answers=answers, fresh_factor=True)
            tally[action] += len(chosen)
        except Refused as refused:
            tally[refused.code] += 1
        for pk in chosen:
            leases.release(pk, by=reviewer)
    return tally


def test_race_to_decide_takes_each_step_once(crowd, volunteer):
    ids = [builders.submit_need(volunteer, organisation_name=f"江城{n}号医院").pk for n in range(10)]
    tallies = won(all_at_once([partial(storm, r, ids, seed) for seed, r in enumerate(crowd)]))
    assert len(tallies) == CROWD
    taken = sum(tallies, Tally())
    assert taken[Action.VERIFY] == events(Action.VERIFY) >= len(ids) // 2
    # What nobody happened to draw is not stuck: one more reviewer takes it.
    left = list(Submission.objects.filter(status=Status.COLLECTED).values_list("pk", flat=True))
    for pk in left:
        builders.verify(Submission.objects.get(pk=pk), crowd[0])
    standing = Tally(Submission.objects.values_list("status", flat=True))
    assert taken[Action.VERIFY] + len(left) == events(Action.VERIFY) == len(ids)
    assert taken[Action.ENTER] == events(Action.ENTER) == standing[Status.ENTERED] >= len(ids) // 2
    for pk in ids:
        assert events(Action.VERIFY, submission=pk) == 1
        assert events(Action.ENTER, submission=pk) <= 1


def test_race_of_take_downs_publications_and_corrections_keeps_every_promise(crowd, volunteer, stranger):
    records = [
        builders.published_need(volunteer, crowd[0], organisation_name=f"江城{n}号医院") for n in range(5)
    ]
    acts = []
    for record in records:
        name = {"organisation_name": record.title}
        approved = builders.approve(
            builders.submit_need(volunteer, record=record.uid, remarks="甲", **name), crowd[1]
        )
        waiting = builders.submit_need(stranger, record=record.uid, remarks="乙", **name)
        fence = builders.claim(waiting, crowd[2])
        correct = partial(builders.submit_need, stranger, record=record.uid, remarks="丙", **name)
        acts += [publishing.publish_due] * 2
        acts += [
            partial(publishing.take_down, record.uid, by=r, reason=Reason.NEED_MET, fresh_factor=True)
            for r in crowd[3:6]
        ]
        acts += [
            partial(workflow.advance, [approved.pk], Action.EDIT, by=volunteer, data=_data(record, "丁"))
        ]
        acts += [
            partial(workflow.advance, [approved.pk], Action.WITHDRAW, by=volunteer, reason=Reason.MISTAKE)
        ]
        acts += [partial(builders.verify, waiting, crowd[2], fence=fence), correct]
        acts += [partial(publishing.rerender, [record.uid], reason="renderer 2")]
    random.Random(7).shuffle(acts)
    won(all_at_once(acts))
    while publishing.publish_due().taken:
        pass
    assert TakeDown.objects.count() == events(Action.TAKE_DOWN) == len(records)
    assert not Public.objects.live().exists()
    assert_promises_hold()


def _data(record, remarks):
    return builders.correction_payload(organisation_name=record.title, remarks=remarks)


def assert_promises_hold():
    """Versions count up by one, each from one event; counters are right; the journal has no gap."""
    for row in Public.objects.all():
        versions = Event.objects.filter(record=row.uid, action__in=[Action.PUBLISH, Action.TAKE_DOWN])
        assert list(versions.order_by("pk").values_list("version", flat=True)) == list(
            range(1, row.version + 1)
        )
    assert counting.counts("needs") == recount()
    while journal.sequence():
        pass
    seqs = list(Leaf.objects.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, Event.objects.count() + 1))


def test_race_to_bring_one_key_in_makes_one_record(crowd, coordinator):
    """Fifty rows of one source and key, approved before any is published."""
    rows = []
    for number, reviewer in enumerate(crowd[:20]):
        data = builders.need_payload(organisation_name=f"江城{number}号医院")
        row = workflow.submit(kind="needs", data=data, by=coordinator, source="sheet", source_key="one")
        rows.append(builders.approve(row, reviewer))
    outcomes = won(all_at_once([partial(publishing.publish_due, limit=3) for _ in range(20)]))
    assert len(outcomes) == 20
    assert Public.objects.count() == 1
    acts = [partial(workflow.advance, [row.pk], Action.REBASE, by=coordinator) for row in rows]
    record = Public.objects.get()
    acts += [
        partial(publishing.take_down, record.uid, by=r, reason=Reason.MISTAKE, fresh_factor=True)
        for r in crowd[:5]
    ]
    acts += [partial(publishing.publish_due, limit=5)] * 5
    won(all_at_once(acts))
    assert Public.objects.get().state == State.WITHDRAWN
    assert_promises_hold()


def test_race_over_http_answers_everybody(crowd, volunteer, server):
    """The same through pages' own door: no 500, one winner each. Each holds what is handed out while they ask."""
    submissions = [builders.submit_need(volunteer, organisation_name=f"江城{n}号医院") for n in range(2)]
    callers = [Caller(server, open_session(r)) for r in crowd]

    def decide(caller, seed):
        answers = []
        status, drawn = caller.ask("POST", "/api/v1/submissions/next/", {})
        # Who was handed nothing tries one of them all the same.
        uid = drawn["uid"] if status == 200 else submissions[seed % 2].uid
        fence = drawn["lease"]["fence"] if status == 200 else 1
        for action, given in (("verify", builders.VERIFY_ANSWERS), ("enter", builders.ENTER_ANSWERS)):
            status, body = caller.act(str(uid), action, fence=fence, answers=given)
            answers.append((status, "" if status == 200 else body["error"]["code"]))
        return answers

    outcomes = all_at_once([partial(decide, caller, seed) for seed, caller in enumerate(callers)])
    said = Tally(answer for answers in outcomes for answer in answers)
    assert {status for status, _code in said} <= {200, 403, 409}, said
    assert said[(200, "")] == 2 * len(submissions)
    assert events(Action.VERIFY) == events(Action.ENTER) == len(submissions)


def test_crowd_is_of_fifty_connections(committed_db):
    def backend():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid(), pg_sleep(0.2)")
            return cursor.fetchone()[0]

    assert len(set(all_at_once([backend] * CROWD))) == CROWD
