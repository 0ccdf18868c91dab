"""How allauth signs people in here: what its two adapters decide otherwise than by default."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from verification import mailing, sealing

_PASSWORD = "reauthenticate"  # noqa: S105


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Passwords, mail addresses, and who one is asked to be once more."""

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Whoever has a second factor says by it who they are: their password is not enough."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [one for one in methods if one["id"] != _PASSWORD] or methods

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """Somebody new: they read their mail in the language of the page on which they signed up."""
        user = super().save_user(request, user, form, commit)
        if commit:
            mailing.choose(by=user, language=get_language() or settings.LANGUAGE_CODE)
        return user


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors. Their secrets are encrypted under the keys outside the database."""

    def encrypt(self, text: str) -> str:
        """Under the newest key."""
        return sealing.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """By whichever key it was encrypted under."""
        return sealing.decrypt(encrypted_text)
