"""A view of a list as a file: CSV for people with spreadsheets, JSON for programs that want all of it at once.

CSV has one row per line of a record, the record's own columns repeated in each, because that is what filters
and pivot tables want; a record without lines has one row. Codes stand beside the words, times carry their
zone. JSON holds the bodies as they were published. Both name each record's uid and version, and are streamed;
everything is read from the public bodies, so what is private has no road here.
"""

import csv
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from supplies import places
from verification import kinds
from verification.journal import canonical
from verification.kinds import ORGANISATION, Field, Format, Kind
from verification.listing import Listing
from verification.paging import Row
from verification.sop import Freshness, Ground
from verification.views.caching import list_etag, not_modified, with_etag

CHUNK = 500

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """A column: its header, and its value out of a body, one of its lines, and the row's freshness."""

    header: str | Promise
    value: Callable[[Body, Body, str], Any]


@require_safe
def csv_view(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The whole view as a download; the same parameters as the list, refused where they cannot be read."""
    return _download(request, kind, "csv", "text/csv; charset=utf-8", csv_rows)


@require_safe
def json_view(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The whole view as JSON; parameters as for CSV. Any page may read it: it is public and carries no cookie."""
    response = _download(request, kind, "json", "application/json", json_records)
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _download(
    request: HttpRequest,
    kind: str,
    ending: str,
    content_type: str,
    pieces: Callable[[str, Listing], Iterator[str]],
) -> HttpResponseBase:
    listing = Listing.parse(kind, request.GET, strict=True)
    etag = list_etag(kind)
    if unchanged := not_modified(request, etag):
        return unchanged
    headers = {"Content-Disposition": f'attachment; filename="glacier-{kind}.{ending}"'}
    if request.method == "HEAD":
        return with_etag(HttpResponse(content_type=content_type, headers=headers), etag)
    response = StreamingHttpResponse(pieces(kind, listing), content_type=content_type, headers=headers)
    return with_etag(response, etag)  # type: ignore[arg-type]


def json_records(kind: str, listing: Listing) -> Iterator[str]:
    """The file in pieces of some hundred bodies, each as it was published; memory stays flat."""
    head = canonical({"kind": kind, "licence": "CC BY 4.0", "view": listing.active})
    yield f'{head[:-1]},"records":['
    rows, before = listing.every(chunk=CHUNK), "\n"
    while chunk := list(islice(rows, CHUNK)):
        yield before + ",\n".join(row.body for row in chunk)
        before = ",\n"
    yield "\n]}\n"


def csv_rows(kind: str, listing: Listing) -> Iterator[str]:
    """The file in pieces of some hundred rows, in the language active now; memory stays flat.

    Begins with a byte order mark, without which Excel takes UTF-8 for something else.
    """
    spec, language = kinds.get(kind), translation.get_language()
    return _pieces(spec, listing, language or settings.LANGUAGE_CODE)


def _pieces(spec: Kind, listing: Listing, language: str) -> Iterator[str]:
    # The response is sent after the middleware that chose the language has left.
    with translation.override(language):
        columns = columns_of(spec)
        head = "\ufeff" + _lines([[str(column.header) for column in columns]])
    yield head
    rows = listing.every(chunk=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        with translation.override(language):
            piece = _lines(cells for row in chunk for cells in _cells(columns, row))
        yield piece


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _lines(rows: Iterable[list[Any]]) -> str:
    writer = csv.writer(_Echo())
    return "".join(writer.writerow([guarded(cell) for cell in row]) for row in rows)


def _cells(columns: list[Column], row: Row) -> Iterator[list[Any]]:
    body = json.loads(row.body)
    for line in body.get("lines") or [{}]:
        yield [column.value(body, line, row.freshness) for column in columns]


# What a spreadsheet takes for the beginning of a formula, by its half-width twin.
_FORMULA = frozenset("=+-@\t\r\n")
# Signed numbers and telephone numbers: -5, +86 27 8888 0000, +1 (212) 555-0100.
_NUMBER = re.compile(r"[+\-＋－][\d０-９][\d０-９ .,()（）\-]*")


def guarded(value: Any) -> Any:
    """The value as a cell nobody's spreadsheet runs: an apostrophe before what looks like a formula.

    Signed numbers and telephone numbers are no formulas and stay as they are.
    """
    if not isinstance(value, str):
        return value
    first = unicodedata.normalize("NFKC", value.lstrip(" \u3000\u00a0\ufeff\u200b")[:1])
    if value[:1] in _FORMULA or first in _FORMULA:
        return value if _NUMBER.fullmatch(value) else f"'{value}"
    return value


def columns_of(spec: Kind) -> list[Column]:
    """The columns of a list: who and where, the record's fields, its lines, and on what ground."""
    return [*_identity(spec), *_fields(spec), *_line_columns(spec), *_trust(spec)]


def _identity(spec: Kind) -> list[Column]:
    named = [
        Column(_("institution"), lambda body, line, freshness: body["organisation"]["name"]),
        Column(_("speaks for itself"), lambda body, line, freshness: _yes(body["organisation"]["proven"])),
    ]
    titled = [Column(_("title"), lambda body, line, freshness: body["title"])]
    about = "organisation_name" in spec.fields
    return [
        Column(_("record"), lambda body, line, freshness: body["uid"]),
        Column(_("version"), lambda body, line, freshness: body["version"]),
        *(titled if spec.own_title or not about else []),
        *(named if about else []),
    ]


def _fields(spec: Kind) -> list[Column]:
    columns: list[Column] = []
    for name, field in spec.fields.items():
        if name in ORGANISATION or name == "lines" or not field.public:
            continue
        if field.shown_as == Format.PLACE:
            columns += _place_columns(name, field)
        else:
            columns.append(Column(field.label, _shown(spec, name, field)))
    return columns


# Figures and days stand as they are kept, for a spreadsheet to count with; all else in words.
_AS_KEPT = frozenset({Format.COUNT, Format.MONEY, Format.DAY})


def _shown(spec: Kind, name: str, field: Field) -> Callable[[Body, Body, str], Any]:
    if field.shown_as in _AS_KEPT:
        return lambda body, line, freshness: body.get(name)
    return lambda body, line, freshness: spec.show(name, body.get(name))


def _place_columns(name: str, field: Field) -> list[Column]:
    levels: list[tuple[str, places.Level]] = [
        (_("province"), "province"),
        (_("prefecture"), "prefecture"),
        (_("county"), "county"),
    ]

    def header(words: str) -> str:
        """A list with several places says which."""
        return words if name == "place" else f"{field.label}: {words}"

    code = Column(header(_("place code")), lambda body, line, freshness: body.get(name))
    return [code, *(Column(header(words), _place_name(name, level)) for words, level in levels)]


def _place_name(field: str, level: places.Level) -> Callable[[Body, Body, str], str]:
    def name(body: Body, line: Body, freshness: str) -> str:
        code = body.get(field) or ""
        if not places.exists(code):
            return ""
        on_the_way = {place.level: place.code for place in places.path(code)}
        return (
            places.label(on_the_way[level], translation.get_language() or "") if level in on_the_way else ""
        )

    return name


def _line_columns(spec: Kind) -> list[Column]:
    columns: list[Column] = []
    for name, label in spec.line_columns.items():
        if name == "line":
            columns.append(Column(label, lambda body, line, freshness: line.get("no", "")))
        elif name == "item":
            columns.append(Column(_("item code"), lambda body, line, freshness: line.get("item", "")))
            columns.append(Column(label, lambda body, line, freshness: spec.show("item", line.get("item"))))
        elif name == "amount":
            columns += _amount_columns(spec, label)
        else:
            columns.append(Column(label, _line_value(spec, name)))
    return columns


def _line_value(spec: Kind, name: str) -> Callable[[Body, Body, str], Any]:
    def value(body: Body, line: Body, freshness: str) -> Any:
        found = line.get(name)
        return found if isinstance(found, int) else spec.show(name, found)

    return value


def _amount_columns(spec: Kind, label: str | Promise) -> list[Column]:
    def amount(line: Body) -> Body:
        return line.get("amount") or {}

    return [
        Column(label, lambda body, line, freshness: spec.show("line_amount", line) if amount(line) else ""),
        Column(_("at least"), lambda body, line, freshness: amount(line).get("low")),
        Column(_("at most"), lambda body, line, freshness: amount(line).get("high")),
        Column(_("amount as written"), lambda body, line, freshness: amount(line).get("text", "")),
    ]


def _trust(spec: Kind) -> list[Column]:
    page = f"{settings.BASE_URL.rstrip('/')}{reverse('list', kwargs={'kind': spec.slug})}"
    return [
        Column(_("freshness"), lambda body, line, freshness: str(Freshness(freshness).label)),
        Column(_("verified at"), lambda body, line, freshness: _local(body["clocks"]["verified"])),
        Column(_("verified by"), lambda body, line, freshness: body["verified"]["by"]),
        Column(_("reviewer's organisation"), lambda body, line, freshness: body["verified"]["organisation"]),
        Column(_("grounds"), lambda body, line, freshness: _grounds(body["verified"]["grounds"])),
        Column(_("published at"), lambda body, line, freshness: _local(body["clocks"]["published"])),
        Column(_("page"), lambda body, line, freshness: f"{page}{body['uid']}/"),
    ]


def _grounds(codes: Iterable[str]) -> str:
    return "; ".join(str(Ground(code).label) if code in Ground.values else code for code in codes)


def _yes(value: bool) -> str:
    return _("yes") if value else _("no")


def _local(text: str | None) -> str:
    """An exact time as spreadsheets read it, in our zone, which is named: 2020-02-05 11:12:00+08:00."""
    moment = parse_datetime(text or "")
    return _with_zone(timezone.localtime(moment)) if moment else ""


def _with_zone(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="seconds")
