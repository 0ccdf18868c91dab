"""The porter: a small process before each web process, which alone accepts connections and asks the gate.

It looks at the first bytes of a request without taking them. Who is let in is handed to the web process, the
socket itself, with a ticket; who waits keeps only the connection; who is turned away is answered here. What it
does never waits for Python in the web process, nor that for it, so that a refusal costs a few hundredths of
a millisecond and slows down nobody who is inside.

Porter and web process live and die together: each ends when the other's end of their channel is closed.
"""

import contextlib
import re
import resource
import selectors
import signal
import socket
import struct
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from logging import Logger
from typing import NoReturn

from glacier import busy
from glacier.admission import Asked, Gate, Line, TurnedAway, read, whole

# Bytes looked at: a head with its cookies, and what people type into a form. The kernel keeps twice as much
# for a connection from which nothing is taken.
LOOKED_AT = 32_768
# What the two say: of which ticket, and what becomes of its connection. Behind it stand the bytes that were
# taken from the connection already.
SAYS = struct.Struct("=QB")
ENDED, GOES_ON, SAID_GOODBYE, CLOSE_UP = range(4)
LONGEST = SAYS.size + LOOKED_AT

# Heads after which something may come that has not been looked for.
_MORE_FOLLOWS = re.compile(rb"\r\n(transfer-encoding|expect):", re.IGNORECASE)
# Connections taken in one go before anything else is looked at.
_AT_ONCE = 64
# A connection that said goodbye is kept until its client has read that: so long, and so many at most.
_LINGERS, _LINGERING = 2.0, 512
# Seconds between two lines of the log about who was turned away.
_TOLD_EVERY = 10.0
# Seconds in which a request has to be here.
_SILENT = 10.0
# How soon those that wait, or whose request is here in part, are looked at again; and everybody else.
_SOON, _LATER = 0.05, 0.5
_IGNORED = ["HUP", "INT", "QUIT", "TERM", "USR1", "USR2", "WINCH"]


@dataclass(eq=False, slots=True)
class Client:
    """A connection that is not inside: its socket, what was taken from it, until when it is kept."""

    socket: socket.socket
    taken: bytes = b""
    until: float = 0.0


