"""Replays what happened to a list, event by event, through the real door.

An event is a row that was added, changed or removed in a sheet, or a step somebody took. Rows go in
as submissions of the importer; what the sheet calls reviewed is verified and entered by two reviewers, the
rest waits. Nothing here writes a table: it only plays people.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from supplies import sheets
from verification import duplicates, history, in_force, leases, publishing, rehearsing, workflow
from verification.kinds import Kind
from verification.models import Public, Submission, TakeDown, User
from verification.refusals import InvalidPayload, PossibleDuplicate, Refused, Unchanged
from verification.sop import CHECKLISTS, OPEN, Action, Ground, Intent, Origin, Reason, Status

IMPORTER: Final = "importer"
Key = tuple[str, str]  # a sheet, and what a row is called in it

_AT_ONCE: Final = 40  # fewer than a reviewer may hold

_ROWS: Final = frozenset({"add", "change", "remove"})
_DECISIONS: Final = {
    "verify": Action.VERIFY,
    "enter": Action.ENTER,
    "return": Action.RETURN,
    "reject": Action.REJECT,
    "duplicate": Action.MARK_DUPLICATE,
    "reopen": Action.REOPEN,
}


@dataclass(frozen=True)
class Happening:
    """One line of a story. `by` wrote the submission, `who` takes the step, `other` is another row's key."""

    at: str
    list: str
    sheet: str
    action: str
    key: str
    row: Mapping[str, Any] | None = None
    by: str = IMPORTER
    who: str = "verifier"
    reason: str = ""
    note: str = ""
    other: str = ""


@dataclass
class Outcome:
    """What became of it: the submission's status, `gone`, or the code of the refusal.

    `flagged` is the earlier version a correction goes back to.
    """

    happening: Happening
    what: str = ""
    submission: int | None = None
    approved: bool = False
    flagged: int | None = None
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)


def read(lines: Iterable[str]) -> Iterator[Happening]:
    """The events of a file, one JSON object a line. TypeError names a field nobody knows."""
    for line in lines:
        if line.strip():
            yield Happening(**json.loads(line))


def publish_all() -> None:
    """Publish here and now what is due."""
    while publishing.publish_due().taken:
        pass


