"""./test: all checks in order, an honest end."""

import sys

import pytest

from glacier.runner import checks
from glacier.runner.bootstrap import Trouble
from glacier.runner.checks import Check
from tests.machinery.surroundings import surroundings


def leave(code):
    return [sys.executable, "-c", f"import sys; sys.exit({code})"]


@pytest.fixture
def suite(monkeypatch):
    """Checks that leave with these codes, under the real headings' rules."""

    def run(*given):
        monkeypatch.setattr(checks, "checks", lambda options: list(given))
        return checks.run_all([], surroundings().servers)

    return run


def test_suite_without_failures_ends_with_zero(suite, capfd):
    assert suite(Check("lint", leave(0)), Check("suite", leave(0))) == 0
    assert "All passed." in capfd.readouterr().out


def test_suite_goes_on_after_a_failure_and_ends_honestly(suite, capfd):
    ran = []
    code = suite(Check("lint", leave(3)), Check("layers", lambda: ran.append(1)), Check("suite", leave(0)))
    said = capfd.readouterr().out
    assert code == 1
    assert ran == [1]
    assert "1 of 3 failed: lint" in said


def test_suite_without_a_browser_fails_and_names_the_way_out(monkeypatch, capfd):
    def none():
        raise Trouble("no browser: ./test --no-browser")

    asked = []

    def given(options):
        asked.append(options)
        return [Check("browser", none), Check("suite", leave(0 if "--no-browser" in options else 7))]

    monkeypatch.setattr(checks, "checks", given)
    assert checks.run_all([], surroundings().servers) == 1
    assert "--no-browser" in capfd.readouterr().out
    assert asked[-1] == ["--no-browser"], "what needs no browser was still tried"


def test_suite_in_full_has_every_check_in_order():
    headings = [check.heading for check in checks.checks([])]
    order = ["lint", "format", "templates", "types", "layers", "migrations", "catalogue", "browser", "suite"]
    assert headings == order
    assert "browser" not in [check.heading for check in checks.checks(["--no-browser"])]
