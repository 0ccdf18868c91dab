"""How allauth signs people in here: what its two adapters decide otherwise than by default."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter

from verification import sealing

_PASSWORD = "reauthenticate"  # noqa: S105


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Passwords, mail addresses, and who one is asked to be once more."""

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Whoever has a second factor says by it who they are: their password is not enough."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [one for one in methods if one["id"] != _PASSWORD] or methods


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors. Their secrets are encrypted under the keys outside the database."""

    def encrypt(self, text: str) -> str:
        """Under the newest key."""
        return sealing.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """By whichever key it was encrypted under."""
        return sealing.decrypt(encrypted_text)
