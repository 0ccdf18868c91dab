"""Processor time of other processes: what a piece of work cost, however many others wanted the processor too."""

import os
from collections.abc import Iterable
from pathlib import Path

_PROC = Path("/proc")


def spent(pids: Iterable[int]) -> float:
    """Seconds these processes have computed, in all their threads. Who is gone has spent nothing."""
    return sum(_of(pid) for pid in pids)


def _of(pid: int) -> float:
    total = 0.0
    try:
        for task in (_PROC / str(pid) / "task").iterdir():
            total += int((task / "schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return total
    return total


def children(pid: int) -> list[int]:
    """Whom a process has started itself; PostgreSQL's servers of single connections, for one."""
    found = []
    for entry in _PROC.glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            found.append(int(entry.name))
    return found


def ended(pid: int) -> float:
    """Seconds that those whom a process had started computed, of those that ended, to a hundredth."""
    fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
