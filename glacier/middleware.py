"""Middleware of our own: request id, what public pages do without, language by path, content security policy,
who acts on account pages."""

import gzip
import re
import select
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from glacier import own_sign_ins
from verification import sessions
from verification.journal import acting
from verification.models import Robot, User
from verification.refusals import FreshFactorNeeded, Refused, SecondFactorNeeded

Handler = Callable[[HttpRequest], HttpResponse]


def policy(origins: Sequence[str]) -> str:
    """Nothing inline, nothing from elsewhere: what a page shows and runs is served by us.

    A form may lead, by whatever answers it, to these origins alone: those of organisations' own sign-ins.
    """
    return "; ".join(
        [
            "default-src 'self'",
            "img-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            " ".join(["form-action 'self'", *origins]),
        ]
    )


POLICY = policy(own_sign_ins.origins(settings.OWN_SIGN_INS))

# The pages on which somebody is signed in, or about to be. All others are public: they read no
# cookie, so that one copy serves everybody.
WORKING = re.compile(
    r"^(/en)?/(accounts|admin|audit|demo|me|mine|owner|people|review|submit)(/|$)|^/api/v1/submissions(/|$)"
)

# Bytes below which compressing saves nothing.
WORTH_COMPRESSING = 500

_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")

ACCOUNTS = re.compile(r"^(/en)?/accounts/")
# Whoever comes back from their organisation's sign-in comes by a link, and may become an account by it.
_CAME_BACK = re.compile(r"^(/en)?/accounts/oidc/[^/]+/login/callback/$")


def request_id(get_response: Handler) -> Handler:
    """Give every request an id, kept with each event it causes and returned in a header."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.request_id = uuid.uuid4().hex  # type: ignore[attr-defined]
        response = get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response

    return middleware


# A connection that was used within so many seconds and says nothing is not asked whether it lives.
TRUSTED = 1.0


class _Used(threading.local):
    """When this thread's connection to the database was last used, by a clock that never goes back."""

    at = float("-inf")


_used = _Used()


def living_connection(get_response: Handler) -> Handler:
    """Before each request a connection that a restarted database left behind is given up, without a round trip.

    A server that ends closes its connections: a dead one has something to read, its end. One that is quiet
    and was used a moment ago is taken as it is; any other is asked, as Django does.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if time.monotonic() - _used.at < TRUSTED and _quiet():
            connection.health_check_done = True  # type: ignore[attr-defined]
        response = get_response(request)
        _used.at = time.monotonic()
        return response

    return middleware


def _quiet() -> bool:
    """Whether the server has said nothing since the last answer: no farewell, no end."""
    if connection.connection is None or connection.connection.closed:
        return False
    looked = select.poll()
    looked.register(connection.connection.fileno(), select.POLLIN)
    return not looked.poll(0)


def is_public(request: HttpRequest) -> bool:
    """Whether this reads no cookie: it looks at a page on which nobody is signed in.

    What is sent, to whatever page, goes the whole way, past the CSRF check too.
    """
    return request.method in ("GET", "HEAD", "OPTIONS") and not WORKING.match(request.path)


class ForSomebody:
    """Middleware that public pages do without: nothing of it is done for them, so nothing can be read."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_public(request):
            return self.get_response(request)  # type: ignore[attr-defined,no-any-return]
        answer: HttpResponse = super().__call__(request)  # type: ignore[misc]
        return answer


class Sessions(ForSomebody, SessionMiddleware):
    """The session, on working pages."""


class Csrf(ForSomebody, CsrfViewMiddleware):
    """The token of forms, on working pages; and the check, of whatever is sent."""

    def process_view(self, request: HttpRequest, *view: Any) -> Any:
        """Refuse what was sent from elsewhere."""
        return None if is_public(request) else super().process_view(request, *view)


class Authentication(ForSomebody, AuthenticationMiddleware):
    """Who is signed in, on working pages: asked for when somebody wants to know, and read with the session."""

    def process_request(self, request: HttpRequest) -> None:
        """Django's own, but for the place where the person comes from."""
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: sessions.person_of(request))  # type: ignore[assignment]


class Messages(ForSomebody, MessageMiddleware):
    """What the page before has to say, on working pages."""


def language(get_response: Handler) -> Handler:
    """Chinese, or English under /en/; the API, its page for people apart, follows Accept-Language.

    No cookie decides it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/en/"):
            code = "en"
        elif request.path.startswith("/api/") and request.path != "/api/docs/":
            code = "en" if request.headers.get("Accept-Language", "").startswith("en") else "zh-hans"
        else:
            code = "zh-hans"
        with translation.override(code):
            request.LANGUAGE_CODE = code
            response = get_response(request)
        response.headers.setdefault("Content-Language", code)
        return response

    return middleware


def compressed(get_response: Handler) -> Handler:
    """Public pages travel compressed; pages that carry somebody's secrets never do (BREACH).

    Public is what a shared cache may keep. Its tags are weak, so they hold for both forms of the bytes.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        page = response.headers.get("Content-Type", "").startswith("text/html")
        # "You have it already" says no type, and varies like the page it speaks of.
        page |= response.status_code == 304 and not request.path.startswith("/api/")
        if response.streaming or not page or "public" not in response.headers.get("Cache-Control", ""):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if (
            accepts_gzip(request)
            and not response.has_header("Content-Encoding")
            and len(response.content) >= WORTH_COMPRESSING
        ):
            response.content = gzip.compress(response.content, compresslevel=5, mtime=0)
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Content-Length"] = str(len(response.content))
        return response

    return middleware


def accepts_gzip(request: HttpRequest) -> bool:
    """Whether the reader takes gzip; `gzip;q=0` says no."""
    return bool(_GZIP.search(request.headers.get("Accept-Encoding", "")))


def content_security_policy(get_response: Handler) -> Handler:
    """One strict policy for every page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return middleware


class RefusalMiddleware:
    """A refusal that a view lets through becomes a page: 404, 403, or a sentence with its status."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a Refused; anything else is a fault and goes on."""
        if not isinstance(exception, Refused):
            return None
        template = {404: "404.html", 403: "403.html"}.get(exception.status, "refused.html")
        if isinstance(exception, FreshFactorNeeded | SecondFactorNeeded):
            template = "factor_needed.html"
        context = {"message": str(exception), "code": exception.code}
        return render(request, template, context, status=exception.status)


def working_pages(get_response: Handler) -> Handler:
    """Pages on which somebody is signed in are stored by nobody."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if WORKING.match(request.path):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware


def accounts_act(get_response: Handler) -> Handler:
    """allauth writes to people's rows: name the person, or the registrar where nobody is signed in yet."""

    def middleware(request: HttpRequest) -> HttpResponse:
        came_back = _CAME_BACK.match(request.path)
        if not came_back and (request.method != "POST" or not ACCOUNTS.match(request.path)):
            return get_response(request)
        user = request.user
        by = User.objects.robot(Robot.REGISTRAR) if came_back or not isinstance(user, User) else user
        with acting(by=by, reason="account page", request_id=request.request_id):  # type: ignore[attr-defined]
            response = get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response

    return middleware
