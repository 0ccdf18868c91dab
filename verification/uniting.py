"""Two records of one list that are the same are made one, and taken apart again where they are not.

The duplicate keeps its uid, its history and a tombstone that leads to the root. Chains there are none: whatever
was merged into the duplicate leads to the root from then on, and what is asked for under the duplicate's source
key is the root. Each record gets one event: *merge* and *absorb*, *unmerge* and *let_go*.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils import timezone

from verification import (
    burying,
    counting,
    journal,
    kinds,
    organisations,
    people,
    policies,
    reasons,
    rendering,
)
from verification.journal import acting
from verification.models import Event, Organisation, Public, TakeDown, User
from verification.people import Standing
from verification.refusals import (
    AlreadyGone,
    MergedAway,
    NotFound,
    NotMerged,
    OtherInstitution,
    ReasonMissing,
    TwinMissing,
    WrongStatus,
)
from verification.sop import Action, Role, State


def merge(
    duplicate: UUID,
    *,
    into: UUID,
    by: User,
    reason: str,
    public_note: str = "",
    note: str = "",
    fresh_factor: bool = False,
    request_id: str = "",
) -> Public:
    """Make `duplicate` part of `into`, or of what that was merged into. The root's content stays as it is.

    By a reviewer in force who belongs to neither's organisation and used a second factor a moment ago
    (`fresh_factor`); a second person looks within a day, as at a
    take-down (`publishing.second_look`). Steps standing on submissions for the duplicate are void; what was
    collected for it stays where it is and can only be returned, rejected or marked as a duplicate. Refused:
    FreshFactorNeeded, NotFound, OtherInstitution, TwinMissing where both are the same, MergedAway and AlreadyGone
    where one is not live, and WrongStatus where one of them was merged while we waited.
    """
    with acting(by=by, reason=reason, request_id=request_id):
        root_uid = _root_of(into)
        if root_uid == duplicate:
            raise TwinMissing()
        rows = _lock([duplicate, root_uid, *_parts_of(duplicate)])
        row, root = rows.get(duplicate), rows.get(root_uid)
        if row is None or root is None or row.kind != root.kind:
            raise NotFound()
        _refuse_gone(row)
        _refuse_gone(root)
        parts = _parts_of(duplicate)
        if not parts <= rows.keys():
            raise WrongStatus()
        who = _allowed(by, row, root, fresh_factor=fresh_factor)
        _refuse_two_institutions(row, root)
        if reason not in reasons.offered(Action.MERGE):
            raise ReasonMissing()
        burying.send_back_others(row.uid, by=by, request_id=request_id)
        for part in parts:
            _lead(rows[part], to=root.uid)
        burying.bury(row, state=State.MERGED, reason=reason, into=root.uid)
        _hand_over_key(row, root)
        TakeDown.objects.create(record=row, version=row.version, taken_by=by)
        told = {"reason": reason, "public_text": public_note, "private_text": note, "request_id": request_id}
        journal.append(
            [
                _event(Action.MERGE, row, who, related=root.uid, version=row.version, **told),
                _event(Action.ABSORB, root, who, related=row.uid, **told),
            ]
        )
    return row


def unmerge(
    record: UUID,
    *,
    by: User,
    reason: str,
    public_note: str = "",
    note: str = "",
    fresh_factor: bool = False,
    request_id: str = "",
) -> Public:
    """Make a merged record one of its own again: the same uid, its content as it was, the next version.

    By a reviewer in force who belongs to neither's organisation, with a fresh factor. What was verified stays
    verified when it was; a record that grew stale meanwhile comes back stale. Whoever did not merge it has given
    it its second look.
    Refused: FreshFactorNeeded, NotFound, NotMerged, ReasonMissing.
    """
    with acting(by=by, reason=reason, request_id=request_id):
        root_uid = Public.objects.filter(pk=record).values_list("merged_into", flat=True).first()
        rows = _lock([record, root_uid] if root_uid else [record])
        row = rows.get(record)
        if row is None:
            raise NotFound()
        if row.merged_into is None:
            raise NotMerged()
        if row.merged_into not in rows:
            raise WrongStatus()
        root = rows[row.merged_into]
        who = _allowed(by, row, root, fresh_factor=fresh_factor)
        if reason not in reasons.offered(Action.UNMERGE):
            raise ReasonMissing()
        _take_back_key(row, root)
        back = _bring_back(row)
        _settle_look(row, by=by)
        told = {"reason": reason, "public_text": public_note, "private_text": note, "request_id": request_id}
        more = {"version": back.version, "body": back.body}
        journal.append(
            [
                _event(Action.UNMERGE, back, who, related=root.uid, **more, **told),
                _event(Action.LET_GO, root, who, related=back.uid, **told),
            ]
        )
    return back


def _allowed(by: User, row: Public, root: Public, *, fresh_factor: bool) -> Standing:
    who = people.standing(by, now=timezone.now())
    policies.refuse_merging(who, row.organisation_id, root.organisation_id)
    policies.refuse_without_factor(fresh_factor=fresh_factor)
    return who


def _refuse_two_institutions(row: Public, root: Public) -> None:
    """What one institution says of itself does not vanish behind another's."""
    named = Organisation.objects.filter(pk__in=[row.organisation_id or 0, root.organisation_id or 0])
    if len({organisations.root_of(one).pk for one in named.select_related("merged_into")}) > 1:
        raise OtherInstitution()


