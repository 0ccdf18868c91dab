"""The SQL of list pages: written by hand, because its plan is the point.

Every page merges one ordered index scan per freshness shown (MergeAppend over scans with limits of their
own), each starting right behind the cursor by row comparison, and stops when the page is full. The search
across lists walks an index of its own, by freshness only, in the order of the newest.

Words and codes are looked for in one of two ways, each a small statement of its own, since the planner cannot
know which is cheap: along the order, passing over rows whose sieve lacks them without fetching any (`page`);
or by the GIN index, every match sorted (`matches`). `verification.paging` chooses.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from verification import sieves


@dataclass(frozen=True)
class Order:
    """A sort: SQL expressions with their types, compared as one row, all in one direction."""

    keys: tuple[tuple[str, str], ...]
    ascending: bool = True


# Stands between the parts of a sort key that is written as one text; none holds it.
APART = "|"
UID = ("uid", "uuid")
# Each as the index over (kind, freshness, ...) has it; see verification.models.records.
ORDERS = {
    "urgency": Order((("urgency * -1", "int"), ("unmet_since", "timestamptz"), UID)),
    "unmet": Order((("unmet_since", "timestamptz"), UID)),
    "newest": Order((("verified_at", "timestamptz"), UID), ascending=False),
}


@dataclass(frozen=True)
class Ask:
    """What a page asks for, without the values: `limit` rows, of `shown` freshnesses.

    `ahead`: words and codes are looked for in no more rows than that; in all there are where it is None.
    `across`: rows of every list; only the newest first, since only that order has an index for it.
    """

    order: Order
    limit: int
    shown: int
    tokens: bool
    urgency: bool
    beyond: bool
    back: bool
    across: bool = False
    ahead: int | None = None


@lru_cache(maxsize=1024)
def page(ask: Ask) -> str:
    """The statement for one page, along the order: uid, body, freshness, then the sort key.

    With `ahead` it may find less than there is. Values are bound by name; how many rows are asked for is part
    of the statement, since its plan hangs on that.
    """
    if not ask.tokens:
        walk = _walk(ask, "body, freshness", ask.limit)
        return f"SELECT uid, body, freshness, {_keys(ask)} FROM ({walk}) AS walk ORDER BY {_by(ask)}"
    # The sieve stands in the index: only rows that pass it are fetched, one by one in the order of the walk.
    urgency = " AND walk.urgency = %(urgency)s" if ask.urgency else ""
    return f"""
SELECT uid, body, freshness, {_keys(ask)}
  FROM ({_walk(ask, "sieve" + (", urgency" if ask.urgency else ""), ask.ahead)}) AS walk,
       LATERAL (SELECT p.body, p.freshness FROM verification_public AS p
                 WHERE p.uid = walk.uid AND p.tokens @> %(tokens)s::text[] OFFSET 0) AS fetched
 WHERE walk.sieve & %(sieve)s::bit({sieves.WIDTH}) = %(sieve)s::bit({sieves.WIDTH}){urgency}
 ORDER BY {_by(ask)} LIMIT {ask.limit}"""


@lru_cache(maxsize=1024)
def matches(ask: Ask) -> str:
    """The statement for one page by the GIN index, for what few rows hold: the same columns."""
    # The tokens come from a subquery, so that the planner does not guess by them and keeps to the index; `|| ''`
    # keeps it from and-ing that with a bitmap of the whole list.
    urgency = " AND urgency = %(urgency)s" if ask.urgency else ""
    return f"""
