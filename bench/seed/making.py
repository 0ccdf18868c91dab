"""Making the seeded database: two processes fill it, then it is kept as a template."""

import os
import time
from datetime import UTC, datetime

from bench.stage import Stage

# One in twenty needs is about a house of the register.
HOUSES = 20


def ensure(stage: Stage, *, fresh: bool = False, kept: bool = False, use_up: bool = False) -> None:
    """A working copy of this size's seeded database, which is made where there is none yet.

    With `use_up` it is worked on itself and is no template any more: for disks that cannot hold it twice.
    """
    template = (stage.seeded() if kept else None) or stage.template()
    there = stage.databases()
    if fresh or template not in there:
        for name in there:
            if name.startswith(stage.seeds) or name == stage.database:
                stage.drop(name)
        begun = time.monotonic()
        print(f"seeding {stage.size.needs:,} needs", flush=True)
        _make(stage)
        with stage.bare("postgres") as connection:
            connection.execute(f'ALTER DATABASE "{stage.database}" RENAME TO "{template}"')
        print(f"seeded in {time.monotonic() - begun:.0f} s", flush=True)
    if use_up:
        stage.drop(stage.database)
        with stage.bare("postgres") as connection:
            connection.execute(f'ALTER DATABASE "{template}" RENAME TO "{stage.database}"')
    else:
        stage.copy(template)


def _make(stage: Stage) -> None:
    size, now = stage.size, datetime.now(UTC).replace(microsecond=0).isoformat()
    houses = max(1, size.needs // HOUSES)
    stage.drop(stage.database)
    stage.cluster.ensure_database(stage.database)
    firsts = stage.do("ours", "seed.people:begin", houses=houses)
    firsts.pop("memory")
    values = {
        "firsts": firsts,
        "needs": size.needs,
        "waiting": size.waiting,
        "houses": houses,
        "now": now,
    }
    _fill(stage, size.needs + 2 * size.waiting, values)
    # Neither reads what the other writes.
    works = {"ours": "seed.finishing:finish", "peer": "peers.filling:fill"}
    for project, function in works.items():
        stage.worker(project).ask(function)
    for project in works:
        stage.worker(project).answer()
    stage.do("ours", "seed.finishing:rest")
    stage.leave()


def _fill(stage: Stage, total: int, values: dict[str, object]) -> None:
    """In as many processes as there are processors, at most four."""
    count = min(4, os.cpu_count() or 1)
    names = ["ours", *(f"ours-{n}" for n in range(1, count))]
    share = -(-total // count)
    for number, name in enumerate(names):
        first, last = number * share, min(total, (number + 1) * share)
        stage.helper(name).ask("seed.needs:fill", first=first, last=last, **values)
    for name in names:
        stage.helper(name).answer()
