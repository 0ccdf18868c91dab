"""Rows of the volunteers' sheets, read by header name into what a list's form takes.

What a column cannot hold safely or what cannot be read is never dropped: it goes, under its header, into
the note only reviewers see.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from supplies import catalogue, places, quantities
from supplies.contacts import find_private, read_phones, without_phones

Row = Mapping[str, Any]

APPROVED: Final = "已审核"

_LINK: Final = re.compile(r"https?://[!-~]+")
_MARK: Final = "审核状态"
_CONTACTS: Final = ("联系人/联系方式", "联系方式")


@dataclass
class Reading:
    """A row as the form takes it; whether the sheet calls it reviewed; headers nobody knows."""

    given: dict[str, Any]
    approved: bool
    unknown_headers: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """A kind of sheet: the list it fills, and how a row of it is read."""

    kind: str
    read: Callable[[str, Row], Reading]


def read_hospital(sheet: str, row: Row) -> Reading:
    """A row of a prefecture's hospital sheet. `sheet` is its path, hospital/hubei/wuhanshi."""
    notes: list[str] = []
    given = {
        "organisation_name": _text(row.get("医院名称")),
        "place": place_of(sheet, _text(row.get("区县"))),
        "urgency": "normal",
        "lines": list(_lines(row, notes)),
        "delivery_address": _public(row, "医院地址", 300, notes),
        "remarks": _public(row, "备注", 2000, notes),
        "source_link": _link(row, "官方链接", notes),
        **_contacts(row, notes),
    }
    known = {"医院名称", "区县", "医院地址", "备注", "官方链接", _MARK, *_CONTACTS}
    strange = [header for header in row if header not in known and catalogue.item_of_header(header) is None]
    notes += [f"{header}: {_text(row[header])}" for header in strange if _text(row[header])]
    given["private_note"] = "\n".join(notes)[:2000]
    return Reading(given, row.get(_MARK) == APPROVED, strange)


SHEETS: Final = {"hospital": Sheet("needs", read_hospital)}


def place_of(sheet: str, district: str) -> str:
    """The code of the district, else of the sheet's prefecture; "" where neither is known."""
    _list, *above = sheet.split("/")
    here = next((p for p in places.children() if above and _pinyin(p) == above[0]), None)
    if here is None:
        return ""
    inside = [p for p in places.children(here.code) if len(above) > 1 and above[1].startswith(_pinyin(p))]
    prefecture = inside[0] if inside else here
    for place in places.children(prefecture.code):
        if district in (place.name, place.short):
            return place.code
    # 天门市 also stands in the sheet of 宜昌.
    found = places.find(f"{here.name}{district}") if district else None
    return found.code if found and found.level != "province" else prefecture.code


def _pinyin(place: places.Place) -> str:
    return "".join(c for c in place.name_en.split(" ")[0].lower() if c.isalpha())


def _lines(row: Row, notes: list[str]) -> Iterator[dict[str, Any]]:
    """What is needed. An item has one column: its place in the catalogue is its line's number for ever."""
    for header, value in row.items():
        item, written = catalogue.item_of_header(header), _text(value)
        if item is None or written in ("", "0"):
            continue
        if written == "1":  # the sheets' sign for "needed, amount unknown"
            amount: Any = {"kind": "unknown", "low": None, "high": None, "text": written}
            yield {"no": item.position, "item": item.code, "amount": amount}
            continue
        read = quantities.parse(written)
        if not read.readable:
            notes.append(f"{header}: {written}")
        yield {
            "no": item.position,
            "item": item.code,
            "amount": read.body(),
            "unit": read.unit,
            "pack_size": read.pack_size,
        }


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _public(row: Row, header: str, longest: int, notes: list[str]) -> str:
    """A cell the public will read, unless something private stands in it."""
    text = _text(row.get(header))
    if len(text) <= longest and not find_private(text):
        return text
    notes.append(f"{header}: {text}")
    return ""


def _link(row: Row, header: str, notes: list[str]) -> str:
    text = _text(row.get(header))
    found = _LINK.search(text)
    if text and (found is None or found[0] != text):
        notes.append(f"{header}: {text}")
    return found[0] if found else ""


def _contacts(row: Row, notes: list[str]) -> dict[str, str]:
    """Office numbers are public; mobile numbers and whoever answers them are not."""
    office: list[str] = []
    mobiles: list[str] = []
    names: list[str] = []
    for header in _CONTACTS:
        cell = row.get(header) or []
        for entry in cell if isinstance(cell, list) else [{"name": "", "tel": cell}]:
            name, written = _text(entry.get("name")), _text(entry.get("tel"))
            phones = read_phones(written)
            names += [said for said in (name, without_phones(written)) if said and phones]
            for phone in phones:
                (mobiles if phone.mobile else office).append(phone.text)
            if not phones and (name or written):
                notes.append(f"{header}: {name} {written}")
    return {
        "office_line": _within("、".join(dict.fromkeys(office)), 200, notes),
        "contact_phone": _within("、".join(dict.fromkeys(mobiles)), 200, notes),
        "contact_person": _within("、".join(dict.fromkeys(names)), 100, notes),
    }


def _within(text: str, longest: int, notes: list[str]) -> str:
    if len(text) <= longest:
        return text
    notes.append(text)
    return text[:longest].rpartition("、")[0]
