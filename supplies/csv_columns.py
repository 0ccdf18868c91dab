"""The columns of a list's CSV file, made once for a download and its language.

Each column writes finished text out of a published body, or out of one of its lines; neighbours that say the
same thing, such as a place's code and names, are written as one. A word is looked up once for each code, so
that a row costs some look-ups in dictionaries. All of it is called in the language it was made in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from supplies import places
from verification.csv_cells import MOST, Cells, cell
from verification.kinds import ORGANISATION, Field, Format, Kind
from verification.sop import Freshness, Ground

Body = Mapping[str, Any]
Write = Callable[[Any], str]


@dataclass(frozen=True)
class Columns:
    """Neighbouring columns: what they are called, and their cells, joined by commas, out of a body or a line."""

    headers: Sequence[str | Promise]
    write: Write


class Table:
    """How records of one list become rows: a row for each line, one for a record without lines."""

    def __init__(self, spec: Kind) -> None:
        before, line, after = [*_identity(spec), *_fields(spec)], _line_columns(spec), _trust(spec)
        self._headers = [header for group in (*before, *line, _FRESHNESS, *after) for header in group.headers]
        self._before, self._line, self._after = (
            [group.write for group in part] for part in (before, line, after)
        )
        self._freshness = Cells(_FRESHNESS.write)

    def head(self) -> str:
        """The row of headers."""
        return ",".join([cell(str(header)) for header in self._headers]) + "\r\n"

    def rows(self, body: Body, freshness: str) -> list[str]:
        """The record's rows."""
        before = ",".join([write(body) for write in self._before])
        after = ",".join([self._freshness[freshness], *[write(body) for write in self._after]]) + "\r\n"
        writes = self._line
        return [
            ",".join((before, *[write(line) for write in writes], after))
            for line in body.get("lines") or _NO_LINES
        ]


_NO_LINES: Sequence[Body] = [{}]
_FRESHNESS = Columns([gettext_lazy("freshness")], lambda code: cell(str(Freshness(code).label)))


def _identity(spec: Kind) -> list[Columns]:
    yes_no = Cells(lambda proven: cell(_("yes") if proven else _("no")))
    named = [
        Columns([_("institution")], lambda body: cell(body["organisation"]["name"])),
        Columns([_("speaks for itself")], lambda body: yes_no[body["organisation"]["proven"]]),
    ]
    titled = [Columns([_("title")], lambda body: cell(body["title"]))]
    about = "organisation_name" in spec.fields
    return [
        Columns([_("record"), _("version")], lambda body: f"{body['uid']},{body['version']}"),
        *(titled if spec.own_title or not about else []),
        *(named if about else []),
    ]


def _fields(spec: Kind) -> list[Columns]:
    return [
        _place(name, field)
        if field.shown_as == Format.PLACE
        else Columns([field.label], _field(spec, name, field))
        for name, field in spec.fields.items()
        if name not in ORGANISATION and name != "lines" and field.public
    ]


# Figures and days stand as they are kept, for a spreadsheet to count with; all else in words.
_AS_KEPT = frozenset({Format.COUNT, Format.MONEY, Format.DAY})
# A text is its own words, and hardly ever comes twice.
_TEXTS = frozenset({Format.TEXT, Format.LONG_TEXT, Format.LINK, Format.MAIL, Format.PHONES})


def _field(spec: Kind, name: str, field: Field) -> Write:
    if field.shown_as in _AS_KEPT:
        return lambda body: cell(body.get(name))
    words = _shown(spec, name)
    if field.shown_as not in _TEXTS:
        return lambda body: words(body.get(name))

    def text(body: Body) -> str:
        value = body.get(name)
        return cell(value) if type(value) is str else words(value)

    return text


def _shown(spec: Kind, name: str) -> Write:
    """A value in the list's words; those of a text or code are looked up once."""
    known = Cells(lambda value: cell(spec.show(name, value)))
    return lambda value: known[value] if type(value) is str else cell(spec.show(name, value))


