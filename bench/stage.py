"""What a run stands on: servers of its own, the seeded database kept as a template, a working copy of it."""

import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bench.client import Connection, free_port
from bench.processor import children
from bench.sizes import Size
from bench.stopwatch import POSTMASTER
from bench.working import Worker
from glacier.runner import commands, postgres, valkey
from glacier.runner.bootstrap import TOP, Trouble
from glacier.runner.postgres import Cluster
from glacier.runner.processes import Program, members, unprivileged, wait_until
from glacier.runner.state import State, chosen_folder, keys, socket_folder, take_lock
from glacier.runner.valkey import Valkey

WORK = "bench_work"
SETTINGS = {"ours": "glacier.settings", "peer": "bench.peers.settings"}
CELERIES = {"ours": "glacier", "peer": "bench.peers.celery"}
APPLICATIONS = {"ours": "glacier.wsgi", "peer": "bench.peers.wsgi"}

# What decides the rows of a seed: where one of these changes, a kept template is made anew.
_DECIDES = (
    "bench/seed/*.py",
    "bench/peers/models.py",
    "*/migrations/*.py",
    "verification/models/*.py",
    "verification/rendering.py",
    "verification/preparing.py",
    "verification/duplicates.py",
    "verification/names.py",
    "verification/counting.py",
    "supplies/lists/needs.py",
    "supplies/quantities/*.py",
    "supplies/places/*.py",
    "supplies/data/*",
)


@dataclass
class Stage:
    """The servers of one run, its processes, and the size it runs at."""

    size: Size
    folder: Path
    cluster: Cluster
    valkey: Valkey
    env: dict[str, str]
    rounds: int = 5
    database: str = WORK
    workers: dict[str, Worker] = field(default_factory=dict)
    webs: dict[str, tuple[Program, int]] = field(default_factory=dict)
    celeries: dict[str, Program] = field(default_factory=dict)

    def environment(self, contender: str) -> dict[str, str]:
        """What leads a process of this contender to its database."""
        return {
            **self.env,
            **self.valkey.urls(list(SETTINGS).index(contender)),
            "DATABASE_URL": self.cluster.url(self.database),
            "DJANGO_SETTINGS_MODULE": SETTINGS[contender],
            POSTMASTER: str(self.cluster.program.pid),
        }

    def worker(self, contender: str) -> Worker:
        """A process of this contender's project that runs functions and says how long they took."""
        if contender not in self.workers:
            self.workers[contender] = Worker(self.environment(contender))
        return self.workers[contender]

    def helper(self, name: str) -> Worker:
        """One of several processes of Glacier that share some work."""
        if name not in self.workers:
            self.workers[name] = Worker(self.environment("ours"))
        return self.workers[name]

    def do(self, contender: str, function: str, **values: Any) -> dict[str, Any]:
        """Have a function run in this contender's process."""
        return self.worker(contender).do(function, **values)

    def web(self, contender: str) -> Connection:
        """A connection to this contender's web server: gunicorn, one process, started when first asked for."""
        if contender not in self.webs:
            port = free_port()
            command = [sys.executable, "-m", "gunicorn", APPLICATIONS[contender], "--workers", "1"]
            command += ["--worker-class", "gthread", "--threads", "4", "--bind", f"127.0.0.1:{port}"]
            command += ["--no-control-socket", "--keep-alive", "120"]
            log = self.folder / "log" / f"web-{contender}.log"
            program = Program(f"web of {contender}", command, log, self.environment(contender))
            program.start()
            self.webs[contender] = program, port
            if not Connection.answers(port, program.running):
                raise program.trouble("The web server did not start")
        return Connection(self.webs[contender][1])

    def as_run(self) -> int:
        """The port of Glacier's web server as ./run starts it, with all its processes and threads."""
        if "as run" not in self.webs:
            port = free_port()
            log = self.folder / "log" / "web-as-run.log"
            command = commands.web(f"127.0.0.1:{port}")
            program = Program("web as run", command, log, self.environment("ours"))
            program.start()
            self.webs["as run"] = program, port
            if not Connection.answers(port, program.running):
                raise program.trouble("The web server did not start")
        return self.webs["as run"][1]

    def serve(self, name: str, command: Sequence[str | Path], port: int) -> None:
        """Start a web server that is no contender's own project; `web` connects to it by its name."""
        program = Program(name, command, self.folder / "log" / f"{name}.log")
        program.start()
        self.webs[name] = program, port
        if not Connection.answers(port, program.running):
            raise program.trouble(f"{name} did not start")

    def celery(self, contender: str) -> None:
        """Start this contender's Celery worker, one process, and wait until it takes tasks."""
        if contender in self.celeries:
            return
        command = [sys.executable, "-m", "celery", "-A", CELERIES[contender], "worker", "--concurrency", "1"]
        command += ["--without-mingle", "--without-gossip", "--loglevel", "INFO"]
        log = self.folder / "log" / f"celery-{contender}.log"
        program = Program(f"worker of {contender}", command, log, self.environment(contender))
        program.start()
        self.celeries[contender] = program
        wait_until(lambda: " ready." in program.last_words(1000) or not program.running(), 60)
        if not program.running():
            raise program.trouble("Celery did not start")

    def clock(self) -> Program:
        """Glacier's clock, started when first asked for; it wakes at every act and publishes."""
        if "clock" not in self.celeries:
            command = [sys.executable, str(TOP / "manage.py"), "clock"]
            program = Program("clock", command, self.folder / "log" / "clock.log", self.environment("ours"))
            program.start()
            self.celeries["clock"] = program
            with self.bare() as connection:
                beats = "SELECT 1 FROM verification_pulse WHERE name = 'clock'"
                wait_until(lambda: connection.execute(beats).fetchone() or not program.running(), 60)
            if not program.running():
                raise program.trouble("The clock did not start")
        return self.celeries["clock"]

    def processes(self, contender: str = "") -> list[int]:
        """Whose processor time a contender's work costs: its own processes, and all of PostgreSQL."""
        postmaster = self.cluster.program.pid
        found = [postmaster, *children(postmaster)]
        if contender in self.workers:
            found.append(self.workers[contender].process.pid)
        if contender in self.webs:
            found += members(self.webs[contender][0].pid)
        return found

    def leave(self) -> None:
        """End the processes of the contenders; the servers stay."""
        for celery in self.celeries.values():
            celery.kill()
        self.celeries.clear()
        for worker in self.workers.values():
            worker.end()
        for program, _port in self.webs.values():
            program.kill()
        self.workers.clear()
        self.webs.clear()

    def bare(self, database: str | None = None) -> Any:
        """A connection of our own, for statements without anything around them."""
        return self.cluster.connect(database or self.database)

    @property
    def seeds(self) -> str:
        """How the names of this size's seeded databases begin."""
        return f"bench_{self.size.needs}_{self.size.waiting}_"

    def template(self) -> str:
        """The name of this size's seeded database; it changes with what decides the rows."""
        digest = hashlib.sha256()
        for pattern in _DECIDES:
            for path in sorted(TOP.glob(pattern)):
                digest.update(path.read_bytes())
        return f"{self.seeds}{digest.hexdigest()[:10]}"

    def seeded(self) -> str | None:
        """A kept template of this size, whatever code made it."""
        return next((name for name in self.databases() if name.startswith(self.seeds)), None)

    def databases(self) -> list[str]:
        """The databases of benches that are there."""
        with self.cluster.connect() as connection:
            rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'bench%'")
            return [name for (name,) in rows.fetchall()]

    def drop(self, name: str) -> None:
        """Remove a database."""
        with self.cluster.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def drop_copies(self) -> None:
        """Remove what was worked on: ours by the end, and what a bench that was killed left lying."""
        for name in self.databases():
            if name.startswith(WORK):
                self.drop(name)

    def copy(self, template: str) -> None:
        """Make the database we work on a copy of another; nobody may be connected to that one."""
        self.drop(self.database)
        with self.cluster.connect() as connection:
            connection.execute(f'CREATE DATABASE "{self.database}" TEMPLATE "{template}" STRATEGY file_copy')
            connection.execute("CHECKPOINT")


