"""The lists there are: what each holds and how it stands; and what can be reported to which."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from verification import counting, kinds
from verification.counting import Standing
from verification.views.caching import not_modified, with_etag


def etag_of(standings: dict[str, Standing]) -> str:
    """Changes with whatever changes what any list shows, with the language, and with the build."""
    versions = ".".join(f"{kind}{standing.version}" for kind, standing in sorted(standings.items()))
    return f'W/"lists-{versions}-{get_language()}-{settings.BUILD}"'


def overview(standings: dict[str, Standing]) -> list[dict[str, Any]]:
    """Every list: what it is called, what it is in a sentence, its live records, its newest publication."""
    return [
        {
            "kind": spec.slug,
            "label": spec.label,
            "intro": spec.intro,
            "report": spec.words.report,
            "live": standings.get(spec.slug, Standing()).live,
            "published_at": standings.get(spec.slug, Standing()).published_at,
        }
        for spec in kinds.every()
    ]


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """All lists, each in a sentence; one query, answered from counters."""
    standings = counting.standings()
    etag = etag_of(standings)
    if unchanged := not_modified(request, etag):
        return unchanged
    return with_etag(render(request, "lists.html", {"lists": overview(standings)}), etag)


@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """What do you want to report? One door for each list, in the words of who reports; no query."""
    doors = [
        {"kind": spec.slug, "ask": spec.ask or spec.label, "intro": spec.intro} for spec in kinds.every()
    ]
    return render(request, "report.html", {"doors": doors})
