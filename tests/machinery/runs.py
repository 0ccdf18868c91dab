"""A ./run of one test: on a state and port of its own, with an account of every process it ever had."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from glacier.runner.bootstrap import TOP
from glacier.runner.processes import PROC, Account, alive, wait_until
from glacier.runner.state import read_private

# What would lead a child of ours to the servers of the tests.
OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "CELERY_BROKER_URL",
    "ALLOWED_HOSTS",
    "GLACIER_",
    "SECRET_KEY",
    "DJANGO_",
)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


class Run:
    """One start of ./run; `again` is another on the same state and port."""

    def __init__(
        self,
        state: Path | None = None,
        port: int | None = None,
        top: Path = TOP,
        command: Sequence[str | Path] = (sys.executable, "-m", "glacier.runner"),
        account: Account | None = None,
    ) -> None:
        # Not pytest's tmp_path: the servers of a root's run must be able to reach it.
        self.state = state or Path(tempfile.mkdtemp(prefix="glacier-run-"))
        if state is None:
            self.state.chmod(0o755)
        self.port = port or free_port()
        self.top, self.command, self.account = top, command, account
        self.demonstration = True
        self.mark = uuid.uuid4().hex
        self.pids: set[int] = set()
        self.output = self.state.with_name(self.state.name + ".out")
        self.process: subprocess.Popen[bytes] | None = None
        self.later: list[Run] = []

    def env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return {
            **kept,
            "GLACIER_STATE": str(self.state),
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "1",
            "HOME": str(self.state),
            "TEST_MARK": self.mark,
            "GLACIER_DEMO": str(int(self.demonstration)),
        }

    def start(self, patience: float = 300) -> "Run":
        """Start it and wait until it says that it is up."""
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [str(part) for part in self.command],
                cwd=self.top,
                env=self.env(),
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                user=self.account.uid if self.account else None,
                group=self.account.gid if self.account else None,
                extra_groups=[] if self.account else None,
            )
        process = self.process

        def up() -> bool:
            return self.file().get("pid") == process.pid

        wait_until(lambda: up() or process.poll() is not None, patience)
        assert up(), self.said()
        return self

    def again(self) -> "Run":
        """Another start on the same state and port."""
        again = Run(self.state, self.port, self.top, self.command, self.account)
        again.demonstration = self.demonstration
        self.later.append(again)
        return again

    def to_its_end(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Start it where it is expected to leave by itself."""
        return subprocess.run(
            [*(str(part) for part in self.command), *arguments],
            cwd=self.top,
            env=self.env(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def said(self) -> str:
        """What it printed so far."""
        return self.output.read_text()

    def file(self) -> dict[str, Any]:
        """What a run that is up leaves for the second one."""
        return read_private(self.state / "run.json")

    def look(self) -> set[int]:
        """Note the processes that are there now: by their mark, or by the state folder in their command."""
        found = set()
        for entry in PROC.glob("[0-9]*"):
            try:
                marked = self.mark.encode() in (entry / "environ").read_bytes()
                named = str(self.state).encode() in (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if (marked or named) and alive(int(entry.name)):
                found.add(int(entry.name))
        self.pids |= found
        return found

    def pid_of(self, words: str) -> int:
        """The oldest process whose command line has these words."""
        for pid in sorted(self.look()):
            if words in (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode():
                return pid
        raise LookupError(f"no process {words}:\n{self.said()}")

    def send(self, number: signal.Signals) -> int:
        """Signal the runner itself, wait for its end; the exit code."""
        assert self.process
        self.look()
        self.process.send_signal(number)
        return self.process.wait(40)

    def end(self) -> None:
        """End it and every later one, wait until nothing is left, remove the state."""
        for run in (*self.later, self):
            if run.process and run.process.poll() is None:
                run.send(signal.SIGKILL)
            run.left_behind()
        shutil.rmtree(self.state, ignore_errors=True)
        self.output.unlink(missing_ok=True)

    def left_behind(self, patience: float = 15) -> set[int]:
        """Who is still there after a while, of all processes it ever had."""

        def present() -> set[int]:
            return self.look() | {pid for pid in self.pids if alive(pid)}

        wait_until(lambda: not present(), patience)
        return present()
