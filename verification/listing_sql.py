"""The SQL of list pages: written by hand, because its plan is the point.

Every page merges one ordered index scan per freshness shown (MergeAppend over scans with limits of their
own), each starting right behind the cursor by row comparison, and stops when the page is full. The search
across lists walks an index of its own, by freshness only, in the order of the newest.

Words and codes live in one GIN index. Left to itself the planner walks the whole order for a word it takes
for common, or fetches and sorts every match of one that stands on each of the next rows; so a searched page
tries the cheap ways first, each bounded: see `_searched`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# Rows looked at ahead; matches fetched at once; rows looked at before every match is sorted.
PEEK = 500
FEW = 2000
HEAD = 5000


@dataclass(frozen=True)
class Order:
    """A sort: SQL expressions with their types, compared as one row, all in one direction."""

    keys: tuple[tuple[str, str], ...]
    ascending: bool = True


UID = ("uid", "uuid")
# Each as the index over (kind, freshness, ...) has it; see verification.models.records.
ORDERS = {
    "urgency": Order((("urgency * -1", "int"), ("unmet_since", "timestamptz"), UID)),
    "unmet": Order((("unmet_since", "timestamptz"), UID)),
    "newest": Order((("verified_at", "timestamptz"), UID), ascending=False),
}


@dataclass(frozen=True)
class Ask:
    """What a page asks for, without the values; `shown` is how many freshnesses it shows.

    `across`: rows of every list; only the newest first, since only that order has an index for it.
    """

    order: Order
    shown: int
    tokens: bool
    urgency: bool
    beyond: bool
    back: bool
    across: bool = False


def page(ask: Ask) -> str:
    """The statement for one page: uid, body, freshness, then the sort key. Values are bound by name."""
    if ask.tokens:
        return _searched(ask)
    walk = _walk(ask, "%(limit)s")
    return f"SELECT uid, body, freshness, {_keys(ask)} FROM ({walk}) AS walk ORDER BY {_by(ask)}"


def _searched(ask: Ask) -> str:
    """Four ways to find the page, each taken only where the one before did not find it.

    `peek`: the rows just ahead, for words that are everywhere. `few`: every match, where there are not many.
    `head`: more of the rows ahead. `matching`: every match, sorted. The planner skips what is not needed.
    """
    keys, wanted = _keys(ask), _wanted(ask)
    ordered = f"ORDER BY {_by(ask)} LIMIT %(limit)s"
    # `|| ''` keeps the planner from and-ing the GIN index with a bitmap of the whole list.
    matches = (
        f"SELECT uid, {_columns(ask)} FROM verification_public WHERE state = 'live' AND {_listed(across=True)}"
        f" AND freshness || '' = ANY (%(freshness)s) AND {wanted}{_beyond(ask)}"
    )
    full = "(SELECT count(*) FROM {}) = %(limit)s"
    many = f"(SELECT count(*) FROM few) > {FEW}"
    return f"""
WITH peek AS MATERIALIZED (
    SELECT uid, {keys} FROM ({_walk(ask, str(PEEK))}) AS walk WHERE {wanted} {ordered}
), few AS MATERIALIZED (
    {matches} AND NOT {full.format("peek")} LIMIT {FEW} + 1
), head AS MATERIALIZED (
    SELECT uid, {keys} FROM ({_walk(ask, str(HEAD))}) AS walk WHERE {many} AND {wanted} {ordered}
), matching AS MATERIALIZED (
    {matches} AND {many} AND NOT {full.format("head")}
)
SELECT uid, body, freshness, {keys}
  FROM (SELECT uid, {keys} FROM peek WHERE {full.format("peek")}
        UNION ALL (SELECT uid, {keys} FROM few WHERE NOT {many} {ordered})
        UNION ALL SELECT uid, {keys} FROM head WHERE {full.format("head")}
        UNION ALL (SELECT uid, {keys} FROM matching {ordered})) AS chosen
  JOIN verification_public USING (uid)
 ORDER BY {_by(ask)}"""


def _walk(ask: Ask, limit: str) -> str:
    """The next rows in order, from behind the cursor: one index scan per freshness, merged."""
    # Within one urgency the index of the first sort is in the order of the second.
    urgency = " AND urgency * -1 = %(urgency)s * -1" if ask.urgency and not ask.tokens else ""
    wanted = "tokens, urgency" if ask.tokens else "body, freshness"
    scans = " UNION ALL ".join(
        f"(SELECT uid, {wanted}, {_columns(ask)} FROM verification_public WHERE state = 'live'"
        f" AND {_listed(ask.across)} AND freshness = %(freshness{n})s{urgency}{_beyond(ask)}"
        f" ORDER BY {_by(ask)} LIMIT {limit})"
        for n in range(ask.shown)
    )
    return f"SELECT * FROM ({scans}) AS scans ORDER BY {_by(ask)} LIMIT {limit}"


def _columns(ask: Ask) -> str:
    return ", ".join(f"{expression} AS key{n}" for n, (expression, _type) in enumerate(ask.order.keys))


def _wanted(ask: Ask) -> str:
    return "tokens @> %(tokens)s::text[]" + (" AND urgency = %(urgency)s" if ask.urgency else "")


def _beyond(ask: Ask) -> str:
    if not ask.beyond:
        return ""
    here = ", ".join(expression for expression, _type in ask.order.keys)
    there = ", ".join(f"%(key{n})s::{type_}" for n, (_expression, type_) in enumerate(ask.order.keys))
    return f" AND ({here}) {'>' if _forwards(ask) else '<'} ({there})"


def _keys(ask: Ask) -> str:
    return ", ".join(f"key{n}" for n in range(len(ask.order.keys)))


def _by(ask: Ask) -> str:
    direction = "ASC" if _forwards(ask) else "DESC"
    return ", ".join(f"key{n} {direction}" for n in range(len(ask.order.keys)))


def _forwards(ask: Ask) -> bool:
    """Whether the walk goes up the index."""
    return ask.order.ascending != ask.back


def _listed(across: bool) -> str:
    """Which lists a scan reads: one, by its index, or all there are, for what it is worth."""
    return "kind || '' = ANY (%(kinds)s)" if across else "kind = %(kind)s"


def values(kinds: Sequence[str], freshness: Sequence[str]) -> dict[str, Any]:
    """Which lists and which freshnesses, as the statements name them."""
    return {
        "kind": kinds[0],
        "kinds": list(kinds),
        "freshness": list(freshness),
        **{f"freshness{n}": value for n, value in enumerate(freshness)},
    }


def counting(tokens: Sequence[str], urgency: str) -> str:
    """The statement that counts a view's rows up to a limit."""
    if tokens:
        urgent = " AND urgency = %(urgency)s" if urgency else ""
        where = (
            f"{_listed(across=True)} AND freshness || '' = ANY (%(freshness)s)"
            f" AND tokens @> %(tokens)s::text[]{urgent}"
        )
    else:
        urgent = " AND urgency * -1 = %(urgency)s * -1" if urgency else ""
        where = f"kind = %(kind)s AND freshness = ANY (%(freshness)s){urgent}"
    return (
        "SELECT count(*) FROM (SELECT 1 FROM verification_public"
        f" WHERE state = 'live' AND {where} LIMIT %(limit)s) AS counted"
    )
