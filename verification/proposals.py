"""What a submission proposes: its payload as columns, whom it is about, which fields it changes.

Nothing here writes. `workflow` is the only caller that stores what comes out of it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from verification import duplicates, merging, organisations, reasons
from verification.kinds import Kind, Payload
from verification.models import Event, Organisation, Public, Record, Submission
from verification.refusals import InvalidPayload, NotFound, ReasonMissing, Refused, Unchanged
from verification.sop import Action, Intent, State


@dataclass(frozen=True)
class Asked:
    """What somebody sends, the record it is about if there is one, and whether they know all of that record.

    `payload` is what the form of number `schema` made of `data`, as a new entry, where that was done before.
    """

    data: Mapping[str, Any] | Payload
    base: Public | None = None
    owns_source: bool = False
    payload: Payload | None = None
    schema: int = 0


def content_of(
    spec: Kind, data: Mapping[str, Any] | Payload, base: Public | None, *, owns_source: bool
) -> dict[str, Any]:
    """The columns that hold what is proposed, and follow from it. Unchanged where the list says so already.

    Only who sends a source's rows knows the whole record; for anybody else a private value they send
    counts as a change, whatever stands there: nobody learns by guessing.
    """
    (content,) = contents_of(spec, [Asked(data, base, owns_source)])
    if isinstance(content, Refused):
        raise content
    return content


def contents_of(spec: Kind, asked: Sequence[Asked]) -> list[dict[str, Any] | Refused]:
    """The same for many at once, each by itself: columns, or why not. As many queries as for one."""
    stored = _stored(spec, {one.base.uid for one in asked if one.base})
    read = [_read(spec, one, stored) for one in asked]
    payloads = [found for found in read if not isinstance(found, Refused)]
    organisations = iter(_organisations_of(payloads))
    return [
        found if isinstance(found, Refused) else _content(spec, one, found, next(organisations), stored)
        for one, found in zip(asked, read, strict=True)
    ]


def _read(spec: Kind, one: Asked, stored: Mapping[UUID, Record]) -> Payload | InvalidPayload:
    if one.base is None and one.payload is not None and one.schema == spec.schema:
        return dict(one.payload)
    record = stored[one.base.uid] if one.base else None
    try:
        return spec.clean(one.data, correcting=record is not None, record=record)
    except InvalidPayload as refusal:
        return refusal


def _content(
    spec: Kind,
    one: Asked,
    payload: Payload,
    organisation: Organisation | None,
    stored: Mapping[UUID, Record],
) -> dict[str, Any] | Unchanged:
    before, after = None, payload
    if one.base:
        before = spec.payload_of(stored[one.base.uid])
        before, after = (
            (before, spec.filled(payload, before)) if one.owns_source else (spec.as_it_is(before), payload)
        )
        if one.base.state == State.LIVE and after == before:
            return Unchanged()
    return _columns(spec, payload, organisation) | {"touched": spec.touched(after, before)}


def owns_source(spec: Kind, source: str, source_key: str, base: Public | None, *, version: int = 0) -> bool:
    """Whether all that is private in the record (up to `version`) came from this very row of this source.

    Then its sender knows it. Once somebody else has written anything private it is theirs, and is neither
    repeated to the row's sender nor compared with what they send.
    """
    return own_sources(spec, [(source, source_key, base)], version=version)[0]


def own_sources(
    spec: Kind, rows: Sequence[tuple[str, str, Public | None]], *, version: int = 0
) -> list[bool]:
    """The same for each of many (source, key, record): one query, and one more where others wrote."""
    records = {base.uid for _source, key, base in rows if base and key}
    events = Event.objects.filter(record__in=records, action=Action.PUBLISH)
    names = ("record", "version", "submission", "submission__source", "submission__source_key")
    published = list(events.values_list(*names)) if records else []
    others = [
        {
            submission
            for record, number, submission, *wrote in published
            if base and record == base.uid and number <= (version or base.version) and wrote != [source, key]
        }
        for source, key, base in rows
    ]
    hiding = _with_private_words(spec, set().union(*others))
    return [
        bool(key) and wrote.isdisjoint(hiding)
        for (_source, key, _base), wrote in zip(rows, others, strict=True)
    ]


def _with_private_words(spec: Kind, submissions: Collection[int]) -> set[int]:
    if not submissions:
        return set()
    private = [name for name, field in spec.fields.items() if not field.public]
    written = Submission.objects.filter(pk__in=submissions).values_list("pk", "payload")
    return {pk for pk, payload in written if any(payload.get(name) is not None for name in private)}


def request_of(spec: Kind, base: Public | None, intent: Intent, reason: str = "") -> dict[str, Any]:
    """The columns of a request to withdraw, or of a confirmation: what stands is repeated, without what its
    sender may not see."""
    if base is None or base.state != State.LIVE:
        raise NotFound()
    if intent == Intent.WITHDRAWAL and reason not in reasons.offered(Action.TAKE_DOWN):
        raise ReasonMissing()
    payload = spec.as_it_is(stored_payload(spec, base.uid))
    (organisation,) = _organisations_of([payload])
    return _columns(spec, payload, organisation) | {"touched": [], "intent": intent}


def _columns(spec: Kind, payload: Payload, organisation: Organisation | None) -> dict[str, Any]:
    return {
        "payload": payload,
        "schema": spec.schema,
        "organisation": organisation,
        "identity": duplicates.identity_of(spec, payload),
        "likeness": duplicates.likeness_of(spec, payload, organisation),
    }


def stored_payload(spec: Kind, record: UUID) -> Payload:
    """The payload of a record as it stands in its typed table, private fields included."""
    return spec.payload_of(_stored(spec, {record})[record])


def _stored(spec: Kind, records: Collection[UUID]) -> dict[UUID, Record]:
    """These records, in one query; every one of them is there."""
    found = spec.model._default_manager.select_related("organisation").filter(uid__in=records)
    stored = {record.uid: record for record in found} if records else {}
    if missing := set(records) - set(stored):
        raise spec.model.DoesNotExist(sorted(missing))
    return stored


def _organisations_of(payloads: Sequence[Payload]) -> list[Organisation | None]:
    """The organisation each means, by uid or by the one name; the payloads are completed with what was found."""
    found = organisations.the_ones_meant(
        [
            (str(p["organisation"] or ""), p.get("organisation_name", ""), p.get("place", ""))
            if "organisation" in p
            else ("", "", "")
            for p in payloads
        ]
    )
    for payload, organisation in zip(payloads, found, strict=True):
        if "organisation" in payload:
            payload["organisation"] = str(organisation.uid) if organisation else ""
    return found


def brought_up_to_date(spec: Kind, row: Submission, base: Public | None) -> Payload:
    """What was sent, its changes put on top of what the record says now. Makes nobody an author."""
    mine = spec.given(row.payload, row.schema)
    if base is None or not row.base_version:
        return mine
    stored = _stored(spec, {base.uid})[base.uid]
    # By id: the history table has no other index.
    records = spec.model.history.filter(id=stored.pk, version=row.base_version)
    old = spec.payload_of(records.select_related("organisation").order_by("-history_id")[0])
    owned = owns_source(spec, row.source, row.source_key, base)
    names = [name for name, field in spec.fields.items() if field.public or owned]
    if not owned and owns_source(spec, row.source, row.source_key, base, version=row.base_version):
        # What the row repeats of its own stays as others have made it since, and is not told.
        mine = {n: v for n, v in mine.items() if spec.fields[n].public or v != old[n]}
    return merging.three_way(old, mine, spec.payload_of(stored), names=names)
