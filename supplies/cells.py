"""The columns of sheets: how a cell is read into what a list's form takes, and how a record is written back.

A list names its columns in its Kind. Each knows the header the volunteers gave it and its synonyms, the
fields it fills, whether a value looks like one of its own (so that a shifted column is noticed), and both
directions. What a column cannot hold safely is never dropped: it goes, under its header, into the note
only reviewers see.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from supplies import catalogue, places, quantities
from supplies.contacts import find_private, read_phones, without_phones
from verification.kinds import Payload

Cell = Any  # text, a number, a day, yes or no, nothing; or the contacts of one cell, [{"name", "tel"}]

APPROVED: Final = "已审核"
# Nobody is called so: what stands in a cell for "nothing".
BLANKS: Final = frozenset(("", "-", "－", "—", "——", "/", "无", "暂无", "未知", "null", "None"))

_BEIJING: Final = timezone(timedelta(hours=8))
_LINK: Final = re.compile(r"https?://[!-~]+", re.IGNORECASE)


@dataclass(frozen=True)
class Doubt:
    """What a person should look at before a row is sent: the column, what stands there, and why."""

    header: str
    text: str
    reason: str | Promise


@dataclass
class Reading:
    """A row as the list's form takes it.

    `approved`: the sheet calls it reviewed, which only a replay heeds. `doubts` wait for an answer of whoever
    sends the row; `moved` are the headers whose value went into the reviewers' note.
    """

    sheet: str = ""
    given: dict[str, Any] = field(default_factory=dict)
    approved: bool = False
    doubts: list[Doubt] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    unknown_headers: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    office: list[str] = field(default_factory=list)
    mobiles: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)

    def note(self, header: str, text: str) -> None:
        """Keep for the reviewers what no field can hold."""
        self.notes.append(f"{header}: {text}" if header else text)
        if header:
            self.moved.append(header)

    def doubt(self, header: str, text: str, reason: str | Promise) -> None:
        """Ask the sender about a cell."""
        self.doubts.append(Doubt(header, text, reason))


def text_of(cell: Cell) -> str:
    """A cell as text: whole numbers without a decimal point, days in ISO form."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, list):
        return " | ".join(f"{c.get('name', '')} {c.get('tel', '')}".strip() for c in cell)
    return str(cell).strip()


@dataclass(frozen=True)
class Column:
    """A column by the header the volunteers gave it. `needed`: a sheet without it is not this list's."""

    header: str
    fills: tuple[str, ...]
    synonyms: tuple[str, ...] = ()
    needed: bool = False

    def read(self, cell: Cell, reading: Reading) -> None:
        """Put what the cell says into the reading."""
        raise NotImplementedError

    def write(self, payload: Payload) -> Cell:
        """The cell as the volunteers would have written what the payload says."""
        return payload.get(self.fills[0]) or ""

    def fits(self, text: str) -> bool:
        """Whether a value that is not blank looks like one of this column."""
        return not _LINK.match(text)

    def piece(self, payload: Payload) -> Any:
        """The part of a payload that this column speaks of."""
        return [payload.get(name) for name in self.fills]


@dataclass(frozen=True)
class Text(Column):
    """Words. In a public column what looks private goes to the reviewers instead."""

    longest: int = 300
    public: bool = True
    blanks: bool = False  # whether "-" and the like say nothing here

    def read(self, cell: Cell, reading: Reading) -> None:
        """The words, where they fit and give nobody away."""
        text = text_of(cell)
        if self.blanks and text in BLANKS:
            text = ""
        if len(text) > self.longest or (self.public and find_private(text)):
            reading.note(self.header, text)
            text = ""
        reading.given[self.fills[0]] = text


@dataclass(frozen=True)
class Link(Column):
    """The address of a page; words around it go to the reviewers."""

    def read(self, cell: Cell, reading: Reading) -> None:
        """The first address in the cell."""
        text = text_of(cell)
        found = _LINK.search(text)
        link = found[0] if found else ""
        if text != link and text not in BLANKS:
            reading.note(self.header, text)
        reading.given[self.fills[0]] = link

    def fits(self, text: str) -> bool:
        """Web addresses, also without their scheme."""
        return bool(_LINK.search(text)) or text.lower().startswith("www.")


CONTACT_FIELDS: Final = ("office_line", "contact_person", "contact_phone")


@dataclass(frozen=True)
class Phones(Column):
    """Who can be called. Office numbers are public; mobile numbers and whoever answers them are not."""

    fills: tuple[str, ...] = CONTACT_FIELDS

    def read(self, cell: Cell, reading: Reading) -> None:
        """Numbers into the fields of contacts, whatever else into the note."""
        for name, written in _contacts(cell):
            phones = read_phones(written)
            reading.people += [said for said in (name, without_phones(written)) if said and phones]
            for phone in phones:
                (reading.mobiles if phone.mobile else reading.office).append(phone.text)
            if not phones and f"{name}{written}" not in BLANKS:
                reading.note(self.header, f"{name} {written}".strip())
            if re.fullmatch(r"[\d.]+[eE]\+?\d+", written):
                reading.doubt(self.header, written, _("A spreadsheet has shortened this number."))

    def fits(self, text: str) -> bool:
        """Some digits, or a way to write."""
        return sum(c.isdigit() for c in text) >= 5 or "@" in text or "*" in text

    def write(self, payload: Payload) -> Cell:
        """Contacts as the sheets kept them, one entry a number."""
        office = [{"name": "", "tel": tel} for tel in _parts(payload.get("office_line"))]
        person = payload.get("contact_person") or ""
        return [*office, *({"name": person, "tel": tel} for tel in _parts(payload.get("contact_phone")))]


