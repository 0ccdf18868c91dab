"""What is said to whoever is turned away: a plain page in their language, or the API's error. Stored by nobody.

Made once for each language and status and kept as bytes, so that saying it costs next to nothing.
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
    "Content-Length: {length}\r\nContent-Language: {language}\r\nRetry-After: {again}\r\n"
    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nContent-Security-Policy: {policy}\r\n"
    "Referrer-Policy: same-origin\r\nX-Request-Id: {request_id}\r\n{open}\r\n"
)
_REASONS = {429: "Too Many Requests", 503: "Service Unavailable"}
# Any page may read what the public API says, also that it is too much.
_OPEN = "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: Retry-After, X-Request-Id\r\n"
_CODES = {429: "too_many_at_once", 503: "busy"}


def answer(asked: Asked, turned_away: TurnedAway) -> bytes:
    """The whole answer, as it is sent. Retry-After varies, so that not all come again at the same moment."""
    status, request_id = turned_away.status, uuid.uuid4().hex
    language = "en" if asked.english else "zh-hans"
    if asked.path.startswith("/api/"):
        error = {"code": _CODES[status], "message": _message(status, language), "request_id": request_id}
        body, content_type = json.dumps({"error": error}, ensure_ascii=False).encode(), "application/json"
    else:
        body, content_type = _page(status, language), "text/html; charset=utf-8"
    again = turned_away.again + random.randint(0, turned_away.again)  # noqa: S311
    head = _HEAD.format(
        status=status,
        reason=_REASONS[status],
        content_type=content_type,
        length=len(body),
        language=language,
        again=again,
        policy=_POLICY,
        request_id=request_id,
        open=_OPEN if asked.line == Line.READING and asked.path.startswith("/api/") else "",
    ).encode()
    return head if asked.head_only else head + body


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
