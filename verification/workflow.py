"""The one door. Nothing else in Glacier writes a submission's status.

`submit` takes something in, `advance` takes a step for one submission or a batch. Each is one transaction:
lock, check the transition, ask the policy, stamp, save, append the event.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone

from verification import (
    attempts,
    duplicates,
    in_force,
    journal,
    kinds,
    leases,
    mailing,
    people,
    policies,
    stamping,
    submitting,
    taking,
    wordings,
)
from verification.holding import hold
from verification.journal import acting
from verification.models import Event, Public, Submission, User
from verification.policies import Step
from verification.refusals import (
    AnotherEntered,
    Outdated,
    PossibleDuplicate,
    Refused,
    WrongStatus,
    raise_first,
)
from verification.rules import Judged, Rules
from verification.sop import (
    CHECKLISTS,
    REQUESTS,
    TRANSITIONS,
    Action,
    Intent,
    Origin,
    Reason,
    Risk,
    Status,
)
from verification.submitting import Sent, Wanted

# Steps that build on what was published when the submission was written.
_BUILD_ON_BASE = frozenset({Action.VERIFY, Action.ENTER, Action.PUBLISH, Action.CONFIRM})


def submit(
    *,
    kind: str,
    data: Mapping[str, Any],
    by: User,
    record: UUID | None = None,
    intent: Intent | None = None,
    reason: str = "",
    note: str = "",
    origin: Origin | None = None,
    source: str = "",
    source_key: str = "",
    uid: UUID | None = None,
    request_id: str = "",
) -> Submission:
    """Take in a new entry, a correction of `record`, a request to withdraw it, or somebody's word that it is
    still true: collected, not public.

    A batch of one: see `submit_many`. Refused: InvalidPayload, NotFound, MergedAway, Unchanged, ReasonMissing.
    """
    sent = Sent(data, record, intent, reason, note, source, source_key, uid)
    (taken,) = submit_many([sent], kind=kind, by=by, origin=origin, request_id=request_id)
    if isinstance(taken, Refused):
        raise taken
    return taken


def submit_many(
    sent: Sequence[Sent], *, kind: str, by: User, origin: Origin | None = None, request_id: str = ""
) -> list[Submission | Refused]:
    """Take in what one person sends for one list: for each, in order, what waits now, or why it was refused.

    One refused leaves the others as they are. A uid, when the sender chose one, makes sending twice harmless:
    the first submission is returned. A known (source, source_key) makes it a correction of that record, live
    or withdrawn. A newer correction by the same person supersedes the older waiting one; of two in one batch
    the later. `origin` is worked out unless an importer states it. A few statements, however many are sent.
    """
    spec, answers = kinds.get(kind), dict[int, Submission | Refused]()
    with acting(by=by, reason=Action.SUBMIT, request_id=request_id):
        who, rules = in_force.standing(by, now=timezone.now())
        rules = in_force.for_new(rules)
        for turn in submitting.in_turns(submitting.meant(spec, sent)):
            answers |= submitting.sent_before(turn, by=by)
            found = submitting.wanted(spec, [one for one in turn if one.number not in answers])
            answers |= {n: refusal for n, refusal in found.items() if isinstance(refusal, Refused)}
            wanted = [w for _n, w in sorted(found.items()) if isinstance(w, Wanted)]
            if older := submitting.older(wanted, by=by):
                advance(older, Action.WITHDRAW, by=by, reason=Reason.SUPERSEDED, request_id=request_id)
            if not wanted:
                continue
            rows = submitting.write(spec, wanted, by=by, origin=origin, who=who, rules=rules)
            journal.append(
                [
                    _event(Action.SUBMIT, row, who, w.one.sent.reason, "", w.one.sent.note, {}, request_id)
                    for w, row in zip(wanted, rows, strict=True)
                ]
            )
            answers |= {w.one.number: row for w, row in zip(wanted, rows, strict=True)}
    return [answers[number] for number in range(len(sent))]


def advance(
    named: Collection[int] | Collection[UUID],
    action: Action,
    *,
    by: User,
    fence: int | None = None,
    answers: Mapping[str, Any] | None = None,
    reason: str = "",
    public_note: str = "",
    note: str = "",
    data: Mapping[str, Any] | None = None,
    request_id: str = "",
    events: Mapping[Any, Mapping[str, Any]] | None = None,
    fresh_factor: bool = False,
) -> list[Submission]:
    """Take one step for all that are `named`, or for none of them; returns them as they are now, in id order.

    By their ids, or by their uids: then what the person may not see is NotFound. A reviewer's step presents
    the `fence` of a live lease; *verify* and *enter* carry the checklist's `answers`, *verify* with the
    grounds; return, reject and the like a `reason` code, `note` says how to fix it. `data` is the new content
    for edit, resubmit and rebase, or the wording a return proposes. `events` adds fields to the event of a
    submission, by the name used here (publishing uses it). `fresh_factor`: the person used a second factor a
    moment ago in the session they act in; batches and dangerous changes ask for it. The first refusal, by
    name, undoes everything; of a batch it knows why each was refused (`Refused.each`).
    """
    brought, more = answers or {}, events or {}
    with acting(by=by, reason=reason or action, request_id=request_id):
        records = _rebased_onto(named) if action == Action.REBASE else set()
        held = hold(named, by=by, now=timezone.now(), fence=fence, records=records)
        rows, who = held.rows, held.who
        extra = {row.pk: more.get(row.pk) or more.get(row.uid) or {} for row in rows}
        judged = {row.pk: _judged(row, held.rules) for row in rows}
        outgrown = _outgrown(rows, judged) if action == Action.ENTER else set()
        given = brought, reason, note, _organisations_involved(rows, judged)
        steps = [
            Step(
                *(action, row, who, row.pk in held.leased, *given, extra[row.pk].get("related")),
                *(fresh_factor, len(rows), judged[row.pk], row.pk in outgrown),
            )
            for row in rows
        ]
        _refuse_any(steps, held.versions)
        if approved := [row.pk for row in rows if row.status == Status.ENTERED]:
            attempts.forget(approved)
        if action in _CONTENT:
            rows = [_rewrite(rows, records, action, data, by, held.rules)]
        else:
            ended = [row.pk for row in rows if not _goes_on(action, judged[row.pk])]
            stamping.stamp(rows, action, by=by, ended=ended, judged=judged)
        written = journal.append(
            [
                _event(action, row, who, reason, public_note, note, brought, request_id, extra[row.pk])
                for row in rows
            ]
        )
        if action == Action.RETURN:
            _after_return(rows, written, data)
        elif action == Action.ENTER:
            mailing.cooling([row for row in rows if judged[row.pk].rules.cooling(row.intent)])
    return rows


def _after_return(
    rows: Sequence[Submission], events: Sequence[Event], data: Mapping[str, Any] | None
) -> None:
    """Keep the wording that is proposed, for one submission at a time; tell the submitters by mail."""
    if data is not None:
        (row,), (event,) = rows, events
        base = Public.objects.filter(pk=row.record).first()
        wordings.propose(kinds.get(row.kind), row, base, event, data)
    mailing.returned(rows, events)


_CONTENT = frozenset({Action.EDIT, Action.RESUBMIT, Action.REBASE})


def _rebased_onto(named: Collection[int] | Collection[UUID]) -> set[UUID]:
    """The records that rows of a source belong to by now: locked with those they were written against."""
    rows = Submission.objects.named(named)
    return {
        record
        for row in rows
        for record in submitting.known_by_key(kinds.get(row.kind), [(row.source, row.source_key)]).values()
    }


def _refuse_any(steps: Sequence[Step], versions: Mapping[UUID, int]) -> None:
    """Ask of each step whether it may be taken; refuse with the first refusal, which knows of the others."""
    action = steps[0].action
    known = taking.known_keys([step.submission for step in steps]) if action in _BUILD_ON_BASE else set()
    refused: dict[UUID, Refused] = {}
    for step in steps:
        row = step.submission
        try:
            if row.status not in TRANSITIONS[action].sources:
                raise WrongStatus(statuses=[row.status])
            policies.ask(step)
            if action in _BUILD_ON_BASE:
                _refuse_outdated(row, versions[row.record], known)
            if action in CHECKLISTS and row.intent not in REQUESTS:
                # The form may have changed since it was sent: InvalidPayload where it fits it no longer.
                kinds.get(row.kind).readable(row.payload, row.schema)
        except Refused as refusal:
            refused[row.uid] = refusal
    raise_first(refused)
    if action == Action.ENTER:
        _refuse_rivals([step.submission for step in steps])


def _judged(row: Submission, rules: Rules) -> Judged:
    """Of which class it is, by the rules that bind it here and now."""
    return in_force.for_row(row.policy, rules).judge(row.kind, row.intent, row.touched)


def _outgrown(rows: Sequence[Submission], judged: Mapping[int, Judged]) -> set[int]:
    """Those whose steps were taken under rules that asked for less; a query only where the rules changed since."""
    older = {row.policy for row in rows if row.policy != judged[row.pk].version}
    before = in_force.of_versions(older) if older else {}
    return {
        row.pk
        for row in rows
        if row.policy in before
        and judged[row.pk].rules.asks_more_than(before[row.policy].classes[Risk(row.risk)], of_people=True)
    }


def _organisations_involved(
    rows: Sequence[Submission], judged: Mapping[int, Judged]
) -> dict[int, frozenset[int]]:
    """The organisations of everybody who had a hand in what asks for outsiders; no query where nothing does."""
    asking = [row for row in rows if judged[row.pk].rules.outsiders]
    users = {pk for row in asking for pk in (*row.authors, row.verified_by_id) if pk}
    return people.organisations_of(users) if users else {}


def _goes_on(action: Action, judged: Judged) -> bool:
    """Whether the reviewer keeps the lease: having verified what she may also enter.

    Never after the content changed: what she sees on her screen is no longer what she would decide on.
    """
    return action == Action.VERIFY and judged.rules.people == 1


def _refuse_outdated(row: Submission, version: int, known: Collection[tuple[str, str, str]]) -> None:
    """The record must be what the submission was written against."""
    if version != row.base_version or (row.kind, row.source, row.source_key) in known:
        raise Outdated(submission=row.uid, base=row.base_version, now=version)


def _refuse_rivals(rows: Sequence[Submission]) -> None:
    """One approved change per record at a time; and a new entry whose like is there already is asked about."""
    records = [row.record for row in rows if row.base_version]
    approved = Submission.objects.filter(record__in=records, status=Status.ENTERED)
    taken = set(approved.values_list("record", flat=True)) if records else set()
    taken |= {record for record in records if records.count(record) > 1}
    raise_first({row.uid: AnotherEntered() for row in rows if row.record in taken})
    found = duplicates.rivals(rows)
    raise_first(
        {uid: PossibleDuplicate(rivals=sorted(found[uid]), submissions=[uid]) for uid in sorted(found)}
    )


def _rewrite(
    rows: Sequence[Submission],
    records: Collection[UUID],
    action: Action,
    data: Mapping[str, Any] | None,
    by: User,
    rules: Rules,
) -> Submission:
    """Write the content that an edit, a resubmission or a rebase brings, of one submission; its steps are void."""
    (row,) = rows
    bases = Public.objects.in_bulk([row.record, *records])
    base = bases.get(row.record) or next(iter(bases.values()), None)
    content = wordings.new_content(row, base, action, data, by=by)
    if action == Action.REBASE and row.intent not in REQUESTS:
        content |= submitting.based_on(base)
    intent = content.get("intent", row.intent)
    content |= in_force.for_row(row.policy, rules).judge(row.kind, intent, content["touched"]).columns()
    Submission.objects.filter(pk=row.pk).update(**stamping.VOID, **content, status=TRANSITIONS[action].target)
    if action == Action.REBASE:  # who was handed it goes on with it, having read what it is now
        leases.lapse([row.pk], of=by)
    else:
        leases.drop([row.pk])
    return Submission.objects.get(pk=row.pk)


def _event(
    action: Action,
    row: Submission,
    who: people.Standing,
    reason: str,
    public_note: str,
    note: str,
    answers: Mapping[str, Any],
    request_id: str,
    more: Mapping[str, Any] | None = None,
) -> Event:
    role = who.role_towards(row.organisation_id, submitter=row.submitted_by_id == who.user.pk)
    fields: dict[str, Any] = {"record": row.record} | dict(more or {})
    return journal.new_event(
        action,
        by=who.user,
        role=role,
        kind=row.kind,
        submission=row,
        policy=row.policy,
        reason=reason,
        answers=dict(answers),
        request_id=request_id,
        public_text=public_note,
        private_text=note,
        **fields,
    )


def say_distinct(submission_id: int, *, other: UUID, by: User, fence: int, request_id: str = "") -> None:
    """A reviewer looked at both and found them to be two different things; remembered, never asked again."""
    with acting(by=by, reason=Action.DISTINCT, request_id=request_id):
        row, who = _held_alone(submission_id, Action.DISTINCT, by=by, fence=fence)
        journal.append([_event(Action.DISTINCT, row, who, "", "", "", {}, request_id, {"related": other})])


def leave_in_doubt(submission_id: int, *, by: User, fence: int, note: str, request_id: str = "") -> None:
    """A reviewer gives an entry back undecided: the note stays for colleagues, the lease ends, no status changes."""
    with acting(by=by, reason=Action.DOUBT, request_id=request_id):
        row, who = _held_alone(submission_id, Action.DOUBT, by=by, fence=fence, note=note)
        journal.append([_event(Action.DOUBT, row, who, "", "", note, {}, request_id)])
        leases.drop([submission_id])


def _held_alone(
    submission_id: int, action: Action, *, by: User, fence: int, note: str = ""
) -> tuple[Submission, people.Standing]:
    """One submission, locked, on which this person may say so."""
    held = hold([submission_id], by=by, now=timezone.now(), fence=fence)
    (row,) = held.rows
    policies.ask(Step(action, row, held.who, bool(held.leased), note=note))
    return row, held.who
