"""How allauth signs people in here: what its two adapters decide otherwise than by default."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from verification import factors, mailing, own_sign_in, sealing, throttling
from verification.models import User

_PASSWORD = "reauthenticate"  # noqa: S105


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Passwords, mail addresses, and who one is asked to be once more."""

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Whoever has a second factor says by it who they are: their password is not enough."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [one for one in methods if one["id"] != _PASSWORD] or methods

    def is_reauthentication_required(self, *, app: str) -> bool:
        """A factor used a moment ago is enough; signing in with it is using it."""
        return not factors.fresh(context.request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """A right password was no guess."""
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user is not None:
            was_right(request)
        return user

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """A right password was no guess."""
        right: bool = super().reauthenticate(user, password)
        if right:
            was_right(context.request)
        return right

    def post_login(
        self, request: HttpRequest, user: User, *, signal_kwargs: dict[str, Any] | None = None, **given: Any
    ) -> HttpResponse:
        """Signed in, the second factor included: who came through an organisation's own sign-in belongs to it."""
        response: HttpResponse = super().post_login(request, user, signal_kwargs=signal_kwargs, **given)
        if came_through := (signal_kwargs or {}).get("sociallogin"):
            about = str(getattr(request, "request_id", ""))
            own_sign_in.signed_in(user, came_through, request_id=about)
        return response

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


class _OnlyOnce:
    """A code that was right is used up: who looks over a shoulder comes too late."""

    user: Any

    def clean_code(self) -> str:
        """The code, where it is right and was not used before."""
        code: str = super().clean_code()  # type: ignore[misc]
        if throttling.count([(throttling.SAME_CODE, f"{self.user.pk}: {code}")]):
            raise get_adapter().validation_error("incorrect_code")
        was_right(context.request)
        return code


class Code(_OnlyOnce, AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""


class CodeOnceMore(_OnlyOnce, ReauthenticateForm):  # type: ignore[misc]
    """The factor, used once more."""


def was_right(request: HttpRequest) -> None:
    """Whoever counts guesses takes this one back: `glacier.guesses`."""
    request.guessed_right = True  # type: ignore[attr-defined]
