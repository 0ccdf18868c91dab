"""Whatever people try, in whatever order: the promises of the SOP hold after every single act.

Hypothesis plays submitters, reviewers and the machine. What it tries may be refused, by name; nothing else
may happen. After each act every promise is asked of the database.
"""

import json
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests import builders, people
from tests.verification.test_publishing import recount
from verification import counting, kinds, leases, organisations, publishing, rehearsing, rendering, workflow
from verification import people as core_people
from verification.models import Event, Lease, Membership, Organisation, Public, Submission, User
from verification.refusals import Refused
from verification.sop import CHECKLISTS, REASONS, TRANSITIONS, Action, Intent, Reason, Risk, State, Status

ROBOTS_DO = {Action.PUBLISH, Action.RERENDER, Action.SEND_BACK}
NAMES = ["江城第三医院", "江城 第三医院", "江城第四医院", "江城第九医院"]
CHANGES = [
    {"remarks": "送西门"},
    {"remarks": "可送至东门"},
    {"office_line": "027-85550199"},
    {"delivery_address": "江城区新路1号"},
    {"lines": [builders.line(amount="8个")]},
    {"lines": [builders.line("goggles", "若干"), builders.line("face-shield", "5-9个")]},
]
STEPS = [a for a in TRANSITIONS if a not in (Action.PUBLISH, Action.SEND_BACK, Action.TAKE_DOWN)]
WHO, ROW = st.integers(0, 6), st.integers(0, 19)


