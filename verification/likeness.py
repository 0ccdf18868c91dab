"""What may be the same as an entry, for a person to compare: published records, and what also waits.

Only a digest's rows are ever read: an index finds what shares a name, an organisation or a trait, and no more
than a few of each, however many share it. Then names are compared as names, and every reason is told.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from verification import duplicates, kinds, names, organisations, statements
from verification.kinds import Kind, Payload
from verification.models import OrganisationAlias, Submission
from verification.sop import Intent

LIKE_ENOUGH = 0.9
SHOWN = 5
# Shared by more entries than this a telephone or an address is a directory's, and proposes nobody by itself.
SHARED = 8
# How many rows of one digest are looked at.
_LOOKED_AT = 40

SAME_IDENTITY = _("the same institution in the same place")
SAME_ORGANISATION = _("the same organisation")
SAME_NAME = _("the same name in the same place")
OTHER_NAME = _("another name of the same organisation")
LIKE_NAME = _("a very similar name in the same place")
SAME_TRAIT: Final[Mapping[str, str | Promise]] = {
    "phone": _("the same telephone"),
    "address": _("the same address"),
    "account": _("the same account"),
}
SAME_PRIVATE: Final[Mapping[str, str | Promise]] = {
    "phone": _("the same telephone, which is private"),
    "address": _("the same address, which is private"),
    "account": _("the same account, which is private"),
}
_WEIGHTS: Final = {"identity": 4.0, "organisation": 3.0, "name": 3.0, "trait": 2.0, "private": 2.0}
_TRAITS: Final = frozenset({"trait", "private"})

# What was found: the uid of a record, or the id of an entry that waits.
_At = tuple[UUID | None, int | None]

# Written by hand, like the next: asked while somebody types, and for every row of an import.
_CALLED: Final = """
SELECT alias.normalised, house.uid::text, house.place, coalesce(house.merged_into_id, house.id)
  FROM verification_organisationalias alias JOIN verification_organisation house ON house.id = alias.organisation_id
 WHERE alias.normalised = ANY(%(called)s::text[])
"""
_CHOSEN: Final = """
UNION ALL
SELECT '', house.uid::text, house.place, coalesce(house.merged_into_id, house.id)
  FROM verification_organisation house WHERE house.uid = ANY(%(chosen)s::uuid[])
