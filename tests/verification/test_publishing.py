"""Approved -> public: once, whole, in few statements, whoever else is at it."""

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from supplies.lists.needs import Need
from tests import builders, people
from tests.crowd import Meanwhile, all_at_once
from verification import (
    counting,
    kinds,
    last_step,
    policies,
    proposals,
    publishing,
    taking,
    workflow,
    writing,
)
from verification.journal import acting
from verification.models import Event, Organisation, Public, Robot, Submission, User
from verification.refusals import MachineOnly, WrongStatus
from verification.sop import Action, Freshness, Reason, State, Status

PRIVATE = ("甄不存", "13800000000", "夜间请打值班电话")


def approve_many(by, verifier, number, first=0):
    return [
        builders.approve(builders.submit_need(by, organisation_name=f"江城{n}号医院"), verifier)
        for n in range(first, first + number)
    ]


def test_record_holds_what_was_approved_value_by_value(volunteer, reviewer):
    submission = builders.submit_need(volunteer)
    record = builders.publish(builders.approve(submission, reviewer))
    assert proposals.stored_payload(kinds.get("needs"), record.uid) == submission.payload


def test_body_is_the_contract(clerk, hospital, reviewer, other_reviewer):
    submission = builders.submit_need(clerk, organisation_name=hospital.name)
    submission = builders.approve(submission, reviewer, other_reviewer)
    record = builders.publish(submission)
    body = json.loads(record.body)
    assert body | {"clocks": ..., "freshness": ..., "lines": ..., "verified": ..., "entered": ...} == {
        "uid": str(record.uid),
        "kind": "needs",
        "version": 1,
        "state": "live",
        "title": hospital.name,
        "origin": "organisation",
        "organisation": {"uid": str(hospital.uid), "name": hospital.name, "proven": True},
        "place": "420106",
        "urgency": "high",
        "delivery_address": "江城区长堤路1号后勤楼",
        "office_line": "027-85550100",
        "source_link": "https://hospital.example/notice/1",
        "source_dated": "2020-02-03",
        "remarks": "可送至东门",
        "lines": ...,
        "verified": ...,
        "entered": ...,
        "clocks": ...,
        "freshness": ...,
    }
    assert [(line["no"], line["item"], line["amount"]["kind"]) for line in body["lines"]] == [
        (1, "n95-mask", "exact"),
        (2, "protective-suit", "unknown"),
    ]
    assert body["verified"] == {
        "by": reviewer.pseudonym,
        "role": "reviewer",
        "organisation": "核实联盟",
        "at": body["clocks"]["verified"],
        "grounds": ["call_back"],
    }
    assert (body["entered"]["by"], body["entered"]["organisation"]) == (
        other_reviewer.pseudonym,
        "信息核查会",
    )


