"""What is said to whoever is turned away: a plain page in their language, or the API's error. Stored by nobody.

Made once for each language and status and kept as bytes with two holes, so that saying it costs next to nothing.
"""

import json
import random
import uuid
from functools import cache

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from glacier.admission import Asked, Line, TurnedAway

# Our own sheets and nothing else.
_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"

_HEAD = (
    "HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: {content_type}\r\n"
    "Content-Length: {length}\r\nContent-Language: {language}\r\nRetry-After: %d\r\n"
    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nContent-Security-Policy: {policy}\r\n"
    "Referrer-Policy: same-origin\r\nX-Request-Id: %s\r\n{open}\r\n"
)
_REASONS = {429: "Too Many Requests", 503: "Service Unavailable"}
# Any page may read what the public API says, also that it is too much.
_OPEN = "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: Retry-After, X-Request-Id\r\n"
_CODES = {429: "too_many_at_once", 503: "busy"}


def answer(asked: Asked, turned_away: TurnedAway) -> bytes:
    """The whole answer, as it is sent. Retry-After varies, so that not all come again at the same moment."""
    of_api = asked.path.startswith("/api/")
    opened = of_api and asked.line == Line.READING
    head, error, page = _ready(turned_away.status, asked.english, of_api, opened)
    request_id = uuid.uuid4().hex.encode()
    again = turned_away.again + int(random.random() * (turned_away.again + 1))  # noqa: S311
    said = head % (again, request_id)
    if asked.head_only:
        return said
    return said + (error % request_id if of_api else page)


@cache
def _ready(status: int, english: bool, of_api: bool, opened: bool) -> tuple[bytes, bytes, bytes]:
    """Head, the API's error and the page, with holes for seconds and request id; one of the bodies is empty."""
    language, error, page = "en" if english else "zh-hans", b"", b""
    if of_api:
        told = {"code": _CODES[status], "message": _message(status, language), "request_id": "%s"}
        error = json.dumps({"error": told}, ensure_ascii=False).encode()
    else:
        page = _page(status, language)
    head = _HEAD.format(
        status=status,
        reason=_REASONS[status],
        content_type="application/json" if of_api else "text/html; charset=utf-8",
        length=len(page) or len(error % bytes(32)),
        language=language,
        policy=_POLICY,
        open=_OPEN if opened else "",
    )
    return head.encode(), error, page


@cache
def _message(status: int, language: str) -> str:
    with translation.override(language):
        if status == 429:
            return _(
                "You are asking for too much at the same time. Nothing was changed; wait for some answers."
            )
        return _(
            "More people are asking than can be served. Nothing was changed; try again in a few seconds."
        )


@cache
def _page(status: int, language: str) -> bytes:
    with translation.override(language):
        context = {"message": _message(status, language), "english": language == "en"}
        return render_to_string("busy.html", context).strip().encode()
