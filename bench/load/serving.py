"""The product's own processes on the bench's servers, and somebody who kills them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.client import Connection, free_port
from bench.processor import children, spent
from bench.stage import Stage
from glacier.runner import commands
from glacier.runner.processes import Program, members

# In the order they are killed; each is started again a moment later. The clock outlives them all.
VICTIMS = ("web", "worker", "valkey", "postgres")
DEAD_FOR = 0.4


@dataclass
class House:
    """Everything ./run starts, under the names by which it is killed."""

    stage: Stage
    port: int = field(default_factory=free_port)
    programs: dict[str, Program] = field(default_factory=dict)
    killed: list[str] = field(default_factory=list)
    last_kill: float = 0.0

    def start(self) -> None:
        """Web, worker, beat and clock; returns when the web answers."""
        lines = {
            "web": commands.web(f"127.0.0.1:{self.port}"),
            "worker": commands.worker(),
            "beat": commands.beat(self.stage.folder),
            "clock": commands.clock(),
        }
        env = self.stage.environment("ours")
        self.programs = {
            "valkey": self.stage.valkey.program,
            "postgres": self.stage.cluster.program,
        }
        for name, line in lines.items():
            program = Program(name, line, self.stage.folder / "log" / f"load-{name}.log", env)
            program.start()
            self.programs[name] = program
        if not Connection.answers(self.port, self.programs["web"].running):
            raise self.programs["web"].trouble("The web server did not start")

    def kill_next(self) -> None:
        """Kill the next victim with -9, with everything in its session, and start it again."""
        victim = VICTIMS[len(self.killed) % len(VICTIMS)]
        self.programs[victim].kill()
        self.last_kill = time.monotonic()
        self.killed.append(victim)
        time.sleep(DEAD_FOR)
        self.programs[victim].start()
        if victim == "postgres":
            self.stage.cluster.wait()
        if victim == "valkey":
            self.stage.valkey.wait()

    def computed(self) -> dict[str, float]:
        """Processor seconds so far of those who live: the web, Celery's worker, PostgreSQL."""
        postmaster = self.programs["postgres"].pid
        return {
            "web": spent(members(self.programs["web"].pid)),
            "worker": spent(members(self.programs["worker"].pid)),
            "postgres": spent([postmaster, *children(postmaster)]),
        }

    def computed_since(self, before: dict[str, float]) -> dict[str, float]:
        """The same, of some time."""
        return {name: now - before[name] for name, now in self.computed().items()}

    def stop(self) -> None:
        """End what `start` started; the servers stay."""
        for name in ("beat", "clock", "worker", "web"):
            if name in self.programs:
                self.programs[name].kill()


@contextmanager
def serving(stage: Stage) -> Iterator[House]:
    """The house, up; and ended whatever happens."""
    house = House(stage)
    try:
        house.start()
        yield house
    finally:
        house.stop()
