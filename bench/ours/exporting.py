"""The downloads, as the views make them, thrown away piece by piece."""

import csv
import io
from itertools import islice
from typing import Any

from django.utils import translation

from bench.stopwatch import Stopwatch
from supplies import catalogue, exports, places, quantities
from supplies.lists.needs import Urgency
from verification.listing import Listing
from verification.sop import Freshness, Ground

_PIECES = {"csv": exports.csv_rows, "json": exports.json_records}


def export(ending: str, view: dict[str, str], count: int) -> dict[str, Any]:
    """Seconds for the whole of the view, which has so many needs."""
    with Stopwatch() as watch, translation.override("zh-hans"):
        size = sum(len(piece) for piece in _PIECES[ending]("needs", Listing.parse("needs", view)))
    return watch.done(count, bytes=size)


def first_rows(view: dict[str, str], count: int) -> dict[str, Any]:
    """The first rows of the CSV file, without its headers."""
    with translation.override("zh-hans"):
        pieces = exports.csv_rows("needs", Listing.parse("needs", view))
        text = b"".join(islice(pieces, 2)).decode()
    return {"rows": list(csv.reader(io.StringIO(text)))[1 : count + 1]}


def words() -> dict[str, Any]:
    """What the file says for each code, for whoever writes the same in SQL: (kind, code, words); places by level."""
    with translation.override("zh-hans"):
        said = [("item", item.code, catalogue.label(item.code)) for item in catalogue.items()]
        said += [("unit", code, str(label)) for code, label in quantities.unit_choices()]
        for kind, choices in (("urgency", Urgency), ("freshness", Freshness), ("ground", Ground)):
            said += [(kind, str(code), str(label)) for code, label in choices.choices]
        return {
            "said": said,
            "places": [_way(place) for province in places.children() for place in _all(province)],
        }


def _all(place: places.Place) -> list[places.Place]:
    return [place, *(one for below in places.children(place.code) for one in _all(below))]


def _way(place: places.Place) -> list[str]:
    way = {one.level: places.label(one.code) for one in places.path(place.code)}
    return [place.code, *(way.get(level, "") for level in ("province", "prefecture", "county"))]
