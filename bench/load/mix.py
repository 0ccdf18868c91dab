"""What is asked: public reading, submissions, reviews, downloads, sheets. Every request is ready bytes.

The shares are those of an ordinary day of a public list that is read much more than written: the whole mix is
asked ten times over, reviews included, though there would hardly be ten times the reviewers.
"""

import csv
import io
import json
import random
import urllib.parse
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

READING, SUBMITTING, REVIEWING, EXPORTING, IMPORTING = "reads", "submissions", "reviews", "exports", "imports"
SHEET_ROWS = 20
# How many steps something has before it, its next one included.
_STEPS_LEFT = {"verify": 2, "enter": 1}


class Request(NamedTuple):
    """One question: its bytes, and what its answer acknowledges."""

    data: bytes
    about: Any = None


@dataclass
class Kind:
    """A kind of question: its share of a thousand, which answers are right, within how many seconds.

    `more` makes the next; None where there is nothing left to ask. `answered` hears of every outcome: the
    status, or 0 where none came.
    """

    name: str
    line: str
    share: int
    statuses: tuple[int, ...]
    marks: bytes
    deadline: float
    more: Callable[[], Request | None]
    answered: Callable[[Request, int], None] = lambda _request, _status: None


def head(path: str, method: str = "GET", who: list[str] | None = None, **headers: str) -> bytes:
    """The lines of a request by itself: everybody is a stranger with a connection of their own."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close"]
    if who:
        lines += [f"Cookie: {who[0]}", f"X-CSRFToken: {who[1]}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n"


def _whole(start: bytes, body: bytes, content_type: str = "application/json") -> bytes:
    return start + f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@dataclass
class Work:
    """The reviewers' work: steps not yet taken, and what is known of those that were."""

    prepared: dict[str, Any]
    steps: "deque[tuple[int, str, str]]" = field(default_factory=deque)
    done: list[tuple[str, str]] = field(default_factory=list)
    unsure: set[tuple[str, str]] = field(default_factory=set)
    # What was refused for good: like something that stands already, say.
    refused: list[tuple[str, str]] = field(default_factory=list)
    approved: int = 0

    def __post_init__(self) -> None:
        longest = max((len(one["uids"]) for one in self.prepared["work"]), default=0)
        for n in range(longest):
            for number, one in enumerate(self.prepared["work"]):
                if n < len(one["uids"]):
                    self.steps.append((number, one["uids"][n], one["step"]))
        self._all = sum(_STEPS_LEFT[step] for _number, _uid, step in self.steps)

    @property
    def left(self) -> int:
        """How many steps are to be taken or on their way."""
        return self._all - len(self.done) - sum(_STEPS_LEFT[step] for step, _uid in self.refused)

    def more(self) -> Request | None:
        """The next step of somebody."""
        if not self.steps:
            return None
        number, uid, step = about = self.steps.popleft()
        one = self.prepared["work"][number]
        start = head(f"/api/v1/submissions/{uid}/{step}/", "POST", one["who"])
        body = f'{{"fence": {one["fence"]}, "answers": {self.prepared["steps"][step]}}}'
        return Request(_whole(start, body.encode()), about)

    def answered(self, request: Request, status: int) -> None:
        """Taken; or to be tried again, where nothing is known of it or it was turned away."""
        number, uid, step = request.about
        before = status == 409 and (step, uid) in self.unsure
        if status == 200 or before:
            self.done.append((step, uid))
            self.approved += step == "enter"
            if step == "verify":
                self.steps.append((number, uid, "enter"))
        elif status in (0, 429, 500, 502, 503):
            if status != 429:
                # Also the database's being away: a commit may have come through whose answer did not.
                self.unsure.add((step, uid))
            self.steps.appendleft((number, uid, step))
        else:
            self.refused.append((step, uid))


