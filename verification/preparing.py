"""Approved submissions made ready in memory: payload checked, record and public row rendered, nothing written."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from verification import kinds, mailing, rendering
from verification.journal import canonical
from verification.kinds import Kind, Payload
from verification.mailing import Reader
from verification.models import Organisation, Public, Record
from verification.sop import Role, State
from verification.taking import Due


@dataclass
class Prepared:
    """One submission made ready: the record and public row it becomes, what its body says, the row that stands.

    And who is told, where its sender can be.
    """

    submission: Due
    spec: Kind
    record: Record
    row: Public
    content: Payload
    before: Public | None
    reader: Reader | None = None


@dataclass(frozen=True)
class Told:
    """What is said of a submission's steps in public words, the house it is about, at its root, and who sent it."""

    trust: Payload
    organisation: Organisation | None = None
    reader: Reader | None = None


@dataclass(frozen=True)
class Material:
    """What a batch needs beside the submissions, read beforehand in a few queries."""

    bases: Mapping[UUID, Public]
    stored: Mapping[UUID, Record]
    told: Mapping[int, Told]
    now: datetime


def gather(due: Sequence[Due], bases: Mapping[UUID, Public]) -> Material:
    """Read what `prepare` needs for all of these: one query, and one for each list with corrections."""
    return Material(bases, _stored(due), _told(due), timezone.now())


def prepare(submission: Due, material: Material) -> Prepared:
    """The record and the public row this submission becomes; no query.

    InvalidPayload where its content does not fit today's form; any other exception is a bad payload.
    """
    spec = kinds.get(submission.kind)
    base, stored = material.bases.get(submission.record), material.stored.get(submission.record)
    payload = spec.readable(submission.payload, submission.schema)
    payload = spec.filled(payload, spec.payload_of(stored) if stored else None)
    # Where a record came from stays with it, whoever corrects it.
    origin = stored if stored and stored.source_key else submission
    told = material.told[submission.pk]
    organisation, facets = told.organisation, spec.facets(payload)
    record = spec.model(
        uid=submission.record,
        version=submission.base_version + 1,
        state=State.LIVE,
        organisation_id=organisation.pk if organisation else None,
        origin=submission.origin,
        source=origin.source,
        source_key=origin.source_key,
        trust=told.trust | _changed_lately(submission, spec, stored, material.now),
        last_line=kinds.last_line(payload, stored.last_line if stored else 0),
        verified_at=submission.verified_at or material.now,  # never null here: a constraint says so
        confirmed_at=None,
        changed_at=material.now,
        published_at=material.now,
        **spec.columns_of(payload),
    )
    content = rendering.content_of(spec, record, payload, organisation, facets)
    row = rendering.public_row(
        spec,
        record,
        payload,
        organisation,
        identity=submission.identity,
        unmet_since=base.unmet_since if base and base.state == State.LIVE else material.now,
        body=canonical(content),
        likeness=_likeness(spec, submission, payload, organisation),
        facets=facets,
    )
    return Prepared(submission, spec, record, row, content, base, told.reader)


def _changed_lately(
    submission: Due, spec: Kind, stored: Record | None, now: datetime
) -> dict[str, list[dict[str, Any]]]:
    """Which fields the public is told were changed, since when and until when; what was told before stays its time.

    A change that follows within the hour, however small, takes no earlier note away.
    """
    if stored is None:
        return {}
    told = [note for note in stored.trust.get("changed", ()) if note["until"] > (rendering.exact(now) or "")]
    noted = submission.rules.noted(spec, submission.touched)
    if noted:
        until = now + timedelta(hours=max(noted.values()))
        told.append({"fields": sorted(noted), "at": rendering.exact(now), "until": rendering.exact(until)})
    return {"changed": told} if told else {}


