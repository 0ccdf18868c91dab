"""Pages of rows, both ways: what a statement of `listing_sql` answers, cut into pages with a cursor on each side."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from verification import cursors
from verification.cursors import Key


class Row(NamedTuple):
    """A public row as lists show it: `body` is its JSON text, `freshness` is stored beside it."""

    uid: UUID
    body: str
    freshness: str
    key: Key


class Page(NamedTuple):
    """Some rows of a view, and the cursors of the pages on both sides, "" where there is none."""

    rows: list[Row]
    next_cursor: str
    previous_cursor: str


def paged(view: str, cursor: str, limit: int, read: Callable[[Key | None, bool, int], list[Row]]) -> Page:
    """The page of a view that begins at the cursor: `read(key, back, limit)` reads rows behind a sort key.

    BadCursor for a cursor of another view.
    """
    at = cursors.read(view, cursor) if cursor else None
    rows = read(at.key if at else None, bool(at and at.back), limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    if at and at.back:
        rows.reverse()
    if not rows:
        here = cursors.write(view, at.key, back=not at.back) if at else ""
        return Page([], here if at and at.back else "", here if at and not at.back else "")
    before, after = (more, True) if at and at.back else (at is not None, more)
    return Page(
        rows,
        cursors.write(view, rows[-1].key) if after else "",
        cursors.write(view, rows[0].key, back=True) if before else "",
    )


def rows_of(statement: str, values: Mapping[str, Any]) -> list[Row]:
    """The rows that a page's statement answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Row(uid, body, freshness, _key(rest)) for uid, body, freshness, *rest in cursor.fetchall()]


def _key(parts: Sequence[Any]) -> Key:
    return tuple(part if isinstance(part, int) else str(part) for part in parts)
