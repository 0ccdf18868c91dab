"""Rows of an xlsx workbook, each cell with what is doubtful about it."""

import io
from collections.abc import Iterator
from typing import Any, Final

import python_calamine

from supplies.files import archives, limits, scanning
from supplies.files.refusing import Unreadable
from supplies.files.rows import Row, Sheet

_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")


def is_zip(content: bytes) -> bool:
    """Whether it begins as zip archives do."""
    return content[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def refuse_old(content: bytes) -> None:
    """Excel's old format, and what a password protects: both are wrapped alike."""
    if content.startswith(_OLE):
        raise Unreadable("password" if _ENCRYPTED in content else "old_excel")


def read(content: bytes) -> Iterator[Sheet | Row]:
    """Each sheet, followed by its rows that hold anything."""
    with archives.open_workbook(content) as archive:
        scans = scanning.scan(archive)
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in workbook.sheet_names:
            yield from _sheet(workbook, name, scans.get(name) or scanning.Scan())
    except python_calamine.PasswordError:
        raise Unreadable("password") from None
    except python_calamine.CalamineError:
        raise Unreadable("broken") from None


def _sheet(workbook: Any, name: str, scan: scanning.Scan) -> Iterator[Sheet | Row]:
    yield Sheet(name)
    if not scan.filled:
        return
    try:
        sheet = workbook.get_sheet_by_name(name)
    except python_calamine.WorksheetNotFound:
        return  # a chart, or a page of macros
    if sheet.start is None:
        return
    covered, spanning = _merged(sheet, name)
    offset = sheet.start[1]
    for row, cells in enumerate(sheet.iter_rows()):
        values = ["" for _ in range(offset)] + list(cells)
        # An error, or a formula never reckoned, reads as nothing: the row is told of, whatever it says.
        said = any(value not in ("", None) for value in values)
        if said or any((row, column) in scan.formulas | scan.errors for column in range(len(values))):
            yield Row(row + 1, values, _marks(row, len(values), scan, covered, spanning))


def _merged(sheet: Any, name: str) -> tuple[set[scanning.Place], set[scanning.Place]]:
    """Cells hidden under a merged one, and the cells that cover them."""
    covered: set[scanning.Place] = set()
    spanning: set[scanning.Place] = set()
    ranges = sheet.merged_cell_ranges or []
    if len(ranges) > limits.MAX_MERGES:
        raise Unreadable("too_many_merges", sheet=name)
    bottom, right = sheet.end
    for (top, left), (last_row, last_column) in ranges:
        spanning.add((top, left))
        for row in range(top, min(last_row, bottom) + 1):
            covered.update((row, column) for column in range(left, min(last_column, right) + 1))
        if len(covered) > limits.MAX_RECTANGLE // 10:
            raise Unreadable("too_many_merges", sheet=name)
    return covered - spanning, spanning


def _marks(
    row: int,
    width: int,
    scan: scanning.Scan,
    covered: set[scanning.Place],
    spanning: set[scanning.Place],
) -> dict[int, str]:
    marks: dict[int, str] = {}
    for name, places in (
        ("spans", spanning),
        ("merged", covered),
        ("formula", scan.formulas),
        ("error", scan.errors),
    ):
        if places:
            marks.update({column: name for column in range(width) if (row, column) in places})
    return marks