def _contacts(cell: Cell) -> Iterable[tuple[str, str]]:
    if isinstance(cell, list):
        return [(text_of(entry.get("name")), text_of(entry.get("tel"))) for entry in cell]
    parts = [part.strip() for part in text_of(cell).split(" | ")]
    split = [part.partition("：") if "：" in part else ("", "", part) for part in parts]
    return [(name.strip(), written.strip()) for name, _colon, written in split]


def _parts(text: Any) -> list[str]:
    return [part for part in str(text or "").split("、") if part]


@dataclass(frozen=True)
class Day(Column):
    """A day. The sheets wrote midnight in Beijing as the evening before in UTC."""

    def read(self, cell: Cell, reading: Reading) -> None:
        """The day in Beijing; where two are possible, or none, the sender is asked."""
        text = text_of(cell)
        day, doubtful = read_day(cell)
        if doubtful or (day is None and text not in BLANKS):
            reason = _("This can mean two days.") if doubtful else _("No day can be read here.")
            reading.doubt(self.header, text, reason)
            reading.note(self.header, text)
        reading.given[self.fills[0]] = day.isoformat() if day else None

    def fits(self, text: str) -> bool:
        """Something with figures."""
        return any(c.isdigit() for c in text) and not _LINK.match(text) and len(text) < 60

    def write(self, payload: Payload) -> Cell:
        """As the sheets wrote it: midnight in Beijing, told in UTC."""
        day = payload.get(self.fills[0])
        if not day:
            return ""
        before = date.fromisoformat(str(day)) - timedelta(days=1)
        return f"{before.isoformat()}T16:00:00.000Z"


_CHINESE_DAY: Final = re.compile(r"(?:(\d{4})\s*年\s*)?(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?")
_YEAR_FIRST: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s.*)?")
_YEAR_LAST: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:\s.*)?")
_SERIALS: Final = (30_000, 60_000)  # spreadsheets count days from 1899-12-30


def read_day(cell: Cell) -> tuple[date | None, bool]:
    """The day a cell means, and whether it could mean another. Times with a zone are told in Beijing's."""
    if isinstance(cell, datetime):
        return (cell.astimezone(_BEIJING) if cell.tzinfo else cell).date(), False
    if isinstance(cell, date):
        return cell, False
    text = text_of(cell)
    if text.isdecimal() and _SERIALS[0] < int(text) < _SERIALS[1]:
        return date(1899, 12, 30) + timedelta(days=int(text)), True
    if "T" in text:
        try:
            return read_day(datetime.fromisoformat(text))
        except ValueError:
            return None, False
    if match := _YEAR_FIRST.fullmatch(text):
        return _day(match[1], match[2], match[3]), False
    if match := _YEAR_LAST.fullmatch(text):
        months, days = int(match[1]), int(match[2])
        return _day(match[3], match[1], match[2]) or _day(match[3], match[2], match[1]), (
            months <= 12 and days <= 12 and months != days
        )
    if match := _CHINESE_DAY.fullmatch(text):
        # The year of the events is not ours to guess.
        return (_day(match[1], match[2], match[3]), False) if match[1] else (None, True)
    return None, False


def _day(year: Any, month: Any, day: Any) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


@dataclass(frozen=True)
class Count(Column):
    """A whole number of something. `zero_unknown`: nobody who has none would be listed, so 0 says nothing."""

    zero_unknown: bool = False

    def read(self, cell: Cell, reading: Reading) -> None:
        """The number; anything else goes to the reviewers."""
        text = text_of(cell).replace(",", "").replace("，", "")
        number = int(text) if text.isdecimal() and len(text) < 13 else None
        if number is None and text not in BLANKS:
            reading.note(self.header, text_of(cell))
        reading.given[self.fills[0]] = None if self.zero_unknown and number == 0 else number

    def fits(self, text: str) -> bool:
        """A number, or a few words with one."""
        return any(c.isdigit() for c in text) and len(text) < 40 and not _LINK.match(text)

    def write(self, payload: Payload) -> Cell:
        """The number; unknown as the sheets wrote it."""
        number = payload.get(self.fills[0])
        return number if number is not None else (0 if self.zero_unknown else "")


