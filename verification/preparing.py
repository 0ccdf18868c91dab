"""Approved submissions made ready in memory: payload checked, record and public row rendered, nothing written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from verification import kinds, people, rendering
from verification.kinds import Kind, Payload
from verification.models import Event, Public, Record, Reviewer, Submission, User
from verification.sop import Action, Role, State


@dataclass
class Prepared:
    """One submission made ready: the record and public row it becomes, and the row that stands."""

    submission: Submission
    spec: Kind
    record: Record
    row: Public
    before: Public | None


@dataclass(frozen=True)
class Material:
    """What a batch needs beside the submissions, read beforehand in a few queries."""

    bases: Mapping[UUID, Public]
    stored: Mapping[UUID, Record]
    trust: Mapping[int, Payload]
    now: datetime


def gather(due: Sequence[Submission], bases: Mapping[UUID, Public]) -> Material:
    """Read what `prepare` needs for all of these."""
    return Material(bases, _stored(due), _trust(due), timezone.now())


def prepare(submission: Submission, material: Material) -> Prepared:
    """The record and the public row this submission becomes; no query.

    InvalidPayload where its content does not fit today's form; any other exception is a bad payload.
    """
    spec = kinds.get(submission.kind)
    base, stored = material.bases.get(submission.record), material.stored.get(submission.record)
    payload = spec.readable(submission.payload, submission.schema)
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
        trust=material.trust[submission.pk],
        last_line=kinds.last_line(payload, stored.last_line if stored else 0),
        verified_at=submission.verified_at or material.now,  # never null here: a constraint says so
        confirmed_at=None,
        changed_at=material.now,
        published_at=material.now,
        **spec.columns_of(payload),
    )
    row = rendering.public_row(
        spec,
        record,
        payload,
        organisation,
        identity=submission.identity,
        unmet_since=base.unmet_since if base and base.state == State.LIVE else material.now,
        body=rendering.body_of(spec, record, payload, organisation),
    )
    return Prepared(submission, spec, record, row, base)


def _stored(due: Sequence[Submission]) -> dict[UUID, Record]:
    """The typed records that corrections are about. A query per list."""
    found: dict[UUID, Record] = {}
    for slug in {s.kind for s in due}:
        uids = [s.record for s in due if s.kind == slug and s.base_version]
        if uids:
            rows = kinds.get(slug).model._default_manager.filter(uid__in=uids).select_related("organisation")
            found.update((record.uid, record) for record in rows)
    return found


def _trust(due: Sequence[Submission]) -> dict[int, Payload]:
    """Who took the two steps and on what grounds, in public words. Three queries for a whole batch."""
    actors = {pk for s in due for pk in (s.verified_by_id, s.entered_by_id) if pk}
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
