"""What becomes of a row, as far as the row itself says: what it gives, what is doubtful, what cannot be."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from supplies import sheets
from supplies.cells import BLANKS, Day, Ignored, Phones, text_of
from supplies.files.reading import value_of
from supplies.importing.layout import Layout
from supplies.importing.sentences import FATAL, MARKS
from verification.forms import UNSEEN
from verification.journal import canonical
from verification.kinds import Kind, Payload
from verification.refusals import InvalidPayload

# A number of more digits has lost some when a spreadsheet kept it.
_EXACT: Final = 10**15
_SHORTENED: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]+")
_AS_NUMBER: Final = re.compile(r"[0-9]{7,}\.0+")
_MOST_SHOWN: Final = 300
_MOST_TOLD: Final = 30

_NO_HEADER: Final = _("There is no header over this cell.")
_LOST_DIGITS: Final = _("A spreadsheet has shortened this number.")
_PHONE_AS_NUMBER: Final = _("This telephone number was kept as a number: zeros before it may be lost.")
_MADE_A_DAY: Final = _("A spreadsheet has made a day of what was written here.")
_UNLIKE: Final = _("This does not look like what the column holds.")
_NAMELESS: Final = _("Nothing here says which one this is.")
_MOVED: Final = _("This goes into the note only reviewers see.")


@dataclass
class Reasons:
    """Why a row is held or refused, each at its cell."""

    told: list[dict[str, str]] = field(default_factory=list)

    def add(self, header: str, text: str, reason: str | Promise) -> None:
        """One reason; the same is told once, and a row full of them says enough with the first."""
        one = {"header": header, "text": UNSEEN.sub("", text)[:_MOST_SHOWN], "reason": str(reason)}
        if one not in self.told and len(self.told) < _MOST_TOLD:
            self.told.append(one)


@dataclass
class Judged:
    """A row as read. `errors` refuse it, `doubts` hold it, `remarks` are told whatever its verdict.

    `payload` is what its list's form made of it, None where it cannot.
    """

    given: dict[str, Any] = field(default_factory=dict)
    payload: Payload | None = None
    title: str = ""
    key: str = ""
    digest: str = ""
    errors: Reasons = field(default_factory=Reasons)
    doubts: Reasons = field(default_factory=Reasons)
    remarks: Reasons = field(default_factory=Reasons)


def judge(
    spec: Kind, layout: Layout, cells: list[Any], marks: Mapping[int, str], *, sheet: str, few: bool
) -> Judged:
    """Read one row under its headers. `few`: its sheet is too short to show whether a column has slipped."""
    judged = Judged()
    values = [_value(cell) for cell in cells]
    row = {layout.header_of(p): value for p, value in enumerate(values) if value not in ("", None)}
    judged.digest = hashlib.sha256(canonical([spec.slug, row]).encode()).hexdigest()
    for position, mark in marks.items():
        if mark in MARKS:
            told = judged.errors if mark in FATAL else judged.doubts
            text = text_of(values[position]) if position < len(values) else ""
            told.add(layout.header_of(position), text, MARKS[mark])
    for position, value in enumerate(values):
        text = text_of(value)
        for reason in _oddities(layout, position, cells[position], text, few=few) if text else ():
            judged.doubts.add(layout.header_of(position), text, reason)
    reading = sheets.read(spec, row, sheet)
    for doubt in reading.doubts:
        judged.doubts.add(layout.written(doubt.header), doubt.text, doubt.reason)
    doubted = {reason["header"] for reason in judged.doubts.told}
    for header in map(layout.written, reading.moved):
        if header not in doubted:
            judged.remarks.add(header, "", _MOVED)
    judged.given = reading.given
    _clean(spec, layout, row, judged)
    judged.key = sheets.key_of(spec, judged.payload) if judged.payload is not None else ""
    if judged.payload is not None and not judged.key:
        judged.doubts.add("", judged.title, _NAMELESS)
    judged.key = judged.key or f"#{judged.digest}"
    return judged


def _value(cell: Any) -> Any:
    """A cell as columns read it: a whole number without its point, a day in ISO form."""
    value = value_of(cell)
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    if isinstance(value, date):
        return value.isoformat()
    return value.strip() if isinstance(value, str) else value


def _oddities(layout: Layout, position: int, cell: Any, text: str, *, few: bool) -> Iterator[str | Promise]:
    """What makes one cell doubtful, whatever list it stands in."""
    column = layout.column_of(position)
    if not (position < len(layout.headers) and layout.headers[position]):
        yield _NO_HEADER
    number = isinstance(cell, int | float) and not isinstance(cell, bool)
    if (number and abs(cell) >= _EXACT) or _SHORTENED.fullmatch(text):
        yield _LOST_DIGITS
    if column is None or isinstance(column, Ignored):
        return
    if isinstance(column, Phones) and (number or _AS_NUMBER.fullmatch(text)):
        yield _PHONE_AS_NUMBER
    if isinstance(cell, dict) and not isinstance(column, Day):
        yield _MADE_A_DAY
    if few and text not in BLANKS and not column.fits(text):
        yield _UNLIKE


def _clean(spec: Kind, layout: Layout, row: Mapping[str, Any], judged: Judged) -> None:
    try:
        judged.payload = spec.clean(judged.given)
        judged.title = spec.facets(judged.payload).title[:200]
    except InvalidPayload as refusal:
        for name, sentences in refusal.errors.items():
            headers = layout.headers_for(name)
            label = str(spec.fields[name].label) if name in spec.fields else ""
            header = next((h for h in headers if h in row), headers[0] if headers else label)
            for sentence in sentences:
                judged.errors.add(header, text_of(row.get(header, "")), sentence)
        said = (UNSEEN.sub("", text_of(value)) for value in row.values())
        judged.title = next(filter(None, said), "")[:200]
