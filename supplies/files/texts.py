"""Rows of a text file of cells parted by commas, tabs or semicolons."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from supplies.files import limits
from supplies.files.refusing import Unreadable
from supplies.files.rows import Row, Sheet

_SEPARATOR: Final = re.compile(r"sep=(.)\r?\n")
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read(content: bytes) -> Iterator[Sheet | Row]:
    """One sheet without a name, followed by its rows that hold anything."""
    text = _text(content)
    delimiter, text = _delimiter(text)
    # Nothing but our own limit: the whole file is no longer than we allow.
    csv.field_size_limit(limits.MAX_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    yield Sheet("")
    line = 1
    try:
        for cells in reader:
            if len(cells) > limits.MAX_COLUMNS:
                raise Unreadable("too_many_columns", n=len(cells), most=limits.MAX_COLUMNS)
            if any(cell.strip() for cell in cells):
                yield Row(line, cells)
            line = reader.line_num + 1
    except csv.Error:
        raise Unreadable("quotes", line=line) from None


def _text(content: bytes) -> str:
    """The file in characters: by its byte order mark, as UTF-8, as GB18030; nothing is ever replaced."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            try:
                return _sound(content[len(mark) :].decode(encoding))
            except UnicodeDecodeError as error:
                raise Unreadable("encoding", byte=error.start + len(mark)) from None
    try:
        return _sound(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        first = error.start
    try:
        return _sound(content.decode("gb18030"))
    except UnicodeDecodeError:
        raise Unreadable("encoding", byte=first) from None


def _sound(text: str) -> str:
    start = text[:200].lstrip().lower()
    if start.startswith("<"):
        raise Unreadable("html")
    if start.startswith(("{", "[")):
        raise Unreadable("json")
    if "\x00" in text:
        raise Unreadable("no_text")
    return text


def _delimiter(text: str) -> tuple[str, str]:
    """What parts the cells of the first row, and the text without a line that only says so."""
    if match := _SEPARATOR.match(text):
        return match[1], text[match.end() :]
    return max(",\t;", key=lambda character: _width(text, character)), text


def _width(text: str, delimiter: str) -> int:
    reader = csv.reader(io.StringIO(text.lstrip("\r\n"), newline=""), delimiter=delimiter, strict=True)
    try:
        return len(next(reader, []))
    except csv.Error:
        return 0
