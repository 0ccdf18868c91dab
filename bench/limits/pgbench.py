"""pgbench: how many bare transactions a second the server takes from one client."""

import re
import resource
import subprocess
from pathlib import Path

from bench.processor import ended, spent
from bench.rounds import Done
from bench.stage import Stage
from bench.working import peak

_TPS = re.compile(r"tps = ([\d.]+)")


def transactions(stage: Stage, script: str, count: int) -> Done:
    """Run the script so many times."""
    path = stage.folder / "pgbench.sql"
    path.write_text(script)
    command: list[str | Path] = [stage.cluster.bin / "pgbench", "-n", "-c", "1", "-t", str(count)]
    command += ["-f", path, "-h", stage.cluster.socket, "-U", "glacier", stage.database]
    before = _spent(stage)
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = _TPS.search(said)
    if found is None:
        raise RuntimeError(f"pgbench said: {said}")
    return Done(count / float(found[1]), count, computed=_spent(stage) - before)


def copied(stage: Stage, query: str, count: int) -> Done:
    r"""psql's \copy of a query of so many needs to nowhere: seconds for all of it, its time and PostgreSQL's."""
    command: list[str | Path] = [stage.cluster.bin / "psql", "-h", stage.cluster.socket, "-U", "glacier"]
    command += ["-d", stage.database, "-X", "-q", "-v", "ON_ERROR_STOP=1"]
    before = _spent(stage)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as psql:
        assert psql.stdin
        assert psql.stdout
        psql.stdin.write(f"\\timing on\n\\copy ({query}) TO '/dev/null' CSV\n")
        psql.stdin.flush()
        said = psql.stdout.readline()
        memory = peak(psql.pid)
    if not said.startswith("Time: "):
        raise RuntimeError(f"psql said: {said}")
    return Done(float(said.split()[1]) / 1000, count, memory, computed=_spent(stage) - before)


def _spent(stage: Stage) -> float:
    """Of the programs that ended, and of PostgreSQL, whose server for them has ended too."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime + spent(stage.processes()) + ended(stage.cluster.program.pid)
