"""An organisation's own sign-in, by OpenID Connect: who comes through it belongs to the organisation.

Which there are is for the operator to configure. None is worth more than a mail address at a domain that two people
found to be the organisation's: it has to say so of whoever comes, and a domain that is no longer proven shuts it.
A second factor is asked for all the same.
"""

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from verification import belonging, mailing
from verification.models import Domain, Organisation, User
from verification.refusals import NotAllowed
from verification.refused_people import OwnSignInFailed, OwnSignInUnproven


class OwnSignIns(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """What allauth does otherwise here than by default."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """Those of the settings: no row of the database makes another one."""
        found = super().list_apps(request, provider=provider, client_id=client_id)
        return [app for app in found if app.pk is None]

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Before anybody is signed in. Refused: OwnSignInUnproven."""
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            raise NotAllowed()
        if house_of(sociallogin) is None:
            raise OwnSignInUnproven()
        _keep_nothing_more(sociallogin.account)

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        """An account that confirmed the same address is theirs: whoever keeps the domain reads its mail."""
        return email.lower().endswith(f"@{_domain(login)}")

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Somebody new: they read their mail in the language of the page from which they came."""
        user: User = super().save_user(request, sociallogin, form)
        mailing.choose(by=user, language=get_language() or settings.LANGUAGE_CODE)
        return user

    def on_authentication_error(self, request: HttpRequest, provider: Any, **_about: Any) -> None:
        """Broken off there, or it does not answer. Refused: OwnSignInFailed."""
        raise OwnSignInFailed()


def _keep_nothing_more(account: SocialAccount) -> None:
    """Of what the provider says of a person only who they are there is kept: no name, no picture.

    allauth has written the rest to an account it knew, in the transaction of this request.
    """
    account.extra_data = {}
    if account.pk:
        account.save(update_fields=["extra_data"])


def _domain(sociallogin: SocialLogin) -> str:
    domain: str = sociallogin.provider.app.settings["domain"]
    return domain


def house_of(sociallogin: SocialLogin) -> Organisation | None:
    """The organisation this sign-in speaks for, where it vouches for an address at a domain proven to be its own."""
    domain = _domain(sociallogin)
    if not any(
        one.verified and one.email.lower().endswith(f"@{domain}") for one in sociallogin.email_addresses
    ):
        return None
    proven = Domain.objects.filter(domain=domain, ended_at=None, organisation__merged_into=None)
    found = proven.select_related("organisation").first()
    return found.organisation if found else None


def signed_in(user: User, sociallogin: SocialLogin, *, request_id: str) -> None:
    """Somebody came all the way in, the second factor included: they belong to the organisation from now on.

    Whom it removed stays outside, until it invites them.
    """
    house = house_of(sociallogin)
    if house is not None:
        belonging.join_by_provider(house, person=user, request_id=request_id)
