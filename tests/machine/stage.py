"""The world the machine plays in, and how something is tried in it. Its moves stand in `tests.machine.moves`.

What somebody tries may be refused, by name and without a trace; nothing else may happen. After each move every promise
is asked: those of `tests.machine.promises` of PostgreSQL, and here, of records that changed, what they say. At the end
of a run that is asked of all.
"""

import json
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import OuterRef, Q, Subquery
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from tests import builders, people
from tests.machine import promises
from tests.machine.promises import SPEC, Broken
from tests.verification.test_publishing import recount
from verification import (
    counting,
    leases,
    organisations,
    publishing,
    rehearsing,
    rendering,
    statements,
    workflow,
)
from verification import people as core_people
from verification.models import Event, Lease, Public, Submission
from verification.models.journal import ClockTimestamp
from verification.refusals import Refused
from verification.sop import Action, Risk, State, Status

NAMES = ["江城第三医院", "江城 第三医院", "江城第四医院", "江城第九医院", "江城第五医院", "江城第六医院"]
LETS_THROUGH = (Action.VERIFY, Action.ENTER, Action.CONFIRM)


RUNS_A_SWEEP = 10


class World:
    """Who is there, and three records that stand: made once, and put back as it was after each run."""

    def __init__(self):
        house = people.make_organisation("江城第九医院", "hospital", place=people.WUHAN, proven=True)
        names = ("志愿队", "联盟", "核查会", "观察组")
        team, alliance, federation, watch = (people.make_organisation(n, "team") for n in names)
        self.houses = [house, team, alliance, federation, watch]
        reviewers = {"one": alliance, "two": federation, "three": team, "four": watch, "insider": alliance}
        self.people = [
            people.make_member("clerk", house),
            people.make_member("volunteer", team),
            people.make_person("stranger"),
            *(people.make_reviewer(name, organisation) for name, organisation in reviewers.items()),
            people.make_person("coordinator", is_staff=True),
            people.make_person("other_coordinator", is_staff=True),
        ]
        belongs = [*zip(self.people[3:8], reviewers.values(), strict=True), (self.people[7], house)]
        for person, organisation in [*belongs, (self.people[8], watch), (self.people[9], alliance)]:
            core_people.add_member(user=person, organisation=organisation, by=people.registrar())
        for who, name in ((1, NAMES[0]), (1, NAMES[2]), (0, NAMES[3])):
            builders.submit_need(self.people[who], organisation_name=name)
        work_through(self.people, 3, enter=True)
        builders.publish_all()
        assert Public.objects.count() == 3
        self.begun = 0
        ((self.tables,),) = statements.rows("SELECT array_agg(relid) FROM pg_stat_user_tables", {})

    def sweep(self):
        """What runs before left behind is dead, and every look would step over it."""
        if self.begun % RUNS_A_SWEEP == 0:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM (ANALYZE)")
        self.begun += 1


def work_through(everybody, first, *, enter):
    """The ordinary way, so that things get somewhere: one verifies what waits, the next enters it."""
    verifier, enterer = everybody[first], everybody[3 + (first - 2) % 4]
    Lease.objects.all().delete()
    for submission in Submission.objects.waiting().order_by("pk"):
        with suppress(Refused):
            builders.verify(submission, verifier)
        leases.drop([submission.pk])
        if enter:
            with suppress(Refused):
                builders.enter(submission, enterer)


@dataclass(frozen=True)
class Seen:
    """A public row with its typed record, in these very tuples of theirs."""

    body: str
    state: str
    tuples: str


# What was written in this transaction, taken back or not.
_WRITTEN = """
SELECT sum(pg_stat_get_xact_tuples_inserted(relid) + pg_stat_get_xact_tuples_updated(relid)
           + pg_stat_get_xact_tuples_deleted(relid))::bigint
  FROM unnest(%(tables)s::oid[]) AS relid
"""
_SHOWN = """
SELECT p.uid, p.body, p.state, concat_ws(' ', p.xmin, p.ctid, n.xmin, n.ctid)
  FROM verification_public p LEFT JOIN supplies_need n ON n.uid = p.uid
"""
_COUNTED = """
SELECT string_agg(name || value, ' ' ORDER BY name) FROM verification_counter WHERE kind = 'needs'
"""
_LAST = """
SELECT (SELECT coalesce(max(id), 0) FROM verification_event), (SELECT coalesce(max(id), 0) FROM verification_handing),
       (SELECT coalesce(max(history_id), 0) FROM verification_historicalsubmission),
       (SELECT coalesce(max(id), 0) FROM verification_grant), (SELECT count(*) FROM verification_lease)
"""
# Acts that may change what the public reads of a record, or of those that were merged into it.
_SHOWS = ["publish", "rerendered", "take_down", "merge", "unmerge", "confirm"]
_TOLD = """
SELECT e.record FROM verification_event e WHERE e.id > %(since)s::bigint AND e.action = ANY(%(shows)s::text[])
UNION
SELECT p.uid FROM verification_event e JOIN verification_public p ON p.merged_into = e.related
 WHERE e.id > %(since)s::bigint AND e.action = 'merge'
"""


def move(often=2, **given):
    """Something somebody may do, with what they choose; `often` against what else there is."""

    def marked(act):
        act.often, act.given = often, given
        return act

    return marked


def chosen(names, machine):
    """One of these moves of a machine, and all that it takes."""
    moves = {name: getattr(machine, name) for name in names}
    weighed = [name for name in sorted(moves) for _turn in range(moves[name].often)]
    return st.sampled_from(weighed).flatmap(
        lambda name: st.tuples(st.just(name), st.fixed_dictionaries(moves[name].given))
    )


