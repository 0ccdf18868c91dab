"""What may be the same: exact identity decides, likeness only proposes.

`identity_of` is what `workflow` locks and compares when two new entries arrive at once; `candidates`
is what pages show beside a submission, with the reason.
"""

import hashlib
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


def lock_identity(kind: str, identity: str) -> None:
    """Until the transaction ends nobody else enters something new of this identity."""
    key = int.from_bytes(hashlib.sha256(f"{kind}|{identity}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def rivals(submission: Submission) -> set[UUID]:
    """Live records, and entered submissions, of the same identity, not yet said to be distinct."""
    if submission.intent != Intent.NEW or not submission.identity:
        return set()
    same = {"kind": submission.kind, "identity": submission.identity}
    records = set(Public.objects.live().filter(**same).values_list("uid", flat=True))
    entered = set(
        Submission.objects.filter(**same, status=Status.ENTERED, intent=Intent.NEW)
        .exclude(pk=submission.pk)
        .values_list("uid", flat=True)
    )
    return (records | entered) - said_distinct(submission)


def said_distinct(submission: Submission) -> set[UUID]:
    """What a reviewer has looked at and found to be something else: remembered for ever."""
    events = Event.objects.filter(submission=submission, action=Action.DISTINCT)
    return {uid for uid in events.values_list("related", flat=True) if uid}


def candidates(kind: Kind, payload: Payload, *, besides: UUID | None = None, limit: int = 5) -> list[Candidate]:
    """Live records that may be what the payload describes, surest first. Public columns only."""
    facets = kind.facets(payload)
    identity = identity_of(kind, payload)
    near = Q(tokens__contains=[f"place:{facets.places[-1]}"]) if facets.places else Q(pk=None)
    if identity:
        near |= Q(identity=identity)
    organisation = payload.get("organisation")
    if organisation:
        near |= Q(organisation__uid=organisation)
    rows = Public.objects.live().filter(near, kind=kind.slug).exclude(uid=besides).order_by("-verified_at", "uid")
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
            found.append((score, Candidate(row["uid"], row["title"], why, is_record=True, place=row["place"])))
    found.sort(key=lambda pair: -pair[0])
    return [candidate for _score, candidate in found[:limit]]
