"""What changed since a number: for everybody who keeps a copy."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from verification import statements
from verification.sop import Action

_MARK = """
SELECT coalesce((SELECT max(seq) FROM verification_leaf), 0),
       coalesce((SELECT sum(version) FROM verification_listversion), 0)::bigint
"""

# The last number of the span, and what of it changed something public: one row without a record where nothing did.
_CHANGES = """
WITH span AS MATERIALIZED (
    SELECT seq, event_id FROM verification_leaf WHERE seq > %(after)s ORDER BY seq LIMIT %(limit)s
), changed AS MATERIALIZED (
    SELECT e.record AS uid, max(span.seq) AS seq
      FROM span JOIN verification_event AS e ON e.id = span.event_id
     WHERE e.action = ANY (%(actions)s) AND (%(kinds)s::text[] = '{}' OR e.kind = ANY (%(kinds)s::text[]))
     GROUP BY e.record
)
SELECT (SELECT max(seq) FROM span), found.seq, found.uid, found.body
  FROM (SELECT) AS always LEFT JOIN (changed JOIN verification_public AS p USING (uid)) AS found ON true
 ORDER BY found.seq
"""


class Change(NamedTuple):
    """A record that changed: the number of its last change, its uid, its body or tombstone as JSON text."""

    seq: int
    uid: UUID
    body: str


# What changes a record's public bytes.
CHANGING = (
    Action.PUBLISH,
    Action.TAKE_DOWN,
    Action.RERENDER,
    Action.CONFIRM,
    Action.MERGE,
    Action.UNMERGE,
)


def mark() -> tuple[int, int]:
    """Changes whenever an answer of the feed may: with every number given out, and with every list at once.

    A take-down gets its number only after commit; its record's body is gone from the feed before that.
    """
    ((last, versions),) = statements.rows(_MARK, {})
    return last, versions


def changes(after: int, *, kinds: Sequence[str] = (), limit: int = 500) -> tuple[list[Change], int]:
    """Records changed above number `after`, in the order of their last change, and the number to ask from next.

    Each comes once, as it stands now: its body, or a tombstone. What was taken down is never sent again.
    Numbers are given after commit, so a reader who asks from where it stopped misses nothing; the next
    number passes over events that changed nothing public.
    """
    rows = statements.rows(
        _CHANGES,
        {"after": after, "limit": limit, "actions": [str(a) for a in CHANGING], "kinds": list(kinds)},
    )
    found = [Change(seq, uid, body) for _last, seq, uid, body in rows if uid is not None]
    return found, rows[0][0] or after
