"""The load from beginning to end: before, peak, ten times the peak, after; and what the database says then."""

import json
import subprocess
import sys
import time
from argparse import Namespace
from dataclasses import dataclass, field
from typing import Any

from bench.load import said
from bench.load.serving import House, serving
from bench.seed import making
from bench.stage import Stage
from glacier.runner.bootstrap import TOP, Trouble, end_with_parent
from glacier.runner.processes import wait_until

# Questions on their way at once; each is a socket.
MOST = 1000
REVIEWS = 2500
VOLUNTEERS = 300
CLIENTS = (4, 8, 16, 32)
# Reviewers' leases last ten minutes.
LONGEST = 480.0
# How long after the end everything must be as it was, and everything approved be public.
NORMAL_AFTER = 30.0


class Generator:
    """The process that asks."""

    def __init__(self, stage: Stage, port: int, prepared: dict[str, Any]) -> None:
        path = stage.folder / "load.json"
        path.write_text(json.dumps(prepared, ensure_ascii=False))
        self.progress = path.with_suffix(".approved")
        self.progress.write_text("0")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.load.generator", str(port), str(MOST), str(path)],
            cwd=TOP,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=end_with_parent(),
        )

    def tell(self, **told: Any) -> None:
        """Begin a phase."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """Wait for its end."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise Trouble(f"The asking process ended with {self.process.wait()}")
        heard: dict[str, Any] = json.loads(line)
        return heard

    def phase(self, **told: Any) -> dict[str, Any]:
        """One phase to its end."""
        self.tell(**told)
        return self.hear()

    def approved(self) -> int:
        """How many are approved by now."""
        return int(self.progress.read_text() or 0)

    def end(self) -> None:
        """End and reap it."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()


@dataclass
class Course:
    """What was measured, phase by phase."""

    before: dict[str, Any] = field(default_factory=dict)
    ramp: list[dict[str, Any]] = field(default_factory=list)
    rate: float = 0.0
    over: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    settled: float | None = None
    since_last_kill: float | None = None
    kills: int = 0
    proof: dict[str, Any] = field(default_factory=dict)

    @property
    def peak(self) -> dict[str, Any]:
        """The best step of the ramp."""
        return max(self.ramp, key=said.goodput)


def run(stage: Stage, asked: Namespace) -> Course:
    """All of it on a seeded database."""
    making.ensure(stage, fresh=asked.fresh, kept=asked.kept)
    reviews = min(REVIEWS, stage.size.waiting // 2)
    prepared = stage.do(
        "ours", "ours.loading:prepare", reviews=reviews, approvals=asked.approvals, volunteers=VOLUNTEERS
    )
    course = Course()
    with serving(stage) as house:
        if not wait_until(lambda: settled(stage), 120):
            raise Trouble("What was approved before is not published.")
        generator = Generator(stage, house.port, prepared)
        try:
            _phases(course, house, generator, asked)
            course.proof = _proof(stage, generator, prepared["mark"])
        finally:
            generator.end()
    return course


def settled(stage: Stage) -> bool:
    """Whether everything approved is published, and every event numbered."""
    found = stage.do("ours", "ours.loading:settled")
    return not found["due"] and not found["unnumbered"]


def _phases(course: Course, house: House, generator: Generator, asked: Namespace) -> None:
    short = max(2.0, min(8.0, asked.seconds / 8))
    generator.phase(how="closed", clients=4, seconds=2.0)  # whoever is asked first is slow
    course.before = generator.phase(how="closed", clients=1, seconds=short)
    for clients in CLIENTS:
        computed = house.computed()
        course.ramp.append(generator.phase(how="closed", clients=clients, seconds=short))
        course.ramp[-1]["servers"] = house.computed_since(computed)
        print(
            f"  {clients:>3} clients: {said.goodput(course.ramp[-1]):.0f} right answers a second", flush=True
        )
    course.rate = asked.factor * said.goodput(course.peak)
    print(f"  {course.rate:.0f} questions a second for {asked.seconds:.0f} s", flush=True)
    computed = house.computed()
    generator.tell(
        how="open", rate=course.rate, seconds=asked.seconds, approvals=asked.approvals, most=LONGEST
    )
    _storm(house, generator, asked)
    course.over = generator.hear()
    course.over["servers"] = {} if asked.kills else house.computed_since(computed)
    _afterwards(course, house, generator, short)


def _storm(house: House, generator: Generator, asked: Namespace) -> None:
    """Kill one after the other, spread over the approvals, or over the time where none are counted."""
    begun = time.monotonic()
    for number in range(1, asked.kills + 1):
        share = number / (asked.kills + 1)
        if asked.approvals:
            wait_until(lambda share=share: generator.approved() >= share * asked.approvals, LONGEST)  # type: ignore[misc]
        else:
            time.sleep(max(0.0, begun + share * asked.seconds - time.monotonic()))
        house.kill_next()


def _afterwards(course: Course, house: House, generator: Generator, short: float) -> None:
    ended, stage = time.monotonic(), house.stage
    stage.leave()  # its connection may have gone with the database
    if wait_until(lambda: settled(stage), 2 * NORMAL_AFTER):
        course.settled = time.monotonic() - ended
    course.kills = len(house.killed)
    if course.kills:
        course.since_last_kill = time.monotonic() - house.last_kill
    time.sleep(max(0.0, ended + NORMAL_AFTER - short - time.monotonic()))
    course.after = generator.phase(how="closed", clients=1, seconds=short)


def _proof(stage: Stage, generator: Generator, mark: int) -> dict[str, Any]:
    acknowledged = generator.phase(how="acknowledged")
    wait_until(lambda: settled(stage), NORMAL_AFTER)
    found = stage.do(
        "ours", "ours.loading:proof", mark=mark, sent=acknowledged["sent"], decided=acknowledged["decided"]
    )
    counts = {"sent": len(acknowledged["sent"]), "decided": len(acknowledged["decided"])}
    return {**found, **counts}
