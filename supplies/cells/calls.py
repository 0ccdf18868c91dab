"""Columns of contacts: who can be called, and who may know it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from supplies.cells.core import BLANKS, LINK, Cell, Column, Reading, text_of
from supplies.characters import half_width
from supplies.contacts import Phone, read_phones, without_phones
from verification.kinds import Payload

CONTACT_FIELDS: Final = ("office_line", "contact_person", "contact_phone")
_DIGITS: Final = re.compile(r"[0-9]")


# What stands before a number and names nobody; what stands before something that is no number to call.
_LABELS: Final = frozenset(
    ("电话", "联系电话", "咨询电话", "办公电话", "值班电话", "热线", "手机", "tel", "phone")
)
_NO_NUMBER: Final = re.compile(r"微信|qq|邮|mail|地址|传真|fax|网址", re.IGNORECASE)
# Numbers of the whole country that are neither of an area nor mobile: 950616, 11183, 10103636.
_HOTLINE: Final = re.compile(r"95[0-9]{3,4}|1[01][0-9]{3}|1010[0-9]{4}")
# 07848738078 is a British mobile number, or of a Chinese area without its hyphen.
_PERHAPS_BRITISH: Final = re.compile(r"07[0-9]{9}")


@dataclass(frozen=True)
class Phones(Column):
    """Who can be called. Office numbers are public; mobile numbers and whoever answers them are not.

    A number of another country, and whatever else is not surely a number of ours, is for the reviewers only.
    `abroad`: the list has such numbers. `named`: persons stand beside their numbers, and have no column of their own.
    """

    fills: tuple[str, ...] = CONTACT_FIELDS
    abroad: bool = False
    named: bool = True

    def read(self, cell: Cell, reading: Reading) -> None:
        """Numbers into the fields of contacts, whatever else into the note."""
        for name, written in _contacts(cell):
            text = re.sub(r"(?:\+|00)?86\s?\(0\)", "0", half_width(written))
            phones = [] if _NO_NUMBER.search(name) else self._surely(text, name)
            rest = without_phones(text).strip(" ,;/、:()-")
            if _HOTLINE.fullmatch(text):
                reading.office.append(text)
            elif phones:
                names = (name, "" if _DIGITS.search(rest) else rest)
                reading.people += [said for said in names if said and said.lower() not in _LABELS]
            elif f"{name}{written}" not in BLANKS:
                reading.note(self.header, f"{name} {written}".strip())
            if phones and (_DIGITS.search(rest) or len(phones) < len(read_phones(text))):
                reading.note(self.header, f"{name} {written}".strip())
            for phone in phones:
                (reading.mobiles if phone.mobile else reading.office).append(phone.text)
            if re.fullmatch(r"[\d.]+[eE]\+?\d+", written):
                reading.doubt(self.header, written, _("A spreadsheet has shortened this number."))

    def _surely(self, text: str, name: str) -> list[Phone]:
        """The numbers, without those that are only the end of a longer one: 00971-42299666."""
        if self.abroad and name and _PERHAPS_BRITISH.fullmatch(text):
            return []
        return [
            phone
            for phone in read_phones(text)
            if phone.mobile
            or "-" in phone.number
            or phone.kind == "service"
            or not re.search(r"[0-9)][\s\-—–]{0,3}$", text[: phone.start])
        ]

    def fits(self, text: str) -> bool:
        """Some digits, or a way to write."""
        return sum(c.isdigit() for c in text) >= 5 or "@" in text or "*" in text

    def write(self, payload: Payload) -> Cell:
        """Contacts as the sheets kept them, one entry a number."""
        office = [{"name": "", "tel": tel} for tel in _parts(payload.get("office_line"))]
        person = (payload.get("contact_person") or "") if self.named else ""
        return [*office, *({"name": person, "tel": tel} for tel in _parts(payload.get("contact_phone")))]


@dataclass(frozen=True)
class Person(Column):
    """Who answers, in a column of its own: for the reviewers only."""

    fills: tuple[str, ...] = ("contact_person",)

    def read(self, cell: Cell, reading: Reading) -> None:
        """The name."""
        if (text := text_of(cell)) not in BLANKS:
            reading.people.append(text)

    def fits(self, text: str) -> bool:
        """A name."""
        return len(text) <= 30 and not text.isdecimal() and not LINK.match(text)


def _contacts(cell: Cell) -> Iterable[tuple[str, str]]:
    if isinstance(cell, list):
        return [(text_of(entry.get("name")), text_of(entry.get("tel"))) for entry in cell]
    parts = [part.strip() for part in text_of(cell).split(" | ")]
    split = [part.partition("：") if "：" in part else ("", "", part) for part in parts]
    return [(name.strip(), written.strip()) for name, _colon, written in split]


def _parts(text: Any) -> list[str]:
    return [part for part in str(text or "").split("、") if part]
