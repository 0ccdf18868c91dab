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
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from verification import journal, people, sessions
from verification.journal import acting
from verification.models import User
from verification.refusals import NotReviewer, SecondFactorNeeded
from verification.sop import Action, Role

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
    return bool(_uses(request))


def fresh(request: HttpRequest) -> bool:
    """Whether a second factor was used in this session within the last ten minutes. No query."""
    return any(time.time() - at < FRESH_FOR for at in _uses(request))


def _uses(request: HttpRequest) -> list[float]:
    """When a second factor was used in this session, in seconds of the clock."""
    if not isinstance(request.user, User):
        return []
    records = get_authentication_records(request, request.user)
    return [record["at"] for record in records if record.get("method") == "mfa"]


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
        return asked_first(request) or view(request, *args, **kwargs)

    return opened


def asked_first(request: HttpRequest) -> HttpResponse | None:
    """Where to go before the page opens, for somebody signed in who looks at it without a fresh factor."""
    asks = request.method in ("GET", "HEAD") and isinstance(request.user, User)
    if not asks or fresh(request):
        return None
    assert isinstance(request.user, User)
    return redirect(where_to_use_it(request, request.user))


def refuse_reviewing(user: User) -> None:
    """Refuse who is no reviewer in force; who would be one with a second factor is told so."""
    lacks = people.reviews_but_for_a_factor(user, now=timezone.now())
    raise SecondFactorNeeded() if lacks else NotReviewer()


def enrolled(request: HttpRequest, kind: str, *, first: bool) -> None:
    """A factor was added here, and thereby used: one event. With the `first` one every other session ends.

    In the transaction of the enrolment, the session included: there is no moment between.
    """
    assert isinstance(request.user, User)
    _note(Action.ADD_FACTOR, request.user, kind, request)
    record_authentication(request, request.user, "mfa", type=kind, reauthenticated=True)
    if first:
        sessions.end_all(request.user, but=request.session.session_key)
    request.session.save()


def renewed(request: HttpRequest, kind: str) -> None:
    """The recovery codes were made anew: one event, and the sessions stay."""
    assert isinstance(request.user, User)
    _note(Action.ADD_FACTOR, request.user, kind, request)


def removed(request: HttpRequest, kind: str) -> None:
    """A factor was removed: one event, and every session of the person ends, this one too."""
    user = request.user
    assert isinstance(user, User)
    _note(Action.REMOVE_FACTOR, user, kind, request)
    logout(request)
    sessions.end_all(user)


def give_app(user: User, *, secret: str, by: User) -> None:
    """An authenticator app for somebody who is played: in a demonstration, a replay, a measurement. One event."""
    with acting(by=by, reason=Action.ADD_FACTOR):
        TOTP.activate(user, secret)
        answers = {"factor": str(Authenticator.Type.TOTP)}
        role = Role.ROBOT if by.is_robot else Role.COORDINATOR
        event = journal.new_event(Action.ADD_FACTOR, by=by, role=role, person=user.pk, answers=answers)
        journal.append([event])


def _note(action: Action, user: User, kind: str, request: HttpRequest) -> None:
    about = str(getattr(request, "request_id", ""))
    with acting(by=user, reason=action, request_id=about):
        role = people.standing(user, now=timezone.now()).role_towards(None, submitter=False)
        event = journal.new_event(
            action, by=user, role=role, person=user.pk, answers={"factor": kind}, request_id=about
        )
        journal.append([event])
