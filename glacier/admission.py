"""Who is let in when more is asked than can be served. Decided from a request's first bytes alone.

A web process has a few places, each a thread with its database connection. Every request belongs to one
line, by its path and method; a line has places of its own, which no other can take, and a short queue. Who
finds both full is turned away at once, and so is who has waited too long. What reviewers and others who are
signed in work with has most, and while somebody waits for that, the others have one place each; what takes
long comes last, one at a time and with pauses while anybody else waits.

Nothing is read from the database for this. That somebody is signed in is believed of whoever brings a
session or a token; whether it is true is found out inside.
"""

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Line(IntEnum):
    """The lines."""

    STATUS = 0  # how the machinery does, and the files pages are dressed with
    WORKING = 1  # what reviewers and people who are signed in work with
    SUBMITTING = 2
    READING = 3
    BULK = 4  # whole lists out, sheets in


@dataclass(frozen=True)
class Share:
    """At most how many are inside, how many wait, for how many seconds; when to come back, at the earliest."""

    places: int
    waiting: int
    patience: float
    again: int


# Python computes in one thread at a time: more places would not answer more, only each later.
SHARES = {
    Line.STATUS: Share(places=2, waiting=16, patience=2.0, again=2),
    # Fifty reviewers at the same moment are an ordinary day, and each of them waits rather than is sent away.
    Line.WORKING: Share(places=3, waiting=64, patience=2.0, again=2),
    Line.SUBMITTING: Share(places=1, waiting=5, patience=0.5, again=5),
    Line.READING: Share(places=3, waiting=8, patience=0.4, again=3),
    Line.BULK: Share(places=2, waiting=2, patience=1.0, again=30),
}
# Where others wait, what takes long pauses for so many times as long as it was inside, at most for so many seconds.
PAUSES, LONGEST_PAUSE = 3.0, 10.0
# All threads of a web process.
PLACES = sum(share.places for share in SHARES.values())
# Nobody, by session or token, has more than so many requests inside and waiting. A browser opens six.
OF_ONE_CALLER = 8


class Asked(NamedTuple):
    """What a request's first bytes say. `caller` is the session or the token, empty for strangers."""

    line: Line
    path: str
    caller: bytes = b""
    english: bool = False
    head_only: bool = False


_STATUS = re.compile(r"/(en/)?status/|/static/")
_WORKING = re.compile(
    r"/(en/)?(accounts|admin|audit|demo|mine|people|review|me/organisations|me/tokens)(/|$)|/api/v1/submissions/"
)
_SUBMITTING = re.compile(r"/(en/)?(submit|owner)/|/(en/)?accounts/|/api/v1/submissions/")
_BULK = re.compile(r"/(en/)?[^/]+\.(csv|json)$|/(en/)?audit/export/")
_SHEET = re.compile(r"/(en/)?submit/[^/]+/sheet/")
_SENT = re.compile(r"/api/v1/submissions/$")
_CALLER = re.compile(rb"\r\n(?:cookie:[^\r]*\bsessionid|authorization: *bearer)[= ]([^;\s]+)", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d{1,18})", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:", re.IGNORECASE)
_ENGLISH = re.compile(rb"\r\naccept-language: *en", re.IGNORECASE)


def read(head: bytes) -> Asked:
    """What these bytes ask for. Half a head, or none that is HTTP, is read as a stranger's."""
    method, _space, rest = head.partition(b" ")
    path = rest.partition(b" ")[0].partition(b"?")[0].decode("latin-1")
    found = _CALLER.search(head)
    caller = found[1] if found else b""
    english = path.startswith("/en/") or (path.startswith("/api/") and bool(_ENGLISH.search(head)))
    posted = method == b"POST"
    return Asked(_line(path, posted, bool(caller)), path, caller, english, method == b"HEAD")


