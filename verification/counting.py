"""List versions and counters: raised by the same transaction that changes what a list shows."""

from collections import Counter as Tally
from collections.abc import Sequence

from django.db import connection

from verification.models import Counter, Public
from verification.sop import State

_RAISE_VERSIONS = """
INSERT INTO verification_listversion AS v (kind, version, changed_at)
SELECT kind, 1, clock_timestamp() FROM unnest(%s::text[]) AS kind ORDER BY kind
ON CONFLICT (kind) DO UPDATE SET version = v.version + 1, changed_at = EXCLUDED.changed_at
"""

_ADD = """
INSERT INTO verification_counter AS c (kind, name, value)
SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS d (kind, name, value) ORDER BY kind, name
ON CONFLICT (kind, name) DO UPDATE SET value = c.value + EXCLUDED.value
"""


def note_changes(changes: Sequence[tuple[Public | None, Public]]) -> None:
    """Raise the versions of the lists concerned, and move the counts of live records by filter."""
    raise_versions({after.kind for _before, after in changes})
    tally: Tally[tuple[str, str]] = Tally()
    for before, after in changes:
        if before is not None:
            tally.subtract(_counted(before))
        tally.update(_counted(after))
    moved = sorted((kind, name, value) for (kind, name), value in tally.items() if value)
    if moved:
        with connection.cursor() as cursor:
            cursor.execute(_ADD, [list(column) for column in zip(*moved, strict=True)])


def raise_versions(slugs: set[str]) -> None:
    """These lists show something else from now on."""
    with connection.cursor() as cursor:
        cursor.execute(_RAISE_VERSIONS, [sorted(slugs)])


def _counted(row: Public) -> list[tuple[str, str]]:
    """What a live row counts towards: the list, and each exact filter."""
    if row.state != State.LIVE:
        return []
    return [(row.kind, "live"), *((row.kind, t) for t in row.tokens if t.startswith(("item:", "place:")))]


def counts(kind: str, prefix: str = "") -> dict[str, int]:
    """Live counts by name, for names that begin with `prefix`."""
    rows = Counter.objects.filter(kind=kind, name__startswith=prefix, value__gt=0)
    return dict(rows.values_list("name", "value"))


def list_version(kind: str) -> int:
    """The list's version: one tiny query, before any work; by hand, since a 304 does nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM verification_listversion WHERE kind = %s", [kind])
        found = cursor.fetchone()
    return int(found[0]) if found else 0