class Porter:
    """Accepts, lets in, lets wait, turns away."""

    def __init__(
        self, listeners: Sequence[socket.socket], channel: socket.socket, keeps: float, most: int, log: Logger
    ) -> None:
        self.listeners, self.channel, self.log = listeners, channel, log
        self.keeps, self.most = keeps, most
        self.gate: Gate[Client] = Gate()
        self.poller = selectors.DefaultSelector()
        self.tickets: dict[int, Asked] = {}
        self.numbers = count(1)
        # Who has said nothing yet; of whose request a part is here; who was said goodbye to.
        self.silent: dict[Client, None] = {}
        self.arriving: dict[Client, None] = {}
        self.lingering: dict[Client, None] = {}
        self.turned_away: Counter[Line] = Counter()
        self.told = self.looked = time.monotonic()
        self.open = True

    def serve(self) -> NoReturn:
        """Until the web process is gone, or has said that it closes and everybody who waited was seen to."""
        for name in _IGNORED:  # they are the web process's to obey
            signal.signal(getattr(signal, f"SIG{name}"), signal.SIG_IGN)
        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = self.most + _LINGERING + 128
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard < 0 else min(hard, wanted), hard))
        self.channel.setblocking(False)
        self.poller.register(self.channel, selectors.EVENT_READ, self._hear)
        for listener in self.listeners:
            listener.setblocking(False)
            self.poller.register(listener, selectors.EVENT_READ, partial(self._accept, listener))
        while self.open or self.tickets or self.gate.waiting():
            soon = self.arriving or self.gate.waiting()
            for key, _events in self.poller.select(_SOON if soon else _LATER):
                key.data()
            self._tend(time.monotonic())
        raise SystemExit

    # Who comes

    def _accept(self, listener: socket.socket) -> None:
        for _ in range(_AT_ONCE if self.open else 0):
            try:
                client, _address = listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:  # no more sockets: those who say nothing give theirs
                self.log.warning("Cannot accept: %s", error.strerror)
                self._forget_silent(len(self.silent) // 2)
                return
            self._look(Client(client))

    def _look(self, client: Client) -> None:
        """Let in, let wait or turn away whose request is here."""
        head = _first_bytes(client)
        if head is None:
            self._wait_for_bytes(client, _SILENT)
        elif not head:
            client.socket.close()
        elif whole(head, LOOKED_AT):
            self._decide(client, read(head))
        else:
            client.until = time.monotonic() + _SILENT
            self.arriving[client] = None

    def _wait_for_bytes(self, client: Client, seconds: float) -> None:
        client.until = time.monotonic() + seconds
        self.silent[client] = None
        self.poller.register(client.socket, selectors.EVENT_READ, partial(self._spoke, client))
        if len(self.silent) > self.most:
            self._forget_silent(1)

    def _spoke(self, client: Client) -> None:
        if client not in self.silent:
            return  # parted with a moment ago, in the same turn
        del self.silent[client]
        self.poller.unregister(client.socket)
        self._look(client)

    def _forget_silent(self, number: int) -> None:
        for client in list(self.silent)[:number]:
            self._part(self.silent, client)

    def _decide(self, client: Client, asked: Asked) -> None:
        verdict = self.gate.arrive(client, asked, time.monotonic())
        if isinstance(verdict, TurnedAway):
            self._turn_away(client, asked, verdict)
        elif verdict:
            self._let_in(client, asked)

    # Who is let in

    def _let_in(self, client: Client, asked: Asked) -> None:
        ticket = next(self.numbers)
        self.tickets[ticket] = asked
        message = SAYS.pack(ticket, GOES_ON) + client.taken
        # Never full: there are no more tickets than places.
        socket.send_fds(self.channel, [message], [client.socket.fileno()])
        client.socket.close()

    def _admit(self, now: float) -> None:
        for client, asked in self.gate.admitted(now):
            self._let_in(client, asked)

    def _hear(self) -> None:
        """What the web process says: a place is free, and what becomes of the connection."""
        while True:
            try:
                message, sockets, _flags, _address = socket.recv_fds(self.channel, LONGEST, 1)
            except BlockingIOError:
                return
            except OSError:
                message, sockets = b"", []
            if not message:
                raise SystemExit
            ticket, what = SAYS.unpack_from(message)
            if what == CLOSE_UP:
                self._close_up()
                continue
            self.gate.leave(self.tickets.pop(ticket), time.monotonic())
            self._admit(time.monotonic())
            for descriptor in sockets:
                self._take_back(Client(socket.socket(fileno=descriptor), message[SAYS.size :]), what)

    def _take_back(self, client: Client, what: int) -> None:
        if what == SAID_GOODBYE or not self.open:
            self._linger(client)
        elif client.taken:
            self._look(client)
        else:
            self._wait_for_bytes(client, self.keeps)

    def _close_up(self) -> None:
        """Take nobody else; those who wait are still let in."""
        self.open = False
        for listener in self.listeners:
            self.poller.unregister(listener)
            listener.close()
        self._forget_silent(len(self.silent))

    # Who is turned away, or done

    def _turn_away(self, client: Client, asked: Asked, verdict: TurnedAway) -> None:
        self.turned_away[asked.line] += 1
        with contextlib.suppress(OSError):
            # What was not read when we close would make the kernel take the answer back.
            rest = client.socket.recv(LOOKED_AT, socket.MSG_DONTWAIT)
            client.socket.send(busy.answer(asked, verdict), socket.MSG_DONTWAIT)
            if len(rest) < LOOKED_AT and not _MORE_FOLLOWS.search(rest):
                client.socket.close()
                return
        self._linger(client)

    def _linger(self, client: Client) -> None:
        """Everything was said: wait until the client has hung up too."""
        try:
            client.socket.shutdown(socket.SHUT_WR)
        except OSError:
            client.socket.close()
            return
        client.until = time.monotonic() + _LINGERS
        self.lingering[client] = None
        self.poller.register(client.socket, selectors.EVENT_READ, partial(self._hear_out, client))
        if len(self.lingering) > _LINGERING:
            self._part(self.lingering, next(iter(self.lingering)))

    def _hear_out(self, client: Client) -> None:
        if client not in self.lingering:
            return
        try:
            if client.socket.recv(65536, socket.MSG_DONTWAIT):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._part(self.lingering, client)

    def _part(self, those: dict[Client, None], client: Client) -> None:
        del those[client]
        self.poller.unregister(client.socket)
        client.socket.close()

    # In each turn

    def _tend(self, now: float) -> None:
        """Whose patience is over is turned away; whose time is over is closed."""
        for client, asked, verdict in self.gate.overdue(now):
            self._turn_away(client, asked, verdict)
        if now < self.looked + _SOON:
            return
        self.looked = now
        self._admit(now)  # what pauses while others wait is let in by the clock
        # They are readable all the time, so the poller is no help.
        for client in list(self.arriving):
            head = _first_bytes(client)
            if head and whole(head, LOOKED_AT):
                del self.arriving[client]
                self._decide(client, read(head))
            elif not head or client.until <= now:
                del self.arriving[client]
                client.socket.close()
        for those in (self.silent, self.lingering):
            for client in [client for client in those if client.until <= now]:
                self._part(those, client)
        self._tell(now)

    def _tell(self, now: float) -> None:
        if self.turned_away and now - self.told >= _TOLD_EVERY:
            said = ", ".join(f"{line.name.lower()} {n}" for line, n in sorted(self.turned_away.items()))
            self.log.warning("Too many at once; turned away since: %s", said)
            self.turned_away.clear()
            self.told = now


def _first_bytes(client: Client) -> bytes | None:
    """What has arrived of the next request; empty where the client has left, None where nothing has."""
    try:
        return client.taken + client.socket.recv(LOOKED_AT, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return client.taken or None
    except OSError:
        return b""
