"""How long things take: the figures of the home and status pages, read from today's publications."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Min
from django.utils import timezone

from verification.models import Submission
from verification.sop import Status

# From sending in to publication, of what was published since a moment.
_WAITS = """
SELECT coalesce(kind, ''),
       percentile_cont(%(shares)s) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - submitted_at) / 60),
       percentile_cont(%(shares)s) WITHIN GROUP
         (ORDER BY extract(epoch FROM coalesce(verified_at, closed_at) - submitted_at) / 60)
  FROM verification_submission
 WHERE status = 'published' AND closed_at >= %(since)s AND %(kind)s IN ('', kind)
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
    values: dict[str, Any] = {"shares": [0.5, 0.95], "since": since or today(), "kind": kind}
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
    """Submissions published since then."""
    return Submission.objects.filter(status=Status.PUBLISHED, closed_at__gte=since).count()


def oldest_waiting() -> dict[str, datetime]:
    """When the oldest entry still waiting for a reviewer was sent in, by list."""
    rows = Submission.objects.waiting().values_list("kind").annotate(oldest=Min("submitted_at")).order_by()
    return dict(rows)


def last_publication() -> datetime | None:
    """When something was last published."""
    return (
        Submission.objects.filter(status=Status.PUBLISHED, closed_at__gte=timezone.now() - timedelta(days=30))
        .order_by("-closed_at")
        .values_list("closed_at", flat=True)
        .first()
    )
