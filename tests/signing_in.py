"""Signing somebody in without the pages for it: with their second factor used just now, where they have one."""

import time
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client

from verification import factors
from verification.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


def used(user: User, *, ago: float = 0) -> dict[str, Any]:
    """What a session says of a factor that this person used in it, as allauth writes it."""
    record = {"method": "mfa", "at": time.time() - ago, "type": "totp"}
    return {
        AUTHENTICATION_METHODS_SESSION_KEY: [record],
        "account_authentication_methods_user": str(user.pk),
    }


def sign_in(client: Client, user: User, *, ago: float = 0) -> None:
    """Signed in; whoever has a second factor used it so many seconds ago."""
    client.force_login(user, backend=BACKEND)
    if factors.has_factor(user):
        session = client.session
        session.update(used(user, ago=ago))
        session.save()
