"""Fixtures for all tests; each subject has a module of its own."""

import pytest

from verification import frequencies

pytest_plugins = ["tests.machinery.fixtures", "tests.machinery.browsing", "tests.people", "tests.remembering"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--control", action="store_true", help="run the kill test's control arm too")


@pytest.fixture(autouse=True)
def nothing_is_common(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test asks for statistics by itself; otherwise one in a minute would ask a query more."""
    monkeypatch.setattr(frequencies, "_read", frequencies._Read(0, {}, float("inf")))