def _likeness(
    spec: Kind, submission: Due, payload: Payload, organisation: Organisation | None
) -> list[str] | None:
    """The digests kept since it was sent, where nothing changed of what they were made of; else None."""
    same_house = (organisation.pk if organisation else None) == submission.organisation_id
    same = same_house and payload == submission.payload and submission.base_version == 0
    return submission.likeness if same else None


def _stored(due: Sequence[Due]) -> dict[UUID, Record]:
    """The typed records that corrections are about. A query per list."""
    found: dict[UUID, Record] = {}
    for slug in {s.kind for s in due}:
        uids = [s.record for s in due if s.kind == slug and s.base_version]
        if uids:
            rows = kinds.get(slug).model._default_manager.filter(uid__in=uids).select_related("organisation")
            found.update((record.uid, record) for record in rows)
    return found


# Read after the submissions were locked: what was said of them when they were approved, by reviewers of the house
# they reviewed for at that time.
_TOLD = """
SELECT s.id, v.pseudonym, vo.name, e.pseudonym, eo.name,
       (SELECT json_build_array(answers -> 'grounds', answers -> 'call_back' -> 'at') FROM verification_event
         WHERE submission_id = s.id AND action = 'verify' ORDER BY id DESC LIMIT 1),
       o.id, o.uid, o.name, o.proven, sender.id, sender.email, choice.language, choice.when_published
  FROM verification_submission s
  LEFT JOIN verification_user v ON v.id = s.verified_by_id
  LEFT JOIN LATERAL (
       SELECT organisation_id FROM verification_reviewer
        WHERE user_id = v.id AND confirmed_at IS NOT NULL
        ORDER BY confirmed_at <= s.verified_at DESC, confirmed_at DESC LIMIT 1
  ) AS vr ON true
  LEFT JOIN verification_organisation vo ON vo.id = vr.organisation_id
  LEFT JOIN verification_user e ON e.id = s.entered_by_id
  LEFT JOIN LATERAL (
       SELECT organisation_id FROM verification_reviewer
        WHERE user_id = e.id AND confirmed_at IS NOT NULL
        ORDER BY confirmed_at <= s.entered_at DESC, confirmed_at DESC LIMIT 1
  ) AS er ON true
  LEFT JOIN verification_organisation eo ON eo.id = er.organisation_id
  LEFT JOIN verification_organisation about ON about.id = s.organisation_id
  LEFT JOIN verification_organisation o ON o.id = coalesce(about.merged_into_id, about.id)
  LEFT JOIN verification_user sender ON sender.id = s.submitted_by_id AND sender.is_active AND NOT sender.is_robot
  LEFT JOIN verification_mailchoice choice ON choice.user_id = sender.id
 WHERE s.id = ANY(%s)
"""


def _told(due: Sequence[Due]) -> dict[int, Told]:
    """Who took the two steps and on what grounds, in public words, and of which house it is said."""
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, [[s.pk for s in due]])
        rows = {pk: rest for pk, *rest in cursor.fetchall()}
    return {s.pk: _told_of(s, *rows[s.pk]) for s in due}


def _told_of(s: Due, verifier: str, of: str, enterer: str, for_house: str, said: Any, *more: Any) -> Told:
    grounds, called_at = (json.loads(said) if isinstance(said, str) else said) or (None, None)
    trust = {
        "verified": {
            **_stamp(verifier, of, s.verified_at),
            "grounds": grounds or [],
            # When the institution was called back; on which line, reviewers only read.
            **({"called_at": rendering.exact(datetime.fromisoformat(called_at))} if called_at else {}),
        },
        "entered": _stamp(enterer, for_house, s.entered_at),
    }
    pk, uid, name, proven, sender, *choice = more
    house = Organisation(pk=pk, uid=uid, name=name, proven=proven) if pk else None
    return Told(trust, house, mailing.reader(sender, *choice) if sender else None)


def _stamp(by: str | None, organisation: str | None, at: datetime | None) -> dict[str, Any]:
    return {
        "by": by or "",
        "role": Role.REVIEWER,
        "organisation": organisation or "",
        "at": rendering.exact(at),
    }
