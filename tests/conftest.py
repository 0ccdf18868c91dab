"""Fixtures for all tests; each subject has a module of its own."""

import pytest

pytest_plugins = ["tests.machinery.fixtures", "tests.machinery.browsing", "tests.people", "tests.remembering"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--control", action="store_true", help="run the kill test's control arm too")
