"""What history by signal costs."""

from typing import Any

from django.db import transaction
from simple_history.utils import bulk_update_with_history

from bench.peers.models import Need
from bench.stopwatch import Stopwatch


def save(count: int) -> dict[str, Any]:
    """save() so many needs, each in a transaction of its own."""
    rows = list(Need.objects.order_by("pk")[:count])
    with Stopwatch() as watch:
        for row in rows:
            with transaction.atomic():
                row.save()
    return watch.done(count)


def bulk(count: int) -> dict[str, Any]:
    """What simple-history offers for many rows."""
    rows = list(Need.objects.order_by("pk")[:count])
    with Stopwatch() as watch:
        for row in rows:
            row.remarks = "bench"
        bulk_update_with_history(rows, Need, ["remarks"])
    return watch.done(count)