def _place(name: str, field: Field) -> Columns:
    words, language = [_("place code"), _("province"), _("prefecture"), _("county")], get_language() or ""
    # A list with several places says which.
    headers = words if name == "place" else [f"{field.label}: {word}" for word in words]
    return Columns(headers, lambda body: _place_cells(body.get(name) or "", language))


@lru_cache(maxsize=MOST)
def _place_cells(code: str, language: str) -> str:
    """A place's code and names, level by level. No place changes while we run."""
    way = {place.level: place.code for place in places.path(code)} if places.exists(code) else {}
    levels: tuple[places.Level, ...] = ("province", "prefecture", "county")
    names = [places.label(way[level], language) if level in way else "" for level in levels]
    return ",".join(map(cell, [code, *names]))


def _line_columns(spec: Kind) -> list[Columns]:
    found: list[Columns] = []
    for of_its_own, group in groupby(spec.line_columns.items(), lambda column: column[0] in _OF_THEIR_OWN):
        if of_its_own:
            found += [_OF_THEIR_OWN[name](spec, label) for name, label in group]
        else:
            found.append(_line_values(spec, dict(group)))
    return found


def _line_values(spec: Kind, labels: Mapping[str, str | Promise]) -> Columns:
    """Neighbouring fields of a line. A field's values are all of one type, so that each is known by itself."""

    def cells(name: str) -> Cells:
        return Cells(lambda value: cell(value if isinstance(value, int) else spec.show(name, value)))

    known = [(name, cells(name)) for name in labels]

    def write(line: Body) -> str:
        get = line.get
        return ",".join([cells[get(name)] for name, cells in known])

    return Columns(list(labels.values()), write)


def _number(spec: Kind, label: str | Promise) -> Columns:
    return Columns([label], lambda line: str(line.get("no", "")))


def _item(spec: Kind, label: str | Promise) -> Columns:
    known = Cells(lambda code: f"{cell(code)},{cell(spec.show('item', code))}")
    return Columns([_("item code"), label], lambda line: known[line.get("item")])


def _amount(spec: Kind, label: str | Promise) -> Columns:
    def cells(line: Body) -> str:
        amount = line.get("amount") or {}
        words = spec.show("line_amount", line) if amount else ""
        return ",".join(map(cell, (words, amount.get("low"), amount.get("high"), amount.get("text"))))

    # The words of an amount are those of its parts and of the line's unit.
    known = Cells(lambda parts: cells({"amount": dict(parts[0]), "unit": parts[1]}))

    def write(line: Body) -> str:
        amount = line.get("amount")
        return known[tuple(amount.items()), line.get("unit")] if amount else ",,,"

    return Columns([label, _("at least"), _("at most"), _("amount as written")], write)


_OF_THEIR_OWN = {"line": _number, "item": _item, "amount": _amount}


def _trust(spec: Kind) -> list[Columns]:
    page = f"{settings.BASE_URL.rstrip('/')}{reverse('list', kwargs={'kind': spec.slug})}"
    time, grounds = _time(), Cells(_grounds)
    name, house = Cells(cell), Cells(cell)
    return [
        Columns([_("verified at")], lambda body: time(body["clocks"]["verified"])),
        Columns([_("verified by")], lambda body: name[body["verified"]["by"]]),
        Columns([_("reviewer's organisation")], lambda body: house[body["verified"]["organisation"]]),
        Columns([_("grounds")], lambda body: grounds[tuple(body["verified"]["grounds"])]),
        Columns([_("published at")], lambda body: time(body["clocks"]["published"])),
        Columns([_("page")], lambda body: cell(f"{page}{body['uid']}/")),
    ]


def _grounds(codes: tuple[str, ...]) -> str:
    return cell("; ".join(str(Ground(code).label) if code in Ground.values else code for code in codes))


def _time() -> Write:
    """An exact time as spreadsheets read it, in our zone, which is named: 2020-02-05 11:12:00+08:00."""
    zone = timezone.get_current_timezone()
    return lambda text: datetime.fromisoformat(text).astimezone(zone).isoformat(" ") if text else ""
