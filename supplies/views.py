"""The home page."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from supplies import places
from verification import counting, history, inbox, measures
from verification.listing import Listing
from verification.sop import Status
from verification.views.caching import public_page

# The province whose prefectures the home page shows as tiles.
PROVINCE = "420000"
MOST_WANTED = 5
SHORT_LIST = 5
# Shades of a tile: how many open needs reach which.
LEVELS = (1, 5, 20, 50)


@public_page(seconds=15)
def home(request: HttpRequest) -> HttpResponse:
    """What is needed now, where, and how the funnel stands."""
    by_item = counting.counts("needs", "item:")
    wanted = sorted(by_item.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_WANTED]
    funnel = inbox.funnel()
    context: dict[str, Any] = {
        "counts": {
            **{
                status.value: funnel[status] for status in (Status.COLLECTED, Status.VERIFIED, Status.ENTERED)
            },
            "published_today": measures.published_since(measures.today()),
            "open_needs": counting.counts("needs", "live").get("live", 0),
        },
        "wanted_most": [
            {"code": name.removeprefix("item:"), "records": n, "amount": ""} for name, n in wanted
        ],
        "median_minutes": measures.median_minutes_today("needs"),
        "tiles": _tiles(),
        "province": {"code": PROVINCE, "name": _in_full(places.get(PROVINCE))},
        "longest_unmet": _first("unmet"),
        "newest": _first("newest"),
        "corrections": [
            {**c, "sentence": _("corrected, now version %(n)d") % {"n": c["version"]}}
            for c in history.latest_corrections(limit=SHORT_LIST)
        ],
    }
    return render(request, "home.html", context)


def _first(sort: str) -> list[dict[str, Any]]:
    """The first records of the list in this order, as templates show them."""
    rows = Listing("needs", sort=sort).page(limit=SHORT_LIST).rows
    return [{**json.loads(row.body), "freshness": row.freshness} for row in rows]


def _tiles() -> list[dict[str, Any]]:
    counts = counting.counts("needs", "place:")
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
