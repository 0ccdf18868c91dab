"""Who plays in a replay: a volunteer who sends the rows, and two reviewers of different organisations."""

from datetime import timedelta
from typing import Final

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from verification import people
from verification.journal import acting
from verification.models import Organisation, Reviewer, Robot, User
from verification.models.people import OrganisationKind

# Nobody can sign in as one of them: they have no password, and their mail goes nowhere.
_PEOPLE: Final = {
    "importer": "",
    "verifier": "Replay, first reviewers",
    "enterer": "Replay, second reviewers",
}
_CHECKED_FOR: Final = timedelta(days=180)


def enrol() -> dict[str, User]:
    """The people of a replay by part; made where they do not exist yet, their check renewed where it ran out."""
    registrar = User.objects.robot(Robot.REGISTRAR)
    cast = {part: _person(part, by=registrar) for part in _PEOPLE}
    for part, house in _PEOPLE.items():
        if house and not people.standing(cast[part], now=timezone.now()).is_reviewer:
            _check(cast[part], _house(house, by=registrar), by=registrar)
    return cast


def _person(part: str, *, by: User) -> User:
    mail = f"{part}@replay.invalid"
    with acting(by=by, reason="replay"):
        known = User.objects.filter(email=mail).first()
        if known is None:
            known = User(email=mail, pseudonym=f"replay-{part}", password=make_password(None))
            known.save(force_insert=True)
    return known


def _house(name: str, *, by: User) -> Organisation:
    return people.the_one_named(name) or people.add_organisation(name=name, kind=OrganisationKind.TEAM, by=by)


def _check(user: User, house: Organisation, *, by: User) -> None:
    now = timezone.now()
    if Reviewer.objects.filter(user=user).exists():
        with acting(by=by, reason="replay"):
            Reviewer.objects.filter(user=user).update(expires_at=now + _CHECKED_FOR)
        return
    people.add_reviewer(
        user=user,
        organisation=house,
        legal_name=user.pseudonym,
        by=by,
        checked_at=now,
        expires_at=now + _CHECKED_FOR,
    )
