"""Where a sheet's headers stand, and what they mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from supplies import sheets
from supplies.cells import Column, Phones, text_of
from supplies.files.refusing import Unreadable
from supplies.files.rows import Row
from supplies.files.scanning import letters
from supplies.sheets import Headers
from verification.forms import UNSEEN
from verification.kinds import Kind

# Titles and explanations stand above the headers, never long ones.
LOOKED_THROUGH: Final = 10
# A sheet of fewer rows says little about its columns: each of its cells is asked about instead.
TELLING: Final = 3


@dataclass(frozen=True)
class Layout:
    """A sheet's headers: the line they stand on, their texts by position, and the columns they mean."""

    line: int
    headers: tuple[str, ...]
    found: Headers

    def header_of(self, position: int) -> str:
        """The header over a cell; where none is, the letters of its column."""
        said = self.headers[position] if position < len(self.headers) else ""
        return said or letters(position)

    def column_of(self, position: int) -> Column | None:
        """The column a cell stands in, where it is one of the list's."""
        return self.found.columns[position] if position < len(self.found.columns) else None

    def written(self, header: str) -> str:
        """The header as the sheet has it, where the list calls the column something else."""
        pairs = zip(self.headers, self.found.columns, strict=True)
        return next(
            (said for said, column in pairs if column is not None and column.header == header), header
        )

    def headers_for(self, field: str) -> list[str]:
        """The headers whose cells fill this field of the form."""
        pairs = zip(self.headers, self.found.columns, strict=True)
        return [header for header, column in pairs if column is not None and field in column.fills]


def of_headers(spec: Kind, line: int, headers: Sequence[str]) -> Layout:
    """The layout of headers that were found before."""
    return Layout(line, tuple(headers), sheets.match(spec, headers))


def find(spec: Kind, first: Sequence[Row], *, sheet: str) -> Layout | None:
    """The headers among the first rows of a sheet; None where it speaks of something else altogether.

    Unreadable names the columns that are missing, repeated or merged.
    """
    candidates = [_layout(spec, row) for row in first[:LOOKED_THROUGH]]
    best = max(candidates, key=_likeness, default=None)
    if best is None or not _likeness(best)[1]:
        return None
    row = next(row for row in first if row.line == best.line)
    merged = [best.header_of(p) for p, mark in row.marks.items() if mark in ("merged", "spans")]
    for code, columns in (
        ("merged_headers", merged),
        ("missing_columns", list(best.found.missing)),
        ("repeated_headers", [*best.found.repeated, *_same_column(best)]),
    ):
        if columns:
            raise Unreadable(code, columns=columns, sheet=sheet)
    return best


def _layout(spec: Kind, row: Row) -> Layout:
    return of_headers(spec, row.line, [_header(cell) for cell in row.cells])


def _header(cell: Any) -> str:
    return " ".join(UNSEEN.sub("", text_of(cell)).split())[:200]


def _likeness(layout: Layout) -> tuple[bool, int]:
    """Nothing missing first, then as many known columns as possible."""
    return not layout.found.missing, sum(column is not None for column in layout.found.columns)


def _same_column(layout: Layout) -> list[str]:
    """Headers that mean the same column. Contacts may stand in several: all of them are read."""
    seen: dict[str, list[str]] = {}
    for header, column in zip(layout.headers, layout.found.columns, strict=True):
        if column is not None and not isinstance(column, Phones):
            seen.setdefault(column.header, []).append(header)
    return list(chain.from_iterable(twice for twice in seen.values() if len(twice) > 1))
