"""Publication of what is due."""

from typing import Any

from bench.stopwatch import Stopwatch
from verification import publishing
from verification.models import Public, Submission
from verification.sop import Status


def publish(count: int) -> dict[str, Any]:
    """Publish so many, in the batches the product takes."""
    done = 0
    with Stopwatch() as watch:
        while done < count:
            outcome = publishing.publish_due(limit=min(publishing.BATCH, count - done))
            if not outcome.published:
                raise RuntimeError(f"nothing was published: {outcome}")
            done += outcome.published
    return watch.done(done)


def published(count: int) -> dict[str, Any]:
    """Publish the next few and say what the public reads of them."""
    due = Submission.objects.filter(status=Status.ENTERED).order_by("pk")[:count]
    records = list(due.values_list("record", flat=True))
    publish(count)
    rows = Public.objects.filter(pk__in=records).order_by("pk")
    return {
        "rows": [
            [str(row.uid), sorted(t for t in row.tokens if t[0] != "~" and ":" not in t)] for row in rows
        ]
    }
