"""A mail server of a test's own, on a port of this machine: keeps what it is given, and can be told to misbehave."""

import email
import email.policy
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage


class MailServer(socketserver.ThreadingTCPServer):
    """What it received, in order. `refuse` answers each mail with that; `on_mail` runs before a mail is accepted."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.received: list[EmailMessage] = []
        self.refuse = ""
        self.on_mail: Callable[[EmailMessage], None] = lambda message: None

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        """As much of SMTP as smtplib asks for."""
        self._say("220 mail.example")
        while line := self.rfile.readline().decode().strip().upper():
            if line.startswith("DATA"):
                self._say("354 go on")
                self._take()
            elif line.startswith("QUIT"):
                self._say("221 bye")
                return
            else:
                self._say("250 good")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        self.server.on_mail(message)
        if self.server.refuse:
            self._say(self.server.refuse)
            return
        self.server.received.append(message)
        self._say("250 taken")

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


@contextmanager
def running() -> Iterator[MailServer]:
    """One that listens until the block ends."""
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
