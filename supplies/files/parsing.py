"""The child: `python -m supplies.files.parsing`, a file on standard input, one JSON object a line out.

It gives itself little memory and time, and knows neither Django nor the database. Whatever happens to it,
its parent reads only as far as `done`.
"""

import datetime
import json
import math
import re
import resource
import sys
from collections.abc import Iterator
from typing import Any, Final

from supplies.files import limits, texts, workbooks
from supplies.files.refusing import Unreadable
from supplies.files.rows import Row, Sheet

# As verification.forms.UNSEEN: control characters, zero-width and bidirectional marks.
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_UNSTORABLE: Final = re.compile(r"[\x00\ud800-\udfff]")
_SHOWN_OF_TOO_LONG: Final = 200


def main() -> None:
    """Read, and tell; a refusal is an answer too."""
    _limit()
    try:
        for message in _messages(sys.stdin.buffer.read(limits.MAX_BYTES + 1)):
            print(json.dumps(message, ensure_ascii=True))
    except Unreadable as refusal:
        print(json.dumps({"refused": refusal.code, "context": refusal.context}))
    except MemoryError:
        print(json.dumps({"refused": "too_much", "context": {}}))
    sys.stdout.flush()


def _limit() -> None:
    """Little memory, little time, no files, no core dumps: the rest of the process cannot take it back."""
    for what, most in (
        (resource.RLIMIT_AS, limits.CHILD_MEMORY),
        (resource.RLIMIT_CPU, limits.CHILD_CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _soft, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, allowed))


def _messages(content: bytes) -> Iterator[dict[str, Any]]:
    rows = cells = characters = 0
    for found in _read(content):
        if isinstance(found, Sheet):
            yield {"sheet": found.name}
            continue
        message, length = _row(found)
        rows, cells, characters = rows + 1, cells + len(found.cells), characters + length
        # A few rows above the headers do not count as rows.
        if rows > limits.MAX_ROWS + 10 * limits.MAX_SHEETS:
            raise Unreadable("too_many_rows", most=limits.MAX_ROWS)
        if cells > limits.MAX_RECTANGLE or characters > limits.MAX_TEXT:
            raise Unreadable("too_much_text")
        yield message
    yield {"done": True, "rows": rows, "cells": cells}


def _read(content: bytes) -> Iterator[Sheet | Row]:
    if len(content) > limits.MAX_BYTES:
        raise Unreadable("too_large", most=limits.MAX_BYTES // limits.MB)
    if not content.strip():
        raise Unreadable("empty")
    workbooks.refuse_old(content)
    return workbooks.read(content) if workbooks.is_zip(content) else texts.read(content)


def _row(row: Row) -> tuple[dict[str, Any], int]:
    """The row as JSON, without empty cells at its end; and how many characters it holds."""
    cells, length = list(row.cells), 0
    while cells and (cells[-1] is None or cells[-1] == "") and len(cells) - 1 not in row.marks:
        cells.pop()
    for column, cell in enumerate(cells):
        plain = _plain(cell)
        if isinstance(plain, str):
            plain, mark = _text(plain)
            length += len(plain)
            if mark:
                row.marks[column] = mark
        cells[column] = plain
    marks = {str(column): mark for column, mark in row.marks.items() if column < len(cells)}
    return {"line": row.line, "cells": cells, "marks": marks}, length


def _text(text: str) -> tuple[str, str]:
    """The text as the database can keep it, and what is odd about it."""
    if len(text) > limits.MAX_CELL:
        return _UNSTORABLE.sub("\ufffd", text[:_SHOWN_OF_TOO_LONG]) + "…", "long"
    if _UNSTORABLE.search(text):
        return _UNSTORABLE.sub("\ufffd", text), "unstorable"
    return text, "unseen" if _UNSEEN.search(text) else ""


def _plain(cell: Any) -> Any:
    """A cell as JSON keeps it: days and times by a tag of their own."""
    if cell is None or isinstance(cell, str | bool | int):
        return cell
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else str(cell)
    if isinstance(cell, datetime.datetime | datetime.date):
        return {"day": cell.isoformat()}
    return str(cell)


if __name__ == "__main__":
    main()
