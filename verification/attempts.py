"""Publications that failed: counted, retried with growing pauses, parked after the last try."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog
from django.db import connection, transaction

from verification import journal, mailing
from verification.journal import acting
from verification.models import Attempt, Event, Submission, User
from verification.sop import Action, Role

log = structlog.get_logger()

TRIES = 8
LONGEST_PAUSE = timedelta(minutes=5)

# Parked work stays in the queue's status, but is not taken again until a coordinator says so.
_NOTE = """
INSERT INTO verification_attempt AS a (submission_id, tries, last_error, next_try, parked_at)
SELECT id, 1, error, clock_timestamp() + interval '1 second', NULL
  FROM unnest(%(ids)s::bigint[], %(errors)s::text[]) AS failed (id, error) ORDER BY id
ON CONFLICT (submission_id) DO UPDATE
   SET tries = a.tries + 1,
       last_error = EXCLUDED.last_error,
       next_try = CASE WHEN a.tries + 1 >= %(tries)s THEN clock_timestamp() + interval '100 years'
                       ELSE clock_timestamp() + least(interval '1 second' * 2 ^ a.tries, %(longest)s) END,
       parked_at = CASE WHEN a.tries + 1 >= %(tries)s THEN clock_timestamp() END
RETURNING parked_at IS NOT NULL
"""


def note_failures(failed: Mapping[int, str]) -> int:
    """Count one more try of each, in a transaction of its own; returns how many were parked by it.

    Coordinators are told of those by mail.
    """
    if not failed:
        return 0
    ids = sorted(failed)
    values: dict[str, Any] = {
        "ids": ids,
        "errors": [failed[pk][:2000].replace("\x00", "") for pk in ids],
        "tries": TRIES,
        "longest": LONGEST_PAUSE,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_NOTE, values)
        parked = sum(bool(row[0]) for row in cursor.fetchall())
        if parked:
            mailing.parked(parked)
    log.warning("publication_failed", submissions=ids, parked=parked)
    return parked


def forget(submission_ids: Sequence[int]) -> None:
    """A fresh start, for what left the queue."""
    Attempt.objects.filter(submission_id__in=submission_ids).delete()


def try_again(submission_ids: Sequence[int], *, by: User, request_id: str = "") -> int:
    """A fresh start for parked work, once a coordinator mended the cause: one event each; returns how many."""
    with acting(by=by, reason=Action.TRY_AGAIN, request_id=request_id):
        parked = Attempt.objects.select_for_update(of=("self",)).select_related("submission")
        parked = parked.filter(submission_id__in=submission_ids, parked_at__isnull=False).order_by("pk")
        rows = [attempt.submission for attempt in parked]
        journal.append([_told(row, by, request_id) for row in rows])
        forget([row.pk for row in rows])
        transaction.on_commit(journal.ring, robust=True)
    return len(rows)


def _told(row: Submission, by: User, request_id: str) -> Event:
    return journal.new_event(
        Action.TRY_AGAIN,
        by=by,
        role=Role.COORDINATOR,
        kind=row.kind,
        submission=row,
        record=row.record,
        request_id=request_id,
    )
