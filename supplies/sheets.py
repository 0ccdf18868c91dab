"""Rows of sheets and the lists they fill: read by header name, written back under the same headers.

The columns stand in each list's Kind (`supplies.cells`); a list that names none takes one column a field.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from supplies import catalogue, places
from supplies.cells import BLANKS, CONTACT_FIELDS, Cell, Column, Doubt, Ignored, Reading, Text, text_of
from verification import kinds
from verification.kinds import Kind, Payload

__all__ = ["Doubt", "Headers", "Reading", "key_of", "list_named", "match", "misfits", "read", "written"]

Row = Mapping[str, Cell]

# What the volunteers called the lists.
_THEIR_NAMES: Final = {
    "hospital": "needs",
    "donation": "giving-channels",
    "enterprise_donation": "corporate-gifts",
    "factory": "suppliers",
    "logistical": "couriers",
    "doctor_hotel": "staff-lodging",
    "travel_hotel": "traveller-lodging",
    "clinic": "clinics",
}
# More than this share of a column's values must look like it.
_FITTING: Final = 0.5


@dataclass(frozen=True)
class Headers:
    """What a sheet's headers mean: a column for each position or None, and what is wrong with them."""

    columns: tuple[Column | None, ...]
    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()


def list_named(name: str) -> Kind:
    """The list of that name, ours or the volunteers'. NotFound where there is none."""
    return kinds.get(_THEIR_NAMES.get(name, name))


def columns_of(spec: Kind) -> list[Column]:
    """The columns of a list's sheets, in their order."""
    return _in_force(spec).columns


class _Columns(NamedTuple):
    """The columns of a list, and what they were made of: they are made anew where one of these is another."""

    spec: Kind
    items: tuple[catalogue.Item, ...]
    language: str | None
    columns: list[Column]
    by_header: dict[str, Column]
    rank: dict[str, int]
    # Those that look again when a row was read.
    finishing: list[Column]


_made: dict[str, _Columns] = {}


def _in_force(spec: Kind) -> _Columns:
    items, language, made = catalogue.items(), get_language(), _made.get(spec.slug)
    if made and made.spec is spec and made.items is items and made.language == language:
        return made
    columns, known = _columns(spec), dict[str, Column]()
    for column in columns:
        for header in (column.header, *column.synonyms):
            known.setdefault(_folded(header), column)
    rank = {header: number for number, header in enumerate(known)}
    once = {column.header: column for column in known.values()}.values()
    finishing = [column for column in once if type(column).finish is not Column.finish]
    made = _made[spec.slug] = _Columns(spec, items, language, columns, known, rank, finishing)
    return made


def _columns(spec: Kind) -> list[Column]:
    return list(spec.columns()) or [
        Text(str(spec.fields[name].label), (name,), synonyms=(name,), public=False, longest=4000)
        for name in spec.fields
        if name not in ("organisation", "lines", "as_written")
    ]


def match(spec: Kind, headers: Sequence[Cell]) -> Headers:
    """Find each header's column; spaces, width and case do not count."""
    known = _in_force(spec).by_header
    found = [known.get(_folded(text_of(header))) for header in headers]
    told = [text_of(header) for header in headers]
    names = [column.header for column in found if column]
    return Headers(
        tuple(found),
        unknown=tuple(t for t, column in zip(told, found, strict=True) if t and column is None),
        missing=tuple(c.header for c in columns_of(spec) if c.needed and c.header not in names),
        repeated=tuple(sorted({t for t in told if t and told.count(t) > 1})),
    )


def misfits(spec: Kind, headers: Headers, rows: Iterable[Sequence[Cell]]) -> list[str]:
    """The headers most of whose values are not of their kind: one of them, and the sheet has slipped."""
    values: list[list[str]] = [[] for _column in headers.columns]
    for row in rows:
        for number, cell in enumerate(row[: len(values)]):
            if (text := text_of(cell)) not in BLANKS:
                values[number].append(text)
    wrong = []
    for column, texts in zip(headers.columns, values, strict=True):
        if column is None:
            continue
        fitting = sum(column.fits(text) for text in texts)
        if (texts and fitting < len(texts) * _FITTING) or (column.needed and not texts):
            wrong.append(column.header)
    return wrong


def read(spec: Kind, row: Row, sheet: str = "") -> Reading:
    """A row as the list's form takes it. `sheet` is where it stands: hospital/hubei/wuhanshi.

    What no column knows, and what a column cannot hold, goes into the reviewers' note.
    """
    ours, reading = _in_force(spec), Reading(sheet)
    known, rank = ours.by_header, ours.rank
    # In the list's own order: a row that was stored has lost its sheet's.
    for header, cell in sorted(row.items(), key=lambda pair: rank.get(_folded(pair[0]), len(rank))):
        column = known.get(_folded(header))
        if column is not None:
            column.read(cell, reading)
        elif text := text_of(cell):
            reading.unknown_headers.append(header)
            reading.notes.append(f"{header}: {text}")
    for column in ours.finishing:
        column.finish(reading)
    _join(spec, row, reading)
    return reading


