"""The early pytest plugin (-p in pyproject.toml): servers first, then Django's settings.

pytest-django reads the settings while the first conftest loads, so the servers they name must be there
before. One pytest process starts them; its xdist workers and children find them by GLACIER_TEST_SERVERS.
"""

import atexit
import os
import secrets
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from glacier.runner.temporary import lay_out
from tests.machinery.surroundings import enter


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("glacier")
    group.addoption("--long", action="store_true", help="run the long figures too")
    group.addoption("--machine", metavar="RUNSxSTEPS", help="how far the state machine goes: 20000x100")
    # Drawn by the first process and the same in all of them.
    drawn = os.environ.setdefault("GLACIER_MACHINE_SEED", str(secrets.randbelow(2**32)))
    group.addoption("--machine-seed", type=int, default=int(drawn), help="from where it goes, else by chance")
    group.addoption("--no-browser", action="store_true", help="leave out what needs a browser")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, Any, Any]:
    folder = os.environ.get("GLACIER_TEST_SERVERS")
    if folder is None:
        servers = lay_out()
        atexit.register(servers.stop)  # which also comes when the settings fail to load
        servers.start()
        os.environ["GLACIER_TEST_SERVERS"] = str(servers.folder)
    else:
        servers = lay_out(Path(folder))
    enter(servers)
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    unwanted = {"browser"} if config.option.no_browser else set()
    unwanted |= set() if config.option.long else {"long"}
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        names = {mark.name for mark in item.iter_markers()} | browser_by_fixture(item)
        (left_out if names & unwanted else kept).append(item)
        refuse_flushing(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def browser_by_fixture(item: pytest.Item) -> set[str]:
    """A test that asks for a page needs a browser, marked or not."""
    return {"browser"} & set(getattr(item, "fixturenames", ()))


def refuse_flushing(item: pytest.Item) -> None:
    """pytest-django empties the tables after such a test, which the append-only triggers refuse."""
    mark = item.get_closest_marker("django_db")
    flushes = {"transactional_db", "live_server", "django_db_reset_sequences"}
    if (mark and mark.kwargs.get("transaction")) or flushes & set(getattr(item, "fixturenames", ())):
        raise pytest.UsageError(f"{item.nodeid}: a test that commits asks for committed_db (and server)")
