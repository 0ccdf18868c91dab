"""The command lines of Glacier's processes, the same in ./run, in the tests and in a deployment."""

import sys
from pathlib import Path

from glacier.runner.bootstrap import TOP

Command = list[str | Path]
CELERY: Command = [sys.executable, "-m", "celery", "-A", "glacier"]


def web(bind: str, workers: int = 2) -> Command:
    """gunicorn on this address (host:port); the application is loaded once, before it forks.

    Its workers are ours: they know who comes first, and turn away what is too much.
    """
    command: Command = [sys.executable, "-m", "gunicorn", "glacier.wsgi", "--bind", bind]
    command += ["--worker-class", "glacier.serving.Worker", "--workers", str(workers), "--preload"]
    return [*command, "--graceful-timeout", "5", "--timeout", "60", "--no-control-socket"]


def worker(concurrency: int = 2) -> Command:
    """Celery's worker; prefork is the only pool that keeps hard time limits."""
    pool: Command = ["--pool", "prefork", "--concurrency", str(concurrency)]
    return [*CELERY, "worker", *pool, "--without-mingle", "--without-gossip", "--loglevel", "INFO"]


def beat(folder: Path) -> Command:
    """Celery's beat; it remembers in this folder when it last rang."""
    return [*CELERY, "beat", "--schedule", folder / "beat-schedule", "--pidfile=", "--loglevel", "INFO"]


def clock() -> Command:
    """The clock process."""
    return [sys.executable, TOP / "manage.py", "clock"]