class Stage(RuleBasedStateMachine):
    """How something is tried, and what holds after it. `world` is given by whoever runs it."""

    world: World

    @initialize()
    def open(self):
        self.world.sweep()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        with connection.cursor() as cursor:  # planning the promises anew costs more than asking them
            cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        self.people, self.houses = self.world.people, self.world.houses
        self.since, self.handed = statements.rows(_LAST, {})[0][:2]
        self.shown, self.counted, self.written = self.what_is_shown(), None, None

    def teardown(self):
        """Of every record it is asked what it says, changed or not; then the world is as it was."""
        if not hasattr(self, "undo"):
            return
        try:
            if sys.exc_info()[0] is None:
                self.records_say_what_was_approved(set(self.shown))
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    def attempt(self, act):
        """It is done, and returns what it returns, or refused by name: then the act itself left no trace."""
        before = statements.rows(_LAST, {})
        try:
            return act()
        except Refused as refusal:
            if statements.rows(_LAST, {}) != before:
                raise Broken("what is refused leaves no trace", refusal.code) from refusal
            return None

    def refused(self, act, *, because):
        """It must be refused, and leaves no trace."""
        done = self.attempt(lambda: (act(),))
        if done:
            raise Broken(because, "an act that was not refused")

    def one(self, model, number, **such):
        """One of them, always the same for the same number: by age, records too, whose keys are drawn."""
        first = SPEC.model._default_manager.filter(uid=OuterRef("pk")).values("id")
        rows = list(model.objects.filter(**such).order_by(Subquery(first) if model is Public else "pk"))
        return rows[number % len(rows)] if rows else None

    def claimed(self, submission, by):
        """The fence, where this person may have it: nobody has it now, and they hold nothing else."""
        Lease.objects.filter(Q(holder=by) | Q(submission=submission)).delete()
        with suppress(Refused):
            return rehearsing.take([submission.pk], by=by)

    def decide(self, action, submission, by, **given: Any):
        """A step, after which those who had no right to it are found; what was done, or None."""
        fence, stood = given.get("fence") or 0, submission.status
        held = Lease.objects.filter(submission=submission, holder=by, fence=fence, until__gt=ClockTimestamp())
        leased = held.exists()
        done = self.attempt(lambda: workflow.advance([submission.pk], action, by=by, **given))
        if not done:
            return None
        own = submission.submitted_by_id == by.pk and action in (Action.EDIT, Action.REBASE)
        free = own or action in (Action.WITHDRAW, Action.RESUBMIT, Action.REOPEN) or stood == Status.ENTERED
        if not leased and not free:
            raise Broken("a decision presents the live fence of its lease", action)
        if action in LETS_THROUGH and done[0].risk == Risk.DANGEROUS and not given.get("fresh_factor"):
            raise Broken("the gravest steps ask for a factor used a moment ago", action)
        return done

    def what_is_shown(self):
        return {uid: Seen(*rest) for uid, *rest in statements.rows(_SHOWN, {})}

    @invariant()
    def every_promise_holds(self):
        """Asked where anything was written."""
        ((written,),) = statements.rows(_WRITTEN, {"tables": self.world.tables})
        if written == self.written:
            return
        promises.ask(since=self.since, handed=self.handed)
        shown = self.what_is_shown()
        changed = {uid for uid, seen in shown.items() if self.shown.get(uid) != seen}
        told = {uid for (uid,) in statements.rows(_TOLD, {"since": self.since, "shows": _SHOWS})}
        for uid in changed:
            before = self.shown.get(uid)
            if uid not in told and (before is None or before.body != shown[uid].body):
                raise Broken("only publishing changes what the public sees", uid)
        if self.shown.keys() - shown.keys():
            raise Broken("no record is ever lost", self.shown.keys() - shown.keys())
        self.shown = shown
        self.records_say_what_was_approved(changed)
        self.counters_are_right(changed)
        self.written = written
        self.since, self.handed = statements.rows(_LAST, {})[0][:2]

    def counters_are_right(self, changed):
        """Asked where a record or a counter moved."""
        ((counted,),) = statements.rows(_COUNTED, {})
        if changed or counted != self.counted:
            if counting.counts("needs") != recount():
                raise Broken("counters count what is shown", counted)
            self.counted = counted

    def records_say_what_was_approved(self, uids):
        """Value by value; and the body is the record's rendering."""
        if not uids:
            return
        stored = SPEC.model._default_manager.filter(uid__in=uids, state=State.LIVE)
        for record in stored.select_related("organisation__merged_into"):
            payload = SPEC.payload_of(record)
            house = organisations.root_of(record.organisation) if record.organisation else None
            if self.shown[record.uid].body != rendering.body_of(SPEC, record, payload, house):
                raise Broken("the body is the record's rendering", record.uid)
            published = Event.objects.filter(
                record=record.uid, action=Action.PUBLISH, version__lte=record.version
            )
            approved = published.select_related("submission").latest("version").submission.payload
            if any(payload[name] != value for name, value in approved.items() if value is not None):
                raise Broken("the record holds what was approved", record.uid)
            if json.loads(self.shown[record.uid].body)["version"] != record.version:
                raise Broken("a body tells its version", record.uid)

    def publish_due(self):
        """The machine publishes what is due; nothing of it fails."""
        outcome = self.attempt(publishing.publish_due)
        if outcome and outcome.failed:
            raise Broken("what is approved can be published", outcome)
        return outcome
