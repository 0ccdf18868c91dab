"""What changed since a number: for everybody who keeps a copy."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from verification.models import Leaf, Public
from verification.sop import Action

_MARK = """
SELECT coalesce((SELECT max(seq) FROM verification_leaf), 0),
       coalesce((SELECT sum(version) FROM verification_listversion), 0)
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
    with connection.cursor() as cursor:
        cursor.execute(_MARK)
        last, versions = cursor.fetchone()
    return int(last), int(versions)


def changes(after: int, *, kinds: Sequence[str] = (), limit: int = 500) -> tuple[list[Change], int]:
    """Records changed above number `after`, in the order of their last change, and the number to ask from next.

    Each comes once, as it stands now: its body, or a tombstone. What was taken down is never sent again.
    Numbers are given after commit, so a reader who asks from where it stopped misses nothing; the next
    number passes over events that changed nothing public.
    """
    span = list(Leaf.objects.filter(seq__gt=after).order_by("seq").values_list("seq", flat=True)[:limit])
    if not span:
        return [], after
    rows = Leaf.objects.filter(seq__gt=after, seq__lte=span[-1], event__action__in=CHANGING).order_by("seq")
    if kinds:
        rows = rows.filter(event__kind__in=kinds)
    last = {uid: seq for uid, seq in rows.values_list("event__record", "seq") if uid is not None}
    bodies = dict(Public.objects.filter(pk__in=last).values_list("pk", "body"))
    return [Change(seq, uid, bodies[uid]) for uid, seq in sorted(last.items(), key=lambda p: p[1])], span[-1]
