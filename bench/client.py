"""A reader of web pages that costs almost nothing itself: prepared bytes out, bytes in, one kept connection."""

import re
import socket
import time
from collections.abc import Callable

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def bytes_of(path: str, method: str = "GET", body: bytes = b"", **headers: str) -> bytes:
    """A request, to be sent over any connection, as often as wanted."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: keep-alive"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Connection:
    """One kept-alive connection to a server on this machine."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @staticmethod
    def answers(port: int, running: Callable[[], bool], patience: float = 60) -> bool:
        """Whether the server of this port begins to answer within the time, while it runs."""
        ends = time.monotonic() + patience
        while time.monotonic() < ends and running():
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return True
        return False

    def request(self, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> bytes:
        """The bytes of a request, to be sent as often as wanted."""
        return bytes_of(path, method, body, **headers)

    def send(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Status, head and body of the answer."""
        self.socket.sendall(request)
        data = self.socket.recv(262_144)
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head = data[:end]
        status = int(head[9:12])
        length = _LENGTH.search(head)
        if status in (204, 304):
            return status, head, b""
        if length is None:
            return status, head, self._chunks(data[end + 4 :])
        parts, missing = [data[end + 4 :]], int(length[1]) - (len(data) - end - 4)
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        return status, head, b"".join(parts)

    def _more(self) -> bytes:
        data = self.socket.recv(262_144)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data

    def _chunks(self, data: bytes) -> bytes:
        """A body sent in chunks; each is dropped but the last few bytes are known to be there."""
        parts = []
        while True:
            while (end := data.find(b"\r\n")) < 0:
                data += self._more()
            length = int(data[:end], 16)
            while len(data) < end + 2 + length + 2:
                data += self._more()
            if not length:
                return b"".join(parts)
            parts.append(data[end + 2 : end + 2 + length])
            data = data[end + 4 + length :]

    def close(self) -> None:
        """Hang up."""
        self.socket.close()
