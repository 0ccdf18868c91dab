"""What the public sees of a record, as bytes: rendered once, at publication, from an allow-list of fields.

The body is language-neutral canonical JSON: codes, exact UTC times, the author's words. Pages, API, feeds
and downloads are made of it, so a field that is not allowed here has no road to the public.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from verification import duplicates, names, sieves
from verification.journal import canonical
from verification.kinds import Facets, Kind, Payload
from verification.models import Organisation, Public, Record
from verification.sop import Freshness, State


def exact(moment: datetime | None) -> str | None:
    """A time as it stands in bodies: UTC, to the second."""
    return (
        None
        if moment is None
        else moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    )


def looked_at(record: Record) -> datetime:
    """The later of verified and confirmed: freshness counts from here."""
    return max(record.verified_at, record.confirmed_at or record.verified_at)


def body_of(spec: Kind, record: Record, payload: Payload, organisation: Organisation | None) -> str:
    """The record's public body."""
    return canonical(content_of(spec, record, payload, organisation, spec.facets(payload)))


def content_of(
    spec: Kind, record: Record, payload: Payload, organisation: Organisation | None, facets: Facets
) -> dict[str, Any]:
    """What the body says, before it is text."""
    thresholds = spec.intervals.thresholds(looked_at(record))
    return {
        **spec.public(payload),
        "uid": str(record.uid),
        "kind": spec.slug,
        "version": record.version,
        "state": record.state,
        "title": facets.title,
        "origin": record.origin,
        "organisation": {
            "uid": str(organisation.uid) if organisation else None,
            "name": organisation.name if organisation else payload.get("organisation_name", ""),
            "proven": bool(organisation and organisation.proven),
        },
        **record.trust,
        "clocks": {
            "source_dated": payload.get("source_dated"),
            "verified": exact(record.verified_at),
            "confirmed": exact(record.confirmed_at),
            "changed": exact(record.changed_at),
            "published": exact(record.published_at),
        },
        "freshness": {name: exact(moment) for name, moment in thresholds.items()},
    }


def public_row(
    spec: Kind,
    record: Record,
    payload: Payload,
    organisation: Organisation | None,
    *,
    identity: str,
    unmet_since: datetime,
    body: str,
    facets: Facets | None = None,
    likeness: list[str] | None = None,
) -> Public:
    """The record's public row: body, and what lists filter and sort by; facets and digests where they are known."""
    facets = facets or spec.facets(payload)
    if likeness is None:
        likeness = duplicates.likeness_of(spec, payload, organisation, facets)
    held = sorted(tokens(facets, organisation).union(likeness))
    return Public(
        uid=record.uid,
        kind=spec.slug,
        version=record.version,
        state=State.LIVE,
        title=facets.title,
        body=body,
        identity=identity,
        organisation_id=organisation.pk if organisation else None,
        tokens=held,
        sieve=sieves.sieve(held),
        place=facets.places[-1] if facets.places else "",
        urgency=facets.urgency,
        unmet_since=unmet_since,
        verified_at=record.verified_at,
        published_at=record.published_at,
        freshness=Freshness.FRESH,
        gone_at=None,
        gone_reason="",
        merged_into=None,
        **spec.intervals.thresholds(looked_at(record)),
    )


def tokens(facets: Facets, organisation: Organisation | None) -> set[str]:
    """Search bigrams of name and place words, and exact filters, for the one GIN index.

    Free text stays out: half the cost of a publication is this index.
    """
    exact_filters = [
        *(f"item:{code}" for code in facets.items),
        *(f"place:{code}" for code in facets.places),
        *facets.tokens,
    ]
    words = {*facets.words, facets.title, organisation.name if organisation else ""}
    return set(exact_filters).union(*map(names.bigrams, words))


def tombstone(row: Public, *, gone_at: datetime, reason: str) -> str:
    """What stays of a record that is withdrawn or merged: that it was, since when it is gone, why, and into what."""
    content = {
        "uid": str(row.uid),
        "kind": row.kind,
        "version": row.version,
        "state": row.state,
        "title": row.title,
        "gone": {"at": exact(gone_at), "reason": reason},
    }
    return canonical(content | ({"merged_into": str(row.merged_into)} if row.merged_into else {}))


def freshness_at(thresholds: Mapping[str, datetime], now: datetime) -> Freshness:
    """How fresh a record with these thresholds is at this moment."""
    passed = [
        (Freshness.STALE, thresholds["stale_at"]),
        (Freshness.OVERDUE, thresholds["overdue_at"]),
        (Freshness.DUE, thresholds["due_at"]),
    ]
    return next((freshness for freshness, at in passed if at <= now), Freshness.FRESH)
