"""The guard: a process that outlives the runner just long enough to see that nothing else does.

A runner that is killed with -9 cannot stop anything. Its children then get their signal from the kernel
(PR_SET_PDEATHSIG), but one that hangs, or a grandchild whose parent left first, would stay. The guard holds
a pipe to the runner; when that closes, it waits a little, ends every session it was told of, removes the
socket folder and goes. While it lives it holds a lock, so that the next ./run waits for it.
"""

import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path

from glacier.runner.bootstrap import say
from glacier.runner.processes import end_session, members, wait_until
from glacier.runner.state import take_lock

PATIENCE = 8.0


class Guard:
    """The runner's end of the pipe."""

    def __init__(self, lock: Path, sockets: Path, close: list[int]) -> None:
        reading, self._pipe = os.pipe()
        said, says = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            for number in (self._pipe, said, *close):
                os.close(number)
            try:
                _watch(reading, says, lock, sockets)
            finally:
                os._exit(0)
        os.close(reading)
        os.close(says)
        os.read(said, 1)  # it holds the lock and listens
        os.close(said)

    def add(self, session: int) -> None:
        """A session to end when we are gone."""
        self._tell(f"{session}\n")

    def forget(self, session: int) -> None:
        """A session that has ended; its number may come back as somebody else's."""
        self._tell(f"-{session}\n")

    def _tell(self, line: str) -> None:
        with suppress(BrokenPipeError):  # somebody killed it; the kernel still signals our children
            os.write(self._pipe, line.encode())

    def dismiss(self) -> None:
        """Everything is stopped: the guard finds nothing to end, tidies up and leaves."""
        os.close(self._pipe)
        os.waitpid(self.pid, 0)


def wait_for_guard(lock: Path) -> None:
    """Return when the guard of an earlier run, if there is one, has ended what that run left and is gone."""
    held = take_lock(lock)
    if held is None:
        say("waiting for the last run to leave")
        held = take_lock(lock, wait=True)
    if held is not None:
        os.close(held)


def _watch(reading: int, says: int, lock: Path, sockets: Path) -> None:
    os.setsid()
    silent = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(silent, number)
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    take_lock(lock, wait=True)
    os.write(says, b"1")
    os.close(says)
    sessions: set[int] = set()
    with os.fdopen(reading) as pipe:
        for line in pipe:
            sessions.symmetric_difference_update({abs(int(line))})
    living = [session for session in sessions if members(session)]
    for session in living:
        end_session(session, signal.SIGINT)  # which all of ours, PostgreSQL too, take as: stop now, in order
    wait_until(lambda: not any(members(session) for session in living), PATIENCE)
    for session in living:
        end_session(session, signal.SIGKILL)
    shutil.rmtree(sockets, ignore_errors=True)
