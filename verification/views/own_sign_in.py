"""Setting out for an organisation's own sign-in."""

from allauth.socialaccount.providers.openid_connect.views import login
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods
from requests import RequestException

from verification.refused_people import OwnSignInFailed


# By no other method: allauth sets out at once for all but GET, and only POST is counted.
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead there, after asking once where somebody came by a link. Refused: OwnSignInFailed."""
    try:
        response: HttpResponse = login(request, provider_id)
    except RequestException as error:
        raise OwnSignInFailed() from error
    return response
