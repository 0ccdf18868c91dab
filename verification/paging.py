"""Pages of rows, both ways: what the statements of `listing_sql` answer, cut into pages with a cursor on each side."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from verification import cursors, frequencies, listing_sql, statements
from verification.cursors import Cursor, Key
from verification.listing_sql import Ask

T = TypeVar("T")

# A page of what is common is looked for in so many rows for each that it holds, before every match is sorted.
AHEAD = 300


class Row(NamedTuple):
    """A public row as lists show it: `body` is its JSON text, `freshness` is stored beside it."""

    uid: str
    body: str
    freshness: str
    key: Key


class Page(NamedTuple):
    """Some rows of a view, and the cursors of the pages on both sides, "" where there is none."""

    rows: list[Row]
    next_cursor: str
    previous_cursor: str

    @property
    def total(self) -> int | None:
        """How many rows the view has, where this page is all of it. No page counts what it does not show."""
        return None if self.next_cursor or self.previous_cursor else len(self.rows)

    @property
    def more_than(self) -> int | None:
        """Where this is the first page of several: what the view has more of than."""
        return len(self.rows) if self.next_cursor and not self.previous_cursor else None


class Joined(NamedTuple):
    """A page of a view as one JSON text, in bytes, without the brackets around it.

    `version` is that of the list at the same moment: of the first, where several were asked.
    """

    bodies: bytes
    version: int
    next_cursor: str
    previous_cursor: str


class Answer(NamedTuple):
    """What a joined statement answers; see there."""

    version: int | None
    number: int
    bodies: bytes | None
    surplus: int | None
    begins: bytes
    ends: bytes


def paged(view: str, cursor: str, limit: int, read: Callable[[Key | None, bool, int], list[Row]]) -> Page:
    """The page of a view that begins at the cursor: `read(key, back, limit)` reads rows behind a sort key.

    BadCursor for a cursor of another view.
    """
    at = cursors.read(view, cursor) if cursor else None
    rows = read(at.key if at else None, bool(at and at.back), limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    if not rows:
        return Page([], *_beside(view, at, (), (), more))
    beside = _beside(view, at, rows[0].key, rows[-1].key, more)
    return Page(rows[::-1] if at and at.back else rows, *beside)


def joined(view: str, cursor: str, read: Callable[[Key | None, bool], Answer], limit: int) -> Joined:
    """The same page, joined by the database: for whoever sends it on as it is."""
    at = cursors.read(view, cursor) if cursor else None
    answer = read(at.key if at else None, bool(at and at.back))
    bodies = answer.bodies or b""
    if answer.surplus is not None:
        cut = answer.surplus + len(",")
        bodies = bodies[cut:] if at and at.back else bodies[:-cut]
    first, last = (tuple(key.decode().split(listing_sql.APART)) if key else () for key in answer[-2:])
    return Joined(bodies, answer.version or 0, *_beside(view, at, first, last, answer.number > limit))


def _beside(view: str, at: Cursor | None, first: Key, last: Key, more: bool) -> tuple[str, str]:
    """The cursors of the next and the previous page, for rows read from `first` to `last`, in whichever direction."""
    if not first:
        here = cursors.write(view, at.key, back=not at.back) if at else ""
        return (here, "") if at and at.back else ("", here)
    if at and at.back:
        return cursors.write(view, first), cursors.write(view, last, back=True) if more else ""
    return cursors.write(view, last) if more else "", cursors.write(view, first, back=True) if at else ""


def rows_of(ask: Ask, values: Mapping[str, Any]) -> list[Row]:
    """The rows asked for, in order."""
    return _found(ask, values, lambda statement: asked(ask, statement, values), len)


def answer_of(ask: Ask, values: Mapping[str, Any]) -> Answer:
    """The same rows joined, but for the last, which only tells that there are more."""

    def read(statement: str) -> Answer:
        (row,) = statements.rows(listing_sql.joined(ask, statement), values, as_bytes=True)
        return Answer(*row)

    return _found(ask, values, read, lambda answer: answer.number)


def _found(ask: Ask, values: Mapping[str, Any], read: Callable[[str], T], size: Callable[[T], int]) -> T:
    """What is asked for, found the cheap way.

    What is rare is asked of the GIN index; what is common is met along the order. Where that finds too
    little, words that are common each and rare together, the index is asked after all: they are few then.
    """
    if not ask.tokens:
        return read(listing_sql.page(ask))
    if not frequencies.rare(values["tokens"]):
        found = read(listing_sql.page(replace(ask, ahead=AHEAD * ask.limit)))
        if size(found) == ask.limit:
            return found
    return read(listing_sql.matches(ask))


def asked(ask: Ask, statement: str, values: Mapping[str, Any]) -> list[Row]:
    """The rows that a statement of `listing_sql` answers."""
    return [
        Row(uid, body, freshness, tuple(key))
        for uid, body, freshness, *key in statements.rows(listing_sql.written(ask, statement), values)
    ]
