"""Addresses of organisations' own sign-ins: to set out for one, and to come back from it."""

from allauth.socialaccount.providers.openid_connect.views import callback
from django.urls import path

from verification.views.own_sign_in import begin

urlpatterns = [
    path("oidc/<slug:provider_id>/login/", begin, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", callback, name="openid_connect_callback"),
]
