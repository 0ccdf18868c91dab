"""List versions and counters: raised by the same transaction that changes what a list shows."""

import json
from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import NamedTuple, Self
from uuid import UUID

from django.db import connection
from django.db.models import Q

from verification import kinds, statements, writing
from verification.models import Counter, Public
from verification.sop import State
from verification.writing import Script, Statement

# A count goes no further than this, and says so: nobody acts otherwise for more.
MOST_COUNTED = 1000


class Counted(int):
    """A number of things; written with a plus where the counting stopped, which is at `most`."""

    most: int

    def __new__(cls, number: int, *, most: int = MOST_COUNTED) -> Self:
        """Counted as far as `most`."""
        found = super().__new__(cls, number)
        found.most = most
        return found

    def __format__(self, spec: str) -> str:
        return super().__format__(spec) + ("+" if self >= self.most else "")


_RAISE_VERSIONS = """
INSERT INTO verification_listversion AS v (kind, version, changed_at, published_at)
SELECT kind, 1, clock_timestamp(), published_at
  FROM unnest(%s::text[], %s::timestamptz[]) AS d (kind, published_at) ORDER BY kind
ON CONFLICT (kind) DO UPDATE
   SET version = v.version + 1, changed_at = EXCLUDED.changed_at,
       published_at = greatest(v.published_at, EXCLUDED.published_at)
"""

_ADD = """
INSERT INTO verification_counter AS c (kind, name, value)
SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS d (kind, name, value) ORDER BY kind, name
ON CONFLICT (kind, name) DO UPDATE SET value = c.value + EXCLUDED.value
"""

_FRESHNESS = "freshness:"

_STANDING = """
SELECT v.kind, v.version, v.published_at, coalesce(c.value, 0)
  FROM verification_listversion v
  LEFT JOIN verification_counter c ON c.kind = v.kind AND c.name = 'live'
"""


class Standing(NamedTuple):
    """How a list stands: its version, when something was last published in it, and how many records are live."""

    version: int = 0
    published_at: datetime | None = None
    live: int = 0


def note_changes(changes: Sequence[tuple[Public | None, Public]]) -> None:
    """Raise the versions of the lists concerned, and move the counts and sums of live records."""
    with writing.all_or_none() as script:
        add_changes(script, changes)


def add_changes(
    script: Script,
    changes: Sequence[tuple[Public | None, Public]],
    said: Mapping[UUID, kinds.Payload] | None = None,
) -> None:
    """Have the versions of the lists concerned raised, and the counts and sums of live records moved.

    `said` is what the new bodies say, by uid, where the caller need not have them read again.
    """
    published: dict[str, datetime] = {}
    tally: Tally[tuple[str, str]] = Tally()
    known = said or {}
    for before, after in changes:
        if after.state == State.LIVE and (before is None or before.version < after.version):
            published[after.kind] = max(after.published_at, published.get(after.kind, after.published_at))
        if before is not None:
            _count(tally, before, None, -1)
        _count(tally, after, known.get(after.uid), 1)
    script.run(_raised({after.kind for _before, after in changes}, published))
    moved = sorted((kind, name, value) for (kind, name), value in tally.items() if value)
    if moved:
        script.run(Statement(_ADD, [list(column) for column in zip(*moved, strict=True)]))


def raise_versions(slugs: set[str]) -> None:
    """These lists show something else from now on."""
    statement = _raised(slugs, {})
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.values)


def _raised(slugs: set[str], published: Mapping[str, datetime]) -> Statement:
    """Raises the versions; in some of the lists something was published just then."""
    raised = sorted(slugs)
    return Statement(_RAISE_VERSIONS, [raised, [published.get(slug) for slug in raised]])


def _count(tally: Tally[tuple[str, str]], row: Public, says: kinds.Payload | None, sign: int) -> None:
    """What a live row counts towards: the list, its freshness, each exact filter, and the sums of its list."""
    if row.state != State.LIVE:
        return
    kind = row.kind
    tally[kind, "live"] += sign
    tally[kind, f"{_FRESHNESS}{row.freshness}"] += sign
    for token in row.tokens:
        if ":" in token and token.startswith(("item:", "place:")):
            tally[kind, token] += sign
    for name, value in kinds.get(kind).sums(json.loads(row.body) if says is None else says).items():
        tally[kind, name] += sign * value


def counts(kind: str, *prefixes: str) -> dict[str, int]:
    """Live counts and sums by name, for names that begin with one of `prefixes`; all of them without any."""
    begins = reduce(or_, (Q(name__startswith=prefix) for prefix in prefixes), Q())
    rows = Counter.objects.filter(begins, kind=kind, value__gt=0)
    return dict(rows.values_list("name", "value"))


def freshnesses() -> dict[tuple[str, str], int]:
    """How many live records are how fresh, by list and freshness; one query."""
    rows = Counter.objects.filter(name__startswith=_FRESHNESS).values_list("kind", "name", "value")
    return {(kind, name.removeprefix(_FRESHNESS)): value for kind, name, value in rows}


def standings() -> dict[str, Standing]:
    """How every list stands in which something was ever published; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING)
        return {kind: Standing(*rest) for kind, *rest in cursor.fetchall()}


def list_version(kind: str) -> int:
    """The list's version: one tiny query, before any work; by hand, since a 304 does nothing else."""
    found = statements.rows(
        "SELECT version FROM verification_listversion WHERE kind = %(kind)s", {"kind": kind}
    )
    return int(found[0][0]) if found else 0
