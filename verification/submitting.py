"""What is taken in: from what people send to submissions that wait, a few statements for any number of them.

`workflow.submit` and `workflow.submit_many` are the doors to it, and the only callers.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import DEFAULT_DB_ALIAS

from verification import duplicates, people, proposals, statements
from verification.kinds import Kind, Payload
from verification.models import Public, Submission, User
from verification.refusals import MergedAway, NotFound, Refused
from verification.rules import Rules
from verification.sop import REQUESTS, Intent, Origin, Status

# What was sent becomes a submission, or is refused by name.
Answer = Submission | Refused


@dataclass(frozen=True)
class Sent:
    """What somebody sends: the content of a new entry or of a correction, or a request about a record.

    `uid`, chosen by the sender, makes sending twice harmless. Under a known (source, source_key) it is a
    correction of that record. `payload` is what the list's form of number `schema` made of `data` before: a new
    entry is then not read again, as long as the form is the same. Only our own code says so.
    """

    data: Mapping[str, Any] = field(default_factory=dict)
    record: UUID | None = None
    intent: Intent | None = None
    reason: str = ""
    note: str = ""
    source: str = ""
    source_key: str = ""
    uid: UUID | None = None
    payload: Payload | None = None
    schema: int = 0


@dataclass(frozen=True)
class Meant:
    """Something sent, its number in the batch, and the record it is about, as far as its key or it says."""

    number: int
    sent: Sent
    record: UUID | None


def meant(spec: Kind, sent: Sequence[Sent]) -> list[Meant]:
    """What each is about: a record named outright, or known by where the row came from. One query."""
    known = known_by_key(spec, [(one.source, one.source_key) for one in sent if not one.record])
    return [
        Meant(number, one, one.record or known.get((one.source, one.source_key)))
        for number, one in enumerate(sent)
    ]


def known_by_key(spec: Kind, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], UUID]:
    """The records that came under these (source, key); of what was merged, the record it became part of."""
    wanted = {pair for pair in keys if pair[1]}
    if not wanted:
        return {}
    rows = spec.model._default_manager.filter(
        source__in={source for source, _key in wanted}, source_key__in={key for _source, key in wanted}
    ).exclude(source_key="")  # as the index says it: of long lists PostgreSQL cannot tell
    uids = {
        uid: (source, key)
        for uid, source, key in rows.values_list("uid", "source", "source_key")
        if (source, key) in wanted
    }
    found = Public.objects.filter(pk__in=uids).values_list("uid", "merged_into") if uids else ()
    return {uids[uid]: merged_into or uid for uid, merged_into in found}


def in_turns(batch: Sequence[Meant]) -> Iterator[list[Meant]]:
    """What can be taken in together: what comes twice comes after its first, as if it had been sent later."""
    while batch:
        seen: set[Any] = set()
        turn: list[Meant] = []
        later: list[Meant] = []
        for one in batch:
            names = {one.record, one.sent.uid, (one.sent.source, one.sent.source_key)} - {None}
            names = {name for name in names if not isinstance(name, tuple) or name[1]}
            (later if seen & names else turn).append(one)
            seen |= names
        yield turn
        batch = later


def sent_before(turn: Sequence[Meant], *, by: User) -> dict[int, Answer]:
    """By number, what was sent under its uid already; whoever sends it at the same moment waits here."""
    numbers = {one.sent.uid: one.number for one in turn if one.sent.uid}
    if not numbers:
        return {}
    duplicates.hold([str(uid) for uid in numbers])
    there = Submission.objects.filter(uid__in=numbers)
    return {numbers[row.uid]: row if row.submitted_by_id == by.pk else NotFound() for row in there}


@dataclass(frozen=True)
class Wanted:
    """One that is going to be a submission: the columns of what it proposes, and what it is written against."""

    one: Meant
    base: Public | None
    content: dict[str, Any]


def wanted(spec: Kind, turn: Sequence[Meant]) -> dict[int, Wanted | Refused]:
    """By number, what each proposes, its record locked; or why it cannot be taken in."""
    found: dict[int, Wanted | Refused] = {}
    bases = _locked(spec, {one.record for one in turn if one.record})
    proposing: list[tuple[Meant, Public | None]] = []
    for one in turn:
        base = bases.get(one.record) if one.record else None
        if one.record and base is None:
            found[one.number] = NotFound()
        elif base and base.merged_into:
            found[one.number] = MergedAway(into=base.merged_into)
        elif one.sent.intent in REQUESTS:
            found[one.number] = _requested(spec, one, base)
        else:
            proposing.append((one, base))
    owned = proposals.own_sources(spec, [(o.sent.source, o.sent.source_key, base) for o, base in proposing])
    asked = [
        proposals.Asked(one.sent.data, base, owns, one.sent.payload, one.sent.schema)
        for (one, base), owns in zip(proposing, owned, strict=True)
    ]
    for (one, base), content in zip(proposing, proposals.contents_of(spec, asked), strict=True):
        found[one.number] = content if isinstance(content, Refused) else Wanted(one, base, content)
    return found


def _locked(spec: Kind, records: Collection[UUID]) -> dict[UUID, Public]:
    """These published records, locked by id: the order every writer keeps."""
    if not records:
        return {}
    rows = Public.objects.filter(pk__in=records, kind=spec.slug).order_by("pk").select_for_update()
    return {row.uid: row for row in rows}


def _requested(spec: Kind, one: Meant, base: Public | None) -> Wanted | Refused:
    try:
        intent = Intent(one.sent.intent or "")
        return Wanted(one, base, proposals.request_of(spec, base, intent, one.sent.reason))
    except Refused as refusal:
        return refusal


def older(found: Collection[Wanted], *, by: User) -> list[int]:
    """The ids of what this person asked for the same records before, and still waits; locked, by id."""
    asked = {(w.base.uid, w.content.get("intent", Intent.CORRECTION)) for w in found if w.base}
    if not asked:
        return []
    rows = Submission.objects.filter(
        record__in={record for record, _intent in asked},
        submitted_by=by,
        status__in=[Status.COLLECTED, Status.VERIFIED, Status.RETURNED],
    )
    waiting = rows.order_by("pk").select_for_update().values_list("pk", "record", "intent")
    return [pk for pk, record, intent in waiting if (record, intent) in asked]


# Written by hand, because it is one statement and one value for any number of rows: the ORM binds a parameter for
# each column of each, which costs more than all that the database does with them.
_INSERT: Final = """
INSERT INTO verification_submission (
    uid, kind, intent, record, base_version, source, source_key, identity, likeness, payload, schema, origin,
    organisation_id, touched, policy, risk, people, outsiders, status, authors, submitted_by_id)
