"""The home page: what is wanted now and where, how the lists stand, what happened last."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from supplies import places, quantities, wanted
from supplies.views.lists import overview
from verification import counting, history, kinds, measures
from verification.listing import Listing
from verification.paging import Row
from verification.searching import Search
from verification.sop import Status
from verification.views.caching import public_page

# The list that home speaks of in its figures and on its map.
NEEDS = "needs"
# The province whose prefectures the home page shows as tiles.
PROVINCE = "420000"
MOST_WANTED = 5
SHORT_LIST = 5
# Shades of a tile: how many open needs reach which.
LEVELS = (1, 5, 20, 50)


@public_page(seconds=15)
def home(request: HttpRequest) -> HttpResponse:
    """What is needed now, where, how the lists stand, and how the funnel over all of them does."""
    standings = counting.standings()
    counts = counting.counts(NEEDS, *wanted.COUNTERS, f"place:{PROVINCE[:2]}")
    context: dict[str, Any] = {
        "counts": {
            **_funnel(),
            "open_needs": standings.get(NEEDS, counting.Standing()).live,
        },
        "wanted_most": [_in_words(one) for one in wanted.most_wanted(counts, most=MOST_WANTED)],
        "median_minutes": measures.median_minutes_today(),
        "lists": overview(standings),
        "tiles": _tiles(counts),
        "province": {"code": PROVINCE, "name": _in_full(places.get(PROVINCE))},
        "longest_unmet": _shown(Listing(NEEDS, sort="unmet").page(limit=SHORT_LIST).rows),
        "newest": _shown(Search().page(limit=SHORT_LIST).rows),
        "corrections": [
            {**c, "sentence": _("corrected, now version %(n)d") % {"n": c["version"]}}
            for c in history.latest_corrections(limit=SHORT_LIST)
        ],
    }
    return render(request, "home.html", context)


def _funnel() -> dict[str, int]:
    """How many submissions stand at each step, of all lists, and how many were published today."""
    standing = measures.funnel()
    waiting = {s.value: standing[s] for s in (Status.COLLECTED, Status.VERIFIED, Status.ENTERED)}
    return {**waiting, "published_today": measures.published_since(measures.today())}


def _in_words(one: wanted.Wanted) -> dict[str, Any]:
    """An item that is wanted, its amounts in words; none where nobody gave one."""
    kind = "at_least" if one.at_least else "exact"
    amounts = [
        quantities.show({"kind": kind, "low": amount, "high": amount}, unit) for unit, amount in one.amounts
    ]
    return {"code": one.code, "records": one.records, "amount": " + ".join(amounts), "unknown": one.unknown}


def _shown(rows: list[Row]) -> list[dict[str, Any]]:
    """Records as templates show them, each with the name of its list."""
    bodies = [{**json.loads(row.body), "freshness": row.freshness} for row in rows]
    return [{**body, "list": kinds.get(body["kind"]).label} for body in bodies]


def _tiles(counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "code": place.code,
            "name": _in_full(place),
            # A square has room for one word.
            "short": places.label(place.code, get_language() or "").split()[0],
            "count": (count := counts.get(f"place:{place.code}", 0)),
            "level": sum(count >= level for level in LEVELS),
        }
        for place in places.children(PROVINCE)
    ]


def _in_full(place: places.Place) -> str:
    """The place's whole name: 湖北省, or Hubei on English pages."""
    english = (get_language() or "").startswith("en")
    return places.label(place.code, "en") if english else place.name
