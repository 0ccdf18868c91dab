"""Setting out for an organisation's own sign-in."""

from allauth.socialaccount.providers.openid_connect.views import login
from django.http import HttpRequest, HttpResponse
from requests import RequestException

from verification.refused_people import OwnSignInFailed


def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead there, after asking once where somebody came by a link. Refused: OwnSignInFailed."""
    try:
        response: HttpResponse = login(request, provider_id)
    except RequestException as error:
        raise OwnSignInFailed() from error
    return response
