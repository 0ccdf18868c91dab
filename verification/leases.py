"""Leases: who is checking what, for ten minutes at a time.

The fence is a number that only grows: a decision presents it, so that somebody whose lease ran out and
was taken over decides nothing, however late their click arrives. Database time decides.

Nobody takes what they like. A lease is *given*: by the drawing or a coordinator (`verification.drawing`), and kept
as a handing; what was given is taken again by the same person, as long as nobody else was given it since.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from verification import people, statements
from verification.journal import acting
from verification.models import Lease, Submission, User
from verification.models.journal import ClockTimestamp
from verification.refusals import (
    LeaseLost,
    LeaseTaken,
    NotHanded,
    NotReviewer,
    Refused,
    TooManyLeases,
    WrongStatus,
    raise_first,
)
from verification.sop import WAITING, Given, Status

DURATION = timedelta(minutes=10)
# As many as are decided in one batch.
PER_REVIEWER = 100

_HOLDER_LOCK: Final = 7_201_902

# Waits for a decision that is being taken, and keeps the next one waiting: submissions before leases, by id,
# the order every writer keeps.
_WAITING = """
SELECT id FROM verification_submission
 WHERE id = ANY(%(ids)s::bigint[]) AND status = ANY(%(waiting)s::text[]) ORDER BY id FOR SHARE
"""

# What this person was given before, or verified and may enter too.
_TAKE_AGAIN = """
WITH handed AS (
    SELECT s.id, coalesce(mine.given, 'own') AS given
      FROM verification_submission s
      LEFT JOIN verification_lease mine ON mine.submission_id = s.id AND mine.holder_id = %(holder)s::bigint
     WHERE s.id = ANY(%(ids)s::bigint[])
       AND (mine.given IS NOT NULL OR s.status = 'verified' AND s.verified_by_id = %(holder)s::bigint AND s.people = 1)
)
INSERT INTO verification_lease AS l (submission_id, holder_id, fence, until, given)
SELECT id, %(holder)s::bigint, %(fence)s::bigint, clock_timestamp() + %(duration)s::interval, given
  FROM handed ORDER BY id
ON CONFLICT (submission_id) DO UPDATE
   SET holder_id = EXCLUDED.holder_id, fence = EXCLUDED.fence, until = EXCLUDED.until, given = EXCLUDED.given
 WHERE l.until <= clock_timestamp() OR l.holder_id = EXCLUDED.holder_id
RETURNING submission_id
"""

# One statement, so that there is no lease without the handing that says where it comes from.
_GIVE = """
WITH lease AS (
    INSERT INTO verification_lease AS l (submission_id, holder_id, fence, until, given)
    SELECT id, %(holder)s::bigint, %(fence)s::bigint, clock_timestamp() + %(duration)s::interval, %(given)s::text
      FROM unnest(%(ids)s::bigint[]) AS id ORDER BY id
    ON CONFLICT (submission_id) DO UPDATE
       SET holder_id = EXCLUDED.holder_id, fence = EXCLUDED.fence, until = EXCLUDED.until, given = EXCLUDED.given
     WHERE l.until <= clock_timestamp() OR l.holder_id = EXCLUDED.holder_id
    RETURNING submission_id
)
INSERT INTO verification_handing (reviewer_id, submission_id, status, risk, given, by_id)
SELECT %(holder)s::bigint, s.id, s.status, s.risk, %(given)s::text, %(by)s::bigint
  FROM lease JOIN verification_submission s ON s.id = lease.submission_id
RETURNING submission_id
"""


def claim(submission_ids: Sequence[int], *, by: User) -> int:
    """Take again what one was given, for ten minutes, all or none; returns the fence decisions have to present.

    That is what the person held last, however long ago it ran out; and the routine entries they verified, which the
    same person may enter. It gives a new fence. Refused: NotReviewer; WrongStatus where one of them waits for no
    reviewer; LeaseTaken where somebody else holds one; NotHanded; TooManyLeases beyond `PER_REVIEWER`.
    """
    with acting(by=by):
        if not people.standing(by, now=timezone.now()).is_reviewer:
            raise NotReviewer()
        hold_still(by)
        ids = sorted(set(submission_ids))
        values = _what_waits(ids) | {"holder": by.pk, "fence": _next_fence(), "duration": DURATION}
        missing = {*ids} - {pk for (pk,) in statements.rows(_TAKE_AGAIN, values)}
        if missing:
            live = Lease.objects.filter(submission__in=missing, until__gt=ClockTimestamp())
            taken = set(live.exclude(holder=by).values_list("pk", flat=True))
            _refuse({pk: LeaseTaken() for pk in sorted(taken)} or {pk: NotHanded() for pk in sorted(missing)})
        if held_by(by) > PER_REVIEWER:
            raise TooManyLeases()
    return int(values["fence"])


def may_take_again(found: Submission, by: User) -> bool:
    """Whether `claim` would have it, as far as this person is concerned: they held it last, or may enter what they
    verified."""
    own = found.status == Status.VERIFIED and found.people == 1 and found.verified_by_id == by.pk
    return own or Lease.objects.filter(submission=found, holder=by).exists()


def give(
    submission_ids: Collection[int],
    *,
    to: User,
    given: Given,
    by: User | None = None,
    duration: timedelta = DURATION,
) -> int:
    """Put these into a reviewer's hands, all or none, and write down how they got there; returns the fence.

    For those who hand out (`verification.drawing`), inside their transaction: whom may be given what, they have asked.
    Refused: WrongStatus, LeaseTaken, TooManyLeases, as for `claim`.
    """
    hold_still(to)
    ids = sorted(set(submission_ids))
    values = _what_waits(ids) | {"holder": to.pk, "fence": _next_fence(), "duration": duration}
    values |= {"given": given.value, "by": by.pk if by else None}
    missing = {*ids} - {pk for (pk,) in statements.rows(_GIVE, values)}
    _refuse({pk: LeaseTaken() for pk in sorted(missing)})
    if held_by(to) > PER_REVIEWER:
        raise TooManyLeases()
    return int(values["fence"])


def hold_still(reviewer: User) -> None:
    """Nobody else changes what this reviewer holds until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_HOLDER_LOCK, reviewer.pk % 2**31])


def _next_fence() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('verification_fence')")
        (fence,) = cursor.fetchone()
    return int(fence)


def _what_waits(ids: Sequence[int]) -> dict[str, Any]:
    """The submissions, locked; WrongStatus where one of them waits for no reviewer."""
    found = statements.rows(_WAITING, {"ids": list(ids), "waiting": sorted(WAITING)})
    _refuse({pk: WrongStatus() for pk in sorted({*ids} - {pk for (pk,) in found})})
    return {"ids": list(ids)}


def _refuse(refused: Mapping[int, Refused]) -> None:
    """Refuse where there is a refusal, and say of which submission."""
    if refused:
        uids = dict(Submission.objects.filter(pk__in=refused).values_list("pk", "uid"))
        raise_first({uids[pk]: refusal for pk, refusal in refused.items() if pk in uids})
        raise next(iter(refused.values()))


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
    """Give it back: somebody else is given it, and not the same person soon. Nothing happens where it was not held."""
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


def lapse(submission_ids: Sequence[int], *, of: User) -> None:
    """End the leases, but leave this person what was theirs, to be taken again under a new fence."""
    own = Lease.objects.filter(submission_id__in=submission_ids, holder=of)
    own.update(until=ClockTimestamp())
    Lease.objects.filter(submission_id__in=submission_ids).exclude(holder=of).delete()
