"""Approvers who do not give up, and somebody who kills what they work with."""

import http.client
import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.builders import ENTER_ANSWERS
from tests.callers import Caller
from tests.machinery.clusters import OwnCluster

_FORK = multiprocessing.get_context("fork")

# Four kinds of process, in the order they are killed.
VICTIMS = ("web", "worker", "valkey", "postgres")
DEAD_FOR = 0.4


class Work(NamedTuple):
    """What one reviewer verified and holds: their session, the fence of their lease, the submissions."""

    session: str
    fence: int
    uids: list[str]


def approve(caller: Caller, uid: str, fence: int = 0) -> None:
    """Enter one verified submission; whatever breaks, look whether it had happened and try again."""
    while True:
        try:
            status, body = caller.act(uid, "enter", fence=fence, answers=ENTER_ANSWERS)
            if status == 200:
                return
            status, body = caller.submission(uid)
            if status == 200 and body["status"] in ("entered", "published"):
                return
            status, body = caller.act(uid, "claim")
            if status == 200:
                fence = body["lease"]["fence"]
                continue
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.1)


class Approvers:
    """Processes that approve their shares."""

    def __init__(self, address: str, work: Sequence[Work], *, processes: int) -> None:
        self.done = _FORK.Value("i", 0)
        shares = [list(work[number::processes]) for number in range(processes)]
        self._processes = [
            _FORK.Process(target=self._work, args=(address, share), daemon=True) for share in shares
        ]

    def _work(self, address: str, share: Sequence[Work]) -> None:
        for work in share:
            caller = Caller(address, work.session, patience=5)
            for uid in work.uids:
                approve(caller, uid, work.fence)
                with self.done.get_lock():
                    self.done.value += 1
            caller.hang_up()

    def start(self) -> None:
        """Set them off."""
        for process in self._processes:
            process.start()

    def wait_for(self, number: int, patience: float) -> None:
        """Until this many are approved."""
        end = time.monotonic() + patience
        while self.done.value < number:
            assert time.monotonic() < end, f"{self.done.value} approved, waiting for {number}"
            time.sleep(0.01)

    def end(self) -> None:
        """They are done, or are ended."""
        for process in self._processes:
            process.join(5)
            if process.is_alive():
                process.kill()


@dataclass
class Storm:
    """What was killed and when."""

    own: OwnCluster
    kills: int
    victims: list[str] = field(default_factory=list)
    last: float = 0.0

    def rage(self, approvers: Approvers, total: int, patience: float) -> None:
        """Kill one after the other with -9, spread over the approvals, and start each again a little later."""
        for number in range(self.kills):
            approvers.wait_for(total * (number + 1) // (self.kills + 1), patience)
            victim = VICTIMS[number % len(VICTIMS)]
            self.own.kill(victim)
            self.last = time.monotonic()
            self.victims.append(victim)
            time.sleep(DEAD_FOR)
            self.own.restart(victim)


def seconds_until(condition: Callable[[], bool], patience: float) -> float | None:
    """How long it took to become true; None where it did not."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > patience:
            return None
        time.sleep(0.05)
    return time.monotonic() - start