SELECT uid, %(kind)s::text, intent, record, base_version, source, source_key, identity, likeness, payload, schema,
       origin, organisation_id, touched, policy, risk, people, outsiders, 'collected', ARRAY[%(by)s::bigint],
       %(by)s::bigint
  FROM ROWS FROM (jsonb_to_recordset(%(rows)s::jsonb) AS (
       uid uuid, intent text, record uuid, base_version int, source text, source_key text, identity text,
       likeness text[], payload jsonb, schema int, origin text, organisation_id bigint, touched text[],
       policy int, risk int, people int, outsiders bool
  )) WITH ORDINALITY AS row
 ORDER BY ordinality
RETURNING id, uid, submitted_at
"""


def write(
    spec: Kind,
    found: Sequence[Wanted],
    *,
    by: User,
    origin: Origin | None,
    who: people.Standing,
    rules: Rules,
) -> list[Submission]:
    """Insert what is wanted, in this order, in one statement; the rows as they stand in the database."""
    # The time is the database's to say; Django would make an expression for each row that says so.
    based: list[dict[str, Any]] = [
        {"submitted_at": None, "intent": Intent.NEW, "record": uuid4()} | based_on(w.base) | w.content
        for w in found
    ]
    rows = [
        Submission(
            uid=w.one.sent.uid or uuid4(),
            kind=spec.slug,
            source=w.one.sent.source,
            source_key=w.one.sent.source_key,
            origin=origin or people.origin_of(who, w.content["organisation"]),
            status=Status.COLLECTED,
            authors=[by.pk],
            submitted_by=by,
            **content,
            **rules.judge(spec.slug, content["intent"], content["touched"]).columns(),
        )
        for w, content in zip(found, based, strict=True)
    ]
    values = json.dumps([{name: _plain(getattr(row, name)) for name in _WRITTEN} for row in rows])
    written = statements.rows(_INSERT, {"rows": values, "kind": spec.slug, "by": by.pk})
    drawn = {uid: (pk, at) for pk, uid, at in written}
    for row in rows:
        row.pk, row.submitted_at = drawn[row.uid]
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return rows


_WRITTEN: Final = (
    *("uid", "intent", "record", "base_version", "source", "source_key", "identity", "likeness", "payload"),
    *("schema", "origin", "organisation_id", "touched", "policy", "risk", "people", "outsiders"),
)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def based_on(base: Public | None) -> dict[str, Any]:
    """The columns that say what a correction was written against."""
    return {"intent": Intent.CORRECTION, "record": base.uid, "base_version": base.version} if base else {}