@dataclass(frozen=True)
class YesNo(Column):
    """Yes, no, or not said. The field takes "yes", "no" and ""."""

    def read(self, cell: Cell, reading: Reading) -> None:
        """What the cell says; other words go to the reviewers."""
        text = text_of(cell)
        said = {"是": "yes", "否": "no", "true": "yes", "false": "no", "yes": "yes", "no": "no"}.get(
            text.lower()
        )
        if said is None and text not in BLANKS:
            reading.note(self.header, text)
        reading.given[self.fills[0]] = said or ""

    def fits(self, text: str) -> bool:
        """One word."""
        return len(text) <= 5

    def write(self, payload: Payload) -> Cell:
        """In Chinese."""
        return {"yes": "是", "no": "否"}.get(str(payload.get(self.fills[0])), "")


@dataclass(frozen=True)
class Coded(Column):
    """One of a few words, each with its code; an unknown word goes to the reviewers."""

    codes: Mapping[Any, str] = field(default_factory=dict)
    other: str = ""

    def read(self, cell: Cell, reading: Reading) -> None:
        """The code of what is written."""
        text = text_of(cell)
        code = {text_of(written): code for written, code in self.codes.items()}.get(text)
        if code is None and text not in BLANKS:
            reading.note(self.header, text)
        reading.given[self.fills[0]] = self.other if code is None else code

    def fits(self, text: str) -> bool:
        """A short word."""
        return len(text) <= 12 and not _LINK.match(text)

    def write(self, payload: Payload) -> Cell:
        """The word of the code."""
        code = payload.get(self.fills[0])
        return next((written for written, c in self.codes.items() if c == code), "")


@dataclass(frozen=True)
class PlaceWord(Column):
    """Part of where it is: province, prefecture or district. All of a row together make the place."""

    fills: tuple[str, ...] = ("place",)
    level: places.Level = "province"

    def read(self, cell: Cell, reading: Reading) -> None:
        """Remember the words; the place is found when the row is read."""
        reading.places.append(text_of(cell))

    def fits(self, text: str) -> bool:
        """A name."""
        return len(text) <= 30 and not text.isdecimal() and not _LINK.match(text)

    def write(self, payload: Payload) -> Cell:
        """The name of the place on this level."""
        code = payload.get("place") or ""
        return next((p.name for p in (places.path(code) if code else ()) if p.level == self.level), "")


@dataclass(frozen=True)
class Status(Column):
    """审核状态 and its like: kept as a remark, decides nothing. Only a replay asks what it says."""

    fills: tuple[str, ...] = ("as_written",)

    def read(self, cell: Cell, reading: Reading) -> None:
        """The remark."""
        text = text_of(cell)
        reading.approved = text == APPROVED
        if text:
            reading.notes.append(f"{self.header}: {text}")

    def fits(self, text: str) -> bool:
        """Words, and no numbers of telephones or pages."""
        return not _LINK.match(text) and len(text) <= 40 and not read_phones(text)

    def write(self, payload: Payload) -> Cell:
        """As it came."""
        return (payload.get("as_written") or {}).get(self.header, "")


@dataclass(frozen=True)
class Ignored(Column):
    """A column that is none of the public's business and of nobody's here: not kept."""

    fills: tuple[str, ...] = ()

    def read(self, cell: Cell, reading: Reading) -> None:
        """Nothing is taken in."""

    def fits(self, text: str) -> bool:
        """Whatever."""
        return True

    def write(self, payload: Payload) -> Cell:
        """Nothing was kept."""
        return ""


@dataclass(frozen=True)
class Supply(Column):
    """One item, its amount in the cell: blank or 0 is not needed, 1 is needed, amount unknown."""

    fills: tuple[str, ...] = ("lines",)
    item: str = ""
    # The item's place among the columns is its line's number for ever.
    number: int = 0

    def read(self, cell: Cell, reading: Reading) -> None:
        """A line, where the item is wanted at all."""
        written = text_of(cell)
        lines = reading.given.setdefault("lines", [])
        if written in BLANKS or written == "0":
            return
        line: dict[str, Any] = {"no": self.number, "item": self.item}
        if written == "1":
            lines.append({**line, "amount": {"kind": "unknown", "low": None, "high": None, "text": written}})
            return
        read = quantities.parse(written)
        if not read.readable:
            reading.note(self.header, written)
            reading.doubt(self.header, written, read.reason)
        lines.append({**line, "amount": read.body(), "unit": read.unit, "pack_size": read.pack_size})

    def fits(self, text: str) -> bool:
        """An amount as people write them."""
        return len(text) <= 40 and not read_phones(text) and quantities.parse(text).readable

    def write(self, payload: Payload) -> Cell:
        """The amount as it was written, else in words; 0 where the item is not wanted."""
        line = next((line for line in payload.get("lines") or () if line["item"] == self.item), None)
        if line is None:
            return 0
        written = line["amount"]["text"]
        return int(written) if written.isdecimal() else written or 1

    def piece(self, payload: Payload) -> Any:
        """The lines of this item."""
        return [line for line in payload.get("lines") or () if line["item"] == self.item]


def supplies() -> list[Column]:
    """The columns of everything in the catalogue."""
    return [
        Supply(item.header, item=item.code, number=item.position, synonyms=(item.name_zh, item.name_en))
        for item in catalogue.items()
        if item.header
    ]


Columns = Callable[[], list[Column]]
