"""Second factors: who has one, and whether this session used it, ever and a moment ago.

A factor is an authenticator app or a passkey; recovery codes stand in for a lost one and count when used.
What a session used stands in the session itself, written by allauth at the moment of use: a password is no
factor, and what another session used does not count.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from verification.models import User

# Seconds for which a factor once used is enough for the gravest acts.
FRESH_FOR: Final = 600
KINDS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)

View = Callable[..., HttpResponse]


def has_factor(user: User) -> bool:
    """Whether the person has a passkey or an authenticator app. One query."""
    found: bool = Authenticator.objects.filter(user=user, type__in=KINDS).exists()
    return found


def used(request: HttpRequest) -> bool:
    """Whether a second factor was used in this session, however long ago. No query."""
    if not isinstance(request.user, User):
        return False
    return any(one.get("method") == "mfa" for one in get_authentication_records(request, request.user))


def fresh(request: HttpRequest) -> bool:
    """Whether a second factor was used in this session within the last ten minutes. No query."""
    if not isinstance(request.user, User):
        return False
    records = get_authentication_records(request, request.user)
    used = [record["at"] for record in records if record.get("method") == "mfa"]
    return bool(used) and time.time() - max(used) < FRESH_FOR


def where_to_use_it(request: HttpRequest, user: User, *, back: str = "") -> str:
    """The address at which the person uses their factor, or sets one up, and comes back to this page or `back`."""
    name = "mfa_reauthenticate" if has_factor(user) else "mfa_index"
    return f"{reverse(name)}?{urlencode({'next': back or request.get_full_path()})}"


def fresh_to_open(view: View) -> View:
    """A page whose act asks for a fresh factor asks for it before anything is typed, and opens after that.

    For a view in which somebody is signed in. What is sent is left to the view: it hands `fresh(request)` to
    the domain, which refuses by FreshFactorNeeded, and shows its page again with what was typed.
    """

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asks = request.method in ("GET", "HEAD") and isinstance(request.user, User)
        if asks and not fresh(request):
            assert isinstance(request.user, User)
            return redirect(where_to_use_it(request, request.user))
        return view(request, *args, **kwargs)

    return opened