def test_body_is_canonical_and_exact_to_the_second(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    body = json.loads(record.body)
    assert record.body == json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for moment in (body["clocks"]["verified"], body["clocks"]["published"], body["freshness"]["due_at"]):
        assert len(moment) == len("2020-02-05T03:12:00Z")
        assert moment.endswith("Z")


def test_body_holds_nothing_private(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    shown = record.body + record.title + " ".join(record.tokens)
    for word in PRIVATE:
        assert word not in shown
    private = {name for name, field in kinds.get("needs").fields.items() if not field.public}
    assert private == {"contact_person", "contact_phone", "private_note", "as_written"}
    assert not private & set(json.loads(record.body))
    events = Event.objects.filter(record=record.uid)
    assert all(word not in event.body + event.public_text for event in events for word in PRIVATE)


def test_body_of_the_publish_event_is_what_was_shown(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    assert Event.objects.get(action=Action.PUBLISH).body == record.body


def test_free_text_stays_out_of_the_tokens(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer, remarks="送到仓库", delivery_address="鹦鹉洲码头")
    assert {"item:n95-mask", "place:420106", "place:420100", "place:420000", "江城"} <= set(record.tokens)
    assert not {"仓库", "码头", "鹦鹉"} & set(record.tokens)


def test_freshness_thresholds_are_written_at_verification(volunteer, reviewer):
    submission = builders.approve(builders.submit_need(volunteer), reviewer)
    record = builders.publish(submission)
    intervals = kinds.get("needs").intervals
    assert record.freshness == Freshness.FRESH
    assert record.verified_at == submission.verified_at
    assert record.due_at == submission.verified_at + intervals.due
    assert record.overdue_at == submission.verified_at + intervals.overdue
    assert record.stale_at == submission.verified_at + intervals.stale
    assert intervals.due < intervals.overdue < intervals.stale


def test_published_version_stays_up_while_a_correction_is_under_review(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    shown = record.body
    correction = builders.submit_need(volunteer, record=record.uid, remarks="改送西门")
    for step in (builders.verify, builders.enter):
        step(correction, reviewer)
        record.refresh_from_db()
        assert (record.body, record.version, record.state) == (shown, 1, State.LIVE)
    fence_lost = workflow.advance([correction.pk], Action.WITHDRAW, by=volunteer, reason=Reason.MISTAKE)
    assert fence_lost[0].status == Status.WITHDRAWN
    record.refresh_from_db()
    assert record.body == shown


def test_correction_is_the_next_version_of_the_same_record(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    again = builders.published_need(volunteer, reviewer, record=record.uid, remarks="改送西门")
    assert (again.uid, again.version, again.unmet_since) == (record.uid, 2, record.unmet_since)
    assert Need.objects.get().version == 2
    assert Public.objects.count() == 1
    assert list(
        Event.objects.filter(action=Action.PUBLISH).values_list("version", flat=True).order_by("pk")
    ) == [1, 2]


def test_publish_due_is_harmless_any_number_of_times(volunteer, reviewer):
    approve_many(volunteer, reviewer, 3)
    assert publishing.publish_due().published == 3
    for _ in range(2):
        assert publishing.publish_due() == publishing.Outcome()
    assert Event.objects.filter(action=Action.PUBLISH).count() == 3


def test_publish_due_takes_a_portion_at_a_time(volunteer, reviewer):
    approve_many(volunteer, reviewer, 5)
    assert [publishing.publish_due(limit=2).published for _ in range(4)] == [2, 2, 1, 0]


def test_publish_due_costs_few_statements_whatever_the_batch(volunteer, reviewer):
    spent = []
    for number in (1, 12):
        approve_many(volunteer, reviewer, number, first=len(spent) * 100)
        with CaptureQueriesContext(connection) as queries:
            assert publishing.publish_due().published == number
        spent.append(len(queries))
    assert spent[0] == spent[1]
    # Of these five are the test's own transaction around it: its savepoint, and the names it gives back.
    assert spent[0] <= 9


def test_publish_due_passes_over_what_another_holds(committed_db, volunteer, reviewer):
    held, *free = approve_many(volunteer, reviewer, 4)
    record = builders.publish(held)
    correction = builders.approve(
        builders.submit_need(volunteer, record=record.uid, organisation_name=record.title, remarks="改"),
        reviewer,
    )
    new = approve_many(volunteer, reviewer, 2, first=10)
    with transaction.atomic():
        Public.objects.select_for_update().get(pk=record.pk)
        Submission.objects.select_for_update().get(pk=new[0].pk)
        outcome = Meanwhile(publishing.publish_due).outcome()
        assert (outcome.taken, outcome.published) == (1, 1)
    assert publishing.publish_due().published == 2
    correction.refresh_from_db()
    assert correction.status == Status.PUBLISHED
    assert free


def test_publish_due_by_several_at_once_publishes_each_once(committed_db, volunteer, reviewer):
    submissions = approve_many(volunteer, reviewer, 24)

    def work():
        published = 0
        while (outcome := publishing.publish_due(limit=5)).taken:
            published += outcome.published
        return published

    outcomes = all_at_once([work] * 4)
    assert all(isinstance(outcome, int) for outcome in outcomes), outcomes
    while publishing.publish_due().taken:
        pass
    assert Event.objects.filter(action=Action.PUBLISH).count() == len(submissions)
    assert Public.objects.count() == len(submissions)
    assert_counts_are_right()


def recount():
    """Live rows by list and filter, and the sums of their list, counted from the rows themselves."""
    tally = {}
    for row in Public.objects.live():
        names = [
            "live",
            f"freshness:{row.freshness}",
            *(t for t in row.tokens if t.startswith(("item:", "place:"))),
        ]
        for name in names:
            tally[name] = tally.get(name, 0) + 1
        for name, value in kinds.get(row.kind).sums(json.loads(row.body)).items():
            tally[name] = tally.get(name, 0) + value
    return {name: value for name, value in tally.items() if value}


def assert_counts_are_right():
    assert counting.counts("needs") == recount()


def test_counters_and_list_version_follow_every_change(clerk, volunteer, hospital, reviewer):
    versions = [counting.list_version("needs")]

    def changed():
        versions.append(counting.list_version("needs"))
        assert_counts_are_right()

    record = builders.published_need(clerk, reviewer, organisation_name=hospital.name)
    changed()
    approve_many(volunteer, reviewer, 3)
    publishing.publish_due()
    changed()
    builders.published_need(
        clerk, reviewer, record=record.uid, organisation_name=hospital.name, lines=[builders.line("goggles")]
    )
    changed()
    builders.taken_down(clerk, record)
    changed()
    back = builders.submit_need(clerk, record=record.uid, organisation_name=hospital.name)
    builders.publish(builders.approve(back, reviewer))
    changed()
    with acting(by=people.registrar(), reason="renamed"):
        Organisation.objects.filter(pk=hospital.pk).update(name="江城第九人民医院")
    assert publishing.rerender([record.uid], reason="organisation renamed") == 1
    changed()
    assert versions == list(range(versions[0], versions[0] + 7)), (
        "one by one: raised by each change, by nothing else"
    )


def test_list_version_stands_still_while_nothing_public_changes(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    before = counting.list_version("needs")
    builders.approve(builders.submit_need(volunteer, record=record.uid, remarks="改"), reviewer)
    builders.returned_need(volunteer, reviewer, organisation_name="江城第四医院")
    assert counting.list_version("needs") == before


def test_rerender_shows_a_renamed_organisation_at_the_same_version(clerk, hospital, reviewer):
    record = builders.published_need(clerk, reviewer, organisation_name=hospital.name)
    with acting(by=people.registrar(), reason="renamed"):
        Organisation.objects.filter(pk=hospital.pk).update(name="江城第九人民医院")
    assert publishing.rerender([record.uid], reason="organisation renamed") == 1
    again = Public.objects.get()
    assert (again.version, again.verified_at, again.unmet_since) == (
        1,
        record.verified_at,
        record.unmet_since,
    )
    old, new = json.loads(record.body), json.loads(again.body)
    assert new["organisation"]["name"] == "江城第九人民医院"
    assert {k: v for k, v in new.items() if k != "organisation"} == {
        k: v for k, v in old.items() if k != "organisation"
    }
    event = Event.objects.get(action=Action.RERENDER)
    assert (event.version, event.reason, event.body) == (1, "organisation renamed", again.body)


def test_rerender_resolves_a_merged_organisation_to_its_root(clerk, hospital, reviewer):
    record = builders.published_need(clerk, reviewer, organisation_name=hospital.name)
    root = people.make_organisation("江城总医院", hospital.kind, place=people.WUHAN, proven=True)
    with acting(by=people.registrar(), reason="merged"):
        Organisation.objects.filter(pk=hospital.pk).update(merged_into=root)
    publishing.rerender([record.uid], reason="organisation merged")
    assert json.loads(Public.objects.get().body)["organisation"]["name"] == "江城总医院"
    assert Need.objects.get().organisation == hospital


def test_rerender_of_what_looks_the_same_is_nothing(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    before = counting.list_version("needs")
    assert publishing.rerender([record.uid], reason="renderer 2") == 0
    assert counting.list_version("needs") == before
    assert not Event.objects.filter(action=Action.RERENDER).exists()


def test_rerender_leaves_tombstones_alone(volunteer, reviewer):
    record = builders.taken_down(reviewer, builders.published_need(volunteer, reviewer))
    assert publishing.rerender([record.uid], reason="renderer 2") == 0
    assert Public.objects.get().body == record.body


def test_rerender_keeps_how_fresh_it_is(clerk, hospital, reviewer):
    record = builders.published_need(clerk, reviewer, organisation_name=hospital.name)
    Public.objects.update(freshness=Freshness.OVERDUE)
    with acting(by=people.registrar(), reason="renamed"):
        Organisation.objects.filter(pk=hospital.pk).update(name="江城第九人民医院")
    publishing.rerender([record.uid], reason="organisation renamed")
    assert Public.objects.get().freshness == Freshness.OVERDUE


def test_celery_publishes_what_the_bell_announced(committed_db, celery_worker, volunteer, reviewer):
    start = timezone.now()
    submission = builders.approve(builders.submit_need(volunteer), reviewer)
    while not Public.objects.filter(pk=submission.record).exists():
        assert timezone.now() - start < timedelta(seconds=10)
    submission.refresh_from_db()
    assert submission.status == Status.PUBLISHED


@pytest.mark.parametrize("number", [1, 7])
def test_outcome_adds_up(volunteer, reviewer, number):
    approve_many(volunteer, reviewer, number)
    assert publishing.publish_due() == publishing.Outcome(taken=number, published=number)


def test_publish_due_takes_no_turn_of_another_publisher(committed_db, volunteer, reviewer):
    """While one holds the oldest, the next publisher goes on behind them and waits for nobody."""
    first, *_rest = approve_many(volunteer, reviewer, 4)
    with transaction.atomic():
        rows, _bases = taking.take(2)
        assert [row.pk for row in rows][:1] == [first.pk]
        assert Meanwhile(lambda: publishing.publish_due(limit=2)).outcome().published == 2
    assert publishing.publish_due().published == 2


def test_publish_due_writes_many_and_few_alike(volunteer, reviewer, monkeypatch):
    """A few go as JSON along with the rest, many by COPY: nobody can tell from the rows."""
    found = []
    odd = '“甲”\\乙\t"丙"\n丁, {戊}'
    for few in (20, 0):
        monkeypatch.setattr(writing, "FEW", few)
        name = f'江城{few + 1}号\\"{{医院}}'
        record = builders.published_need(volunteer, reviewer, organisation_name=name, remarks=odd)
        stored = Need.objects.get(uid=record.uid)
        event = Event.objects.get(record=record.uid, action=Action.PUBLISH)
        assert (stored.remarks, event.body, len(event.public_salt)) == (odd, record.body, 16)
        tokens = {token for token in record.tokens if not token.startswith("~")}
        found.append((tokens - {"21", "1号"}, stored.lines, stored.trust["verified"]["grounds"]))
        assert stored.history.get().history_user_id == Robot.PUBLISHER
    assert found[0][1:] == found[1][1:]


def test_rerender_goes_through_an_organisation_in_batches(volunteer, hospital, reviewer, monkeypatch):
    approve_many(volunteer, reviewer, 5)
    publishing.publish_due()
    with acting(by=people.registrar(), reason="as if all were about one house"):
        Need.objects.update(organisation=hospital)
    monkeypatch.setattr(publishing, "BATCH", 2)
    publishing.rerender_organisations([hospital], by=people.registrar())
    shown = [json.loads(row.body)["organisation"]["name"] for row in Public.objects.all()]
    assert shown == [hospital.name] * 5
    assert Event.objects.filter(action=Action.RERENDER).count() == 5
    assert_counts_are_right()


def test_the_machines_step_asks_what_the_policy_asks():
    """`last_step` asks it by itself, once for a batch."""
    assert policies.POLICY[Action.PUBLISH] == (policies.machine_only,)


def test_the_machines_step_is_nobody_elses(volunteer, reviewer):
    builders.approve(builders.submit_need(volunteer), reviewer)
    with transaction.atomic():
        rows, _bases = taking.take(1)
        with pytest.raises(MachineOnly):
            last_step.publish(writing.Script(), rows, [""], by=reviewer)


def test_the_machines_step_starts_at_entered(volunteer, reviewer):
    submission = builders.approve(builders.submit_need(volunteer), reviewer)
    robot = User.objects.robot(Robot.PUBLISHER)
    with acting(by=robot, reason="publish"):
        rows, _bases = taking.take(1)
    workflow.advance([submission.pk], Action.WITHDRAW, by=volunteer, reason=Reason.MISTAKE)
    with acting(by=robot, reason="publish"), pytest.raises(WrongStatus), writing.all_or_none() as script:
        last_step.publish(script, rows, ["{}"], by=robot)
    assert not Event.objects.filter(action=Action.PUBLISH).exists()
