"""What views ask of a request."""

from uuid import UUID

from django.http import HttpRequest

from verification.models import User


def actor(request: HttpRequest) -> User:
    """The person who is signed in; the view has made sure that somebody is."""
    assert isinstance(request.user, User)
    return request.user


def request_id(request: HttpRequest) -> str:
    """The request's id, kept with every event it causes."""
    return str(getattr(request, "request_id", ""))


def uid_of(text: str | None) -> UUID | None:
    """A uid out of a query or form, or None where it is none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