def _line(path: str, posted: bool, signed_in: bool) -> Line:
    if _STATUS.match(path):
        return Line.STATUS
    if _BULK.match(path) or (posted and _SHEET.match(path)):
        return Line.BULK
    if signed_in and _WORKING.match(path) and not (posted and _SENT.match(path)):
        return Line.WORKING
    return Line.SUBMITTING if _SUBMITTING.match(path) else Line.READING


def whole(head: bytes, most: int) -> bool:
    """Whether a request is here to its end, so that its place does not wait for a slow sender.

    Of bodies larger than `most` bytes, of those of unknown length, and where the sender waits to be told to
    go on, the head is enough.
    """
    end = head.find(b"\r\n\r\n")
    if end < 0:
        return len(head) >= most
    found = None if _EXPECTS.search(head, 0, end) else _LENGTH.search(head, 0, end)
    return len(head) >= min(most, end + 4 + (int(found[1]) if found else 0))


class TurnedAway(NamedTuple):
    """A refusal: 503 where all are too many, 429 where one caller is; seconds after which to come again."""

    status: int
    again: int


@dataclass(frozen=True)
class _Waiting(Generic[T]):
    who: T
    asked: Asked
    until: float


class Gate(Generic[T]):
    """The places of one process and its queues. It has no clock and no threads of its own.

    Whoever is admitted, at once or later, leaves exactly once.
    """

    def __init__(self) -> None:
        self._inside: Counter[Line] = Counter()
        self._queues: dict[Line, deque[_Waiting[T]]] = {line: deque() for line in Line}
        self._callers: Counter[bytes] = Counter()
        self._bulk_since = self._bulk_again = 0.0

    def arrive(self, who: T, asked: Asked, now: float) -> bool | TurnedAway:
        """True: inside. False: waits, and comes out of `admitted` or `overdue` later. Or turned away."""
        line, share = asked.line, SHARES[asked.line]
        if asked.caller and self._callers[asked.caller] >= OF_ONE_CALLER:
            return TurnedAway(429, share.again)
        queue = self._queues[line]
        if not queue and self._room(line, now):
            self._note(asked, 1)
            self._enter(line, now)
            return True
        if len(queue) >= share.waiting:
            return TurnedAway(503, share.again)
        self._note(asked, 1)
        queue.append(_Waiting(who, asked, now + share.patience))
        return False

    def leave(self, asked: Asked, now: float) -> None:
        """A place is free again."""
        self._inside[asked.line] -= 1
        self._note(asked, -1)
        if asked.line == Line.BULK:
            self._bulk_again = now + min(LONGEST_PAUSE, PAUSES * (now - self._bulk_since))

    def admitted(self, now: float) -> Iterator[tuple[T, Asked]]:
        """Who of those that wait has a place now, in the order they came."""
        for line, queue in self._queues.items():
            while queue and self._room(line, now):
                first = queue.popleft()
                self._enter(line, now)
                yield first.who, first.asked

    def overdue(self, now: float) -> Iterator[tuple[T, Asked, TurnedAway]]:
        """Who has waited too long; they are in no queue any more."""
        for line, queue in self._queues.items():
            while queue and queue[0].until <= now:
                first = queue.popleft()
                self._note(first.asked, -1)
                yield first.who, first.asked, TurnedAway(503, SHARES[line].again)

    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._queues.values()))

    def _room(self, line: Line, now: float) -> bool:
        inside = self._inside[line]
        if line > Line.WORKING and inside and self._queues[Line.WORKING]:
            return False  # while reviewers wait, one place each: the processor is theirs first
        if line == Line.BULK and self.waiting() > len(self._queues[line]):
            return not inside and now >= self._bulk_again
        return inside < SHARES[line].places

    def _enter(self, line: Line, now: float) -> None:
        self._inside[line] += 1
        if line == Line.BULK:
            self._bulk_since = now

    def _note(self, asked: Asked, step: int) -> None:
        if asked.caller:
            self._callers[asked.caller] += step
            if not self._callers[asked.caller]:
                del self._callers[asked.caller]
