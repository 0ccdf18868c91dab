"""What may be the same: exact identity decides, likeness only proposes.

`identity_of` is what `workflow` locks and compares when two new entries arrive at once; `candidates`
is what pages show beside a submission, with the reason.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from verification import names
from verification.kinds import Kind, Payload
from verification.models import Event, Public, Submission
from verification.sop import Action, Intent, Status

LIKE_ENOUGH = 0.9

SAME_IDENTITY = _("the same institution in the same place")
SAME_ORGANISATION = _("the same organisation")
LIKE_NAME = _("a very similar name in the same place")


@dataclass(frozen=True)
class Candidate:
    """A record or waiting submission that may be the same, and why we think so."""

    uid: UUID
    title: str
    reason: str | Promise
    is_record: bool
    place: str = ""


def identity_of(kind: Kind, payload: Payload) -> str:
    """A digest two payloads share where they are about the same thing; "" where nothing identifies."""
    words = kind.identity(payload)
    return hashlib.sha256(f"{kind.slug}|{words}".encode()).hexdigest() if words else ""


def hold(words: Collection[str]) -> None:
    """Until the transaction ends whoever holds one of the same words waits."""
    digests = sorted({hashlib.sha256(word.encode()).digest()[:8] for word in words})
    keys = [int.from_bytes(digest, signed=True) for digest in digests]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [keys])


def rivals(submissions: Sequence[Submission]) -> dict[UUID, set[UUID]]:
    """For each new entry that has any: records of its identity, live or about to be, not yet said to be distinct.

    Called when entries are about to be entered: two that do so at once wait for each other here. A record
    about to be is what stands at entered, or is asked about in the same batch.
    """
    new = [s for s in submissions if s.intent == Intent.NEW and s.identity]
    if not new:
        return {}
    hold({s.identity for s in new})
    same = {"kind__in": {s.kind for s in new}, "identity__in": {s.identity for s in new}}
    coming = Submission.objects.filter(Q(status=Status.ENTERED) | Q(pk__in=[s.pk for s in new]), **same)
    # In this order: what is published between the two queries is seen by both, never by neither.
    known = set(coming.filter(intent=Intent.NEW).values_list("kind", "identity", "record"))
    known |= set(Public.objects.live().filter(**same).values_list("kind", "identity", "uid"))
    distinct = _said_distinct({record for _kind, _identity, record in known})
    found: dict[UUID, set[UUID]] = {}
    for s in new:
        alike = {record for kind, identity, record in known if (kind, identity) == (s.kind, s.identity)}
        if others := {uid for uid in alike - {s.record} if frozenset({uid, s.record}) not in distinct}:
            found[s.uid] = others
    return found


def _said_distinct(records: Collection[UUID]) -> set[frozenset[UUID | None]]:
    events = Event.objects.filter(record__in=records, action=Action.DISTINCT)
    return {frozenset(pair) for pair in events.values_list("record", "related")}


def said_distinct(submission: Submission) -> set[UUID]:
    """The records a reviewer compared with this entry and found to be something else: remembered for ever."""
    events = Event.objects.filter(record=submission.record, action=Action.DISTINCT)
    return {uid for uid in events.values_list("related", flat=True) if uid}


def twin_of(submission: Submission) -> UUID | None:
    """The record this repeats, or the earlier submission of the same identity; None where there is neither."""
    same = {"kind": submission.kind, "identity": submission.identity}
    record = Public.objects.live().filter(**same).exclude(pk=submission.record)
    earlier = Submission.objects.filter(**same, pk__lt=submission.pk)
    if not submission.identity:
        return None
    return record.values_list("uid", flat=True).first() or earlier.values_list("uid", flat=True).first()


def candidates(
    kind: Kind, payload: Payload, *, besides: UUID | None = None, limit: int = 5
) -> list[Candidate]:
    """Live records that may be what the payload describes, surest first. Public columns only."""
    facets = kind.facets(payload)
    identity = identity_of(kind, payload)
    near = Q(tokens__contains=[f"place:{facets.places[-1]}"]) if facets.places else Q(pk=None)
    if identity:
        near |= Q(identity=identity)
    organisation = payload.get("organisation")
    if organisation:
        near |= Q(organisation__uid=organisation)
    rows = (
        Public.objects.live()
        .filter(near, kind=kind.slug)
        .exclude(pk__in=[besides] if besides else [])
        .order_by("-verified_at", "uid")
    )
    found = []
    for row in rows.values("uid", "title", "identity", "place", "organisation__uid")[:400]:
        why: str | Promise | None = None
        score = 0.0
        if identity and row["identity"] == identity:
            why, score = SAME_IDENTITY, 3
        elif organisation and str(row["organisation__uid"]) == organisation:
            why, score = SAME_ORGANISATION, 2
        elif (likeness := names.similarity(facets.title, row["title"])) >= LIKE_ENOUGH:
            why, score = LIKE_NAME, likeness
        if why is not None:
            found.append(
                (score, Candidate(row["uid"], row["title"], why, is_record=True, place=row["place"]))
            )
    found.sort(key=lambda pair: -pair[0])
    return [candidate for _score, candidate in found[:limit]]
