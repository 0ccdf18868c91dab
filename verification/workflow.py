"""The one door. Nothing else in Glacier writes a submission's status.

`submit` takes something in, `advance` takes a step for one submission or a batch. Each is one transaction:
lock, check the transition, ask the policy, stamp, save, append the event.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from verification import (
    attempts,
    duplicates,
    journal,
    kinds,
    leases,
    mailing,
    people,
    policies,
    proposals,
    taking,
    wordings,
)
from verification.journal import acting
from verification.kinds import Kind
from verification.models import Event, Public, Submission, User
from verification.models.journal import ClockTimestamp
from verification.refusals import (
    AnotherEntered,
    Incomplete,
    MergedAway,
    NotFound,
    Outdated,
    PossibleDuplicate,
    Unchanged,
    WrongStatus,
)
from verification.sop import (
    CHECKLISTS,
    REQUESTS,
    TERMINAL,
    TRANSITIONS,
    Action,
    Intent,
    Origin,
    Reason,
    Risk,
    Status,
)

VOID = {
    "verified_at": None,
    "verified_by": None,
    "entered_at": None,
    "entered_by": None,
    "closed_at": None,
    "closed_by": None,
}
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

    `uid`, when the sender chose one, makes sending twice harmless: the first submission is returned.
    A known (source, source_key) makes it a correction of that record, live or withdrawn. A newer
    correction by the same person supersedes the older waiting one. `origin` is worked out unless an
    importer states it. Refused: InvalidPayload, NotFound, MergedAway, Unchanged, ReasonMissing.
    """
    spec = kinds.get(kind)
    with acting(by=by, reason=Action.SUBMIT, request_id=request_id):
        if uid is not None and (sent := _sent_before(uid, by=by)):
            return sent
        base = _base(spec, record, source, source_key)
        if intent in REQUESTS:
            wanted = proposals.request_of(spec, base, Intent(intent), reason)
        else:
            owned = proposals.owns_source(spec, source, source_key, base)
            wanted = proposals.content_of(spec, data, base, owns_source=owned)
        who = people.standing(by, now=timezone.now())
        submission = Submission(
            uid=uid or uuid4(),
            kind=kind,
            source=source,
            source_key=source_key,
            origin=origin or people.origin_of(who, wanted["organisation"]),
            status=Status.COLLECTED,
            authors=[by.pk],
            submitted_by=by,
            **({"intent": Intent.NEW, "record": uuid4()} | _based_on(base) | wanted),
        )
        _supersede(submission, by=by, request_id=request_id)
        submission.save(force_insert=True)
        journal.append([_event(Action.SUBMIT, submission, who, reason, "", note, {}, request_id)])
        submission.refresh_from_db()
    return submission


def _sent_before(uid: UUID, *, by: User) -> Submission | None:
    """What was sent under this uid already; whoever sends it at the same moment waits here."""
    duplicates.hold([str(uid)])
    sent = Submission.objects.filter(uid=uid).first()
    if sent is not None and sent.submitted_by_id != by.pk:
        raise NotFound()
    return sent


def _base(spec: Kind, record: UUID | None, source: str, source_key: str) -> Public | None:
    """The published record this is about, locked: named outright, or known by where it came from."""
    record = record or _known_by_key(spec, source, source_key)
    if record is None:
        return None
    base = Public.objects.select_for_update().filter(pk=record, kind=spec.slug).first()
    if base is None:
        raise NotFound()
    if base.merged_into:
        raise MergedAway(into=base.merged_into)
    return base


def _known_by_key(spec: Kind, source: str, source_key: str) -> UUID | None:
    if not source_key:
        return None
    records = spec.model._default_manager.filter(source=source, source_key=source_key)
    found = Public.objects.filter(pk__in=records.values("uid")).values_list("uid", "merged_into").first()
    # What was merged is the record it became part of.
    return (found[1] or found[0]) if found else None


def _based_on(base: Public | None) -> dict[str, Any]:
    """The columns that say what a correction was written against."""
    return {"intent": Intent.CORRECTION, "record": base.uid, "base_version": base.version} if base else {}


def _supersede(newer: Submission, *, by: User, request_id: str) -> None:
    """Withdraw what this person asked for the same record before, and still waits."""
    older = Submission.objects.filter(
        record=newer.record,
        submitted_by=by,
        intent=newer.intent,
        status__in=[Status.COLLECTED, Status.VERIFIED, Status.RETURNED],
    )
    ids = list(older.values_list("pk", flat=True))
    if ids:
        advance(ids, Action.WITHDRAW, by=by, reason=Reason.SUPERSEDED, request_id=request_id)


