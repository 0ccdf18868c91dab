"""Servers and processes that belong to one test, which may kill them with -9 and start them again."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from glacier.runner.bootstrap import TOP
from glacier.runner.commands import Command
from glacier.runner.postgres import USER
from glacier.runner.processes import Program, finish
from glacier.runner.temporary import lay_out
from tests.machinery.databases import using


class OwnCluster:
    """Servers of one test, as durable as in production: migrated, empty."""

    def __init__(self) -> None:
        self.servers = lay_out(durable=True)
        self.servers.start()
        self.env = self.servers.env(USER, 0, "own")
        self.programs: dict[str, Program] = {
            "postgres": self.servers.cluster.program,
            "valkey": self.servers.valkey.program,
        }
        self.servers.cluster.ensure_database(USER)
        self.manage("migrate", "--verbosity", "0")

    def manage(self, *arguments: str) -> str:
        """Run a command of manage.py on these servers; its output."""
        return finish([sys.executable, TOP / "manage.py", *arguments], self.env, " ".join(arguments))

    def start(self, name: str, command: Command, **env: str) -> Program:
        """Start a process on these servers, under a name by which it can be killed and restarted."""
        log = self.servers.folder / "log" / f"{name}.log"
        program = self.programs[name] = Program(name, command, log, {**self.env, **env})
        program.start()
        return program

    def kill(self, name: str) -> None:
        """End it with SIGKILL, with everything in its session, and reap it."""
        self.programs[name].kill()

    def restart(self, name: str) -> None:
        """Start it again; the servers are waited for, of other processes only the start."""
        self.programs[name].start()
        if name == "postgres":
            self.servers.cluster.wait()
        if name == "valkey":
            self.servers.valkey.wait()

    @contextmanager
    def connected(self) -> Iterator[None]:
        """Let Django in this process use this cluster's database."""
        with using(USER, self.servers.cluster):
            yield

    def stop(self) -> None:
        """End everything and remove the folder."""
        for program in reversed(self.programs.values()):
            program.kill()
        self.servers.stop()
