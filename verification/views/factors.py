"""Adding and removing second factors: allauth's pages, each change with its event and its consequence for sessions."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from verification import factors
from verification.views.requests import actor

_Kind = Authenticator.Type


class ActivateTOTP(ActivateTOTPView):  # type: ignore[misc]
    """An authenticator app is added once a code of it was right."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Add it."""
        first = not factors.has_factor(actor(self.request))
        response: HttpResponse = super().form_valid(form)
        factors.enrolled(self.request, _Kind.TOTP, first=first)
        return response


class AddPasskey(AddWebAuthnView):  # type: ignore[misc]
    """A passkey is added once the browser made one."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Add it."""
        first = not factors.has_factor(actor(self.request))
        response: HttpResponse = super().form_valid(form)
        factors.enrolled(self.request, _Kind.WEBAUTHN, first=first)
        return response


class DeactivateTOTP(DeactivateTOTPView):  # type: ignore[misc]
    """The authenticator app is removed, and everybody who is signed in as this person is signed out."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it."""
        super().form_valid(form)
        factors.removed(self.request, _Kind.TOTP)
        return redirect("account_login")


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]
    """A passkey is removed, and everybody who is signed in as this person is signed out."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it."""
        super().form_valid(form)
        factors.removed(self.request, _Kind.WEBAUTHN)
        return redirect("account_login")


class RenewCodes(GenerateRecoveryCodesView):  # type: ignore[misc]
    """New recovery codes; the old ones are void."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Make them."""
        response: HttpResponse = super().form_valid(form)
        factors.renewed(self.request, _Kind.RECOVERY_CODES)
        return response


@login_required
@require_safe
def used(request: HttpRequest) -> HttpResponse:
    """The factor was used, beside a form that stands open elsewhere: go back to it and press the button again."""
    return render(request, "factor_used.html", {"fresh": factors.fresh(request)})