class Replay:
    """Plays events in order. `cast` names the importer, the verifier, the enterer, and whoever else acts.

    `publish` waits for, or does, the publication of what was entered. `hooks` play actions of one's own.
    What it sends in is under the rules `replay`: two outsiders where it is dangerous, no call-back, no cooling-off.
    `keep_both`: where two rows may be the same, the reviewers say they are not, as the sheets did.
    """

    def __init__(
        self,
        cast: Mapping[str, User],
        *,
        publish: Callable[[], None] = publish_all,
        hooks: Mapping[str, Callable[[Happening], None]] | None = None,
        keep_both: bool = False,
    ) -> None:
        self.cast = cast
        self.publish = publish
        self.hooks = hooks or {}
        self.keep_both = keep_both
        self.records: dict[Key, UUID] = {}
        self._latest: dict[tuple[str, str, str], int] = {}

    def play(self, happenings: Iterable[Happening]) -> list[Outcome]:
        """Everything in order; rows of one moment are decided and published together."""
        return [outcome for group in self.groups(happenings) for outcome in self.play_group(group)]

    @staticmethod
    def groups(happenings: Iterable[Happening]) -> Iterator[list[Happening]]:
        """Rows of one moment together, each key once; every other happening alone."""
        group: list[Happening] = []
        for happening in happenings:
            if group and not _goes_with(happening, group):
                yield group
                group = []
            group.append(happening)
        if group:
            yield group

    def play_group(self, group: Sequence[Happening]) -> list[Outcome]:
        """One of `groups`: what became of each of its happenings. Under the rules of replays, and only here."""
        with in_force.replaying():
            return self._play_group(group)

    def _play_group(self, group: Sequence[Happening]) -> list[Outcome]:
        if group[0].action in _ROWS:
            outcomes = [self._take_in(happening) for happening in group]
        else:
            outcomes = [self._step(happening) for happening in group]
        due = [o.submission for o in outcomes if o.approved and o.submission]
        for ids in _batches(due):
            self._approve(ids, outcomes)
        self.publish()
        statuses = dict(
            Submission.objects.filter(pk__in=[o.submission for o in outcomes]).values_list("pk", "status")
        )
        for outcome in outcomes:
            if not outcome.what and outcome.submission:
                outcome.what = statuses[outcome.submission]
        return outcomes

    def _take_in(self, happening: Happening) -> Outcome:
        """Send a row in, or ask for what it stood for to be taken down."""
        outcome = Outcome(happening)
        try:
            if happening.action == "remove":
                outcome.what = self._remove(happening)
            else:
                self._propose(happening, outcome)
        except Refused as refusal:
            outcome.what = refusal.code
            if isinstance(refusal, InvalidPayload):
                outcome.errors = refusal.errors
            if isinstance(refusal, Unchanged):  # the row went back to what is published
                self._withdraw(happening, Reason.SUPERSEDED)
        return outcome

    def _propose(self, happening: Happening, outcome: Outcome) -> None:
        spec = sheets.list_named(happening.list)
        reading = sheets.read(spec, happening.row or {}, happening.sheet)
        by, before = self.cast[happening.by], self._open(happening)
        record = self.records.get((happening.sheet, happening.key))
        if before and (before.status == Status.RETURNED or before.intent == Intent.NEW):
            action = Action.RESUBMIT if before.status == Status.RETURNED else Action.EDIT
            (submission,) = workflow.advance([before.pk], action, by=by, data=reading.given)
        elif happening.by == IMPORTER:
            submission = workflow.submit(
                kind=spec.slug,
                data=reading.given,
                by=by,
                origin=Origin.IMPORT,
                source=happening.sheet,
                source_key=happening.key,
            )
        else:
            data = _as_the_public_sees(reading.given, spec) if record else reading.given
            submission = workflow.submit(kind=spec.slug, data=data, by=by, record=record)
        if submission.base_version:
            public = spec.public(submission.payload)
            outcome.flagged = history.earlier_version_like(submission.record, public)
        self.records[happening.sheet, happening.key] = submission.record
        self._latest[happening.sheet, happening.key, happening.by] = outcome.submission = submission.pk
        outcome.approved = reading.approved

    def _remove(self, happening: Happening) -> str:
        """Withdraw what waits; a reviewer carries out the request for what is public."""
        withdrawn = self._withdraw(happening, Reason.NO_LONGER_TRUE)
        record = self.records.get((happening.sheet, happening.key))
        if record is None:
            return "not_found"
        if withdrawn and not Public.objects.live().filter(pk=record).exists():
            return Status.WITHDRAWN
        reason = happening.reason or Reason.NO_LONGER_TRUE
        asked = publishing.request_withdrawal(record, by=self.cast[happening.by], reason=reason)
        if asked is not None:
            who = self.cast[happening.who]
            fence = rehearsing.take([asked.pk], by=who)
            publishing.take_down(
                record, by=who, reason=reason, submission_id=asked.pk, fence=fence, fresh_factor=True
            )
        return "gone"

    def _open(self, happening: Happening) -> Submission | None:
        latest = self._latest.get((happening.sheet, happening.key, happening.by), 0)
        return Submission.objects.filter(pk=latest, status__in=OPEN).first()

    def _withdraw(self, happening: Happening, reason: Reason) -> bool:
        waiting = self._open(happening)
        if waiting is not None:
            workflow.advance([waiting.pk], Action.WITHDRAW, by=self.cast[happening.by], reason=reason)
        return waiting is not None

    def _approve(self, ids: Sequence[int], outcomes: Sequence[Outcome]) -> None:
        """Verify and enter all; where one is refused, by halves until it stands alone."""
        try:
            with transaction.atomic():
                self._take_both_steps(ids)
        except Refused as refusal:
            if len(ids) > 1:
                self._approve(ids[: len(ids) // 2], outcomes)
                self._approve(ids[len(ids) // 2 :], outcomes)
            elif isinstance(refusal, PossibleDuplicate) and self.keep_both:
                self._say_distinct(ids[0], refusal.context["rivals"])
                self._approve(ids, outcomes)
            elif isinstance(refusal, PossibleDuplicate):
                self._decide(ids[0], Action.MARK_DUPLICATE, "verifier", Reason.SAME_RECORD)
            else:
                next(o for o in outcomes if o.submission == ids[0]).what = refusal.code

    def _say_distinct(self, submission: int, rivals: Iterable[UUID]) -> None:
        verifier = self.cast["verifier"]
        fence = rehearsing.take([submission], by=verifier)
        for other in rivals:
            workflow.say_distinct(submission, other=other, by=verifier, fence=fence)

    def _take_both_steps(self, ids: Sequence[int]) -> None:
        rows = list(Submission.objects.filter(pk__in=ids).order_by("pk"))
        verifier, enterer = self.cast["verifier"], self.cast["enterer"]
        fence = rehearsing.take(ids, by=verifier)
        for ground in (Ground.OFFICIAL_NOTICE, Ground.CALL_BACK):
            grounded = [row.pk for row in rows if _ground(row) == ground]
            answers = _answers(Action.VERIFY, ground)
            if grounded:
                workflow.advance(
                    grounded, Action.VERIFY, by=verifier, fence=fence, answers=answers, fresh_factor=True
                )
        alone = [row.pk for row in rows if row.people == 1]
        for some, by in ((alone, verifier), ([pk for pk in ids if pk not in alone], enterer)):
            if some:
                mine = fence if by is verifier else rehearsing.take(some, by=by)
                workflow.advance(
                    some, Action.ENTER, by=by, fence=mine, answers=_answers(Action.ENTER), fresh_factor=True
                )

    def _step(self, happening: Happening) -> Outcome:
        """A step of one person's own, or an action the hooks know."""
        outcome = Outcome(happening)
        if hook := self.hooks.get(happening.action):
            hook(happening)
            outcome.what = "done"
            return outcome
        outcome.submission = self._latest.get((happening.sheet, happening.key, happening.by))
        try:
            outcome.what = self._take_step(happening, outcome.submission)
        except Refused as refusal:
            outcome.what = refusal.code
        return outcome

    def _take_step(self, happening: Happening, submission: int | None) -> str:
        record = self.records[happening.sheet, happening.key]
        by, who = self.cast[happening.by], self.cast[happening.who]
        match happening.action:
            case "take_down":
                publishing.take_down(
                    record, by=who, reason=happening.reason, note=happening.note, fresh_factor=True
                )
                return "gone"
            case "second_look":
                look = TakeDown.objects.filter(record=record).latest("pk")
                publishing.second_look(look.pk, by=who)
                return "looked_at"
        if submission is None:
            return "not_found"
        match happening.action:
            case "rebase":
                workflow.advance([submission], Action.REBASE, by=by, data=_given(happening))
            case "withdraw":
                workflow.advance([submission], Action.WITHDRAW, by=by, reason=happening.reason)
            case "distinct":
                other = self.records[happening.sheet, happening.other]
                fence = rehearsing.take([submission], by=who)
                workflow.say_distinct(submission, other=other, by=who, fence=fence)
                leases.release(submission, by=who)
            case action:
                self._decide(submission, _DECISIONS[action], happening.who, happening.reason, happening.note)
        return ""

    def _decide(self, submission: int, action: Action, who: str, reason: str = "", note: str = "") -> None:
        """One decision of one reviewer, who keeps no lease."""
        by, row = self.cast[who], Submission.objects.get(pk=submission)
        answers = _answers(action, _ground(row))
        with transaction.atomic():  # refused, the lease is given back too
            fence = None if action == Action.REOPEN else rehearsing.take([submission], by=by)
            workflow.advance(
                [submission],
                action,
                by=by,
                fence=fence,
                answers=answers,
                reason=reason,
                fresh_factor=True,
                note=note,
                events={submission: {"related": duplicates.twin_of(row)}}
                if action == Action.MARK_DUPLICATE
                else None,
            )
            leases.release(submission, by=by)


def _goes_with(happening: Happening, group: Sequence[Happening]) -> bool:
    first = group[0]
    rows = happening.action in _ROWS and first.action in _ROWS
    twice = any((h.sheet, h.key) == (happening.sheet, happening.key) for h in group)
    return rows and happening.at == first.at and not twice


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def _given(happening: Happening) -> dict[str, Any] | None:
    if happening.row is None:
        return None
    spec = sheets.list_named(happening.list)
    return _as_the_public_sees(sheets.read(spec, happening.row, happening.sheet).given, spec)


def _as_the_public_sees(given: Mapping[str, Any], spec: Kind) -> dict[str, Any]:
    """Whoever corrects a record of others cannot see what is private in it, and leaves it as it is."""
    return {name: value for name, value in given.items() if spec.fields[name].public}


def _ground(row: Submission) -> Ground:
    """The sheets' link is the institution's own notice; where there is none somebody has called."""
    return Ground.OFFICIAL_NOTICE if row.payload.get("source_link") else Ground.CALL_BACK


def _answers(action: Action, ground: Ground = Ground.CALL_BACK) -> dict[str, Any]:
    answers: dict[str, Any] = dict.fromkeys(CHECKLISTS.get(action, {}), True)
    return answers | ({"grounds": [ground], "replayed": True} if action == Action.VERIFY else {})
