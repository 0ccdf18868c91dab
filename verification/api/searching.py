"""The search across lists, for programs."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema

from verification import counting
from verification import serializers as shapes
from verification.api import answers, examples, parameters
from verification.api.reading import PublicView
from verification.searching import Search, shared_filters
from verification.views.caching import not_modified


class Found(PublicView):
    """What words, or a place, find in all lists."""

    @extend_schema(
        operation_id="search",
        summary=_("Search across lists"),
        description=_(
            "Verified records of every list that hold these words and are about this place, newest verified "
            "first; all there are where nothing is asked. Out-of-date records are left out unless stale=1 "
            "asks for them. Follow `next` and `previous`; they are good for the search they came from."
        ),
        parameters=[
            *(one for one in parameters.FILTERS if one.name in ("q", "stale", *shared_filters())),
            parameters.KIND_FILTER,
            parameters.CURSOR,
            parameters.LIMIT,
        ],
        responses={200: shapes.RecordPage, 400: shapes.Failure},
        examples=[*examples.PAGES, *examples.ERRORS],
        tags=["reading"],
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        view = Search.parse(request.GET, strict=True, besides=("cursor", "limit"))
        limit = parameters.limit_of(request.GET)
        standings = counting.standings()
        tag = answers.etag("search", *(f"{kind}{s.version}" for kind, s in sorted(standings.items())))
        if unchanged := not_modified(request, tag):
            return unchanged
        page = view.joined(request.GET.get("cursor", ""), limit=limit)

        def beside(cursor: str) -> str | None:
            query = view.query_string(limit=request.GET.get("limit", ""), cursor=cursor)
            return answers.beside(request, query) if cursor else None

        following, preceding = beside(page.next_cursor), beside(page.previous_cursor)
        version = sum(standing.version for standing in standings.values())
        text = answers.page_text(page, following=following, preceding=preceding, version=version)
        return answers.public(text, tag)
