"""How long things take: the figures of the home and status pages, read from today's publications."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from verification.counting import MOST_COUNTED, Counted
from verification.models import Submission
from verification.sop import Status

# Publications are counted no further.
MOST = 10_000
# How many of them are timed, the newest: more would say the same.
MOST_TIMED = 2_000

# From sending in to publication, of what was published since a moment.
_WAITS = """
SELECT coalesce(kind, ''),
       percentile_cont(%(shares)s) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - submitted_at) / 60),
       percentile_cont(%(shares)s) WITHIN GROUP
         (ORDER BY extract(epoch FROM coalesce(verified_at, closed_at) - submitted_at) / 60)
  FROM (SELECT kind, submitted_at, verified_at, closed_at FROM verification_submission
         WHERE status = 'published' AND closed_at >= %(since)s ORDER BY closed_at DESC LIMIT %(most)s) AS newest
 WHERE %(kind)s IN ('', kind)
 GROUP BY GROUPING SETS ((kind), ())
"""


def today() -> datetime:
    """When today began, here."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


Waits = dict[str, int | None]


def waits(kind: str = "", *, since: datetime | None = None) -> dict[str, Waits]:
    """Minutes half, and 19 of 20, of today's publications took, to the verdict and to publication: by list.

    "" stands for all of them together; with `kind`, only that list is looked at. One query.
    """
    values: dict[str, Any] = {
        "shares": [0.5, 0.95],
        "since": since or today(),
        "kind": kind,
        "most": MOST_TIMED,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WAITS, values)
        return {slug: _in_minutes(public, verdict) for slug, public, verdict in cursor.fetchall()}


def _in_minutes(public: Any, verdict: Any) -> Waits:
    keys = ("public_p50", "public_p95", "verdict_p50", "verdict_p95")
    found: list[Any] = [*(public or (None, None)), *(verdict or (None, None))]
    return {
        key: None if value is None else max(1, round(value)) for key, value in zip(keys, found, strict=True)
    }


NO_WAITS = _in_minutes(None, None)


def median_minutes_today(kind: str = "") -> int | None:
    """Minutes from submission to publication, the middle one of today's; None where there is none yet."""
    return waits(kind).get(kind, NO_WAITS)["public_p50"]


def published_since(since: datetime) -> int:
    """Submissions published since then, counted as far as `MOST`."""
    newest = Submission.objects.filter(status=Status.PUBLISHED, closed_at__gte=since).values("pk")
    return Counted(newest[:MOST].count(), most=MOST)


def last_publication() -> datetime | None:
    """When something was last published."""
    return (
        Submission.objects.filter(status=Status.PUBLISHED, closed_at__gte=timezone.now() - timedelta(days=30))
        .order_by("-closed_at")
        .values_list("closed_at", flat=True)
        .first()
    )


# Each status has its own part of an index, and nothing else is looked at.
_FUNNEL = """
SELECT (SELECT count(*) FROM (SELECT FROM verification_submission WHERE status = 'collected' LIMIT %(most)s) AS a),
       (SELECT count(*) FROM (SELECT FROM verification_submission WHERE status = 'verified' LIMIT %(most)s) AS b),
       (SELECT count(*) FROM (SELECT FROM verification_submission WHERE status = 'entered' LIMIT %(most)s) AS c)
"""


def funnel() -> dict[str, int]:
    """How many stand at each open step, counted as far as a page says it."""
    with connection.cursor() as cursor:
        cursor.execute(_FUNNEL, {"most": MOST_COUNTED})
        numbers = cursor.fetchone()
    steps = (Status.COLLECTED, Status.VERIFIED, Status.ENTERED)
    return {status: Counted(number) for status, number in zip(steps, numbers, strict=True)}


# Of each step and class the oldest, along its part of an index.
_STANDS = """
SELECT kind, status, count(*), min(submitted_at) FILTER (WHERE status <> 'entered')
  FROM (VALUES ('collected', 0), ('collected', 1), ('collected', 2), ('verified', 0), ('verified', 1), ('verified', 2))
       AS part (step, class)
 CROSS JOIN LATERAL (
       SELECT kind, status, submitted_at FROM verification_submission
        WHERE status = step AND risk = class AND status IN ('collected', 'verified')
        ORDER BY submitted_at, id LIMIT %(most)s) AS waiting
 GROUP BY kind, status
 UNION ALL
SELECT kind, 'entered', count(*), NULL
  FROM (SELECT kind FROM verification_submission
         WHERE status = 'entered' ORDER BY due_at, id LIMIT %(most)s) AS approved
 GROUP BY kind
"""


def stands() -> dict[tuple[str, str], tuple[int, datetime | None]]:
    """How many of each list stand at each step of the review, and since when the oldest waits.

    Of each step and class no more than `MOST_COUNTED` are looked at, the oldest.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STANDS, {"most": MOST_COUNTED})
        return {(kind, step): (Counted(n), oldest) for kind, step, n, oldest in cursor.fetchall()}