def advance(
    ids: Sequence[int],
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
    events: Mapping[int, Mapping[str, Any]] | None = None,
) -> list[Submission]:
    """Take one step for all of `ids`, or for none of them; returns them fresh, in id order.

    A reviewer's step presents the `fence` of a live lease; *verify* and *enter* carry the checklist's
    `answers`, *verify* with the grounds; return, reject and the like a `reason` code, `note` says how to
    fix it. `data` is the new content for edit, resubmit and rebase, or the wording a return proposes.
    `events` adds fields to the event of a submission (publishing uses it). The first refusal, by name,
    undoes everything.
    """
    brought, more = answers or {}, events or {}
    with acting(by=by, reason=reason or action, request_id=request_id):
        rows, bases = _lock(ids, action)
        transition = TRANSITIONS[action]
        if any(row.status not in transition.sources for row in rows):
            raise WrongStatus(statuses=sorted({row.status for row in rows}))
        who = people.standing(by, now=timezone.now())
        held = leases.held_under(ids, by=by, fence=fence)
        involved = _organisations_involved(rows)
        for row in rows:
            other = more.get(row.pk, {}).get("related")
            policies.ask(policies.Step(action, row, who, held, brought, reason, note, involved, other))
        if action in _BUILD_ON_BASE:
            _refuse_outdated(rows, bases)
        if action in CHECKLISTS:
            _refuse_unreadable(rows)
        if action == Action.ENTER:
            _refuse_rivals(rows)
        content = _new_content(rows, bases, action, data, by) if action in _CONTENT else {}
        _stamp(ids, action, transition.target, by, content, void=transition.voids_steps)
        leases.drop([row.pk for row in rows if not _goes_on(action, row)])
        attempts.forget([row.pk for row in rows if row.status == Status.ENTERED])
        events_written = journal.append(
            [
                _event(action, row, who, reason, public_note, note, brought, request_id, more.get(row.pk))
                for row in rows
            ]
        )
        if action == Action.RETURN:
            _after_return(rows, bases, events_written, data)
        return list(Submission.objects.filter(pk__in=ids).order_by("pk"))


def _after_return(
    rows: Sequence[Submission],
    bases: Mapping[UUID, Public],
    events: Sequence[Event],
    data: Mapping[str, Any] | None,
) -> None:
    """Keep the wording that is proposed, for one submission at a time; tell the submitters by mail."""
    if data is not None:
        (row,), (event,) = rows, events
        wordings.propose(kinds.get(row.kind), row, bases.get(row.record), event, data)
    mailing.returned(rows)


_CONTENT = frozenset({Action.EDIT, Action.RESUBMIT, Action.REBASE})


def _lock(ids: Sequence[int], action: Action) -> tuple[list[Submission], dict[UUID, Public]]:
    """Lock the records, then the submissions, each by id: the order every writer keeps."""
    found = Submission.objects.filter(pk__in=ids).only("record", "kind", "source", "source_key")
    records = {row.record for row in found}
    if action == Action.REBASE:
        records |= {
            _known_by_key(kinds.get(row.kind), row.source, row.source_key) or row.record for row in found
        }
    bases = {p.pk: p for p in Public.objects.filter(pk__in=records).order_by("pk").select_for_update()}
    rows = list(Submission.objects.filter(pk__in=ids).order_by("pk").select_for_update())
    if not rows or len(rows) < len(set(ids)):
        raise NotFound()
    if any(row.base_version and row.record not in bases for row in rows):
        raise WrongStatus()  # brought onto another record while we waited for the first
    return rows, bases


def _organisations_involved(rows: Sequence[Submission]) -> dict[int, frozenset[int]]:
    """The organisations of everybody who had a hand in dangerous changes; no query where there are none."""
    users = {
        pk for row in rows if row.risk >= Risk.DANGEROUS for pk in (*row.authors, row.verified_by_id) if pk
    }
    return people.organisations_of(users) if users else {}


def _goes_on(action: Action, row: Submission) -> bool:
    """Whether the reviewer keeps the lease: having verified what she may also enter.

    Never after the content changed: what she sees on her screen is no longer what she would decide on.
    """
    return action == Action.VERIFY and row.risk == Risk.ROUTINE


