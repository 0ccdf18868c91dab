"""Signing somebody in without the pages for it: with their second factor used just now, where they have one."""

import time
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from verification import factors
from verification.models import User
from verification.sessions import SessionStore

BACKEND = "django.contrib.auth.backends.ModelBackend"


def used(user: User, *, ago: float = 0) -> dict[str, Any]:
    """What a session says of a factor that this person used in it, as allauth writes it."""
    record = {"method": "mfa", "at": time.time() - ago, "type": "totp"}
    return {
        AUTHENTICATION_METHODS_SESSION_KEY: [record],
        "account_authentication_methods_user": str(user.pk),
    }


def open_session(user: User, *, ago: float = 0) -> str:
    """The key of a session in which this person is signed in; a second factor was used so many seconds ago."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    if factors.has_factor(user):
        session.update(used(user, ago=ago))
    session.create()
    assert session.session_key
    return session.session_key


def sign_in(client: Client, user: User, *, ago: float = 0) -> None:
    """Signed in; whoever has a second factor used it so many seconds ago."""
    client.cookies[settings.SESSION_COOKIE_NAME] = open_session(user, ago=ago)
