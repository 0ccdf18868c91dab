"""Asking over raw sockets: one question, one connection, as little work of our own as can be."""

import re
import selectors
import socket
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from bench.load.mix import Kind, Request

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_AGAIN = re.compile(rb"\r\nretry-after: *(\d+)", re.IGNORECASE)
_KEPT = 262_144


@dataclass(eq=False)
class Exchange:
    """One question on its way, and what of the answer has come."""

    kind: Kind
    request: Request
    begun: float
    socket: socket.socket
    sent: int = 0
    kept: bytearray = field(default_factory=bytearray)
    received: int = 0
    last: bytes = b""


@dataclass
class Tally:
    """Outcomes of one phase, by kind of question."""

    good: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    late: Counter[str] = field(default_factory=Counter)
    errors: Counter[tuple[str, str]] = field(default_factory=Counter)
    unsent: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "good": {name: [round(t, 5) for t in times] for name, times in self.good.items()},
            "refused": {name: [round(t, 5) for t in times] for name, times in self.refused.items()},
            "late": self.late,
            "errors": [[name, why, times] for (name, why), times in self.errors.items()],
            "unsent": self.unsent,
            "asked": self.asked,
        }


class Asker:
    """Everything that is on its way, never more than `most` at once."""

    def __init__(self, port: int, most: int) -> None:
        self._place = ("127.0.0.1", port)
        self._most = most
        self._poll = selectors.DefaultSelector()
        self.under_way: set[Exchange] = set()
        self.tally = Tally()
        self._swept = 0.0

    def ask(self, kind: Kind) -> bool:
        """Begin; False where nothing could be asked."""
        if len(self.under_way) >= self._most:
            self.tally.unsent[kind.name] += 1
            return False
        request = kind.more()
        if request is None:
            self.tally.unsent[kind.name] += 1
            return False
        self.tally.asked[kind.name] += 1
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(self._place)
        exchange = Exchange(kind, request, time.perf_counter(), client)
        self.under_way.add(exchange)
        self._poll.register(client, selectors.EVENT_WRITE, exchange)
        self._send(exchange)
        return True

    def turn(self, patience: float) -> list[tuple[Exchange, int]]:
        """Wait for at most so long; who was answered, and with which status (0: none)."""
        ended = []
        for key, events in self._poll.select(max(0.0, patience)):
            exchange: Exchange = key.data
            status = self._send(exchange) if events & selectors.EVENT_WRITE else self._receive(exchange)
            if status is not None:
                ended.append((exchange, status))
        now = time.perf_counter()
        if now - self._swept > 0.25:
            self._swept = now
            for exchange in [e for e in self.under_way if now - e.begun > e.kind.deadline + 8]:
                ended.append((exchange, self._end(exchange, 0, "no answer")))
        return ended

    def _send(self, exchange: Exchange) -> int | None:
        try:
            exchange.sent += exchange.socket.send(memoryview(exchange.request.data)[exchange.sent :])
        except BlockingIOError:
            return None
        except OSError as error:
            return self._end(exchange, 0, f"sending: {error.strerror}")
        if exchange.sent == len(exchange.request.data):
            self._poll.modify(exchange.socket, selectors.EVENT_READ, exchange)
        return None

    def _receive(self, exchange: Exchange) -> int | None:
        try:
            data = exchange.socket.recv(_KEPT)
        except BlockingIOError:
            return None
        except OSError as error:
            return self._end(exchange, 0, f"receiving: {error.strerror}")
        if not data:
            return self._judge(exchange)
        exchange.received += len(data)
        exchange.last = data[-16:]
        if len(exchange.kept) < _KEPT:
            exchange.kept += data
        return None

    def _judge(self, exchange: Exchange) -> int:
        """The server has hung up: what was its answer worth?"""
        kept, kind, name = bytes(exchange.kept), exchange.kind, exchange.kind.name
        end = kept.find(b"\r\n\r\n")
        if end < 0:
            return self._end(exchange, 0, "hung up on")
        head, status = kept[:end], int(kept[9:12])
        length = _LENGTH.search(head)
        took = time.perf_counter() - exchange.begun
        whole = (
            exchange.received - end - 4 == int(length[1]) if length else exchange.last.endswith(b"0\r\n\r\n")
        )
        if not whole:
            return self._end(exchange, 0, "half an answer")
        if status in (429, 503) and _AGAIN.search(head):
            self.tally.refused[name].append(took)
            return self._end(exchange, status)
        if status not in kind.statuses or kind.marks not in kept:
            return self._end(exchange, status, f"answered {status}")
        if took > kind.deadline:
            self.tally.late[name] += 1
        else:
            self.tally.good[name].append(took)
        return self._end(exchange, status)

    def _end(self, exchange: Exchange, status: int, trouble: str = "") -> int:
        if trouble:
            self.tally.errors[exchange.kind.name, trouble] += 1
        self._poll.unregister(exchange.socket)
        exchange.socket.close()
        self.under_way.discard(exchange)
        exchange.kind.answered(exchange.request, status)
        return status

    def new_tally(self) -> Tally:
        """What was counted so far; counting begins anew."""
        counted, self.tally = self.tally, Tally()
        return counted
