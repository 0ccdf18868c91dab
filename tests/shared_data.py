"""The volunteers' real lists, where they lie beside the checkout; elsewhere their tests are skipped."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "wuhan2020"


def real_file(name: str) -> Path:
    """A file of the real data; skips the test where there is none."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"needs the real lists, and {name} is not beside this checkout")
    return path


@cache
def events() -> list[dict[str, Any]]:
    """Every change of the real lists, in order."""
    with real_file("events.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def rows_of(list_name: str) -> list[dict[str, Any]]:
    """Every version of every row of one list."""
    return [event["row"] for event in events() if event["list"] == list_name and "row" in event]
