"""Approved -> public. Only this module writes records and their public rows.

`publish_due` is what Celery and the clock call, `take_down` removes at once, `rerender` shows anew. Each
writes in one transaction all that a change means: record, public row, event, list version, counters.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError
from django.utils import timezone

from verification import (
    attempts,
    burying,
    counting,
    in_force,
    journal,
    kinds,
    last_step,
    mailing,
    organisations,
    owner_links,
    people,
    policies,
    preparing,
    reasons,
    rendering,
    taking,
    workflow,
    writing,
)
from verification.journal import acting
from verification.kinds import Kind
from verification.models import (
    Event,
    Organisation,
    OwnerLink,
    Public,
    Robot,
    Submission,
    TakeDown,
    User,
)
from verification.people import Standing
from verification.preparing import Prepared
from verification.refusals import (
    AlreadyGone,
    InvalidPayload,
    NotAllowed,
    NotFound,
    OwnOrganisation,
    ReasonMissing,
)
from verification.rules import REPLAY
from verification.sop import Action, Intent, Reason, Risk, Role, State
from verification.taking import Due
from verification.writing import Script

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
class Batch:
    """What was taken for one publication, and what became of each."""

    due: list[Due]
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
        batch = Batch(*taking.take(limit))
        if not batch.due:
            return Outcome()
        _prepare(batch)
        batch.failed.update(_write(batch.ready, by=robot))
        for reason, ids in batch.sent_back.items():
            workflow.advance(ids, Action.SEND_BACK, by=robot, reason=reason)
    parked = attempts.note_failures(batch.failed)
    sent_back = sum(len(ids) for ids in batch.sent_back.values())
    published = len(batch.due) - sent_back - len(batch.failed)
    return Outcome(len(batch.due), published, sent_back, len(batch.failed), parked)


def _prepare(batch: Batch) -> None:
    """Make everything ready in memory; sort out what cannot go."""
    known = taking.known_keys(batch.due)
    material = preparing.gather(batch.due, batch.bases)
    outgrown = _outgrown(batch.due)
    for submission in batch.due:
        base = batch.bases.get(submission.record)
        key = (submission.kind, submission.source, submission.source_key)
        taken = submission.base_version == 0 and key in known
        if (base.version if base else 0) != submission.base_version or taken:
            batch.sent_back.setdefault(Reason.RECORD_CHANGED, []).append(submission.pk)
            continue
        if submission.pk in outgrown:
            batch.sent_back.setdefault(Reason.RULES_CHANGED, []).append(submission.pk)
            continue
        try:
            batch.ready.append(preparing.prepare(submission, material))
        except InvalidPayload:
            batch.sent_back.setdefault(Reason.FORM_CHANGED, []).append(submission.pk)
        except Exception as error:  # nothing here asks the database: whatever fails is the row's own fault
            batch.failed[submission.pk] = _told(error)
        else:
            known |= {key} if submission.source_key else set()


def _outgrown(due: Sequence[Due]) -> set[int]:
    """Those approved under rules that asked for less than those in force: a query only where the rules changed."""
    older = {row.policy for row in due if row.policy not in (row.version, REPLAY)}
    before = in_force.of_versions(older) if older else {}
    return {
        row.pk
        for row in due
        if row.policy in before
        and row.rules.judge(row.kind, row.intent, row.touched).rules.asks_more_than(
            before[row.policy].classes[Risk(row.risk)]
        )
    }


def _write(ready: Sequence[Prepared], *, by: User) -> dict[int, str]:
    """Write all, or halve until what cannot be written stands alone; returns the culprits and their errors."""
    if not ready:
        return {}
    try:
        with writing.all_or_none() as script:
            _write_all(script, ready, by=by)
    except (DataError, IntegrityError, ValidationError) as error:
        if len(ready) == 1:
            return {ready[0].submission.pk: _told(error)}
        middle = len(ready) // 2
        return _write(ready[:middle], by=by) | _write(ready[middle:], by=by)
    return {}


def _told(error: Exception) -> str:
    """What went wrong, in one line: the second one of a database's error quotes the row, private fields included."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