@contextmanager
def set_up(size: Size, rounds: int = 5, *, durable: bool = False) -> Iterator[Stage]:
    """Start the bench's own PostgreSQL and Valkey in its part of the state folder; ends all it started.

    `durable`: PostgreSQL as in production, for what must survive its being killed.
    """
    folder = chosen_folder() / "bench"
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    if take_lock(folder / "lock") is None:
        raise Trouble("Another bench is running on this state folder: wait for it, or set GLACIER_STATE.")
    stage = _laid_out(folder, size, durable)
    stage.rounds = rounds
    try:
        if not stage.cluster.exists():
            stage.cluster.create()
        stage.cluster.start()
        stage.valkey.start()
        stage.drop_copies()
        yield stage
    finally:
        stage.leave()
        stage.valkey.program.kill()
        with suppress(psycopg.OperationalError):  # the server may be what a load killed
            stage.drop_copies()
        stage.cluster.stop()


def _laid_out(folder: Path, size: Size, durable: bool) -> Stage:
    account = unprivileged()
    state = State(folder, account)
    for name in ("log", "mail", "static", "programs", "results"):
        (folder / name).mkdir(exist_ok=True)
    programs = postgres.programs(account, folder / "programs")
    major = postgres.version_of(programs).split(".")[0]
    sockets = socket_folder(account)
    # Where contenders are compared nobody pays for the disk: on a durable server a loop of small
    # transactions loses most, and that is the peer's.
    cluster = Cluster(
        programs,
        state.servers_folder("data") / f"postgres-{major}",
        sockets,
        folder / "log" / "postgres.log",
        account,
        durable,
    )
    store = Valkey(
        valkey.program(account, folder / "programs"),
        state.servers_folder("valkey"),
        sockets,
        folder / "log" / "valkey.log",
        account,
    )
    env = {
        **os.environ,
        **keys(state),
        "GLACIER_STATE": str(folder),
        "GLACIER_DEMO": "0",
        "GLACIER_LOG_LEVEL": "WARNING",
        "GLACIER_BUILD": "bench",
        "GLACIER_URL": "http://localhost:8000",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "PYTHONPATH": str(TOP),
    }
    return Stage(size, folder, cluster, store, env)
