"""Public reading: lists, records, their history, and what changed. No cookie, no session, no sign-in."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from verification import counting, feed, history, kinds, statements
from verification import serializers as shapes
from verification.api import answers, examples, parameters
from verification.listing import Listing
from verification.models import ListVersion, Public
from verification.refusals import NotFound
from verification.sop import State
from verification.views.caching import not_modified

READING = ("GET", "HEAD", "OPTIONS")


class PublicView(APIView):
    """A view for everybody. What REST framework does before a view costs more than the answer, so it is
    left out: there is nobody to authenticate, no body to parse and one format to answer in."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """GET and HEAD; any other page may read the answers, since they are public and carry no cookie."""
        try:
            response = self._answer(request, **kwargs)
        except Exception as error:
            context = {"request": request, "view": self, "args": args, "kwargs": kwargs}
            response = self.settings.EXCEPTION_HANDLER(error, context)
        if response.status_code in (204, 405):
            response["Allow"] = ", ".join(READING)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag, X-Request-Id"
        return response

    def _answer(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            headers = {
                "Access-Control-Allow-Methods": "GET, HEAD",
                "Access-Control-Allow-Headers": "If-None-Match",
            }
            return HttpResponse(status=204, headers=headers)
        if request.method not in READING:
            raise MethodNotAllowed(request.method or "")
        answer: HttpResponse = self.get(request, **kwargs)  # type: ignore[attr-defined]
        return answer


class Index(PublicView):
    """The lists there are, with their versions and addresses."""

    @extend_schema(operation_id="index", summary=_("The lists"), responses=shapes.Index, tags=["reading"])
    def get(self, request: HttpRequest) -> HttpResponse:
        versions = dict(ListVersion.objects.values_list("kind", "version"))
        language = get_language()
        tag = answers.etag(*(f"{kind}{n}" for kind, n in sorted(versions.items())), language)
        response = not_modified(request, tag)
        if response is None:
            response = answers.public(answers.index_text(request, versions), tag)
        patch_vary_headers(response, ["Accept-Language"])
        return response


class List(PublicView):
    """A page of a list, filtered and sorted."""

    @extend_schema(
        operation_id="list_records",
        summary=_("A list, page by page"),
        description=_(
            "Verified records, most urgent first unless sorted otherwise. Out-of-date records are left "
            "out unless stale=1 or freshness=stale asks for them; each body holds the times at which "
            "it falls due, overdue and stale, so that a copy can tell its freshness at any moment. "
            "Follow `next` and `previous`; they are good for the view they came from."
        ),
        parameters=[parameters.KIND, *parameters.FILTERS, parameters.CURSOR, parameters.LIMIT],
        responses={200: shapes.RecordPage, 400: shapes.Failure, 404: shapes.Failure},
        examples=[*examples.PAGES, *examples.ERRORS],
        tags=["reading"],
    )
    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        view = Listing.parse(kind, request.GET, strict=True, besides=("cursor", "limit"))
        limit = parameters.limit_of(request.GET)
        if unchanged := _unchanged(request, kind):
            return unchanged
        page = view.joined(request.GET.get("cursor", ""), limit=limit)

        def beside(cursor: str) -> str | None:
            query = view.query_string(limit=request.GET.get("limit", ""), cursor=cursor)
            return answers.beside(request, query) if cursor else None

        following, preceding = beside(page.next_cursor), beside(page.previous_cursor)
        text = answers.page_text(page, following=following, preceding=preceding, version=page.version)
        return answers.public(text, answers.etag(kind, page.version))


def _unchanged(request: HttpRequest, kind: str) -> HttpResponse | None:
    """304 where the reader has these bytes already. Who has none is not kept waiting for it."""
    if "If-None-Match" not in request.headers:
        return None
    return not_modified(request, answers.etag(kind, counting.list_version(kind)))


# A record, and the version of its list at that moment.
_RECORD = """
SELECT coalesce((SELECT version FROM verification_listversion AS v WHERE v.kind = p.kind), 0), state, body, merged_into
  FROM verification_public AS p WHERE uid = %(uid)s AND kind = %(kind)s
"""


class Detail(PublicView):
    """One record as it stands."""

    @extend_schema(
        operation_id="record",
        summary=_("One record"),
        description=_(
            "A record that was taken down answers 410 with what stays of it; one that was merged leads "
            "with 302 to the record it became."
        ),
        parameters=[parameters.KIND, parameters.UID],
        responses={
            200: shapes.PublicRecord,
            302: OpenApiResponse(shapes.Merged, _("Merged into another record.")),
            404: shapes.Failure,
            410: OpenApiResponse(shapes.Tombstone, _("Taken down."), examples.TOMBSTONES),
        },
        examples=examples.BODIES,
        tags=["reading"],
    )
    def get(self, request: HttpRequest, kind: str, uid: UUID) -> HttpResponse:
        kinds.get(kind)
        if unchanged := _unchanged(request, kind):
            return unchanged
        found = statements.rows(_RECORD, {"uid": uid, "kind": kind})
        if not found:
            raise NotFound()
        ((version, state, body, root),) = found
        if state == State.MERGED:
            address = answers.absolute(request, "api_record", kind=kind, uid=root)
            return JsonResponse(
                {"uid": str(uid), "merged_into": str(root)}, status=302, headers={"Location": address}
            )
        return answers.public(
            body, answers.etag(kind, version), status=410 if state == State.WITHDRAWN else 200
        )


class History(PublicView):
    """Everything that happened to a record in public."""

    @extend_schema(
        operation_id="record_history",
        summary=_("A record's history"),
        description=_(
            "Newest first: each published version with who verified and entered it, when, on what "
            "grounds, and what changed, field by field and line by line; take-downs with their reason."
        ),
        parameters=[parameters.KIND, parameters.UID],
        responses={200: shapes.RecordHistory, 404: shapes.Failure},
        tags=["reading"],
    )
    def get(self, request: HttpRequest, kind: str, uid: UUID) -> HttpResponse:
        kinds.get(kind)
        mark = history.mark_of(uid)
        tag = answers.etag("history", *mark)
        if unchanged := not_modified(request, tag):
            return unchanged
        if not Public.objects.filter(pk=uid, kind=kind).exists():
            raise NotFound()
        return answers.public(answers.history_text(kind, uid, history.of_record(uid)), tag)


class Changes(PublicView):
    """What changed since a number, for everybody who keeps a copy."""

    @extend_schema(
        operation_id="changes",
        summary=_("Changes since a number"),
        description=_(
            "Records changed after number `after`, each once, as it stands now: its body, or what "
            "stays of a record that was taken down. Ask again with the `next` of the answer; an answer "
            "whose `next` is the number you asked with says that nothing changed. Nothing is missed "
            "and nothing comes out of order."
        ),
        parameters=[parameters.AFTER, parameters.KIND_FILTER],
        responses={200: shapes.Changes, 400: shapes.Failure},
        tags=["reading"],
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        after, kind = parameters.feed_of(request.GET)
        tag = answers.etag("changes", *feed.mark())
        if unchanged := not_modified(request, tag):
            return unchanged
        found, following = feed.changes(after, kinds=[kind] if kind else [])
        text = answers.changes_text(((change.seq, change.body) for change in found), following=following)
        return answers.public(text, tag)