def _write_all(script: Script, ready: Sequence[Prepared], *, by: User) -> None:
    """The step, records, public rows, counts and the mail about it; two batches insert one key in the same order."""
    last_step.publish(script, [p.submission for p in ready], [p.row.body for p in ready], by=by)
    for spec in sorted({p.spec.slug: p.spec for p in ready}.values(), key=lambda spec: spec.slug):
        mine = sorted((p for p in ready if p.spec is spec), key=lambda p: (p.record.source_key, p.record.uid))
        script.insert(spec.model, [vars(p.record) for p in mine if p.before is None])
        script.update(spec.model, [vars(p.record) for p in mine if p.before is not None])
    script.insert(Public, [vars(p.row) for p in ready if p.before is None])
    script.update(Public, [vars(p.row) for p in ready if p.before is not None])
    counting.add_changes(script, [(p.before, p.row) for p in ready], {p.row.uid: p.content for p in ready})
    mailing.published(script, _for_their_senders(ready))


def _for_their_senders(ready: Iterable[Prepared]) -> Iterator[mailing.Shown]:
    for p in ready:
        if p.reader:
            yield mailing.Shown(p.reader, p.submission.pk, p.spec.slug, str(p.row.uid), p.row.title)


def take_down(
    record: UUID,
    *,
    by: User,
    reason: str,
    public_note: str = "",
    note: str = "",
    submission_id: int | None = None,
    fence: int | None = None,
    link: OwnerLink | None = None,
    request_id: str = "",
    fresh_factor: bool = False,
) -> Public:
    """Remove a record from the public at once; a tombstone and its history stay, and its uid.

    By a reviewer in force who used a second factor a moment ago (`fresh_factor`), by the record's own proven
    organisation, or through its owner `link`, for whose holder a robot acts
    (`confirming.take_down_through_link`). With `submission_id` it carries out
    that request to withdraw. Steps standing on submissions for the record are void. A second person looks
    within a day (`second_look`). Refused: NotFound, AlreadyGone, NotAllowed, FreshFactorNeeded, ReasonMissing,
    and the policy.
    """
    told: dict[str, Any] = {
        "reason": reason,
        "public_note": public_note,
        "note": note,
        "request_id": request_id,
    }
    with acting(by=by, reason=reason, request_id=request_id):
        row = Public.objects.select_for_update().filter(pk=record).first()
        if row is None:
            raise NotFound()
        if row.state != State.LIVE:
            raise AlreadyGone()
        who = people.standing(by, now=timezone.now())
        if link is not None:
            owner_links.hold(link)
        else:
            policies.refuse_taking_down(who, row.organisation_id, fresh_factor=fresh_factor)
        if reason not in reasons.offered(Action.TAKE_DOWN):
            raise ReasonMissing()
        version = row.version + 1
        if submission_id is None:
            journal.append([_take_down_event(row, who, version, link, told)])
        elif Submission.objects.filter(pk=submission_id, record=record).exists():
            more = {submission_id: {"version": version}}
            workflow.advance([submission_id], Action.TAKE_DOWN, by=by, fence=fence, events=more, **told)
        else:
            raise NotFound()
        burying.send_back_others(row.uid, by=by, request_id=request_id)
        burying.bury(row, state=State.WITHDRAWN, reason=reason)
        TakeDown.objects.create(record=row, version=version, taken_by=by)
    return row


def _take_down_event(
    row: Public, who: Standing, version: int, link: OwnerLink | None, told: Mapping[str, str]
) -> Event:
    return journal.new_event(
        Action.TAKE_DOWN,
        by=who.user,
        role=Role.ORGANISATION if link else who.role_towards(row.organisation_id, submitter=False),
        kind=row.kind,
        record=row.uid,
        version=version,
        related=link.uid if link else None,
        reason=told["reason"],
        public_text=told["public_note"],
        private_text=told["note"],
        request_id=told["request_id"],
    )


