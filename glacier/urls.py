"""All addresses: Chinese pages without prefix, English ones under /en/, the API apart."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from glacier import api_docs

urlpatterns = [
    # A page for people, in both languages; before the API, which knows no other page.
    *i18n_patterns(path("api/docs/", api_docs.docs, name="api_docs"), prefix_default_language=False),
    path("api/", include("glacier.api_urls")),
    *i18n_patterns(
        path("admin/", admin.site.urls),
        path("accounts/2fa/", include("verification.factor_urls")),
        path("accounts/2fa/", include("allauth.mfa.urls")),
        path("accounts/", include("allauth.account.urls")),
        path("accounts/", include("verification.own_sign_in_urls")),
        path("", include("supplies.urls")),
        path("", include("verification.urls")),
        prefix_default_language=False,
    ),
]

handler500 = "glacier.failing.failed"
