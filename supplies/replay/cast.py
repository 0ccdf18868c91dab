"""Who plays in a replay: a volunteer who sends the rows, and two reviewers of different organisations."""

from collections.abc import Mapping
from typing import Final

from allauth.mfa.totp.internal import auth
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from verification import factors, organisations, people
from verification.journal import acting
from verification.models import Organisation, Reviewer, Robot, User
from verification.models.people import OrganisationKind
from verification.people import Voucher

# Nobody can sign in as one of them: they have no password, and their mail goes nowhere.
_PEOPLE: Final = {
    "importer": "",
    "verifier": "Replay, first reviewers",
    "enterer": "Replay, second reviewers",
}
# In whose names the reviewers are vouched for.
_VOUCHING: Final = ("Replay, first vouchers", "Replay, second vouchers")


def enrol() -> dict[str, User]:
    """The people of a replay by part; made where they do not exist yet, their check renewed where it ran out."""
    registrar = User.objects.robot(Robot.REGISTRAR)
    cast = {part: _person(part, by=registrar) for part in _PEOPLE}
    for part, house in _PEOPLE.items():
        if house and not people.standing(cast[part], now=timezone.now()).is_reviewer:
            _check(cast[part], _house(house, by=registrar), cast, by=registrar)
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
    return organisations.the_one_named(name) or organisations.add_organisation(
        name=name, kind=OrganisationKind.TEAM, by=by
    )


def _check(user: User, house: Organisation, cast: Mapping[str, User], *, by: User) -> None:
    """Both steps at once, in the names of the replay's own people; where a check ran out it is renewed."""
    others = [part for part in _PEOPLE if cast[part] != user]
    checked, confirmed = (Voucher(cast[p], _house(_VOUCHING[n], by=by)) for n, p in enumerate(others))
    with acting(by=by, reason="replay"):
        if not factors.has_factor(user):
            factors.give_app(user, secret=auth.generate_totp_secret(), by=by)
        Reviewer.objects.filter(user=user, ended_at=None).update(ended_at=timezone.now())
        people.add_reviewer(
            user=user,
            organisation=house,
            legal_name=user.pseudonym,
            checked=checked,
            confirmed=confirmed,
            by=by,
            at=timezone.now(),
        )
