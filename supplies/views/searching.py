"""The page of the search across lists."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from supplies import places
from supplies.views.lists import etag_of
from verification import counting, kinds
from verification.searching import Search
from verification.views.caching import not_modified, with_etag

# The boxes a page has for a place, from the largest.
LEVELS = ("province", "city", "county", "place")


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What was found in all lists; parameters that cannot be read are left out and told."""
    etag = etag_of(counting.standings())
    if unchanged := not_modified(request, etag):
        return unchanged
    view = Search.parse(request.GET)
    context = {
        "q": request.GET.get("q", "")[:200],
        "filters": {"kind": view.kind, "stale": view.stale, **view.codes},
        "lists": [{"value": spec.slug, "label": spec.label} for spec in kinds.every()],
        **_places(view),
        "chips": [_chip(view, name, value) for name, value in view.active.items() if name != "q"],
        "problems": [sentence for sentences in view.problems.values() for sentence in sentences],
        "asked": False,
        **(_found(view, request.GET.get("cursor", "")) if view.asks and "q" not in view.problems else {}),
    }
    return with_etag(render(request, "search.html", context), etag)


def _found(view: Search, cursor: str) -> dict[str, Any]:
    """A page of what was found, with the addresses beside it."""
    page = view.page(cursor)
    bodies = [{**json.loads(row.body), "freshness": row.freshness} for row in page.rows]
    return {
        "asked": True,
        "records": [{**body, "list": kinds.get(body["kind"]).label} for body in bodies],
        "count": page.total,
        "many": page.more_than,
        "json_url": f"{reverse('api_search')}?{view.query_string()}",
        "previous_url": _beside(view, page.previous_cursor),
        "next_url": _beside(view, page.next_cursor),
        "stale_url": "" if view.stale else f"?{view.query_string(stale=1)}",
        "clear_url": f"?{Search(q=view.q).query_string()}",
    }


def _beside(view: Search, cursor: str) -> str:
    return f"?{view.query_string(cursor=cursor)}" if cursor else ""


def _places(view: Search) -> dict[str, list[dict[str, str]]]:
    """What the two boxes for a place offer: provinces, and the prefectures of the one chosen."""
    given = next((view.codes[name] for name in reversed(LEVELS) if name in view.codes), "")
    province = places.path(given)[0].code if given else ""
    return {"provinces": _options(""), "cities": _options(province) if province else []}


def _options(parent: str) -> list[dict[str, str]]:
    language = get_language() or ""
    return [{"value": p.code, "label": places.label(p.code, language)} for p in places.children(parent)]


def _chip(view: Search, name: str, value: str) -> dict[str, str]:
    if name == "stale":
        words = _("out-of-date entries too")
    elif name == "kind":
        words = str(kinds.get(value).label)
    else:
        words = " / ".join(places.label(p.code, get_language() or "") for p in places.path(value))
    return {"label": words, "remove_url": f"?{view.without(name).query_string()}"}
