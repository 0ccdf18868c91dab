"""The first step of both commands: an environment, or one sentence that says what to do."""

import re
import subprocess
import sys
from collections import namedtuple

import pytest

from glacier.runner import bootstrap, state
from glacier.runner.bootstrap import TOP, Trouble, explain


def pins(name):
    text = (TOP / "requirements" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==([^\s\\;]+)", text, re.MULTILINE))


def test_requirements_of_tests_hold_those_of_a_run():
    """So that ./test may install into the environment that ./run uses."""
    assert pins("base").items() <= pins("embedded").items() <= pins("test").items()


def test_requirements_name_no_index():
    for path in (TOP / "requirements").glob("*.txt"):
        assert not re.search(r"https?://|--index-url|--find-links", path.read_text()), path


def test_requirements_are_hashed():
    for path in (TOP / "requirements").glob("*.txt"):
        blocks = re.split(r"^(?=[a-z0-9._-]+(?:\[[^\]]*\])?==)", path.read_text(), flags=re.MULTILINE)
        assert all("--hash=sha256:" in block for block in blocks[1:]), path


def test_stdlib_is_all_the_bootstrap_imports():
    imported = re.findall(
        r"^(?:import|from) (\w+)", (TOP / "glacier/runner/bootstrap.py").read_text(), re.MULTILINE
    )
    assert set(imported) <= set(sys.stdlib_module_names)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "is full",
        ),
        (
            "NewConnectionError: Failed to establish a new connection: [Errno 111]",
            "index could not be reached",
        ),
        ("error: Failed to fetch: `x`\n  Caused by: dns error", "index could not be reached"),
        ("ERROR: No matching distribution found for celery==5.7.0", "index could not be reached"),
        ("something else\nlast words", "last words"),
    ],
)
def test_installer_failure_becomes_a_sentence(output, sentence):
    assert sentence in str(explain(output))


def test_missing_ensurepip_names_the_package(monkeypatch, tmp_path):
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Trouble, match=r"apt install python3\.\d+-venv"):
        bootstrap.install_with_pip(TOP / "requirements" / "embedded.txt", 1)


def test_full_disk_is_refused_before_anything_is_written(monkeypatch, tmp_path):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(state.shutil, "disk_usage", lambda path: usage(10, 9, 1))
    monkeypatch.setenv("GLACIER_STATE", str(tmp_path))
    monkeypatch.setattr(state, "unprivileged", lambda: None)
    with pytest.raises(Trouble, match=r"The disk that holds .* is full"):
        state.open_state()
    assert not list(tmp_path.iterdir())


def test_environment_is_made_anew_when_requirements_change(monkeypatch, tmp_path):
    (tmp_path / "requirements").mkdir()
    for name in ("embedded", "test"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"{name}==1\n")
    for constant, value in {
        "TOP": tmp_path,
        "PYTHON": tmp_path / "python",
        "STAMP": tmp_path / "stamp",
    }.items():
        monkeypatch.setattr(bootstrap, constant, value)
    bootstrap.PYTHON.touch()
    assert not bootstrap.ready("run")
    bootstrap.STAMP.write_text(bootstrap.fingerprint("test"))
    assert bootstrap.ready("run"), "what the tests need is enough for a run"
    assert bootstrap.ready("test")
    (tmp_path / "requirements" / "test.txt").write_text("test==2\n")
    assert not bootstrap.ready("run")
    bootstrap.STAMP.write_text(bootstrap.fingerprint("embedded"))
    assert bootstrap.ready("run")
    assert not bootstrap.ready("test")
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / "moved")
    assert not bootstrap.ready("run")


def test_python_that_is_too_old_is_refused_with_a_sentence(tmp_path):
    for name in ("python3", "python"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "start.sh").write_text((TOP / "glacier/runner/start.sh").read_text())
    for name in ("dirname", "sh"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    done = subprocess.run(
        ["/bin/sh", tmp_path / "start.sh", "run"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Python 3.11 or later" in done.stderr


WITHOUT_THE_REST = """
import importlib.metadata as metadata, sys
allowed = set(sys.argv[1].split(","))
owners = metadata.packages_distributions()
normal = lambda name: name.lower().replace("_", "-").replace(".", "-")
blocked = {module for module, names in owners.items() if not allowed & {normal(name) for name in names}}

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"No module named {name!r} in a run", name=name)

sys.meta_path.insert(0, Absent())
import django
django.setup()
import celery.apps.beat, celery.apps.worker, celery.concurrency.prefork, gunicorn.app.wsgiapp
import gunicorn.workers.gthread, kombu.transport.redis
import glacier.runner.__main__, glacier.runner.prepare, glacier.urls, glacier.wsgi
from django.core.management import call_command
from django.template import engines
from django.urls import get_resolver
call_command("check")
get_resolver().reverse_dict
glacier.celery.app.loader.import_default_modules()
"""


def test_run_needs_no_more_than_its_requirements():
    """What the tests bring along hides what a run would miss: kombu imports a package it does not require."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_REST, ",".join(pins("embedded"))],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
