"""./run: starts, keeps up, keeps data, and leaves nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import psycopg
import pytest
from packaging.requirements import Requirement

from glacier.runner.bootstrap import TOP
from glacier.runner.processes import reachable, unprivileged, wait_until
from tests.machinery.runs import Run


@pytest.fixture
def run():
    run = Run()
    yield run
    run.end()


def answers(url):
    with urllib.request.urlopen(url, timeout=60) as response:
        return response.status == 200


def test_run_brings_up_every_process_and_says_where(run):
    run.start()
    assert answers(f"http://127.0.0.1:{run.port}/")
    said = run.said()
    assert f"http://localhost:{run.port}/" in said
    assert "@" in said, "the demonstration's accounts are printed"
    for words in ("gunicorn", "celery -A glacier worker", "celery -A glacier beat", "manage.py clock"):
        assert run.pid_of(words)

    second = run.again().to_its_end()
    assert second.returncode == 0
    assert f"http://localhost:{run.port}" in second.stdout

    backup = run.again().to_its_end("manage", "backup")
    assert Path(backup.stdout.strip()).parent == run.state / "backups", backup.stderr

    os.kill(run.pid_of("celery -A glacier worker"), signal.SIGKILL)
    assert wait_until(lambda: "worker runs again" in run.said(), 60), run.said()

    assert run.send(signal.SIGTERM) == 0
    assert not run.left_behind(), run.said()
    assert run.output.read_text().strip().endswith("kept for the next ./run")


def test_run_killed_leaves_no_process_and_keeps_data(run):
    run.demonstration = False
    run.start()
    with psycopg.connect(run.file()["env"]["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
    keys = (run.state / "keys.json").read_text()
    assert (run.state / "keys.json").stat().st_mode & 0o777 == 0o600
    run.send(signal.SIGKILL)
    assert not run.left_behind(), "kill -9 of the runner leaves nothing"

    # A pid file that names a living stranger, as after a restart of the machine.
    pid_file = next(run.state.glob("postgres-*")) / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n")
    again = run.again().start()
    with psycopg.connect(again.file()["env"]["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    assert (run.state / "keys.json").read_text() == keys
    assert again.send(signal.SIGINT) == 0
    assert not again.left_behind()


@pytest.mark.parametrize("taken", [True, False])
def test_run_refuses_a_port_it_cannot_have(run, taken):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        if taken:
            run.port = other.getsockname()[1]
        else:
            run.port = "eight"
        done = run.to_its_end()
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"PORT={run.port} is not a port" in done.stderr or f"Port {run.port} is taken" in done.stderr
    assert "PORT=" in done.stderr
    assert not run.left_behind()


def test_run_with_data_of_another_major_version_starts_nothing(run):
    old = run.state / "postgres-9"
    (old / "global").mkdir(parents=True)
    (run.state / "backups").mkdir()
    (run.state / "backups" / "20200123T000000Z-by-hand.dump").touch()
    done = run.to_its_end()
    assert done.returncode == 1
    assert "PostgreSQL 9" in done.stderr
    assert f"./run manage restore {run.state}/backups/20200123T000000Z-by-hand.dump" in done.stderr
    assert not run.left_behind()


def copied_checkout(run):
    """What a clone would have, without an environment."""
    top = run.state / "checkout"
    for name in ("glacier", "verification", "supplies", "templates", "static", "locale", "requirements"):
        shutil.copytree(TOP / name, top / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("run", "manage.py"):
        shutil.copy2(TOP / name, top / name)
    return top


@pytest.mark.long
def test_run_on_a_machine_with_a_python_and_an_index_only(run):
    top = copied_checkout(run)
    fresh = Run(run.state / "state", run.port, top, ["./run"])
    run.later.append(fresh)
    fresh.output = run.state / "out"
    fresh.env = lambda: {
        "PATH": "/usr/bin:/bin",
        "HOME": str(run.state),
        "GLACIER_STATE": str(fresh.state),
        "PORT": str(fresh.port),
        "TEST_MARK": fresh.mark,
    }
    fresh.start(patience=300)
    assert answers(f"http://127.0.0.1:{fresh.port}/")
    with psycopg.connect(fresh.file()["env"]["DATABASE_URL"]) as connection:
        beats = "SELECT count(*) FROM verification_pulse"
        assert wait_until(lambda: connection.execute(beats).fetchone()[0] > 0, 60), fresh.said()
    for word in ("again", "exit code", "Traceback", "error"):
        assert word not in fresh.said()
    assert fresh.send(signal.SIGTERM) == 0
    assert not fresh.left_behind()


def missing_here(python):
    """What this Python, an older or newer patch of ours, needs beyond what is installed for ours."""
    ask = "import platform; print(platform.python_version())"
    version = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()
    for line in (TOP / "requirements" / "embedded.txt").read_text().splitlines():
        if " ; " in line:
            wanted = Requirement(line.rstrip(" \\"))
            here, there = {}, {"python_full_version": version}
            if wanted.marker and wanted.marker.evaluate(there) and not wanted.marker.evaluate(here):
                yield f"{wanted.name}{wanted.specifier}"


def python_for(account):
    """A Python of this version that the account can reach, and that can read our packages."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (Path(sys.executable).resolve(), Path("/usr/bin") / version):
        if candidate.exists() and reachable(candidate, account):
            return candidate
    pytest.skip(f"there is no {version} that {account.name} can reach")


@pytest.mark.skipif(os.geteuid() != 0, reason="every other test here runs as an ordinary user")
def test_run_works_as_an_ordinary_user(tmp_path_factory, run):
    account = unprivileged()
    python = python_for(account)
    packages = Path(psycopg.__file__).parents[1]
    if not reachable(packages, account):
        pytest.skip("the packages are out of the user's reach")
    top = copied_checkout(run)
    subprocess.run([python, "-m", "venv", "--without-pip", top / ".venv"], check=True)
    site = next(top.glob(".venv/lib/python*/site-packages"))
    (site / "ours.pth").write_text(f"{packages}\n")
    if extra := list(missing_here(python)):
        pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", site, *extra]
        if all(subprocess.run([each, *pip], check=False).returncode for each in (sys.executable, python)):
            pytest.skip(f"{python} also needs {extra}, which cannot be installed here")
    stamp = "import bootstrap as b; b.STAMP.write_text(b.fingerprint('embedded'))"
    subprocess.run([python, "-c", stamp], check=True, env={"PYTHONPATH": str(top / "glacier" / "runner")})
    subprocess.run(["chown", "-R", f"{account.uid}:{account.gid}", run.state], check=True)

    users = Run(top / "var", top=top, command=["./run"], account=account)
    users.output = run.state / "out"
    run.later.append(users)
    users.env = lambda: {
        "PATH": "/usr/bin:/bin",
        "HOME": str(top),
        "GLACIER_DEMO": "0",
        "PORT": str(users.port),
        "TEST_MARK": users.mark,
    }
    users.start()
    assert {(Path("/proc") / str(pid)).stat().st_uid for pid in users.look()} == {account.uid}
    assert answers(f"http://127.0.0.1:{users.port}/")
    assert users.send(signal.SIGTERM) == 0
    assert not users.left_behind()