def _join(spec: Kind, row: Row, reading: Reading) -> None:
    """What several columns say together: place, contacts, notes; and the row itself."""
    given, known = reading.given, _in_force(spec).by_header
    if "place" in spec.fields:
        given["place"] = place_of(reading) or _place_by_name(spec, reading)
    if set(CONTACT_FIELDS) <= set(spec.fields):
        for name, found, longest in (
            ("office_line", reading.office, 200),
            ("contact_person", reading.people, 100),
            ("contact_phone", reading.mobiles, 200),
        ):
            given[name] = _within("、".join(dict.fromkeys(found)), longest, reading)
    if "as_written" in spec.fields:
        given["as_written"] = {h: c for h, c in row.items() if not isinstance(known.get(_folded(h)), Ignored)}
    if "private_note" in spec.fields:
        given["private_note"] = "\n".join(reading.notes)[:4000]


def _within(text: str, longest: int, reading: Reading) -> str:
    if len(text) <= longest:
        return text
    reading.notes.append(text)
    return text[:longest].rpartition("、")[0]


def place_of(reading: Reading) -> str:
    """The code of the place a row's words name, inside the prefecture of its sheet; "" where nothing is known."""
    return _place_named(reading.sheet, tuple(word for word in reading.places if word not in BLANKS))


# The rows of a sheet lie in the same few places.
@lru_cache(maxsize=1024)
def _place_named(sheet: str, words: tuple[str, ...]) -> str:
    here = _place_of_sheet(sheet)
    if here is not None:
        for place in places.children(here.code) if here.level == "prefecture" else ():
            if words and words[-1] in (place.name, place.short):
                return place.code
        # 天门市 also stands in the sheet of 宜昌.
        province = places.path(here.code)[0]
        found = places.find(f"{province.name}{words[-1]}") if words else None
        return found.code if found and found.level != "province" else here.code
    for number in range(len(words), 0, -1):
        if found := places.find(_spoken(words[:number])):
            return found.code
    return ""


def _place_by_name(spec: Kind, reading: Reading) -> str:
    """Where a list cannot do without a place and no column gives one: what name and address say, to be looked at."""
    if not spec.form.base_fields["place"].required:
        return ""
    named = (reading.given.get(name) for name in ("delivery_address", "address", "organisation_name"))
    found = next((place for text in named if text and (place := places.find(text))), None)
    if found is None:
        return ""
    reading.doubt("", places.label(found.code), _("The place was read out of name and address."))
    return found.code


# Provinces as people write them: 广西省 is an autonomous region.
_PROVINCE: Final = re.compile(r"^(内蒙古|广西|西藏|宁夏|新疆)省")


def _spoken(words: Sequence[str]) -> str:
    return _PROVINCE.sub(r"\1", "".join(words).replace("-", ""))


@lru_cache(maxsize=256)
def _place_of_sheet(sheet: str) -> places.Place | None:
    """The prefecture a sheet's path names in pinyin, else its province: hospital/hubei/wuhanshi, or wuhanshi."""
    *above, last = [part.lower() for part in sheet.split("/") if part] or [""]
    if not last.isascii() or not last.isalpha():
        return None
    provinces = [p for p in places.children("") if _pinyin(p) in (*above, last)]
    if provinces and _pinyin(provinces[0]) == last:
        return provinces[0]
    inside = [
        place
        for province in provinces or places.children("")
        for place in places.children(province.code)
        if _pinyin(place) and last in (_pinyin(place), _pinyin(place) + "shi", _pinyin(place) + "zhou")
    ]
    return inside[0] if len(inside) == 1 else (provinces[0] if provinces else None)


def _pinyin(place: places.Place) -> str:
    return "".join(c for c in place.name_en.split(" ")[0].lower() if c.isalpha())


def key_of(spec: Kind, payload: Payload) -> str:
    """What a row is called in its sheet: what identifies its payload; "" where nothing does."""
    return spec.identity({**payload, "organisation": ""})[:300]


def written(spec: Kind, payload: Payload, sheet: str = "") -> dict[str, Cell]:
    """A record as its row, under the sheet's own headers.

    Each cell is compared with what the record says now: where reading it again gives the same, it is written
    as it was (an unknown amount as 1, 0 or blank); where the record was changed since, in the sheet's manner.
    """
    as_it_was: Row = payload.get("as_written") or {}
    then = spec.clean(read(spec, as_it_was, sheet).given) if as_it_was else {}
    known, row = _in_force(spec).by_header, {}
    for header, cell in as_it_was.items():
        column = known.get(_folded(header))
        same = column is None or column.piece(then) == column.piece(payload)
        row[header] = cell if same else column.write(payload)  # type: ignore[union-attr]
    there = [known.get(_folded(header)) for header in as_it_was]
    for column in columns_of(spec):
        new = column not in there and not isinstance(column, Ignored) and any(column.piece(payload))
        if new and not (as_it_was and column.piece(then) == column.piece(payload)):
            row[column.header] = column.write(payload)
    return row


@lru_cache(maxsize=4096)
def _folded(header: str) -> str:
    return "".join(str(header).replace("（", "(").replace("）", ")").replace("｜", "|").lower().split())
