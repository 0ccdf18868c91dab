"""Keeping programs alive: started in order, restarted when they die, stopped in reverse."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

from glacier.runner.bootstrap import say
from glacier.runner.guard import Guard
from glacier.runner.processes import Program, wait_until

LONGEST_PAUSE = 30.0
# A program that lived this long had started well: its next death is a first one.
SETTLED = 60.0
PATIENCE = 10.0
# One wish to stop may reach us twice: `timeout`, for one, tells its child and then its whole group.
_SAME_WISH = 1.0


# The signals that asked us to stop.
_asked: list[int] = []


class Stopped(BaseException):
    """Somebody asked the runner to stop."""


def stop_on_signals() -> None:
    """Turn Ctrl-C, kill and a closed terminal into Stopped; asked a second time, hurry."""

    begun = 0.0

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal begun
        begun = time.monotonic()
        for again in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(again, hurry)
        _asked.append(number)
        raise Stopped

    def hurry(number: int, frame: FrameType | None) -> None:
        if time.monotonic() < begun + _SAME_WISH:
            return
        os.write(2, b"\nStopped at once, asked a second time.\n")
        os._exit(130)  # the guard ends the rest

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose parent died, so that none escapes us (Linux)."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER


class Supervisor:
    """The programs of one run, in the order they were started."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self.programs: list[Program] = []
        self._deaths: dict[str, int] = {}
        self._started: dict[str, float] = {}
        self._due: dict[str, float] = {}

    def start(self, program: Program) -> None:
        """Start a program and keep it from now on."""
        self.programs.append(program)
        self._start(program)

    def deaths(self, name: str) -> int:
        """How often in a row a program died early."""
        return self._deaths.get(name, 0)

    def _start(self, program: Program) -> None:
        program.start()
        self.guard.add(program.pid)
        self._started[program.name] = time.monotonic()

    def look(self) -> None:
        """Restart what died, each after a pause that doubles with every early death, and say so."""
        if _asked:  # and Stopped was lost where Python ignores exceptions: in a finalizer
            raise Stopped
        self._reap_orphans()
        now = time.monotonic()
        for program in self.programs:
            if program.name in self._due:
                if now >= self._due[program.name]:
                    del self._due[program.name]
                    self._start(program)
                    say(f"{program.name} runs again (process {program.pid})")
            elif not program.running():
                self._due[program.name] = now + self._pause(program, now)

    def _pause(self, program: Program, now: float) -> float:
        """How long to wait before the next try; tells what happened, ends what it left behind."""
        assert program.process
        program.kill()
        self.guard.forget(program.pid)
        lived = now - self._started[program.name]
        deaths = 1 if lived > SETTLED else self._deaths.get(program.name, 0) + 1
        self._deaths[program.name] = deaths
        pause = min(LONGEST_PAUSE, 0.25 * 2.0 ** (deaths - 1))
        code = program.process.returncode
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"left with exit code {code}"
        say(f"{program.name} {how}; starting it again in {pause:g} s (see {program.log})")
        return pause

    def _reap_orphans(self) -> None:
        """Take note of the end of adopted processes; our own children are reaped by their Program."""
        ours = {program.pid for program in self.programs if program.process} | {self.guard.pid}
        while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if ended.si_pid in ours:
                break
            os.waitpid(ended.si_pid, 0)

    def watch(self, until: Callable[[], bool], seconds: float) -> bool:
        """Keep everything alive until the condition holds, or the time is over."""

        def looked() -> bool:
            self.look()
            return until()

        return wait_until(looked, seconds)

    def stop(self) -> None:
        """Stop what uses the servers first, all at once, then the servers, the last started first."""
        servers = [program for program in self.programs if program.name in ("PostgreSQL", "Valkey")]
        users = [program for program in self.programs if program not in servers]
        for program in users:
            program.ask_to_stop()
        end = time.monotonic() + PATIENCE
        for program in users:
            program.stop(patience=max(0.1, end - time.monotonic()))
        for program in reversed(servers):
            program.stop(patience=20)
        self.guard.dismiss()