WITH matches AS MATERIALIZED (
    SELECT uid, {_columns(ask)} FROM verification_public
     WHERE tokens @> (SELECT %(tokens)s::text[]) AND state = 'live' AND kind || '' = ANY (%(kinds)s)
       AND freshness || '' = ANY (%(freshness)s){urgency}{_beyond(ask)}
)
SELECT uid, body, freshness, {_keys(ask)}
  FROM (SELECT * FROM matches ORDER BY {_by(ask)} LIMIT {ask.limit}) AS chosen
  JOIN verification_public USING (uid)
 ORDER BY {_by(ask)}"""


@lru_cache(maxsize=1024)
def written(ask: Ask, statement: str) -> str:
    """One of these statements with all its columns as text: a page's keys are only ever written into cursors."""
    keys = ", ".join(f"key{n}::text AS written{n}" for n in range(len(ask.order.keys)))
    return f"SELECT uid::text, body, freshness, {keys} FROM ({statement}) AS page ORDER BY {_by(ask)}"


@lru_cache(maxsize=1024)
def joined(ask: Ask, statement: str) -> str:
    """One of these statements, answered in one row.

    The list's version; how many rows there are, their bodies joined in the list's order, and the length of the one
    that was only asked for to know whether there are more; the keys of the first row read and of the last that counts.
    """
    forwards = replace(ask, back=False)
    order = f" ORDER BY {_by(forwards)}" if ask.back else ""

    def key(place: int) -> str:
        parts = ", ".join(f"(array_agg(key{n}))[{place}]" for n in range(len(ask.order.keys)))
        return f"concat_ws('{APART}', {parts})"

    return f"""
SELECT (SELECT version FROM verification_listversion WHERE kind = %(kind)s), count(*)::int,
       string_agg(body, ','{order}), (array_agg(octet_length(body)))[{ask.limit}], {key(1)}, {key(ask.limit - 1)}
  FROM ({statement}) AS page"""


def _walk(ask: Ask, wanted: str, most: int | None) -> str:
    """The next rows in order, from behind the cursor: one index scan per freshness, merged."""
    limit = f" LIMIT {most}" if most is not None else ""
    # Within one urgency the index of the first sort is in the order of the second.
    urgency = " AND urgency * -1 = %(urgency)s * -1" if ask.urgency and not ask.tokens else ""
    scans = " UNION ALL ".join(
        f"(SELECT uid, {wanted}, {_columns(ask)} FROM verification_public WHERE state = 'live'"
        f" AND {_listed(ask.across)} AND freshness = %(freshness{n})s{urgency}{_beyond(ask)}"
        f" ORDER BY {_by(ask)}{limit})"
        for n in range(ask.shown)
    )
    return f"SELECT * FROM ({scans}) AS scans ORDER BY {_by(ask)}{limit}"


def _columns(ask: Ask) -> str:
    return ", ".join(f"{expression} AS key{n}" for n, (expression, _type) in enumerate(ask.order.keys))


def _keys(ask: Ask) -> str:
    return ", ".join(f"key{n}" for n in range(len(ask.order.keys)))


def _beyond(ask: Ask) -> str:
    if not ask.beyond:
        return ""
    here = ", ".join(expression for expression, _type in ask.order.keys)
    there = ", ".join(f"%(key{n})s::{type_}" for n, (_expression, type_) in enumerate(ask.order.keys))
    return f" AND ({here}) {'>' if _forwards(ask) else '<'} ({there})"


def _by(ask: Ask) -> str:
    direction = "ASC" if _forwards(ask) else "DESC"
    return ", ".join(f"key{n} {direction}" for n in range(len(ask.order.keys)))


def _forwards(ask: Ask) -> bool:
    """Whether the walk goes up the index."""
    return ask.order.ascending != ask.back


def _listed(across: bool) -> str:
    """Which lists a walk reads: one, or all there are."""
    return "kind = ANY (%(kinds)s)" if across else "kind = %(kind)s"


def values(kinds: Sequence[str], freshness: Sequence[str], tokens: Sequence[str]) -> dict[str, Any]:
    """Which lists, which freshnesses, and which tokens rows must hold, as the statements name them."""
    found: dict[str, Any] = {f"freshness{n}": value for n, value in enumerate(freshness)}
    found |= {"kind": kinds[0], "kinds": list(kinds)}
    if tokens:
        found |= {"tokens": list(tokens), "sieve": sieves.sieve(tokens), "freshness": list(freshness)}
    return found
