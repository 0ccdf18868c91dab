"""A workbook's sheets read as plain XML, for what its cells do not say: how far they reach, formulas, errors.

Nothing is kept of what stands in them, so that neither a long cell nor a far one costs anything here.
"""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from supplies.files import limits
from supplies.files.refusing import Unreadable

_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_CHUNK: Final = 1 << 16
Place = tuple[int, int]  # row and column, both from 0


@dataclass
class Scan:
    """What one sheet holds besides values. Places count from 0."""

    formulas: set[Place] = field(default_factory=set)
    errors: set[Place] = field(default_factory=set)
    filled: int = 0


def scan(archive: zipfile.ZipFile) -> dict[str, Scan]:
    """Each sheet of the workbook by its name. Unreadable where one reaches too far or is no proper XML."""
    targets = _targets(archive)
    sheets: dict[str, Scan] = {}
    for name, relation in _named_sheets(archive):
        path = targets.get(relation, "")
        if path not in archive.NameToInfo:
            raise Unreadable("broken")
        sheets[name] = _Walk(name).through(archive, path)
        if len(sheets) > limits.MAX_SHEETS:
            raise Unreadable("too_many_sheets", most=limits.MAX_SHEETS)
    return sheets


def _named_sheets(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "sheet":
            relation = next((v for k, v in attributes.items() if _local(k) == "id"), "")
            found.append((attributes.get("name", ""), relation))

    _parse(archive, "xl/workbook.xml", start)
    return found


def _targets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Where each relation of the workbook points to, as the path of an entry."""
    found: dict[str, str] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "Relationship":
            target = attributes.get("Target", "")
            found[attributes.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    _parse(archive, "xl/_rels/workbook.xml.rels", start)
    return found


class _Walk:
    """One sheet, element by element."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found = Scan()
        self.row, self.column = -1, -1
        self.bottom, self.right = -1, -1
        self.inside = False  # a cell
        self.full = False  # the cell has a value or a formula

    def through(self, archive: zipfile.ZipFile, path: str) -> Scan:
        """The whole sheet."""
        _parse(archive, path, self.start, self.end)
        return self.found

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A row or cell begins; a value or formula inside a cell."""
        tag = _local(tag)
        if tag == "row":
            said = attributes.get("r", "")
            self.row = int(said) - 1 if said.isdecimal() and len(said) < 9 else self.row + 1
            self.column = -1
        elif tag == "c":
            self._begin_cell(attributes)
        elif self.inside and tag in ("v", "is", "f"):
            self._fill(tag)

    def end(self, tag: str) -> None:
        """A cell ends."""
        if _local(tag) == "c":
            self.inside = False

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self.inside, self.full = True, False
        self.column += 1
        if match := _REFERENCE.fullmatch(attributes.get("r", "")):
            self.row, self.column = int(match[2]) - 1, _column_number(match[1])
        if attributes.get("t") == "e":
            self.found.errors.add((self.row, self.column))

    def _fill(self, tag: str) -> None:
        place = (self.row, self.column)
        if tag == "f":
            self.found.formulas.add(place)
        if self.full:
            return
        self.full = True
        self.found.filled += 1
        self.bottom, self.right = max(self.bottom, self.row), max(self.right, self.column)
        far = self.right >= limits.MAX_COLUMNS
        if far or (self.bottom + 1) * (self.right + 1) > limits.MAX_RECTANGLE:
            raise Unreadable("far_cell", sheet=self.name, cell=reference(*place))


def reference(row: int, column: int) -> str:
    """The name a spreadsheet gives a place: B7."""
    return f"{letters(column)}{row + 1}"


def letters(column: int) -> str:
    """The name of a column counted from 0: A, Z, AA."""
    text, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def _column_number(text: str) -> int:
    number = 0
    for letter in text:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


def _parse(archive: zipfile.ZipFile, path: str, start: Start, end: End | None = None) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = False
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        with archive.open(path) as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk)
        parser.Parse(b"", True)
    except (
        expat.ExpatError,
        zipfile.BadZipFile,
        KeyError,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
    ):
        raise Unreadable("broken") from None
    except Exception as error:
        # What zlib and lzma raise has no common name.
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("broken") from None


def _refuse_doctype(*_arguments: object) -> None:
    raise Unreadable("broken")
