"""What is answered where something broke: Django's page of errors; 503 where the database is away for a moment."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.defaults import server_error

# Seconds after which to come again: a database that restarts needs about as long.
_AGAIN = 5


def failed(request: HttpRequest) -> HttpResponse:
    """The page needs no database. What failed is the exception Django is just handling."""
    response = server_error(request)
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        response.status_code = 503
        response["Retry-After"] = str(_AGAIN)
    response["Cache-Control"] = "no-store"
    return response
