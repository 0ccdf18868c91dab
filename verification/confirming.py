"""Still true: the clocks of a record moved without a new version.

Its own organisation says so at once (`confirm`): the clock `confirmed` moves. Anybody else's word waits for a
reviewer (`carry_out`): the clock `verified` moves, with who verified it. Nothing else of the record changes, so
what waits for it waits on undisturbed.
"""

from collections.abc import Mapping
from copy import copy
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from verification import (
    counting,
    journal,
    kinds,
    organisations,
    owner_links,
    people,
    policies,
    publishing,
    rendering,
    workflow,
)
from verification.journal import acting
from verification.kinds import Kind
from verification.models import OwnerLink, Public, Record, Robot, Submission, User
from verification.refusals import AlreadyGone, MergedAway, NotAllowed, NotFound
from verification.sop import Action, Freshness, Intent, Role, State


def confirm(
    record: UUID, *, by: User, link: OwnerLink | None = None, public_note: str = "", request_id: str = ""
) -> Public:
    """The record's own organisation says that it is still true: at once, the same version, no second person.

    By a member of the proven organisation it is about, or through its owner `link`. Refused: NotFound,
    AlreadyGone, MergedAway, NotAllowed.
    """
    with acting(by=by, reason=Action.CONFIRM, request_id=request_id):
        row, stored, spec = _hold(record)
        if link is not None:
            owner_links.hold(link)
        elif not policies.owns(people.standing(by, now=timezone.now()), row.organisation_id):
            raise NotAllowed()
        stored.confirmed_at = timezone.now()
        before = _show_anew(spec, stored, row)
        event = journal.new_event(
            Action.CONFIRM,
            by=by,
            role=Role.ORGANISATION,
            kind=row.kind,
            record=row.uid,
            version=row.version,
            related=link.uid if link else None,
            public_text=public_note,
            body=row.body,
            request_id=request_id,
        )
        journal.append([event])
        _write(stored, before, row, ["confirmed_at"])
    return row


def through_link(link: OwnerLink, *, request_id: str = "") -> Public:
    """`confirm` by whoever holds the owner link."""
    return confirm(link.record_id, by=User.objects.robot(Robot.OWNER), link=link, request_id=request_id)


def take_down_through_link(link: OwnerLink, *, reason: str, note: str = "", request_id: str = "") -> Public:
    """`publishing.take_down` by whoever holds the owner link; a second person looks at it as at any other."""
    robot = User.objects.robot(Robot.OWNER)
    return publishing.take_down(
        link.record_id, by=robot, reason=reason, note=note, link=link, request_id=request_id
    )


def ask(
    record: UUID,
    *,
    by: User,
    note: str = "",
    uid: UUID | None = None,
    request_id: str = "",
    at_once: bool = True,
) -> Submission | None:
    """Somebody says that a record is still true. Its own proven organisation is believed at once (returns None);
    anybody else's word waits for a reviewer.

    Not at once where `at_once` is off: a token asks, it does not decide. Refused: NotFound, AlreadyGone,
    MergedAway.
    """
    row = Public.objects.filter(pk=record).first()
    _refuse_gone(row)
    assert row is not None
    if at_once and policies.owns(people.standing(by, now=timezone.now()), row.organisation_id):
        confirm(record, by=by, request_id=request_id)
        return None
    return workflow.submit(
        kind=row.kind,
        data={},
        by=by,
        record=record,
        intent=Intent.CONFIRMATION,
        note=note,
        uid=uid,
        request_id=request_id,
    )


def carry_out(
    submission_id: int,
    *,
    by: User,
    fence: int | None,
    answers: Mapping[str, Any],
    public_note: str = "",
    note: str = "",
    request_id: str = "",
    fresh_factor: bool = False,
) -> Public:
    """A reviewer looked, and found somebody's word right: the record is verified anew, as it stands.

    Refused: NotFound, AlreadyGone, MergedAway, Outdated where the record changed after the word was given, and
    the policy of *confirm*.
    """
    with acting(by=by, reason=Action.CONFIRM, request_id=request_id):
        records = Submission.objects.filter(pk=submission_id).values_list("record", flat=True)
        row, stored, spec = _hold(records.first())
        stored.verified_at = timezone.now()
        stored.trust = {**stored.trust, "verified": _verifier(by, stored.verified_at, answers)}
        before = _show_anew(spec, stored, row)
        shown = {"version": row.version, "body": row.body}
        workflow.advance(
            [submission_id],
            Action.CONFIRM,
            by=by,
            fence=fence,
            answers=answers,
            public_note=public_note,
            note=note,
            request_id=request_id,
            events={submission_id: shown},
            fresh_factor=fresh_factor,
        )
        _write(stored, before, row, ["verified_at", "trust"])
    return row


def _verifier(by: User, at: datetime, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Who verified it and on what grounds, in public words."""
    houses = people.in_force(now=at).filter(user=by).values_list("organisation__name", flat=True)
    return {
        "by": by.pseudonym,
        "role": Role.REVIEWER,
        "organisation": houses.first() or "",
        "at": rendering.exact(at),
        "grounds": answers.get("grounds", []),
    }


def _refuse_gone(row: Public | None) -> None:
    if row is None:
        raise NotFound()
    if row.merged_into:
        raise MergedAway(into=row.merged_into)
    if row.state != State.LIVE:
        raise AlreadyGone()


def _hold(record: UUID | None) -> tuple[Public, Record, Kind]:
    """A live record, locked."""
    row = Public.objects.select_for_update().filter(pk=record).first() if record else None
    _refuse_gone(row)
    assert row is not None
    spec = kinds.get(row.kind)
    stored = spec.model._default_manager.select_related("organisation__merged_into").get(uid=row.uid)
    return row, stored, spec


def _show_anew(spec: Kind, stored: Record, row: Public) -> Public:
    """The body and the thresholds as they follow from the clocks; in memory. Returns the row as it was."""
    before = copy(row)
    organisation = organisations.root_of(stored.organisation) if stored.organisation else None
    row.body = rendering.body_of(spec, stored, spec.payload_of(stored), organisation)
    row.verified_at = stored.verified_at
    row.freshness = Freshness.FRESH
    for name, at in spec.intervals.thresholds(rendering.looked_at(stored)).items():
        setattr(row, name, at)
    return before


_FOLLOWING = ["body", "verified_at", "freshness", "due_at", "overdue_at", "stale_at"]


def _write(stored: Record, before: Public, row: Public, columns: list[str]) -> None:
    stored.save(update_fields=columns)
    row.save(update_fields=_FOLLOWING)
    counting.note_changes([(before, row)])
