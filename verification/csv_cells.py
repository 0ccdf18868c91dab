"""Values as cells of a CSV file: nothing a spreadsheet would run, quoted where quotes are needed."""

import re
import unicodedata
from collections.abc import Callable, Hashable
from typing import Any

# What a spreadsheet takes for the beginning of a formula, by its half-width twin.
_FORMULA = frozenset("=+-@\t\r\n")
# Signed numbers and telephone numbers: -5, +86 27 8888 0000, +1 (212) 555-0100.
_NUMBER = re.compile(r"[+\-＋－][\d０-９][\d０-９ .,()（）\-]*")
_TO_QUOTE = re.compile(r'[",\r\n]')
# Values whose cells are remembered for one column; then they are forgotten and looked up anew.
MOST = 10_000


def guarded(value: Any) -> Any:
    """The value as a cell nobody's spreadsheet runs: an apostrophe before what looks like a formula.

    Signed numbers and telephone numbers are no formulas and stay as they are.
    """
    if not isinstance(value, str):
        return value
    # A letter or a digit of any script, which is how nearly everything begins, begins no formula.
    if value[:1].isalnum():
        return value
    first = unicodedata.normalize("NFKC", value.lstrip(" \u3000\u00a0\ufeff\u200b")[:1])
    if value[:1] in _FORMULA or first in _FORMULA:
        return value if _NUMBER.fullmatch(value) else f"'{value}"
    return value


def cell(value: Any) -> str:
    """The value as it stands in the file, as `csv.writer` would write it; nothing for None."""
    if value is None:
        return ""
    text = guarded(value) if isinstance(value, str) else str(value)
    return '"' + text.replace('"', '""') + '"' if _TO_QUOTE.search(text) else text


class Cells(dict[Hashable, str]):
    """What the values of one column are in the file, each worked out once by `write`; memory stays bounded."""

    def __init__(self, write: Callable[[Any], str]) -> None:
        self._write = write

    def __missing__(self, value: Hashable) -> str:
        if len(self) >= MOST:
            self.clear()
        self[value] = text = self._write(value)
        return text
