"""What views ask of a request."""

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from verification import factors, people
from verification.forms import UNSEEN
from verification.models import User
from verification.people import Standing
from verification.refused_people import NotCoordinator

# The longest note anybody may write; a text box in a page is no place for more.
LONGEST_NOTE = 2000
# More digits than any number of ours has; a longer one is taken for none.
_MOST_DIGITS = 15


def actor(request: HttpRequest) -> User:
    """The person who is signed in; the view has made sure that somebody is."""
    assert isinstance(request.user, User)
    return request.user


def reviewer_of(request: HttpRequest) -> Standing:
    """The reviewer in force who asks; who is one but for the second factor is told so, NotReviewer anybody else."""
    who = people.standing(actor(request), now=timezone.now())
    if not who.is_reviewer:
        factors.refuse_reviewing(who.user)
    return who


def coordinator_of(request: HttpRequest) -> User:
    """The coordinator who asks; NotCoordinator for anybody else."""
    user = actor(request)
    if not (user.is_staff and user.is_active):
        raise NotCoordinator()
    return user


def request_id(request: HttpRequest) -> str:
    """The request's id, kept with every event it causes."""
    return str(getattr(request, "request_id", ""))


def uid_of(text: str | None) -> UUID | None:
    """A uid out of a query or form, or None where it is none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def number_of(text: str | None) -> int | None:
    """A whole number out of a query or form, or None where it is none."""
    if not text or not text.isdecimal() or len(text) > _MOST_DIGITS:
        return None
    return int(text)


def words_of(data: Mapping[str, str], name: str) -> str:
    """A text somebody typed: trimmed, without characters nobody can see, of bearable length."""
    return UNSEEN.sub("", data.get(name, "")).strip()[:LONGEST_NOTE]
