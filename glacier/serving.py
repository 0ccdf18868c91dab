"""gunicorn's threaded worker with the gate before its threads.

The main thread looks at the first bytes of each request as they arrive, without taking them, and asks the
gate: a request that is let in gets a thread, one that waits keeps only its connection, one that is turned
away is answered here. So threads are as many as places, no request waits unseen, and a refusal costs a
quarter of a millisecond. gunicorn's own would put up to a thousand connections in a queue without rules, and
wait in the main thread until each client has closed its end.
"""

import contextlib
import re
import selectors
import socket
import sys
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from glacier import busy
from glacier.admission import PLACES, Asked, Gate, Line, TurnedAway, read, whole

# Bytes looked at: a head with its cookies, and what people type into a form. The kernel keeps twice as much
# for a connection from which nothing is taken.
_LOOKED_AT = 32_768
# Heads after which something may come that has not been looked for.
_MORE_FOLLOWS = re.compile(rb"\r\n(transfer-encoding|expect):", re.IGNORECASE)
# Connections taken in one go before anything else is looked at.
_AT_ONCE = 16
# A connection that said goodbye is kept until its client has read that: so long, and so many at most.
_LINGERS, _LINGERING = 2.0, 512
# Seconds between two lines of the log about who was turned away.
_TOLD_EVERY = 10.0
# What a connection holds for a slow client, so that no thread waits for one that reads a page.
_SENT_AHEAD = 262_144
# Seconds in which a request has to be here, and those after which who neither sends nor reads is cut off.
_SILENT, _STALLED = 10.0, 20.0
# How soon those that wait, or whose request is here in part, are looked at again.
_SOON = 0.05
# A busy thread hands over after this many seconds, so that the main thread is heard soon.
_SWITCH = 0.001


class Connection(TConn):  # type: ignore[misc]
    """A client's connection, and what it asks for now."""

    asked: Asked | None = None
    worker: "Worker"

    def init(self) -> None:
        """In the thread, before it reads or writes: nobody holds a place by doing nothing."""
        super().init()
        self.sock.settimeout(_STALLED)

    def close(self, graceful: bool = False) -> None:
        """Close; gracefully is to wait in the event loop until the client has read everything."""
        if graceful:
            self.worker.linger(self)
        else:
            super().close()


