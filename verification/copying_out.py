"""Every row of a view, for downloads."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from verification import statements
from verification.cursors import Key
from verification.listing import Listing
from verification.listing_sql import ORDERS


class Copied(NamedTuple):
    """A row as it is stored: the bytes of its body, and how fresh it is."""

    body: bytes
    freshness: str


def copied_out(listing: Listing, *, chunk: int) -> Iterator[list[Copied]]:
    """All rows of the view in its order, `chunk` at a time.

    Each piece is a statement of its own, read to its end before it is handed on: however slowly somebody
    takes the download, no transaction stays open for it, no vacuum waits, and memory stays flat. So the later
    pieces show what changes meanwhile, and a row that moves in the order may come twice or not at all, as on
    pages; every row that stays where it is comes once.
    """
    key: Key | None = None
    while rows := _read(listing, key, chunk):
        yield [Copied(body, freshness) for body, freshness, *_key in rows]
        key = tuple(part.decode() for part in rows[-1][2:])
        if len(rows) < chunk:
            return


def _read(listing: Listing, key: Key | None, limit: int) -> list[tuple[Any, ...]]:
    """A piece: bodies and sort keys as the database's own bytes. Reading from the page's statement keeps its order."""
    page, values = listing.statement(key, limit=limit)
    keys = ", ".join(f"key{n}::text" for n in range(len(ORDERS[listing.sort].keys)))
    statement = f"SELECT body, freshness, {keys} FROM ({page}) AS page"
    return statements.rows(statement, values, as_bytes=True)
