"""Approved -> public. Only this module writes records and their public rows.

`publish_due` is what Celery and the clock call, `take_down` removes at once, `rerender` shows anew. Each
writes in one transaction all that a change means: record, public row, event, list version, counters.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from verification import attempts, counting, journal, kinds, people, policies, rendering, workflow
from verification.journal import acting
from verification.kinds import Kind, Payload
from verification.models import (
    Attempt,
    Event,
    Organisation,
    Public,
    Record,
    Reviewer,
    Robot,
    Submission,
    TakeDown,
    User,
)
from verification.models.journal import ClockTimestamp
from verification.refusals import AlreadyGone, InvalidPayload, NotAllowed, NotFound, ReasonMissing
from verification.sop import REASONS, Action, Intent, Reason, Role, State, Status

log = structlog.get_logger()

BATCH = 500


@dataclass
class Outcome:
    """What one call of `publish_due` did, in submissions."""

    taken: int = 0
    published: int = 0
    sent_back: int = 0
    failed: int = 0
    parked: int = 0


@dataclass
class Prepared:
    """One submission made ready in memory, before anything is written."""

    submission: Submission
    spec: Kind
    record: Record
    row: Public
    before: Public | None


@dataclass
class Batch:
    """What was taken for one publication, and what became of each."""

    due: list[Submission]
    bases: Mapping[UUID, Public]
    ready: list[Prepared] = field(default_factory=list)
    sent_back: dict[Reason, list[int]] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)


def publish_due(*, limit: int = BATCH) -> Outcome:
    """Publish up to `limit` approved submissions; safe to call at any time, by anybody, any number of times.

    Rows locked by another publisher are left to it. What was outdated meanwhile goes back to review; what
    cannot be written is found by halving, counted, retried later, and parked after the last try.
    """
    robot = User.objects.robot(Robot.PUBLISHER)
    with acting(by=robot, reason=Action.PUBLISH):
        batch = _take_due(limit)
        if not batch.due:
            return Outcome()
        _prepare(batch, now=timezone.now())
        batch.failed.update(_write(batch.ready, by=robot))
        for reason, ids in batch.sent_back.items():
            workflow.advance(ids, Action.SEND_BACK, by=robot, reason=reason)
    parked = attempts.note_failures(batch.failed)
    sent_back = sum(len(ids) for ids in batch.sent_back.values())
    published = len(batch.due) - sent_back - len(batch.failed)
    return Outcome(len(batch.due), published, sent_back, len(batch.failed), parked)


def _take_due(limit: int) -> Batch:
    """Lock what is due: the records first, then the submissions, passing over what others hold."""
    waiting = Attempt.objects.filter(submission=OuterRef("pk"), next_try__gt=ClockTimestamp())
    candidates = (
        Submission.objects.filter(~Exists(waiting), status=Status.ENTERED).order_by("pk").values_list("pk", "record")
    )[:limit]
    records = {pk: record for pk, record in candidates}
    rows = Public.objects.filter(pk__in=set(records.values())).order_by("pk")
    bases = {p.pk: p for p in rows.select_for_update(skip_locked=True)}
    due = (
        Submission.objects.filter(pk__in=records, status=Status.ENTERED)
        .select_related("organisation__merged_into")
        .order_by("pk")
        .select_for_update(skip_locked=True, of=("self",))
    )
    return Batch([s for s in due if s.base_version == 0 or s.record in bases], bases)


def _prepare(batch: Batch, *, now: datetime) -> None:
    """Check every payload and render it in memory; sort out what cannot go."""
    trust = _trust(batch.due)
    known = workflow.known_keys(batch.due)
    stored = _stored(batch.due)
    for submission in batch.due:
        base = batch.bases.get(submission.record)
        key = (submission.kind, submission.source, submission.source_key)
        taken = submission.base_version == 0 and key in known
        if (base.version if base else 0) != submission.base_version or taken:
            batch.sent_back.setdefault(Reason.RECORD_CHANGED, []).append(submission.pk)
            continue
        if submission.source_key:
            known.add(key)
        try:
            batch.ready.append(_ready(submission, base, stored.get(submission.record), trust[submission.pk], now=now))
        except InvalidPayload:
            batch.sent_back.setdefault(Reason.FORM_CHANGED, []).append(submission.pk)
        except (KeyError, TypeError, ValueError, AttributeError, ValidationError) as error:
            batch.failed[submission.pk] = f"{type(error).__name__}: {error}"


def _stored(due: Sequence[Submission]) -> dict[UUID, Record]:
    """The typed records that corrections are about. A query per list."""
    found: dict[UUID, Record] = {}
    for slug in {s.kind for s in due}:
        uids = [s.record for s in due if s.kind == slug and s.base_version]
        if uids:
            rows = kinds.get(slug).model._default_manager.filter(uid__in=uids).select_related("organisation")
            found.update((record.uid, record) for record in rows)
    return found


def _ready(
    submission: Submission, base: Public | None, stored: Record | None, trust: Payload, *, now: datetime
) -> Prepared:
    spec = kinds.get(submission.kind)
    payload = submission.payload
    if submission.schema != spec.schema:
        payload = spec.clean(spec.upgrade(payload, submission.schema))
    payload = spec.filled(payload, spec.payload_of(stored) if stored else None)
    # Where a record came from stays with it, whoever corrects it.
    origin = stored if stored and stored.source_key else submission
    organisation = people.root_of(submission.organisation) if submission.organisation else None
    record = spec.model(
        uid=submission.record,
        version=submission.base_version + 1,
        state=State.LIVE,
        organisation=organisation,
        origin=submission.origin,
        source=origin.source,
        source_key=origin.source_key,
        trust=trust,
        verified_at=submission.verified_at,
        confirmed_at=None,
        changed_at=now,
        published_at=now,
        **spec.columns_of(payload),
    )
    row = rendering.public_row(
        spec,
        record,
        payload,
        organisation,
        identity=submission.identity,
        unmet_since=base.unmet_since if base and base.state == State.LIVE else now,
        body=rendering.body_of(spec, record, payload, organisation),
    )
    return Prepared(submission, spec, record, row, base)


def _trust(due: Sequence[Submission]) -> dict[int, Payload]:
    """Who took the two steps and on what grounds, in public words. Three queries for a whole batch."""
    actors = {s.verified_by_id for s in due} | {s.entered_by_id for s in due}
    pseudonyms = dict(User.objects.filter(pk__in=actors).values_list("pk", "pseudonym"))
    organisations = dict(Reviewer.objects.filter(user__in=actors).values_list("user", "organisation__name"))
    events = Event.objects.filter(submission__in=[s.pk for s in due], action=Action.VERIFY).order_by("pk")
    grounds = {pk: answers.get("grounds", []) for pk, answers in events.values_list("submission", "answers")}

    def stamp(user: int | None, at: datetime | None) -> dict[str, Any]:
        return {
            "by": pseudonyms.get(user, "") if user else "",
            "role": Role.REVIEWER,
            "organisation": organisations.get(user, "") if user else "",
            "at": rendering.exact(at),
        }

    return {
        s.pk: {
            "verified": {**stamp(s.verified_by_id, s.verified_at), "grounds": grounds.get(s.pk, [])},
            "entered": stamp(s.entered_by_id, s.entered_at),
        }
        for s in due
    }


def _write(ready: Sequence[Prepared], *, by: User) -> dict[int, str]:
    """Write all, or halve until what cannot be written stands alone; returns the culprits and their errors."""
    if not ready:
        return {}
    try:
        with transaction.atomic():
            _write_all(ready, by=by)
    except (DataError, IntegrityError, ValidationError) as error:
        if len(ready) == 1:
            return {ready[0].submission.pk: f"{type(error).__name__}: {error}"}
        middle = len(ready) // 2
        return _write(ready[:middle], by=by) | _write(ready[middle:], by=by)
    return {}


_KEPT = frozenset({"id", "uid"})


def _write_all(ready: Sequence[Prepared], *, by: User) -> None:
    ids = [p.submission.pk for p in ready]
    extra = {p.submission.pk: {"version": p.row.version, "body": p.row.body} for p in ready}
    workflow.advance(ids, Action.PUBLISH, by=by, events=extra)
    for spec in {p.spec.slug: p.spec for p in ready}.values():
        records = sorted((p.record for p in ready if p.spec is spec), key=lambda r: r.uid)
        _upsert(spec.model, records)
    _upsert(Public, sorted((p.row for p in ready), key=lambda r: r.uid))
    counting.note_changes([(p.before, p.row) for p in ready])


def _upsert(model: type[Any], rows: Sequence[Any]) -> None:
    """Insert, or bring to the new version; the public rows' locks make sure nobody else does."""
    columns = [f.name for f in model._meta.concrete_fields if f.name not in _KEPT]
    model._default_manager.bulk_create(rows, update_conflicts=True, unique_fields=["uid"], update_fields=columns)


