"""A view of a list as a file: CSV for people with spreadsheets, JSON for programs that want all of it at once.

CSV has one row per line of a record, the record's own columns repeated in each, because that is what filters
and pivot tables want; a record without lines has one row. Codes stand beside the words, times carry their
zone. JSON holds the bodies as they were published. Both name each record's uid and version, and are streamed;
everything is read from the public bodies, so what is private has no road here.
"""

from collections.abc import Callable, Iterator

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe

from supplies.csv_columns import Table
from verification import kinds
from verification.copying_out import copied_out
from verification.journal import canonical
from verification.kinds import Kind
from verification.listing import Listing
from verification.views.caching import list_etag, not_modified, with_etag

CHUNK = 500


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
    pieces: Callable[[str, Listing], Iterator[bytes]],
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


def json_records(kind: str, listing: Listing) -> Iterator[bytes]:
    """The file in pieces of some hundred bodies, each as it was published; memory stays flat."""
    head = canonical({"kind": kind, "licence": "CC BY 4.0", "view": listing.active})
    yield f'{head[:-1]},"records":['.encode()
    before = b"\n"
    for rows in copied_out(listing, chunk=CHUNK):
        yield before + b",\n".join([row.body for row in rows])
        before = b",\n"
    yield b"\n]}\n"


def csv_rows(kind: str, listing: Listing) -> Iterator[bytes]:
    """The file in pieces of some hundred records, in the language active now; memory stays flat.

    Begins with a byte order mark, without which Excel takes UTF-8 for something else.
    """
    language = translation.get_language() or settings.LANGUAGE_CODE
    return _pieces(kinds.get(kind), listing, language)


def _pieces(spec: Kind, listing: Listing, language: str) -> Iterator[bytes]:
    # The response is sent after the middleware that chose the language has left.
    with translation.override(language):
        table = Table(spec)
        head = "\ufeff" + table.head()
    yield head.encode()
    for rows in copied_out(listing, chunk=CHUNK):
        with translation.override(language):
            piece = "".join(
                [text for row in rows for text in table.rows(orjson.loads(row.body), row.freshness)]
            )
        yield piece.encode()
