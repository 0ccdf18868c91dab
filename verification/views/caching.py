"""Public pages: one copy for everybody, and never older than a few seconds behind a cache."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from verification import counting

View = Callable[..., HttpResponse]


def list_etag(kind: str, *more: int) -> str:
    """Changes with whatever changes what the list shows, with the language, with the build, and with `more`."""
    parts = (kind, counting.list_version(kind), *more, get_language(), settings.BUILD)
    return f'W/"{"-".join(str(part) for part in parts)}"'


def not_modified(request: HttpRequest, etag: str) -> HttpResponse | None:
    """304 where the reader has these bytes already."""
    known = {tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")}
    if etag not in known:
        return None
    response = HttpResponseNotModified()
    return _public(response, etag, seconds=1)


def with_etag(response: HttpResponse, etag: str, *, seconds: int = 1) -> HttpResponse:
    """Let proxies keep it for `seconds`, and ask again after."""
    return _public(response, etag, seconds=seconds)


def _public(response: HttpResponse, etag: str, *, seconds: int) -> HttpResponse:
    response["ETag"] = etag
    patch_cache_control(response, public=True, max_age=0, s_maxage=seconds, stale_while_revalidate=10)
    return response


def public_page(*, seconds: int) -> Callable[[View], View]:
    """A public page that no list version covers: its ETag is made of its bytes."""

    def decorate(view: View) -> View:
        @require_safe
        @wraps(view)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response = view(request, *args, **kwargs)
            if response.status_code != 200:
                return response
            etag = f'W/"{hashlib.sha256(response.content).hexdigest()[:24]}"'
            return not_modified(request, etag) or _public(response, etag, seconds=seconds)

        return page

    return decorate