def take_down(
    record: UUID,
    *,
    by: User,
    reason: str,
    public_note: str = "",
    note: str = "",
    submission_id: int | None = None,
    fence: int | None = None,
    request_id: str = "",
) -> Public:
    """Remove a record from the public at once; a tombstone and its history stay, and its uid.

    By a reviewer in force, or by the record's own proven organisation. With `submission_id` it carries out
    that request to withdraw. Steps standing on submissions for the record are void. A second person looks
    within a day (`second_look`). Refused: NotFound, AlreadyGone, NotAllowed, ReasonMissing, and the policy.
    """
    now = timezone.now()
    with acting(by=by, reason=reason, request_id=request_id):
        row = Public.objects.select_for_update().filter(pk=record).first()
        if row is None:
            raise NotFound()
        if row.state != State.LIVE:
            raise AlreadyGone()
        who = people.standing(by, now=now)
        if not policies.may_take_down(who, row.organisation_id):
            raise NotAllowed()
        if reason not in REASONS[Action.TAKE_DOWN]:
            raise ReasonMissing()
        version = row.version + 1
        if submission_id is None:
            role = who.role_towards(row.organisation_id, submitter=False)
            event = journal.new_event(
                Action.TAKE_DOWN,
                by=by,
                role=role,
                kind=row.kind,
                record=row.uid,
                version=version,
                reason=reason,
                public_text=public_note,
                private_text=note,
                request_id=request_id,
            )
            journal.append([event])
        else:
            workflow.advance(
                [submission_id],
                Action.TAKE_DOWN,
                by=by,
                fence=fence,
                reason=reason,
                public_note=public_note,
                note=note,
                request_id=request_id,
                events={submission_id: {"version": version}},
            )
        _send_back_others(row.uid, by=by, request_id=request_id)
        _bury(row, version, reason, now)
        TakeDown.objects.create(record=row, version=version, taken_by=by)
    return row