class Machine(RuleBasedStateMachine):
    """Everything somebody may try."""

    @initialize()
    def open(self):
        self.undo = transaction.atomic()
        self.undo.__enter__()
        house = people.make_organisation("江城第九医院", "hospital", place=people.WUHAN, proven=True)
        team, alliance, federation = (
            people.make_organisation(n, "team") for n in ("志愿队", "联盟", "核查会")
        )
        insider = people.make_reviewer("insider", alliance)
        core_people.add_member(user=insider, organisation=house, by=people.registrar())
        self.people = [
            people.make_member("clerk", house),
            people.make_member("volunteer", team),
            people.make_person("stranger"),
            people.make_reviewer("one", alliance),
            people.make_reviewer("two", federation),
            people.make_reviewer("three", team),
            insider,
        ]
        self.shown = {}
        for who, name in ((1, NAMES[0]), (0, NAMES[3])):
            builders.submit_need(self.people[who], organisation_name=name)
        self.work_through_what_waits(3, enter=True, publish=True)
        assert Public.objects.count() == 2

    def teardown(self):
        if hasattr(self, "undo"):
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    def attempt(self, act):
        """It is done, or refused by name without a trace."""
        events = Event.objects.count()
        try:
            with transaction.atomic():
                return act()
        except Refused:
            assert Event.objects.count() == events
            return None

    def may_change_the_public(self, act):
        """The same, for what publishes or takes down."""
        self.attempt(act)
        self.shown = dict(Public.objects.values_list("uid", "body"))

    def one(self, model, number):
        rows = list(model.objects.order_by("pk"))
        return rows[number % len(rows)] if rows else None

    def claimed(self, submission, by):
        """The fence, where this person may have it."""
        with suppress(Refused), transaction.atomic():
            return rehearsing.take([submission.pk], by=by)

    @rule(who=WHO, name=st.sampled_from(NAMES), change=st.sampled_from(CHANGES))
    def submit(self, who, name, change):
        self.attempt(lambda: builders.submit_need(self.people[who], organisation_name=name, **change))

    @rule(who=WHO, number=ROW, change=st.sampled_from(CHANGES))
    def correct(self, who, number, change):
        record = self.one(Public, number)
        changed = {"organisation_name": record.title or NAMES[0], **change}
        self.attempt(lambda: builders.submit_need(self.people[who], record=record.uid, **changed))

    @rule(who=WHO, number=ROW)
    def ask_to_withdraw(self, who, number):
        record, asked = self.one(Public, number), {"by": self.people[who], "reason": Reason.NEED_MET}
        self.may_change_the_public(lambda: publishing.request_withdrawal(record.uid, **asked))

    @rule(who=WHO, number=ROW, action=st.sampled_from(STEPS), change=st.sampled_from(CHANGES))
    def step(self, who, number, action, change):
        submission, by = self.one(Submission, number), self.people[who]
        given = {
            "fence": self.claimed(submission, by),
            "answers": dict.fromkeys(CHECKLISTS.get(action, ()), True)
            | {"grounds": ["call_back"], "call_back": builders.call_back()},
            "fresh_factor": True,
            "reason": next(iter(REASONS.get(action, [""]))),
            "note": "请补充",
        }
        if action in (Action.EDIT, Action.RESUBMIT, Action.REBASE):
            name = submission.payload["organisation_name"]
            given["data"] = builders.correction_payload(organisation_name=name, **change)
        self.attempt(lambda: workflow.advance([submission.pk], action, by=by, **given))

    @rule(first=st.integers(3, 5), enter=st.booleans(), publish=st.booleans())
    def work_through_what_waits(self, first, enter, publish):
        """The ordinary way, so that things get somewhere."""
        verifier, enterer = self.people[first], self.people[3 + (first - 2) % 3]
        Lease.objects.all().delete()
        for submission in Submission.objects.waiting().order_by("pk"):
            with suppress(Refused), transaction.atomic():
                builders.verify(submission, verifier)
            leases.drop([submission.pk])
            if enter:
                with suppress(Refused), transaction.atomic():
                    builders.enter(submission, enterer)
        if publish:
            self.publish()

    @rule()
    def publish(self):
        self.may_change_the_public(publishing.publish_due)

    @rule(who=WHO, number=ROW, reason=st.sampled_from([Reason.NEED_MET, Reason.PRIVATE_IN_PUBLIC]))
    def take_down(self, who, number, reason):
        record, by = self.one(Public, number), self.people[who]
        self.may_change_the_public(lambda: publishing.take_down(record.uid, by=by, reason=reason))

    @rule(number=ROW, who=st.integers(3, 6))
    def carry_out(self, number, who):
        requests = list(Submission.objects.filter(intent=Intent.WITHDRAWAL).order_by("pk"))
        if requests:
            request, by = requests[number % len(requests)], self.people[who]
            fence = self.claimed(request, by)
            down = {"by": by, "reason": Reason.NEED_MET, "submission_id": request.pk, "fence": fence}
            self.may_change_the_public(lambda: publishing.take_down(request.record, **down))

    @rule()
    def rerender(self):
        uids = list(Public.objects.values_list("pk", flat=True))
        self.may_change_the_public(lambda: publishing.rerender(uids, reason="renderer 2"))

    @rule()
    def time_passes(self):
        Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
        for submission in Submission.objects.filter(status=Status.ENTERED):
            builders.cool_off(submission)

    @invariant()
    def what_cools_off_is_not_public(self):
        """A dangerous change of what stands waits its day; each knows the rules it was judged by."""
        for s in Submission.objects.exclude(entered_by=None):
            waits = 24 if s.risk == Risk.DANGEROUS and s.base_version else 0
            assert s.due_at - s.entered_at == timedelta(hours=waits)
            assert s.status != Status.PUBLISHED or s.closed_at >= s.due_at
        assert not Submission.objects.exclude(policy=1).exists()

    @invariant()
    def only_publishing_changes_what_the_public_sees(self):
        assert dict(Public.objects.values_list("uid", "body")) == getattr(self, "shown", {})

    @invariant()
    def the_journal_tells_where_everything_stands(self):
        """Replayed, every step starts where the table says, and ends where the row is."""
        for submission in Submission.objects.all():
            status = None
            for event in Event.objects.filter(submission=submission).order_by("pk"):
                if event.action == Action.SUBMIT:
                    assert status is None
                    status = Status.COLLECTED
                elif event.action in TRANSITIONS:
                    transition = TRANSITIONS[event.action]
                    assert status in transition.sources, (event.action, status)
                    status = transition.target
            assert status == submission.status

    @invariant()
    def nobody_reviews_their_own(self):
        for s in Submission.objects.exclude(verified_by=None):
            hands = {s.verified_by_id, s.entered_by_id} - {None}
            assert not hands & set(s.authors)
            if s.intent == Intent.WITHDRAWAL:
                continue
            houses = core_people.organisations_of({*hands, *s.authors})
            assert all(s.organisation_id not in houses[pk] for pk in hands)
            if s.risk > Risk.ROUTINE and s.entered_by_id:
                assert len(hands) == 2
            if s.risk == Risk.DANGEROUS:
                for pk in hands:
                    others = {*s.authors, *hands} - {pk}
                    assert all(not houses[pk] & houses[other] for other in others)

    @invariant()
    def the_machine_never_decides(self):
        by_robots = Event.objects.filter(actor__is_robot=True)
        assert set(by_robots.values_list("action", flat=True)) <= ROBOTS_DO
        assert not Event.objects.filter(action=Action.PUBLISH, actor__is_robot=False).exists()

    @invariant()
    def records_are_what_was_approved_and_bodies_their_rendering(self):
        for row in Public.objects.all():
            spec = kinds.get(row.kind)
            record = spec.model.objects.select_related("organisation").get(uid=row.uid)
            assert (record.version, record.state) == (row.version, row.state)
            if row.state != State.LIVE:
                assert "lines" not in json.loads(row.body)
                continue
            payload = spec.payload_of(record)
            organisation = organisations.root_of(record.organisation) if record.organisation else None
            assert row.body == rendering.body_of(spec, record, payload, organisation)
            by = Event.objects.get(action=Action.PUBLISH, record=row.uid, version=row.version).submission
            assert by.status == Status.PUBLISHED
            approved = {name: value for name, value in by.payload.items() if value is not None}
            assert {name: payload[name] for name in approved} == approved

    @invariant()
    def versions_count_up_one_by_one(self):
        for row in Public.objects.all():
            events = Event.objects.filter(record=row.uid, action__in=[Action.PUBLISH, Action.TAKE_DOWN])
            versions = list(events.order_by("pk").values_list("version", flat=True))
            assert versions == list(range(1, row.version + 1))
        assert counting.counts("needs") == recount()

    @invariant()
    def line_numbers_are_never_given_twice(self):
        for row in Public.objects.all():
            items = {}
            events = Event.objects.filter(record=row.uid, action=Action.PUBLISH)
            for body in events.values_list("body", flat=True):
                for line in json.loads(body)["lines"]:
                    assert items.setdefault(line["no"], line["item"]) == line["item"]


@pytest.mark.parametrize("length", ["short", pytest.param("long", marks=pytest.mark.long)])
def test_state_machine_keeps_every_promise(db, length):
    examples, steps = {"short": (4, 20), "long": (150, 50)}[length]
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=length == "short",
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
    assert not Membership.objects.exists()
    assert not Organisation.objects.exists()
    assert not User.objects.filter(is_robot=False).exists()
