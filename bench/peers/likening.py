"""The peer's duplicate warning: names that hold the name, in the same place."""

from typing import Any

from bench.peers.models import IndexedNeed
from bench.stopwatch import Stopwatch


def candidates(asked: list[list[str]]) -> dict[str, Any]:
    """Look for each; how often the same was found."""
    with Stopwatch() as watch:
        found = []
        for _uid, name, place in asked:
            rows = IndexedNeed.objects.filter(
                state="live", place=place, hospital_name__icontains=name.strip()
            )
            found.append({str(uid) for uid in rows.values_list("uid", flat=True)[:5]})
    hits = sum(uid in uids for (uid, *_), uids in zip(asked, found, strict=True))
    return watch.done(len(asked), recall=hits / len(asked))
