"""Columns of words, links, numbers, choices and places."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from supplies import places
from supplies.cells.core import APPROVED, BLANKS, LINK, Cell, Column, Reading, text_of
from supplies.contacts import find_private, read_phones
from verification.kinds import Payload

# A volunteer's mark in a sheet: who saw to the row.
_HANDLED: Final = re.compile(r"(?:处理|审核|核实|录入|负责)人\s*[:：]")


@dataclass(frozen=True)
class Text(Column):
    """Words. In a public column what looks private goes to the reviewers instead."""

    longest: int = 300
    public: bool = True
    blanks: bool = False  # whether "-" and the like say nothing here

    def read(self, cell: Cell, reading: Reading) -> None:
        """The words, where they fit and give nobody away, no volunteer by name either."""
        text = text_of(cell)
        if self.blanks and text in BLANKS:
            text = ""
        if len(text) > self.longest or (self.public and (find_private(text) or _HANDLED.search(text))):
            reading.note(self.header, text)
            text = ""
        reading.given[self.fills[0]] = text


@dataclass(frozen=True)
class Link(Column):
    """The address of a page; words around it go to the reviewers."""

    def read(self, cell: Cell, reading: Reading) -> None:
        """The first address in the cell."""
        text = text_of(cell)
        found = LINK.search(text)
        link = found[0].rstrip("(") if found else ""  # https://…/s/1(实时房源…)
        if text != link and text not in BLANKS:
            reading.note(self.header, text)
        reading.given[self.fills[0]] = link

    def fits(self, text: str) -> bool:
        """Web addresses, also without their scheme."""
        return bool(LINK.search(text)) or text.lower().startswith("www.")


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
        return any(c.isdigit() for c in text) and len(text) < 40 and not LINK.match(text)

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

    def finish(self, reading: Reading) -> None:
        """What is meant where a sheet has no such column."""
        reading.given.setdefault(self.fills[0], self.other)

    def fits(self, text: str) -> bool:
        """A short word."""
        return len(text) <= 12 and not LINK.match(text)

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
        """Remember the words; the place is found when the row is read. What lies elsewhere is asked about."""
        text, above = text_of(cell), "".join(reading.places)
        reading.places.append(text)
        if above and places.find(above) and places.find(text) and not places.find(above + text):
            reading.doubt(self.header, text, _("This does not lie in the place before it."))
            reading.note(self.header, text)

    def fits(self, text: str) -> bool:
        """A name."""
        return len(text) <= 30 and not text.isdecimal() and not LINK.match(text)

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
        return not LINK.match(text) and len(text) <= 40 and not read_phones(text)

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