def _root_of(record: UUID) -> UUID:
    """The record itself, or what it was merged into."""
    found = Public.objects.filter(pk=record).values_list("merged_into", flat=True)
    return found[0] or record if found else record


def _parts_of(record: UUID) -> set[UUID]:
    """What was merged into it. Whoever adds to them holds the record's lock."""
    return set(Public.objects.filter(merged_into=record).values_list("pk", flat=True))


def _lock(uids: Iterable[UUID]) -> dict[UUID, Public]:
    """Several records at once, in the order of their uids, as every writer locks them."""
    rows = Public.objects.filter(pk__in=set(uids)).order_by("pk").select_for_update()
    return {row.uid: row for row in rows}


def _refuse_gone(row: Public) -> None:
    if row.merged_into:
        raise MergedAway(into=row.merged_into)
    if row.state != State.LIVE:
        raise AlreadyGone()


def _lead(part: Public, *, to: UUID) -> None:
    """What was merged into the duplicate before leads to the root from now on."""
    part.merged_into = to
    assert part.gone_at is not None
    part.body = rendering.tombstone(part, gone_at=part.gone_at, reason=part.gone_reason)
    part.save(update_fields=["merged_into", "body"])


def _hand_over_key(row: Public, root: Public) -> None:
    """What comes again from the duplicate's source is the root, also where the root came from none."""
    records = kinds.get(row.kind).model._default_manager
    key = records.filter(uid=row.uid).values("source", "source_key")[0]
    if key["source_key"] and records.filter(uid=root.uid, source_key="").exists():
        records.filter(uid=row.uid).update(source="", source_key="")
        records.filter(uid=root.uid).update(**key)


def _take_back_key(row: Public, root: Public) -> None:
    """The duplicate's own source is its own again, where the root got it from the merge."""
    model = kinds.get(row.kind).model
    stored = model._default_manager.get(uid=row.uid)
    before = model.history.filter(id=stored.pk, version=row.version - 1).order_by("-history_id")[0]
    key = {"source": before.source, "source_key": before.source_key}
    if not key["source_key"] or stored.source_key:
        return
    if model._default_manager.filter(uid=root.uid, **key).update(source="", source_key=""):
        model._default_manager.filter(uid=row.uid).update(**key)


def _bring_back(row: Public) -> Public:
    """The public row of a merged record as it stands again, and its typed one."""
    spec = kinds.get(row.kind)
    stored = spec.model._default_manager.select_related("organisation__merged_into").get(uid=row.uid)
    stored.version, stored.state = row.version + 1, State.LIVE
    stored.save(update_fields=["version", "state"])
    payload = spec.payload_of(stored)
    organisation = organisations.root_of(stored.organisation) if stored.organisation else None
    back = rendering.public_row(
        spec,
        stored,
        payload,
        organisation,
        identity=row.identity,
        unmet_since=row.unmet_since,
        body=rendering.body_of(spec, stored, payload, organisation),
    )
    thresholds = {"due_at": back.due_at, "overdue_at": back.overdue_at, "stale_at": back.stale_at}
    back.freshness = rendering.freshness_at(thresholds, timezone.now())
    back.save(force_update=True)
    counting.note_changes([(row, back)])
    return back


def _settle_look(row: Public, *, by: User) -> None:
    """Undone by another person, the merge has had its second look; undone by the same, it needs none."""
    waiting = TakeDown.objects.filter(record=row, version=row.version, looked_at=None)
    if not waiting.exclude(taken_by=by).update(looked_at=timezone.now(), looked_by=by):
        waiting.delete()


def _event(action: Action, row: Public, who: Standing, **fields: Any) -> Event:
    return journal.new_event(action, by=who.user, role=Role.REVIEWER, kind=row.kind, record=row.uid, **fields)
