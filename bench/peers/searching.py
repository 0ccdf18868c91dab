"""Searches as the peer's view asks them, without HTTP and without its serializer."""

from typing import Any

from django.db.models import F

from bench.peers.models import IndexedNeed, Need
from bench.stopwatch import Stopwatch

_TABLES = {"peer": Need, "peer+idx": IndexedNeed}


def found(word: str, table: str) -> list[str]:
    """The first page's uids."""
    rows = _TABLES[table]._default_manager.filter(state="live").exclude(freshness="stale")
    rows = rows.filter(hospital_name__icontains=word)
    rows = rows.select_related("hospital", "verified_by", "entered_by")
    return [str(row.uid) for row in rows.order_by(F("urgency").desc(), "unmet_since", "uid")[:50]]


def answers(words: list[str], table: str) -> dict[str, Any]:
    """The first page of each word."""
    return {"found": [found(word, table) for word in words]}


def search(words: list[str], times: int, table: str) -> dict[str, Any]:
    """Search each word so many times."""
    with Stopwatch() as watch:
        for _ in range(times):
            for word in words:
                found(word, table)
    return watch.done(times * len(words))
