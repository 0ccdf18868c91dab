"""What the demonstration holds, as files: one JSON object a line, easy to read and to change.

Names of hospitals and their places are facts. Telephone numbers cannot be dialled (no subscriber's number
begins with 9, and 154 is given to nobody), and nobody goes by these people's names.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


@cache
def read(name: str) -> list[dict[str, Any]]:
    """The objects of one file: organisations, people, after, or a list."""
    rows: list[dict[str, Any]] = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return rows


def of_list(slug: str) -> list[dict[str, Any]]:
    """What a list shows; nothing where it has no file yet."""
    name = slug.replace("-", "_")
    return read(name) if (_FOLDER / f"{name}.json").exists() else []
