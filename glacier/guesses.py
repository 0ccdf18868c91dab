"""Guesses at passwords and codes, and requests for mail, are counted before anybody looks whether they are right.

What is counted of whom is the table `_COUNTED`, by the name of the page. A passkey cannot be guessed: signing in
with one counts against no account, so that its owner comes in while others guess.
"""

from collections.abc import Callable
from http import HTTPStatus

from allauth.account.internal.stagekit import unstash_login
from allauth.core.internal.ratelimit import get_ip
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

from glacier.middleware import ACCOUNTS, Handler
from verification import throttling
from verification.models import User
from verification.throttling import Limit, Try


def guesses(get_response: Handler) -> Handler:
    """Turn away what was tried too often. Outside the transaction of the page: what is counted stays counted."""

    def middleware(request: HttpRequest) -> HttpResponse:
        tries = _tries(request)
        if wait := throttling.count(tries):
            return _too_many(request, wait)
        response = get_response(request)
        if getattr(request, "guessed_right", False):
            throttling.take_back(tries)
        return response

    return middleware


def _tries(request: HttpRequest) -> list[Try]:
    if request.method != "POST" or not ACCOUNTS.match(request.path):
        return []
    try:
        name = resolve(request.path_info).url_name
    except Resolver404:
        return []
    return [(limit, whose) for limit, of in _COUNTED.get(name or "", ()) if (whose := of(request))]


def _typed(field: str) -> Callable[[HttpRequest], str]:
    """Of the account of the mail address typed, whether there is one or not."""
    return lambda request: request.POST.get(field, "")


def _mine(request: HttpRequest) -> str:
    """Of the account that is signed in."""
    return request.user.email if isinstance(request.user, User) else ""


def _half_way(request: HttpRequest) -> str:
    """Of the account whose password was right, and of whose second factor a code is tried."""
    if "code" not in request.POST:
        return ""
    login = unstash_login(request, peek=True)
    return str(login.user.email) if login and login.user else ""


def _code_of_mine(request: HttpRequest) -> str:
    return _mine(request) if "code" in request.POST else ""


Of = Callable[[HttpRequest], str]
_COUNTED: dict[str, tuple[tuple[Limit, Of], ...]] = {
    "account_login": ((throttling.PASSWORD, _typed("login")), (throttling.GUESSES_FROM, get_ip)),
    "account_reauthenticate": ((throttling.PASSWORD, _mine),),
    "account_change_password": ((throttling.PASSWORD, _mine),),
    "mfa_authenticate": ((throttling.CODE, _half_way), (throttling.GUESSES_FROM, get_ip)),
    "mfa_reauthenticate": ((throttling.CODE, _code_of_mine),),
    "mfa_login_webauthn": ((throttling.PASSKEYS_FROM, get_ip),),
    "openid_connect_login": ((throttling.OWN_SIGN_INS_FROM, get_ip),),
    "account_reset_password": (
        (throttling.RESET_MAIL, _typed("email")),
        (throttling.RESET_MAILS_FROM, get_ip),
    ),
    "account_signup": ((throttling.SIGN_UPS_FROM, get_ip),),
}


def _too_many(request: HttpRequest, wait: int) -> HttpResponse:
    response = render(
        request, "throttled.html", {"minutes": -(-wait // 60)}, status=HTTPStatus.TOO_MANY_REQUESTS
    )
    response["Retry-After"] = str(wait)
    return response
