"""The bench runs, on next to nothing: no time is asserted, only that it measures and that gates decide."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from glacier.runner.bootstrap import TOP
from tests.machinery.runs import OURS

MET = "[list]\nlimit = { goal = 0.4, ci = 0.000001 }\n"
NOTHING_LOST = "[load]\nlost = { most = 0, ci = 0 }\ntwice = { most = 0, ci = 0 }\n"
NOT_MET = "[list]\nlimit = { goal = 0.4, ci = 1000000 }\n"


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    # Not pytest's tmp_path: as root the servers' user must be able to reach it.
    folder = Path(tempfile.mkdtemp(prefix="glacier-bench-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def bench(state: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return subprocess.run(
        [sys.executable, "-m", "bench", *map(str, arguments)],
        cwd=TOP,
        env={**kept, "GLACIER_STATE": str(state)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def run(state: Path, gates: str) -> subprocess.CompletedProcess[str]:
    path = state / "gates.toml"
    path.write_text(gates)
    tiny = ("--size", "ci", "--needs", "300", "--rounds", "1", "--only", "list", "--gates", path)
    return bench(state, "run", *tiny)


@pytest.mark.long
def test_bench_measures_and_its_gates_decide(state):
    passed = run(state, MET)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "ours / limit" in passed.stdout

    failed = run(state, NOT_MET)
    assert failed.returncode == 1, failed.stdout + failed.stderr
    assert "NOT MET: list against limit" in failed.stdout

    kept = sorted((state / "bench" / "results").glob("ci-*.json"))
    compared = bench(state, "compare", *kept)
    assert compared.returncode == 0, compared.stderr
    assert "peer+idx" in compared.stdout


@pytest.mark.long
def test_load_asks_too_much_kills_and_finds_nothing_lost(state):
    gates = state / "load.toml"
    gates.write_text(NOTHING_LOST)
    tiny = ("--needs", "300", "--seconds", "2", "--factor", "2", "--kills", "2", "--approvals", "20")
    done = bench(state, "load", *tiny, "--gates", gates)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "20 approved; 0 lost, 0 twice" in done.stdout
