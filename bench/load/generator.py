"""The asking process: phases as it is told, one line of JSON in, one out. Only on this machine's own port."""

import heapq
import json
import random
import resource
import sys
import time
from pathlib import Path
from typing import Any

from bench.load.asking import Asker
from bench.load.mix import Kind, Sent, Work, kinds

# Beside the mix, where approvals are counted: so many reviewers who decide without a pause.
_APPROVERS = 12
# After a refusal somebody who waits for answers comes again this much later.
_PAUSE = 0.2


class Crowd:
    """Everybody who asks."""

    def __init__(self, port: int, most: int, prepared: dict[str, Any], progress: Path) -> None:
        self.progress = progress
        self.work, self.sent = Work(prepared), Sent(prepared)
        self.kinds = kinds(prepared, self.work, self.sent)
        self._decision = next(kind for kind in self.kinds if kind.name == "decision")
        self._weights = [kind.share for kind in self.kinds]
        self._chance = random.Random(20)
        self.asker = Asker(port, most)

    def _any(self) -> Kind:
        return self._chance.choices(self.kinds, self._weights)[0]

    def closed(self, clients: int, seconds: float) -> None:
        """So many who ask again as soon as they are answered."""
        ends, idle = time.perf_counter() + seconds, [(0.0, n) for n in range(clients)]
        while (now := time.perf_counter()) < ends:
            while idle and idle[0][0] <= now:
                _when, n = heapq.heappop(idle)
                if not self.asker.ask(self._any()):
                    heapq.heappush(idle, (now + _PAUSE, n))
            wait = min(ends, idle[0][0] if idle else ends) - now
            for _exchange, status in self.asker.turn(wait):
                refused = status in (0, 429, 503)
                heapq.heappush(idle, (time.perf_counter() + _PAUSE if refused else 0.0, 0))

    def opened(self, rate: float, seconds: float, approvals: int, most: float) -> None:
        """So many a second, whatever becomes of them; until the time is over and so many were approved."""
        begun = due = time.perf_counter()
        idle = [begun] * _APPROVERS if approvals else []
        while (now := time.perf_counter()) < begun + most:
            if now >= begun + seconds and (self.work.approved >= approvals or self.work.left == 0):
                break
            while due <= now:
                self.asker.ask(self._any())
                due += self._chance.expovariate(rate)
            while idle and idle[0] <= now and self.asker.ask(self._decision):
                heapq.heappop(idle)
            wait = min(due, idle[0] if idle and self.work.steps else due) - time.perf_counter()
            for exchange, status in self.asker.turn(wait):
                if approvals and exchange.kind is self._decision and len(idle) < _APPROVERS:
                    heapq.heappush(idle, time.perf_counter() + (0 if status == 200 else _PAUSE))
                    self.progress.write_text(str(self.work.approved))

    def wait_for_all(self) -> None:
        """Until nothing is on its way."""
        while self.asker.under_way:
            self.asker.turn(0.1)

    def phase(self, told: dict[str, Any]) -> dict[str, Any]:
        """One phase to its end, and what came of it."""
        computed, begun = _computed(), time.perf_counter()
        if told["how"] == "closed":
            self.closed(told["clients"], told["seconds"])
        else:
            self.opened(told["rate"], told["seconds"], told.get("approvals", 0), told["most"])
        lasted, share = time.perf_counter() - begun, _computed() - computed
        in_time = {name: len(times) for name, times in self.asker.tally.good.items()}
        self.wait_for_all()
        said = {"seconds": lasted, "computed": share, "approved": self.work.approved, "in_time": in_time}
        lines = {kind.name: kind.line for kind in self.kinds}
        return {**self.asker.new_tally().plain(), **said, "lines": lines}


def _computed() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(port: int, most: int, prepared: Path) -> None:
    """Do as told, until told `acknowledged`, which ends it."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (most + 64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    crowd = Crowd(port, most, json.loads(prepared.read_text()), prepared.with_suffix(".approved"))
    for line in sys.stdin:
        told = json.loads(line)
        if told["how"] == "acknowledged":
            said: dict[str, Any] = {"sent": crowd.sent.uids, "decided": crowd.work.done}
        else:
            said = crowd.phase(told)
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
