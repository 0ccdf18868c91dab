"""Addresses at which second factors change; the rest of them is allauth's own."""

from django.urls import path

from verification.views import factors

urlpatterns = [
    path("totp/activate/", factors.ActivateTOTP.as_view(), name="mfa_activate_totp"),
    path("totp/deactivate/", factors.DeactivateTOTP.as_view(), name="mfa_deactivate_totp"),
    path("webauthn/add/", factors.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("webauthn/keys/<int:pk>/remove/", factors.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("recovery-codes/generate/", factors.RenewCodes.as_view(), name="mfa_generate_recovery_codes"),
]