def request_withdrawal(
    record: UUID,
    *,
    by: User,
    reason: str,
    note: str = "",
    uid: UUID | None = None,
    request_id: str = "",
    at_once: bool = True,
) -> Submission | None:
    """Ask that a record be taken down. The record's own proven organisation is obeyed at once (returns None).

    Not so where `at_once` is off: a token asks, it does not decide.
    """
    row = Public.objects.filter(pk=record).first()
    if row is None:
        raise NotFound()
    if at_once and row.organisation_id in people.standing(by, now=timezone.now()).proven:
        take_down(record, by=by, reason=reason, note=note, request_id=request_id)
        return None
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
    """A second reviewer looked at a take-down or a merge and found it right. To undo one, bring the record back."""
    now = timezone.now()
    with acting(by=by, reason=Action.SECOND_LOOK, request_id=request_id):
        found = TakeDown.objects.select_for_update(of=("self",)).select_related("record").get(pk=take_down_id)
        who = people.standing(by, now=now)
        if not who.is_reviewer or found.taken_by_id == by.pk:
            raise NotAllowed()
        root = (
            Public.objects.filter(pk=found.record.merged_into).first() if found.record.merged_into else None
        )
        if {row.organisation_id for row in (found.record, root) if row} & who.organisations:
            raise OwnOrganisation()
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


def rerender(uids: Iterable[UUID], *, reason: str, by: User | None = None) -> int:
    """Show records anew where their organisation, the renderer or an allow-list changed; returns how many did.

    Same version, same clocks: only the body, the tokens and the list version change. In batches of `BATCH`, so
    that an organisation may have thousands of them, and all in one transaction. By the keeper, or by the
    coordinator (`by`) whose change of an organisation makes it necessary, in the same transaction.
    """
    actor, role = by or User.objects.robot(Robot.KEEPER), Role.COORDINATOR if by else Role.ROBOT
    with acting(by=actor, reason=reason):
        # In the order of the uids from the first batch to the last: so records are locked.
        ordered = sorted(uids)
        batches = [ordered[at : at + BATCH] for at in range(0, len(ordered), BATCH)]
        return sum(_rerender(batch, actor, role, reason) for batch in batches)


def _rerender(uids: Sequence[UUID], actor: User, role: Role, reason: str) -> int:
    rows = {p.pk: p for p in Public.objects.live().filter(pk__in=uids).order_by("pk").select_for_update()}
    changed = [new for spec in kinds.every() for new in _anew(spec, rows)]
    if changed:
        with writing.all_or_none() as script:
            script.update(Public, [vars(row) for row in changed])
            shown = [
                {"kind": row.kind, "record": row.uid, "version": row.version, "body": row.body}
                for row in changed
            ]
            journal.note(script, shown, action=Action.RERENDER, by=actor, role=role, reason=reason)
            counting.add_changes(script, [(rows[row.uid], row) for row in changed])
    return len(changed)


def rerender_organisations(organisations: Iterable[Organisation], *, by: User) -> int:
    """Show anew every record of these organisations: one was renamed, proven or merged."""
    concerned = list(organisations)
    # By the lists' own tables, which have an index for it; whether a record is live is seen under its lock.
    uids: set[UUID] = set()
    for spec in kinds.every():
        records = spec.model._default_manager.filter(organisation__in=concerned)
        uids.update(records.values_list("uid", flat=True))
    return rerender(uids, reason=Reason.ORGANISATION_CHANGED, by=by)


def _anew(spec: Kind, rows: Mapping[UUID, Public]) -> list[Public]:
    """The public rows of one list as they should be now, where that differs."""
    uids = [uid for uid, row in rows.items() if row.kind == spec.slug]
    if not uids:
        return []
    records = spec.model._default_manager.filter(uid__in=uids).select_related("organisation__merged_into")
    changed = []
    for record in records.order_by("uid"):
        old = rows[record.uid]
        payload = spec.payload_of(record)
        organisation: Organisation | None = (
            organisations.root_of(record.organisation) if record.organisation else None
        )
        body = rendering.body_of(spec, record, payload, organisation)
        if body == old.body:
            continue
        new = rendering.public_row(
            spec, record, payload, organisation, identity=old.identity, unmet_since=old.unmet_since, body=body
        )
        new.freshness = old.freshness
        changed.append(new)
    return changed
