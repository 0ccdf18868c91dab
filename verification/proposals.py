"""What a submission proposes: its payload as columns, whom it is about, how much harm it could do.

Nothing here writes. `workflow` is the only caller that stores what comes out of it.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from verification import duplicates, merging, people, reasons
from verification.kinds import Kind, Payload
from verification.models import Event, Organisation, Public, Record, Submission
from verification.refusals import NotFound, ReasonMissing, Unchanged
from verification.sop import Action, Intent, Risk, State


def content_of(
    spec: Kind, data: Mapping[str, Any] | Payload, base: Public | None, *, owns_source: bool
) -> dict[str, Any]:
    """The columns that hold what is proposed, and follow from it. Unchanged where the list says so already.

    Only who sends a source's rows knows the whole record; for anybody else a private value they send
    counts as a change, whatever stands there: nobody learns by guessing.
    """
    stored = _stored(spec, base.uid) if base else None
    payload = spec.clean(data, correcting=stored is not None, record=stored)
    organisation = _organisation_of(payload)
    before, after = None, payload
    if stored is not None:
        before = spec.payload_of(stored)
        before, after = (
            (before, spec.filled(payload, before)) if owns_source else (spec.as_it_is(before), payload)
        )
    if base and base.state == State.LIVE and after == before:
        raise Unchanged()
    return _columns(spec, payload, organisation) | {"risk": spec.risk_of(after, before)}


def owns_source(spec: Kind, source: str, source_key: str, base: Public | None, *, version: int = 0) -> bool:
    """Whether all that is private in the record (up to `version`) came from this very row of this source.

    Then its sender knows it. Once somebody else has written anything private it is theirs, and is neither
    repeated to the row's sender nor compared with what they send.
    """
    if base is None or not source_key:
        return bool(source_key)
    published = Event.objects.filter(
        record=base.uid, action=Action.PUBLISH, version__lte=version or base.version
    )
    others = published.exclude(submission__source=source, submission__source_key=source_key)
    private = [name for name, field in spec.fields.items() if not field.public]
    written = others.values_list("submission__payload", flat=True)
    return all(payload.get(name) is None for payload in written for name in private)


def request_of(spec: Kind, base: Public | None, intent: Intent, reason: str = "") -> dict[str, Any]:
    """The columns of a request to withdraw, or of a confirmation: what stands is repeated, without what its
    sender may not see."""
    if base is None or base.state != State.LIVE:
        raise NotFound()
    if intent == Intent.WITHDRAWAL and reason not in reasons.offered(Action.TAKE_DOWN):
        raise ReasonMissing()
    payload = spec.as_it_is(stored_payload(spec, base.uid))
    organisation = _organisation_of(payload)
    return _columns(spec, payload, organisation) | {"risk": Risk.ROUTINE, "intent": intent}


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
    return spec.payload_of(_stored(spec, record))


def _stored(spec: Kind, record: UUID) -> Record:
    return spec.model._default_manager.select_related("organisation").get(uid=record)


def _organisation_of(payload: Payload) -> Organisation | None:
    """The organisation meant, by uid or by the one name; the payload is completed with what was found."""
    if "organisation" not in payload:
        return None
    found = None
    if payload["organisation"]:
        chosen = (
            Organisation.objects.select_related("merged_into").filter(uid=payload["organisation"]).first()
        )
        found = people.root_of(chosen) if chosen else None
    if found is None:
        found = people.the_one_named(payload.get("organisation_name", ""), payload.get("place", ""))
    payload["organisation"] = str(found.uid) if found else ""
    return found


def brought_up_to_date(spec: Kind, row: Submission, base: Public | None) -> Payload:
    """What was sent, its changes put on top of what the record says now. Makes nobody an author."""
    mine = spec.given(row.payload, row.schema)
    if base is None or not row.base_version:
        return mine
    stored = _stored(spec, base.uid)
    # By id: the history table has no other index.
    records = spec.model.history.filter(id=stored.pk, version=row.base_version)
    old = spec.payload_of(records.select_related("organisation").order_by("-history_id")[0])
    owned = owns_source(spec, row.source, row.source_key, base)
    names = [name for name, field in spec.fields.items() if field.public or owned]
    if not owned and owns_source(spec, row.source, row.source_key, base, version=row.base_version):
        # What the row repeats of its own stays as others have made it since, and is not told.
        mine = {n: v for n, v in mine.items() if spec.fields[n].public or v != old[n]}
    return merging.three_way(old, mine, spec.payload_of(stored), names=names)