"""
# Of each digest a few rows: those that are public with all that is compared, those that wait by their id.
_FOUND: Final = """
SELECT asked.key, found.* FROM unnest(%(keys)s::text[]) AS asked(key) CROSS JOIN LATERAL (
    SELECT uid, kind, title, place, identity, verified_at FROM verification_public
     WHERE tokens @> ARRAY[asked.key] AND state = 'live' LIMIT %(most)s::bigint
) AS found
UNION ALL
SELECT asked.key, found.* FROM unnest(%(identities)s::text[]) AS asked(key) CROSS JOIN LATERAL (
    SELECT uid, kind, title, place, identity, verified_at FROM verification_public
     WHERE kind = ANY(%(kinds)s::text[]) AND identity = asked.key AND state = 'live' LIMIT %(most)s::bigint
) AS found
"""
_WAITING: Final = """
SELECT asked.key, found.id FROM unnest(%(keys)s::text[]) AS asked(key) CROSS JOIN LATERAL (
    SELECT id FROM verification_submission
     WHERE likeness @> ARRAY[asked.key] AND intent = 'new' AND status IN ('collected', 'verified', 'entered')
     LIMIT %(most)s::bigint
) AS found
UNION ALL
SELECT asked.key, found.id FROM unnest(%(identities)s::text[]) AS asked(key) CROSS JOIN LATERAL (
    SELECT id FROM verification_submission
     WHERE kind = ANY(%(kinds)s::text[]) AND identity = asked.key AND intent = 'new'
       AND status IN ('collected', 'verified', 'entered') LIMIT %(most)s::bigint
) AS found
"""


@dataclass(frozen=True)
class Candidate:
    """A record, or an entry that waits too, that may be the same, and why we think so, best reason first.

    `uid` is the record's, which for an entry that waits is the one it is going to have.
    """

    uid: UUID
    title: str
    place: str
    reasons: tuple[str | Promise, ...]
    score: float
    at: datetime
    waiting: Submission | None = None


@dataclass(frozen=True)
class _Reason:
    """Why a digest is looked for: `kind` is one of `_WEIGHTS`."""

    kind: str
    words: str | Promise


@dataclass
class _Asked:
    """One entry that is compared: its names with the reason each gives, and its digests with theirs."""

    spec: Kind
    name: str
    place: str
    identity: str
    record: UUID | None = None
    organisation: str = ""
    names: dict[str, str | Promise] = field(default_factory=dict)
    keys: dict[str, _Reason] = field(default_factory=dict)


@dataclass(frozen=True)
class _Row:
    """Something found: a record, or an entry that waits."""

    uid: UUID
    kind: str
    title: str
    place: str
    identity: str
    at: datetime
    waiting: Submission | None = None


def of_submissions(found: Sequence[Submission]) -> dict[int, list[Candidate]]:
    """For each new entry what may be the same and was not yet said to be another one; for reviewers.

    Private traits count. As many queries for a page of entries as for one.
    """
    new = {s.pk: s for s in found if s.intent == Intent.NEW}
    asked = [_asked(kinds.get(s.kind), s.payload, s.record) for s in new.values()]
    compared = _compare(asked, everything=True)
    records = {s.record for s in new.values()} | {c.uid for candidates in compared for c in candidates}
    distinct = duplicates.said_distinct(records) if any(compared) else set()
    return {
        s.pk: [c for c in candidates if frozenset((c.uid, s.record)) not in distinct][:SHOWN]
        for s, candidates in zip(new.values(), compared, strict=True)
    }


def of_record(spec: Kind, uid: UUID, payload: Payload) -> list[Candidate]:
    """Other published records that may be the same as this one, not yet said to be another; for reviewers."""
    found = [c for c in _compare([_asked(spec, payload, uid)], everything=True)[0] if c.waiting is None]
    distinct = duplicates.said_distinct({uid, *(c.uid for c in found)}) if found else set()
    return [c for c in found if frozenset((c.uid, uid)) not in distinct][:SHOWN]


def hints(spec: Kind, payload: Payload) -> list[Candidate]:
    """Published records that may be what somebody is about to report: nothing but public fields is compared."""
    return hints_of([(spec, payload)])[0]


def hints_of(entries: Sequence[tuple[Kind, Payload]]) -> list[list[Candidate]]:
    """The same for each of many, in as many queries as for one."""
    asked = [_asked(spec, payload, everything=False) for spec, payload in entries]
    return [found[:SHOWN] for found in _compare(asked, everything=False)]


def _asked(spec: Kind, payload: Payload, record: UUID | None = None, *, everything: bool = True) -> _Asked:
    """What an entry is compared by; unless by everything, by what stands in public fields of others alone."""
    facets = spec.facets(payload)
    identity, name = duplicates.identity_of(spec, payload), duplicates.name_of(spec, payload, facets)
    # Without a record it is somebody typing, who must not learn what private words identify.
    hidden = record is None and spec.identity(payload) != spec.identity(spec.as_it_is(payload))
    asked = _Asked(
        spec=spec,
        name=name,
        place=facets.places[-1] if facets.places else "",
        identity="" if hidden else identity,
        record=record,
        organisation=str(payload.get("organisation") or ""),
        names={name: LIKE_NAME} if name else {},
    )
    for trait in duplicates.traits_of(facets):
        for public, words in ((True, SAME_TRAIT), (False, SAME_PRIVATE))[: 2 if everything else 1]:
            key = duplicates.trait_key(spec, trait, public=public)
            kind = "trait" if public else "private"
            asked.keys[key] = _Reason(kind, words.get(trait[0], _("something in common")))
    return asked


def _compare(asked: Sequence[_Asked], *, everything: bool) -> list[list[Candidate]]:
    """The candidates of each, likest first."""
    if not asked:
        return []
    _add_other_names(asked)
    for one in asked:
        blocks = {block for name in one.names for block in names.blocks(name)}
        one.keys |= {duplicates.name_key(one.spec, block): _Reason("name", LIKE_NAME) for block in blocks}
    found, rows = _look_up(asked, everything=everything)
    return [_candidates(one, found, rows) for one in asked]


def _add_other_names(asked: Sequence[_Asked]) -> None:
    """What the register calls the same organisation: by its name in its place, or by the one that was chosen."""
    known: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    chosen = {one.organisation for one in asked} - {""}
    called = {names.normalise(one.name) for one in asked} - {""}
    for normalised, uid, place, root in statements.rows(
        _CALLED + (_CHOSEN if chosen else ""), {"called": list(called), "chosen": list(chosen)}
    ):
        known[normalised or uid].append((uid, place, root))
    if not known:
        return
    family = _family({root for houses in known.values() for _uid, _place, root in houses})
    for one in asked:
        called_so = known.get(names.normalise(one.name), ())
        meant = {root for _uid, place, root in called_so if organisations.same_place(place or "", one.place)}
        meant |= {root for _uid, _place, root in known.get(one.organisation, ())}
        for alias, uid in (pair for root in sorted(meant) for pair in family[root]):
            one.names.setdefault(alias, OTHER_NAME)
            key = duplicates.organisation_key(one.spec, uid)
            one.keys[key] = _Reason("organisation", SAME_ORGANISATION)


def _family(roots: Collection[int]) -> dict[int, list[tuple[str, UUID]]]:
    """Of each of these organisations every name, with whose it is: its own, and of what was merged into it."""
    found: dict[int, list[tuple[str, UUID]]] = {root: [] for root in roots}
    aliases = OrganisationAlias.objects.filter(
        Q(organisation__in=roots) | Q(organisation__merged_into__in=roots)
    )
    root = Coalesce("organisation__merged_into", "organisation")
    for alias, uid, house in aliases.values_list("name", "organisation__uid", root):
        found[house].append((alias, uid))
    return found


_Found = Mapping[str, set[_At]]
_Rows = Mapping[_At, _Row]


def _look_up(asked: Sequence[_Asked], *, everything: bool) -> tuple[_Found, _Rows]:
    """What has each digest, and the rows themselves: a query; two more for what waits."""
    found: dict[str, set[_At]] = defaultdict(set)
    rows: dict[_At, _Row] = {}
    values: dict[str, Any] = {
        "keys": list({key for one in asked for key in one.keys}),
        "identities": list({one.identity for one in asked} - {""}),
        "kinds": list({one.spec.slug for one in asked}),
        "most": _LOOKED_AT,
    }
    for key, *columns in statements.rows(_FOUND, values):
        row = _Row(*columns)
        found[key].add((row.uid, None))
        rows[row.uid, None] = row
    if everything:
        for key, waiting in statements.rows(_WAITING, values):
            found[key].add((None, waiting))
        rows |= _waiting({pk for some in found.values() for _uid, pk in some if pk})
    return found, rows


def _waiting(ids: Collection[int]) -> dict[_At, _Row]:
    if not ids:
        return {}
    rows: dict[_At, _Row] = {}
    for s in Submission.objects.filter(pk__in=ids):
        facets = kinds.get(s.kind).facets(s.payload)
        place = facets.places[-1] if facets.places else ""
        rows[None, s.pk] = _Row(s.record, s.kind, facets.title, place, s.identity, s.submitted_at, s)
    return rows


def _candidates(one: _Asked, found: _Found, rows: _Rows) -> list[Candidate]:
    """What was found for one entry, most and best reasons first. What is only on a long list is left out."""
    told: dict[_At, list[_Reason]] = defaultdict(list)
    rare: set[_At] = set()
    for key, reason in [*one.keys.items(), (one.identity, _Reason("identity", SAME_IDENTITY))]:
        here = [at for at in found.get(key, ()) if at in rows and _is_another(one, rows[at])]
        listed = reason.kind in _TRAITS and len(here) > SHARED
        for at in here:
            said = _name_reason(one, rows[at]) if reason.kind == "name" else reason
            if said is not None:
                told[at].append(said)
                rare |= set() if listed else {at}
    offered = [_candidate(rows[at], told[at]) for at in rare]
    return sorted(offered, key=lambda c: (-c.score, -c.at.timestamp(), c.uid))


def _is_another(one: _Asked, row: _Row) -> bool:
    return row.kind == one.spec.slug and row.uid != one.record


def _name_reason(one: _Asked, row: _Row) -> _Reason | None:
    """Names are compared as names, and only where the one place lies in the other."""
    if not organisations.same_place(one.place, row.place):
        return None
    if names.normalise(one.name) == names.normalise(row.title):
        return _Reason("name", SAME_NAME)
    likeness, words = max(
        ((names.similarity(name, row.title), words) for name, words in one.names.items()),
        key=lambda pair: pair[0],
    )
    return _Reason("name", words) if likeness >= LIKE_ENOUGH else None


def _candidate(row: _Row, reasons: Sequence[_Reason]) -> Candidate:
    kinds_told = {reason.kind for reason in reasons}
    telling = [r for r in reasons if not (r.kind in ("name", "organisation") and "identity" in kinds_told)]
    telling.sort(key=lambda reason: -_WEIGHTS[reason.kind])
    several = sum(reason.kind in _TRAITS for reason in telling)
    return Candidate(
        uid=row.uid,
        title=row.title,
        place=row.place,
        reasons=tuple(dict.fromkeys(reason.words for reason in telling)),
        score=sum(_WEIGHTS[kind] for kind in kinds_told) + 0.1 * several,
        at=row.at,
        waiting=row.waiting,
    )
