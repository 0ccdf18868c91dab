"""Searches in a list, as the view asks them, without HTTP."""

import time
from statistics import quantiles
from typing import Any

from bench.stopwatch import Stopwatch
from verification.listing import Listing


def found(word: str) -> list[str]:
    """The first page's uids."""
    return [str(row.uid) for row in Listing.parse("needs", {"q": word}, strict=True).page().rows]


def answers(words: list[str]) -> dict[str, Any]:
    """The first page of each word."""
    return {"found": [found(word) for word in words]}


def search(words: list[str], times: int) -> dict[str, Any]:
    """Search each word so many times."""
    with Stopwatch() as watch:
        for _ in range(times):
            for word in words:
                found(word)
    return watch.done(times * len(words))


def slowest(words: list[str]) -> dict[str, Any]:
    """Milliseconds in which 99 of 100 searches end, each word searched thrice."""
    taken = []
    for word in words * 3:
        begun = time.perf_counter()
        found(word)
        taken.append((time.perf_counter() - begun) * 1000)
    return {"p99_ms": quantiles(taken, n=100)[-1]}
