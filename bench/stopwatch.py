"""A stopwatch for functions that run in a contender's process: wall seconds, and the processor's.

Only what stands inside `with watch:` counts, so that a function may get ready and look back for nothing.
"""

import os
import time
from typing import Any, Self

from bench.processor import children, spent

# The process number of the bench's own PostgreSQL.
POSTMASTER = "BENCH_POSTMASTER"


class Stopwatch:
    """Adds up what passes between entering and leaving, as often as it is entered."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.computed = 0.0

    def __enter__(self) -> Self:
        self._before = self._servers() + spent([os.getpid()])
        self._begun = time.perf_counter()
        return self

    def __exit__(self, *failure: object) -> None:
        # Ourselves last before and first after: finding the servers takes milliseconds of our own.
        self.seconds += time.perf_counter() - self._begun
        self.computed += spent([os.getpid()]) + self._servers() - self._before

    def _servers(self) -> float:
        postmaster = int(os.environ[POSTMASTER])
        return spent([postmaster, *children(postmaster)])

    def done(self, amount: float, **more: Any) -> dict[str, Any]:
        """What a worker answers."""
        return {"seconds": self.seconds, "computed": self.computed, "amount": amount, **more}