def _send_back_others(record: UUID, *, by: User, request_id: str) -> None:
    """What was verified or entered for this record was verified against what no longer stands."""
    standing = Submission.objects.filter(record=record, status__in=[Status.VERIFIED, Status.ENTERED])
    ids = list(standing.values_list("pk", flat=True))
    if ids:
        workflow.advance(ids, Action.SEND_BACK, by=by, reason=Reason.RECORD_CHANGED, request_id=request_id)


def _bury(row: Public, version: int, reason: str, now: datetime) -> None:
    before = Public(kind=row.kind, state=row.state, tokens=row.tokens)
    kinds.get(row.kind).model._default_manager.filter(uid=row.uid).update(version=version, state=State.WITHDRAWN)
    row.version, row.state, row.tokens = version, State.WITHDRAWN, []
    row.gone_at, row.gone_reason = now, reason
    row.body = rendering.tombstone(row, gone_at=now, reason=reason)
    row.save(update_fields=["version", "state", "tokens", "gone_at", "gone_reason", "body"])
    counting.note_changes([(before, row)])


def request_withdrawal(
    record: UUID, *, by: User, reason: str, note: str = "", uid: UUID | None = None, request_id: str = ""
) -> Submission | None:
    """Ask that a record be taken down. The record's own proven organisation is obeyed at once (returns None)."""
    row = Public.objects.filter(pk=record).first()
    if row is None:
        raise NotFound()
    if row.organisation_id in people.standing(by, now=timezone.now()).proven:
        take_down(record, by=by, reason=reason, note=note, request_id=request_id)
        return None
    if reason not in REASONS[Action.TAKE_DOWN]:
        raise ReasonMissing()
    return workflow.submit(
        kind=row.kind,
        data={},
        by=by,
        record=record,
        intent=Intent.WITHDRAWAL,
        reason=reason,
        note=note,
        uid=uid,
        request_id=request_id,
    )


def second_look(take_down_id: int, *, by: User, request_id: str = "") -> TakeDown:
    """A second reviewer looked at a take-down and found it right. To undo one, bring the record back."""
    now = timezone.now()
    with acting(by=by, reason=Action.SECOND_LOOK, request_id=request_id):
        found = TakeDown.objects.select_for_update(of=("self",)).select_related("record").get(pk=take_down_id)
        who = people.standing(by, now=now)
        if not who.is_reviewer or found.taken_by_id == by.pk:
            raise NotAllowed()
        if found.looked_at is None:
            found.looked_at, found.looked_by = now, by
            found.save()
            event = journal.new_event(
                Action.SECOND_LOOK,
                by=by,
                role=Role.REVIEWER,
                kind=found.record.kind,
                record=found.record_id,
                request_id=request_id,
            )
            journal.append([event])
    return found


def rerender(uids: Iterable[UUID], *, reason: str) -> int:
    """Show records anew where their organisation, the renderer or an allow-list changed; returns how many did.

    Same version, same clocks: only the body, the tokens and the list version change.
    """
    robot = User.objects.robot(Robot.KEEPER)
    with acting(by=robot, reason=reason):
        rows = {p.pk: p for p in Public.objects.live().filter(pk__in=uids).order_by("pk").select_for_update()}
        changed = [new for spec in kinds.every() for new in _anew(spec, rows)]
        if not changed:
            return 0
        _upsert(Public, changed)
        journal.append(
            [
                journal.new_event(
                    Action.RERENDER,
                    by=robot,
                    role=Role.ROBOT,
                    kind=row.kind,
                    record=row.uid,
                    version=row.version,
                    reason=reason,
                    body=row.body,
                )
                for row in changed
            ]
        )
        counting.note_changes([(rows[row.uid], row) for row in changed])
    return len(changed)


def _anew(spec: Kind, rows: Mapping[UUID, Public]) -> list[Public]:
    """The public rows of one list as they should be now, where that differs."""
    uids = [uid for uid, row in rows.items() if row.kind == spec.slug]
    records = spec.model._default_manager.filter(uid__in=uids).select_related("organisation__merged_into")
    changed = []
    for record in records.order_by("uid"):
        old = rows[record.uid]
        payload = spec.payload_of(record)
        organisation: Organisation | None = people.root_of(record.organisation) if record.organisation else None
        body = rendering.body_of(spec, record, payload, organisation)
        if body == old.body:
            continue
        new = rendering.public_row(
            spec, record, payload, organisation, identity=old.identity, unmet_since=old.unmet_since, body=body
        )
        new.freshness = old.freshness
        changed.append(new)
    return changed
