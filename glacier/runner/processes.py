"""Processes we start: each leads a session of its own, ends with us, and can be ended with all it started."""

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from glacier.runner.bootstrap import TOP, Trouble, end_with_parent, full_disk

PROC = Path("/proc")


@dataclass(frozen=True)
class Account:
    """The user a server runs as."""

    name: str
    uid: int
    gid: int


def unprivileged() -> Account | None:
    """Who PostgreSQL and Valkey run as when we are root (PostgreSQL refuses root); None for anybody else."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def reachable(path: Path, account: Account) -> bool:
    """Whether the account may walk to this path and read it, by the permission bits on the way."""
    path = path.resolve()
    for folder in path.parents:
        if not _allows(folder, account, 0o1):
            return False
    return _allows(path, account, 0o5 if path.is_dir() else 0o4)


def _allows(path: Path, account: Account, bits: int) -> bool:
    status = path.stat()
    if status.st_uid == account.uid:
        bits <<= 6
    elif status.st_gid == account.gid:
        bits <<= 3
    return status.st_mode & bits == bits


@dataclass
class Program:
    """How to run something: command, surroundings, who as, and what must be in order before."""

    name: str
    command: Sequence[str | Path]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path = TOP
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    before: Callable[[], None] | None = None
    process: "subprocess.Popen[bytes] | None" = None
    logged_before: int = 0

    def start(self) -> None:
        """Start it, as leader of a new session, its output appended to the log. Main thread only."""
        if self.before:
            self.before()
        with self.log.open("ab") as log:
            self.logged_before = log.tell()
            self.process = subprocess.Popen(
                [str(part) for part in self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.cwd,
                env={**os.environ, **self.env},
                start_new_session=True,
                preexec_fn=end_with_parent(self.stop_signal),
                user=self.account.uid if self.account else None,
                group=self.account.gid if self.account else None,
                extra_groups=[] if self.account else None,
            )

    @property
    def pid(self) -> int:
        """The number of the running process, which is also that of its session."""
        if self.process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self.process.pid

    def running(self) -> bool:
        """Whether the process itself lives (those it started are not asked)."""
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        """Send the polite signal and return at once."""
        if self.running():
            os.kill(self.pid, self.stop_signal)

    def stop(self, patience: float = 10) -> None:
        """Ask it to stop, wait, and after `patience` seconds end what is left of its session by force."""
        if self.process is None:
            return
        self.ask_to_stop()
        wait_until(lambda: not self.running(), patience)
        self.kill()

    def kill(self) -> None:
        """End it and everything in its session at once (SIGKILL), and reap it."""
        if self.process is None:
            return
        end_session(self.pid, signal.SIGKILL)
        self.process.wait()

    def last_words(self, lines: int = 12) -> str:
        """The end of what it logged since its start, for a person to read."""
        logged = self.log.read_bytes()[self.logged_before :].decode(errors="replace")
        return "\n".join(f"  {line}" for line in logged.splitlines()[-lines:])

    def trouble(self, sentence: str) -> Trouble:
        """Why it failed: a full disk where its log says so, else the sentence and the log's end."""
        words = self.last_words()
        if "No space left on device" in words:
            return full_disk(self.cwd)
        return Trouble(f"{sentence}; the end of {self.log} says:\n{words}")


def end_session(session: int, number: signal.Signals) -> None:
    """Send a signal to every process of a session."""
    for pid in members(session):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def members(session: int) -> list[int]:
    """The living processes of a session (zombies left out); without /proc, of the process group."""
    if not PROC.joinpath("self/stat").exists():
        return _group(session)
    found = []
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            state, its_session = _state(int(entry.name))
            if its_session == session and state not in "ZX":
                found.append(int(entry.name))
    return found


def _state(pid: int) -> tuple[str, int]:
    """Its state letter and session, ("X", -1) when it is gone."""
    try:
        # After the name, which may hold anything: state, parent, group, session.
        fields = PROC.joinpath(str(pid), "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "X", -1
    return fields[0], int(fields[3])


def _group(leader: int) -> list[int]:
    """Where there is no /proc: the group stands for the session as -leader, which kill() understands."""
    try:
        os.killpg(leader, 0)
    except (ProcessLookupError, PermissionError):
        return []
    return [-leader]


def alive(pid: int) -> bool:
    """Whether a process with this number exists and is more than a zombie."""
    if PROC.joinpath("self/stat").exists():
        return _state(pid)[0] not in "ZX"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def standing_in(folder: Path, name: str) -> list[int]:
    """The processes of this name whose working folder this is: a server stands in its data."""
    found = []
    for entry in PROC.glob("[0-9]*"):
        try:
            here = os.readlink(entry / "cwd") == str(folder.resolve())
            if here and (entry / "comm").read_text().startswith(name) and alive(int(entry.name)):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def clear_the_way(folder: Path, name: str, pid_file: Path, patience: float = 10) -> None:
    """Wait for what an earlier run left in its data folder, then remove a pid file that means nothing.

    A pid file that names a zombie or a stranger would keep PostgreSQL from starting. A server that stays
    was started by somebody else on purpose: refused, with its number.
    """
    if not PROC.joinpath("self/stat").exists():
        return  # PostgreSQL itself removes the file of a process that is gone
    if not wait_until(lambda: not standing_in(folder, name), patience):
        pid = standing_in(folder, name)[0]
        raise Trouble(f"Process {pid} is already running on {folder}: stop it (kill {pid}) and start again.")
    pid_file.unlink(missing_ok=True)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Look every 20 ms until the condition holds; False when the time is over."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def finish(command: Sequence[str | Path], env: Mapping[str, str], what: str, cwd: Path = TOP) -> str:
    """Run a command to its end and give its output; refuses with its last words when it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **env},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        preexec_fn=end_with_parent(),
        check=False,
    )
    if done.returncode:
        raise Trouble(f"{what} failed:\n" + "\n".join(f"  {t}" for t in done.stdout.splitlines()[-15:]))
    return done.stdout
