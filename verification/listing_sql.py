"""The SQL of list pages: written by hand, because its plan is the point.

Every page merges one ordered index scan per freshness shown (MergeAppend), each starting right behind the
cursor by row comparison, and stops when the page is full. Words and codes live in one GIN index; with them
a page first looks at the next `HEAD` rows in order, which is where common words are found at once, and
only then asks the GIN index for every match and sorts those: left to itself, the planner walks the
whole order for a word that is common in the table and rare where the walk begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass

HEAD = 2000


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
    """What a page asks for, without the values."""

    order: Order
    freshness: Sequence[str]
    tokens: bool
    urgency: bool
    beyond: bool
    back: bool


def page(ask: Ask) -> str:
    """The statement for one page: uid, body, freshness, then the sort key. Values are bound by name."""
    if not ask.tokens:
        keys = _keys(ask)
        return f"SELECT uid, body, freshness, {keys} FROM ({_walk(ask)}) AS walk ORDER BY {_by(ask)} LIMIT %(limit)s"
    return _searched(ask)


def _searched(ask: Ask) -> str:
    keys, by = _keys(ask), _by(ask)
    columns = ", ".join(f"{expression} AS key{n}" for n, (expression, _type) in enumerate(ask.order.keys))
    return f"""
WITH head AS MATERIALIZED (
    SELECT uid, {keys}
      FROM (SELECT * FROM ({_walk(ask)}) AS walk ORDER BY {by} LIMIT {HEAD}) AS first
     WHERE {_wanted(ask)} ORDER BY {by} LIMIT %(limit)s
), matching AS MATERIALIZED (
    SELECT uid, {columns} FROM verification_public
     WHERE (SELECT count(*) FROM head) < %(limit)s
       AND state = 'live' AND kind = %(kind)s AND freshness = ANY (%(freshness)s) AND {_wanted(ask)}{_beyond(ask)}
)
SELECT uid, body, freshness, {keys}
  FROM (SELECT uid, {keys} FROM head WHERE (SELECT count(*) FROM head) = %(limit)s
        UNION ALL
        (SELECT uid, {keys} FROM matching ORDER BY {by} LIMIT %(limit)s)) AS chosen
  JOIN verification_public USING (uid)
 ORDER BY {by}"""


def _walk(ask: Ask) -> str:
    """The live rows in order, from behind the cursor: one index scan per freshness, to be merged."""
    columns = ", ".join(f"{expression} AS key{n}" for n, (expression, _type) in enumerate(ask.order.keys))
    # Within one urgency the index of the first sort is in the order of the second.
    wanted = "tokens, urgency" if ask.tokens else "body, freshness"
    most = HEAD if ask.tokens else "%(limit)s"
    urgency = " AND urgency * -1 = %(urgency)s * -1" if ask.urgency and not ask.tokens else ""
    return " UNION ALL ".join(
        f"(SELECT uid, {wanted}, {columns} FROM verification_public"
        f" WHERE state = 'live' AND kind = %(kind)s AND freshness = '{freshness}'{urgency}{_beyond(ask)}"
        f" ORDER BY {_by(ask)} LIMIT {most})"
        for freshness in ask.freshness
    )


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


def counting(tokens: Sequence[str], urgency: str) -> str:
    """The statement that counts a view's rows up to a limit."""
    words = " AND tokens @> %(tokens)s::text[]" if tokens else ""
    urgent = " AND urgency = %(urgency)s" if urgency else ""
    return (
        "SELECT count(*) FROM (SELECT 1 FROM verification_public WHERE state = 'live' AND kind = %(kind)s"
        f" AND freshness = ANY (%(freshness)s){words}{urgent} LIMIT %(limit)s) AS counted"
    )
