"""What history by signal costs."""

import time
from typing import Any

from django.db import transaction
from simple_history.utils import bulk_update_with_history

from bench.peers.models import Need


def save(count: int) -> dict[str, Any]:
    """save() so many needs, each in a transaction of its own."""
    rows = list(Need.objects.order_by("pk")[:count])
    begun = time.perf_counter()
    for row in rows:
        with transaction.atomic():
            row.save()
    return {"seconds": time.perf_counter() - begun, "amount": count}


def bulk(count: int) -> dict[str, Any]:
    """What simple-history offers for many rows."""
    rows = list(Need.objects.order_by("pk")[:count])
    begun = time.perf_counter()
    for row in rows:
        row.remarks = "bench"
    bulk_update_with_history(rows, Need, ["remarks"])
    return {"seconds": time.perf_counter() - begun, "amount": count}
