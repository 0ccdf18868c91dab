"""The peer's duplicate warning: names that hold the name, in the same place."""

import time
from typing import Any

from bench.peers.models import IndexedNeed


def candidates(asked: list[list[str]]) -> dict[str, Any]:
    """Look for each; how often the same was found."""
    begun = time.perf_counter()
    found = []
    for _uid, name, place in asked:
        rows = IndexedNeed.objects.filter(state="live", place=place, hospital_name__icontains=name.strip())
        found.append({str(uid) for uid in rows.values_list("uid", flat=True)[:5]})
    seconds = time.perf_counter() - begun
    hits = sum(uid in uids for (uid, *_), uids in zip(asked, found, strict=True))
    return {"seconds": seconds, "amount": len(asked), "recall": hits / len(asked)}