def _refuse_outdated(rows: Sequence[Submission], bases: Mapping[UUID, Public]) -> None:
    """The record must be what the submission was written against."""
    known = taking.known_keys(rows)
    for row in rows:
        base = bases.get(row.record)
        version = base.version if base else 0
        if version != row.base_version or (row.kind, row.source, row.source_key) in known:
            raise Outdated(submission=row.uid, base=row.base_version, now=version)


def _refuse_rivals(rows: Sequence[Submission]) -> None:
    """One approved change per record at a time; and a new entry whose like is there already is asked about."""
    records = [row.record for row in rows if row.base_version]
    approved = Submission.objects.filter(record__in=records, status=Status.ENTERED)
    if len(set(records)) < len(records) or (records and approved.exists()):
        raise AnotherEntered()
    if found := duplicates.rivals(rows):
        raise PossibleDuplicate(rivals=sorted(set().union(*found.values())), submissions=sorted(found))


def _refuse_unreadable(rows: Sequence[Submission]) -> None:
    """The form may have changed since it was sent: InvalidPayload where it fits it no longer."""
    for row in [row for row in rows if row.intent not in REQUESTS]:
        kinds.get(row.kind).readable(row.payload, row.schema)


def _new_content(
    rows: Sequence[Submission],
    bases: Mapping[UUID, Public],
    action: Action,
    data: Mapping[str, Any] | None,
    by: User,
) -> dict[str, Any]:
    """The columns an edit, resubmission or rebase changes. One submission at a time."""
    (row,) = rows
    spec = kinds.get(row.kind)
    base = bases.get(row.record) or next(iter(bases.values()), None)
    if base and base.merged_into:
        raise MergedAway(into=base.merged_into)
    if base and row.intent in REQUESTS:
        (reason,) = Event.objects.filter(submission=row, action=Action.SUBMIT).values_list(
            "reason", flat=True
        )
        return proposals.request_of(spec, base, Intent(row.intent), reason) | {"base_version": base.version}
    if data is None and action != Action.REBASE:
        raise Incomplete()
    proposed = proposals.brought_up_to_date(spec, row, base) if data is None else data
    owned = proposals.owns_source(spec, row.source, row.source_key, base)
    content = proposals.content_of(spec, proposed, base, owns_source=owned)
    if data is not None:
        if action == Action.EDIT and by.pk != row.submitted_by_id and content["payload"] == row.payload:
            raise Unchanged(wordings.AS_SENT)
        content["authors"] = wordings.authors_of(row, content["payload"], by=by.pk)
    return content | (_based_on(base) if action == Action.REBASE else {})


def _stamp(
    ids: Sequence[int], action: Action, target: Status, by: User, content: dict[str, Any], *, void: bool
) -> None:
    """Write the new status, with who and when, in one statement."""
    values: dict[str, Any] = {**(VOID if void else {}), **content, "status": target}
    stamps = {Action.VERIFY: "verified", Action.ENTER: "entered"}
    stamp = (stamps | dict.fromkeys((Action.TAKE_DOWN, Action.CONFIRM), "verified")).get(action)
    if target in TERMINAL:
        values |= {"closed_at": ClockTimestamp(), "closed_by": by.pk}
    if stamp:
        values |= {f"{stamp}_at": ClockTimestamp(), f"{stamp}_by": by.pk}
    Submission.objects.filter(pk__in=ids).update(**values)


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
        (row,), _bases = _lock([submission_id], Action.DISTINCT)
        who = people.standing(by, now=timezone.now())
        step = policies.Step(
            Action.DISTINCT, row, who, leases.held_under([submission_id], by=by, fence=fence)
        )
        policies.ask(step)
        journal.append([_event(Action.DISTINCT, row, who, "", "", "", {}, request_id, {"related": other})])


def leave_in_doubt(submission_id: int, *, by: User, fence: int, note: str, request_id: str = "") -> None:
    """A reviewer gives an entry back undecided: the note stays for colleagues, the lease ends, no status changes."""
    with acting(by=by, reason=Action.DOUBT, request_id=request_id):
        (row,), _bases = _lock([submission_id], Action.DOUBT)
        who = people.standing(by, now=timezone.now())
        held = leases.held_under([submission_id], by=by, fence=fence)
        policies.ask(policies.Step(Action.DOUBT, row, who, held, note=note))
        journal.append([_event(Action.DOUBT, row, who, "", "", note, {}, request_id)])
        leases.drop([submission_id])
