"""Leases: who is checking what, for ten minutes at a time.

The fence is a number that only grows: a decision presents it, so that somebody whose lease ran out and
was taken over decides nothing, however late their click arrives. Database time decides.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from verification import people
from verification.journal import acting
from verification.models import Lease, Submission, User
from verification.models.journal import ClockTimestamp
from verification.refusals import (
    LeaseLost,
    LeaseTaken,
    NotReviewer,
    Refused,
    TooManyLeases,
    WrongStatus,
    raise_first,
)
from verification.sop import WAITING

DURATION = timedelta(minutes=10)
# As many as are decided in one batch.
PER_REVIEWER = 100

_HOLDER_LOCK = 7_201_902

# Waits for a decision that is being taken, and keeps the next one waiting: submissions before leases, by id,
# the order every writer keeps.
_WAITING = """
SELECT id FROM verification_submission
 WHERE id = ANY(%(ids)s) AND status = ANY(%(waiting)s) ORDER BY id FOR SHARE
"""

_CLAIM = """
INSERT INTO verification_lease AS l (submission_id, holder_id, fence, until)
SELECT id, %(holder)s, %(fence)s, clock_timestamp() + %(duration)s
  FROM unnest(%(ids)s::bigint[]) AS id ORDER BY id
ON CONFLICT (submission_id) DO UPDATE
   SET holder_id = EXCLUDED.holder_id, fence = EXCLUDED.fence, until = EXCLUDED.until
 WHERE l.until <= clock_timestamp() OR l.holder_id = EXCLUDED.holder_id
RETURNING submission_id
"""


def claim(submission_ids: Sequence[int], *, by: User) -> int:
    """Take the submissions for ten minutes, all or none; returns the fence decisions have to present.

    Taking again what one holds gives a new fence and a new ten minutes. Refused: NotReviewer; WrongStatus
    where one of them waits for no reviewer; LeaseTaken where somebody else holds one; TooManyLeases beyond
    `PER_REVIEWER`.
    """
    with acting(by=by), connection.cursor() as cursor:
        if not people.standing(by, now=timezone.now()).is_reviewer:
            raise NotReviewer()
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_HOLDER_LOCK, by.pk % 2**31])
        cursor.execute("SELECT nextval('verification_fence')")
        (fence,) = cursor.fetchone()
        ids = sorted(set(submission_ids))
        values = {
            "ids": ids,
            "holder": by.pk,
            "fence": fence,
            "duration": DURATION,
            "waiting": sorted(WAITING),
        }
        cursor.execute(_WAITING, values)
        _refuse_without(ids, cursor.fetchall(), WrongStatus)
        cursor.execute(_CLAIM, values)
        _refuse_without(ids, cursor.fetchall(), LeaseTaken)
        if held_by(by) > PER_REVIEWER:
            raise TooManyLeases()
    return int(fence)


def _refuse_without(ids: Sequence[int], rows: Sequence[tuple[int]], refusal: type[Refused]) -> None:
    """Refuse where one of the ids is missing among the rows, and say which."""
    missing = set(ids) - {pk for (pk,) in rows}
    if missing:
        uids = Submission.objects.filter(pk__in=missing).values_list("uid", flat=True)
        raise_first({uid: refusal() for uid in uids})
        raise refusal()


def held_by(user: User) -> int:
    """How many live leases a person holds."""
    return Lease.objects.filter(holder=user, until__gt=ClockTimestamp()).count()


def renew(submission_id: int, *, by: User, fence: int) -> Lease:
    """Ten more minutes under the same fence; LeaseLost where it ran out or was taken."""
    changed = _live(by, fence).filter(submission_id=submission_id).update(until=ClockTimestamp() + DURATION)
    if not changed:
        raise LeaseLost()
    return Lease.objects.get(submission_id=submission_id)


def release(submission_id: int, *, by: User) -> None:
    """Give it back; nothing happens where it was not held."""
    Lease.objects.filter(submission_id=submission_id, holder=by).delete()


def held_under(submission_ids: Sequence[int], *, by: User, fence: int | None) -> bool:
    """Whether this person holds all of these, now, under this fence. Locks the leases until the end."""
    if fence is None:
        return False
    live = (
        _live(by, fence)
        .filter(submission_id__in=submission_ids)
        .order_by("pk")
        .select_for_update(no_key=True)
    )
    return len(live.values_list("pk", flat=True)) == len(set(submission_ids))


def _live(by: User, fence: int) -> QuerySet[Lease]:
    return Lease.objects.filter(holder=by, fence=fence, until__gt=ClockTimestamp())


def drop(submission_ids: Sequence[int]) -> None:
    """End the leases of submissions that left the reviewers' hands."""
    Lease.objects.filter(submission_id__in=submission_ids).delete()