class Worker(ThreadWorker):  # type: ignore[misc]
    """Serves whom the gate admits, and says to all others when to come again."""

    def init_process(self) -> None:
        """In the child, before it serves: everything of ours is made anew here."""
        sys.setswitchinterval(_SWITCH)
        self.gate: Gate[Connection] = Gate()
        self.arriving: dict[Connection, float] = {}
        self.lingering: dict[Connection, float] = {}
        self.turned_away: Counter[Line] = Counter()
        self.told = self.looked = time.monotonic()
        super().init_process()

    def run(self) -> None:
        """What can be said once of all connections is said of those they come from."""
        self.addresses = {listener: listener.getsockname() for listener in self.sockets}
        for listener in self.sockets:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SENT_AHEAD)
        super().run()

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """As many threads as places, whatever `--threads` says."""
        return ThreadPoolExecutor(max_workers=PLACES)

    def accept(self, listener: Any) -> None:
        """Take the connections that are waiting. What they ask for is seen as it arrives."""
        for _ in range(_AT_ONCE):
            try:
                client, address = listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            self.nr_conns += 1
            conn = Connection(self.cfg, client, address, self.addresses[listener])
            conn.worker = self
            self.enqueue_req(conn)

    def enqueue_req(self, conn: Connection) -> None:
        """A connection has something to say, or soon will: let it in, let it wait, or turn it away."""
        head = self._first_bytes(conn)
        if head is None:
            self._wait_for_bytes(conn)
        elif not head:
            self._forget(conn)
        elif whole(head, _LOOKED_AT):
            self._decide(conn, read(head))
        else:
            self.arriving[conn] = time.monotonic() + _SILENT

    def _decide(self, conn: Connection, asked: Asked) -> None:
        conn.asked = asked
        verdict = self.gate.arrive(conn, asked, time.monotonic())
        if isinstance(verdict, TurnedAway):
            self._turn_away(conn, asked, verdict)
        elif verdict:
            self._let_in(conn)

    def _look_again(self, now: float) -> None:
        """At requests of which a part is here: they are readable all the time, so the poller is no help."""
        if now < self.looked + _SOON:
            return
        self.looked = now
        for conn, until in list(self.arriving.items()):
            head = self._first_bytes(conn)
            if head and whole(head, _LOOKED_AT):
                del self.arriving[conn]
                self._decide(conn, read(head))
            elif not head or until <= now:
                del self.arriving[conn]
                self._forget(conn)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """As gunicorn's, and sooner where somebody waits for a moment and not for an event."""
        soon = self.arriving or self.gate.waiting()
        super().wait_for_and_dispatch_events(min(timeout, _SOON) if soon else timeout)

    def _first_bytes(self, conn: Connection) -> bytes | None:
        """What has arrived of the next request; empty where the client has left, None where nothing has."""
        # A thread may have read on beyond the request before.
        taken = bytes(conn.parser.unreader.buf.getvalue()) if conn.parser is not None else b""
        try:
            if conn.sock.gettimeout() != 0:
                conn.sock.setblocking(False)
            return taken + bytes(conn.sock.recv(_LOOKED_AT, socket.MSG_PEEK))
        except BlockingIOError:
            return taken or None
        except OSError:
            return b""

    def _wait_for_bytes(self, conn: Connection) -> None:
        conn.timeout = time.monotonic() + _SILENT
        self.pending_conns.append(conn)
        on_readable = lambda client: self.on_pending_socket_readable(conn, client)  # noqa: E731
        self.poller.register(conn.sock, selectors.EVENT_READ, on_readable)

    def _forget(self, conn: Connection) -> None:
        self.nr_conns -= 1
        conn.close()

    def _let_in(self, conn: Connection) -> None:
        conn.data_ready = True
        super().enqueue_req(conn)

    def finish_request(self, conn: Connection, fs: "Future[Any]") -> None:
        """A thread is free: its place goes to who waits."""
        assert conn.asked
        self.gate.leave(conn.asked)
        conn.asked = None
        super().finish_request(conn, fs)
        self._admit()

    def _admit(self) -> None:
        for conn, _asked in self.gate.admitted():
            self._let_in(conn)

    def murder_pending(self) -> None:
        """Called in each turn of the loop: whose patience is over is turned away, whose goodbye is, closed."""
        super().murder_pending()
        now = time.monotonic()
        self._look_again(now)
        for conn, asked, verdict in self.gate.overdue(now):
            self._turn_away(conn, asked, verdict)
        while self.lingering:
            first, until = next(iter(self.lingering.items()))
            if until > now and len(self.lingering) <= _LINGERING:
                break
            self._part(first)
        if self.turned_away and now - self.told >= _TOLD_EVERY:
            said = ", ".join(f"{line.name.lower()} {n}" for line, n in sorted(self.turned_away.items()))
            self.log.warning("Too many at once; turned away since: %s", said)
            self.turned_away.clear()
            self.told = now

    def _turn_away(self, conn: Connection, asked: Asked, verdict: TurnedAway) -> None:
        self.turned_away[asked.line] += 1
        self.nr_conns -= 1
        with contextlib.suppress(OSError):
            # What was not read when we close would make the kernel take the answer back.
            rest = conn.sock.recv(_LOOKED_AT)
            conn.sock.send(busy.answer(asked, verdict))
            if len(rest) < _LOOKED_AT and not _MORE_FOLLOWS.search(rest):
                conn.close()
                return
        self.linger(conn)

    def linger(self, conn: Connection) -> None:
        """We have said everything: wait, without a thread, until the client has hung up too."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
            self.poller.register(conn.sock, selectors.EVENT_READ, lambda _client: self._hear_out(conn))
        except (OSError, ValueError, KeyError):
            conn.close()
            return
        self.lingering[conn] = time.monotonic() + _LINGERS

    def _hear_out(self, conn: Connection) -> None:
        try:
            if conn.sock.recv(65536):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._part(conn)

    def _part(self, conn: Connection) -> None:
        del self.lingering[conn]
        with contextlib.suppress(OSError, ValueError, KeyError):
            self.poller.unregister(conn.sock)
        conn.close()
