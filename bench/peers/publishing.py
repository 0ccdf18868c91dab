"""The save() loop that does what a publication does: history, journal, body, search tokens."""

import json
from functools import cache
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bench.peers.models import Entry, Item, Need, Person, Shown, Submission
from bench.peers.serializers import NeedSerializer
from bench.stopwatch import Stopwatch
from supplies import places

_URGENCIES = {"critical": 3, "high": 2, "normal": 1}
_COLUMNS = (
    "place",
    "lines",
    "delivery_address",
    "office_line",
    "contact_person",
    "contact_phone",
    "source_link",
    "remarks",
    "private_note",
)


def publish(count: int) -> dict[str, Any]:
    """Publish so many, one after the other, each in a transaction of its own."""
    found = _due(count)
    with Stopwatch() as watch:
        for submission in found:
            with transaction.atomic():
                _publish(submission)
    return watch.done(len(found))


def published(count: int) -> dict[str, Any]:
    """Publish the next few and say what the public reads of them."""
    records = [UUID(s.payload["record"]) for s in _due(count)]
    publish(count)
    rows = Shown.objects.filter(pk__in=records).order_by("pk")
    return {"rows": [[str(row.uid), sorted(row.tokens)] for row in rows]}


def publish_one(pk: int) -> None:
    """What the task does."""
    with transaction.atomic():
        _publish(Submission.objects.select_related("verified_by").get(pk=pk))


def _due(count: int) -> list[Submission]:
    found = list(
        Submission.objects.filter(status="entered").select_related("verified_by").order_by("pk")[:count]
    )
    if len(found) < count:
        raise RuntimeError("the seed has not enough that waits for publication")
    return found


def _publish(submission: Submission) -> None:
    payload, now = submission.payload, timezone.now()
    submission.status = "published"
    submission.save()
    need = Need(
        uid=UUID(payload["record"]),
        hospital_name=payload["organisation_name"],
        origin="volunteer",
        urgency=_URGENCIES[payload["urgency"]],
        source_dated=payload["source_dated"],
        grounds=["call_back"],
        verified_by=submission.verified_by or Person.objects.earliest("pk"),
        verified_at=submission.verified_at or now,
        entered_by=submission.verified_by or Person.objects.earliest("pk"),
        entered_at=submission.verified_at or now,
        changed_at=now,
        published_at=now,
        unmet_since=now,
        freshness="fresh",
        due_at=now,
        overdue_at=now,
        stale_at=now,
        **{name: payload[name] for name in _COLUMNS},
    )
    need.save()
    body = json.dumps(NeedSerializer(need).data, ensure_ascii=False, default=str)
    Entry.objects.create(action="publish", need=need.uid, body=body)
    Shown.objects.create(uid=need.uid, body=body, tokens=_tokens(need))


def _tokens(need: Need) -> list[str]:
    words = [need.hospital_name, *(place.name for place in places.path(need.place))]
    words += [name for line in need.lines for name in _items()[line["item"]]]
    return sorted({gram for word in words for gram in _bigrams(word)})


@cache
def _items() -> dict[str, tuple[str, str]]:
    return {item.code: (item.name_zh, item.name_en) for item in Item.objects.all()}


def _bigrams(word: str) -> list[str]:
    """Two neighbouring letters of each run of Latin letters and digits, or of other letters."""
    runs, run, latin = [], "", None
    for letter in word.lower():
        kind = letter.isascii() if letter.isalnum() else None
        if kind != latin and run:
            runs.append(run)
            run = ""
        latin = kind
        run += letter if kind is not None else ""
    runs += [run] if run else []
    return [run[at : at + 2] for run in runs for at in range(max(1, len(run) - 1))]
