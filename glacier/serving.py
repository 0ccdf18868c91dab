"""gunicorn's threaded worker behind a porter: as many threads as places, each waits for whom the porter lets in.

A thread takes a socket and its ticket from the channel, answers one request, and gives both back. gunicorn's
own would put up to a thousand connections in a queue without rules, let its main thread ask Python for a
turn at each of them, and wait in it until each client has closed its end.
"""

import os
import selectors
import signal
import socket
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait

from gunicorn.workers.gthread import TConn, ThreadWorker

from glacier.admission import PLACES
from glacier.porter import CLOSE_UP, ENDED, GOES_ON, LONGEST, LOOKED_AT, SAID_GOODBYE, SAYS, Porter

# What a connection holds for a slow client, so that no thread waits for one that reads a page.
_SENT_AHEAD = 262_144
# Who neither sends nor reads is cut off after so many seconds.
_STALLED = 20.0
# The kernel shows a connection when its request is here, or after so many seconds.
_DEFERRED = 5
# A busy thread hands over after this many seconds, so that one that only asks the database is soon heard.
_SWITCH = 0.001


class Connection(TConn):  # type: ignore[misc]
    """A client's connection for one request."""

    def __init__(self, worker: "Worker", client: socket.socket, taken: bytes) -> None:
        super().__init__(worker.cfg, client, client.getpeername(), client.getsockname())
        self.data_ready, self.taken = True, taken

    def init(self) -> None:
        """In the thread, before it reads or writes: nobody holds a place by doing nothing."""
        super().init()
        self.sock.settimeout(_STALLED)
        if self.taken:
            self.parser.unreader.unread(self.taken)
            self.taken = b""


class Worker(ThreadWorker):  # type: ignore[misc]
    """Serves whom its porter lets in."""

    def init_process(self) -> None:
        """In the child, before it serves."""
        sys.setswitchinterval(_SWITCH)
        super().init_process()

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """As many threads as places, whatever `--threads` says."""
        return ThreadPoolExecutor(max_workers=PLACES)

    def run(self) -> None:
        """Until told to stop, or the porter is gone; then those who are inside have the grace period."""
        for listener in self.sockets:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SENT_AHEAD)
            if hasattr(socket, "TCP_DEFER_ACCEPT") and listener.family != socket.AF_UNIX:
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, _DEFERRED)
        self.channel, porter = self._porter()
        self.poller.register(
            self.method_queue.fileno(), selectors.EVENT_READ, self.method_queue.run_callbacks
        )
        threads = [self.tpool.submit(self._serve) for _ in range(PLACES)]
        while self.alive and self.is_parent_alive() and not any(thread.done() for thread in threads):
            self.notify()
            self.wait_for_and_dispatch_events(timeout=1.0)
        self._close_up(threads)
        os.waitpid(porter, 0)

    def _porter(self) -> tuple[socket.socket, int]:
        """Fork the porter; our end of the channel, and its process."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid = os.fork()
        if not pid:
            try:
                signal.set_wakeup_fd(-1)
                ours.close()
                listeners = [listener.sock for listener in self.sockets]
                Porter(listeners, theirs, self.cfg.keepalive, self.worker_connections, self.log).serve()
            except SystemExit:
                os._exit(0)
            except BaseException:
                self.log.exception("The porter failed")
            finally:
                os._exit(1)
        theirs.close()
        return ours, pid

    def _close_up(self, threads: "list[Future[None]]") -> None:
        """The porter takes nobody else, and hangs up on us when all who wait or are inside were answered."""
        try:
            self.channel.send(SAYS.pack(0, CLOSE_UP))
        except OSError:
            self.log.error("The porter is gone")
        ends = time.monotonic() + self.cfg.graceful_timeout
        while wait(threads, timeout=0.2).not_done and time.monotonic() < ends:
            self.notify()
        self.tpool.shutdown(wait=False)
        self.channel.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        """One place: whom the porter lets in, one after the other, until it hangs up."""
        while True:
            message, sockets, _flags, _address = socket.recv_fds(self.channel, LONGEST, 1)
            if not message:
                return
            ticket, _what = SAYS.unpack_from(message)
            with socket.socket(fileno=sockets[0]) as client:
                what, taken = self._answer(client, message[SAYS.size :])
                given = [] if what == ENDED else [client.fileno()]
                try:
                    socket.send_fds(self.channel, [SAYS.pack(ticket, what) + taken], given)
                except OSError:
                    return

    def _answer(self, client: socket.socket, taken: bytes) -> tuple[int, bytes]:
        """Answer one request; what becomes of the connection, and what was read on beyond it."""
        try:
            conn = Connection(self, client, taken)
        except OSError:  # the client is gone
            return ENDED, b""
        goes_on = self.handle(conn)
        if client.fileno() < 0:
            return ENDED, b""
        beyond = conn.parser.unreader.buf.getvalue() if goes_on else b""
        if goes_on and self.alive and len(beyond) <= LOOKED_AT:
            return GOES_ON, beyond
        return SAID_GOODBYE, b""