@dataclass
class Sent:
    """What was sent in: the numbers of those that were acknowledged."""

    prepared: dict[str, Any]
    uids: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._before, _name, self._after = json.dumps(self.prepared["need"]).partition("@NAME@")
        self._chance = random.Random(7)

    def more(self) -> Request:
        """Another need under a name nobody had."""
        uid = str(uuid.uuid4())
        payload = f"{self._before}{uid[:8]}第{int(uid[9:13], 16)}医院{self._after}"
        body = f'{{"uid": "{uid}", "kind": "needs", "payload": {payload}}}'.encode()
        who = self._chance.choice(self.prepared["volunteers"])
        return Request(_whole(head("/api/v1/submissions/", "POST", who), body), uid)

    def answered(self, request: Request, status: int) -> None:
        """Noted where it was taken."""
        if status == 201:
            self.uids.append(request.about)


def _cycle(requests: list[bytes]) -> Callable[[], Request]:
    chance, ready = random.Random(len(requests)), [Request(data + b"\r\n") for data in requests]
    return lambda: chance.choice(ready)


def _sheets(prepared: dict[str, Any]) -> Iterator[Request]:
    while True:
        for who in prepared["volunteers"]:
            mark, out = uuid.uuid4().hex[:8], io.StringIO()
            writer = csv.DictWriter(out, prepared["sheet"])
            writer.writeheader()
            for n in range(SHEET_ROWS):
                writer.writerow(prepared["sheet"] | {"医院名称": f"江城{mark}第{n}医院"})
            body = (
                f"--glacier\r\nContent-Disposition: form-data; name=file; filename={mark}.csv\r\n"
                f"Content-Type: text/csv\r\n\r\n{out.getvalue()}\r\n--glacier--\r\n"
            ).encode()
            start = head("/submit/needs/sheet/", "POST", who)
            yield Request(_whole(start, body, "multipart/form-data; boundary=glacier"))


def kinds(prepared: dict[str, Any], work: Work, sent: Sent) -> list[Kind]:
    """The mix."""
    records, codes = prepared["records"], prepared["places"]
    words = [urllib.parse.quote(word) for word in ("口罩", "武汉", "人民医院", "防护服", "中心医院", "儿童")]
    reviewers = [one["who"] for one in prepared["work"]]
    seen = [(one["who"], uid) for one in prepared["work"] for uid in one["uids"][-4:]]
    sheets = _sheets(prepared)
    ok, json_, page = (200,), b'"results"', b"</html>"

    def reading(
        name: str, share: int, marks: bytes, paths: list[str], statuses: tuple[int, ...] = ok
    ) -> Kind:
        return Kind(name, READING, share, statuses, marks, 2.0, _cycle([head(path) for path in paths]))

    def reviewing(name: str, share: int, marks: bytes, asked: list[tuple[list[str], str]]) -> Kind:
        ready = _cycle([head(path, who=who) for who, path in asked])
        return Kind(name, REVIEWING, share, ok, marks, 2.0, ready)

    return [
        reading("list, JSON", 264, json_, ["/api/v1/needs/", *(f"/api/v1/needs/?place={c}" for c in codes)]),
        reading("list, page", 264, page, ["/needs/", "/en/needs/", *(f"/needs/?place={c}" for c in codes)]),
        reading("record, page", 200, page, [f"/needs/{uid}/" for uid in records]),
        reading("record, JSON", 60, b'"uid"', [f"/api/v1/needs/{uid}/" for uid in records]),
        reading("search", 60, page, [f"/search/?q={word}" for word in words]),
        Kind("submission", SUBMITTING, 120, (201,), b'"uid"', 2.0, sent.more, sent.answered),
        Kind("decision", REVIEWING, 8, ok, b'"steps"', 2.0, work.more, work.answered),
        reviewing("inbox", 1, page, [(who, "/review/") for who in reviewers]),
        reviewing("look", 3, page, [(who, f"/review/{uid}/") for who, uid in seen]),
        Kind(
            "download", EXPORTING, 15, ok, b"", 30.0, _cycle([head(f"/needs.csv?place={c}") for c in codes])
        ),
        Kind("sheet", IMPORTING, 5, (302,), b"", 5.0, lambda: next(sheets)),
    ]
