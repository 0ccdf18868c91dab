"""Who acts in the demonstration: organisations, accounts, and what each may do."""

import time
from base64 import b32encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from allauth.account.models import EmailAddress
from allauth.mfa import app_settings
from allauth.mfa.totp.internal import auth
from django.contrib.auth.hashers import make_password
from django.utils.translation import get_language

from glacier.demonstration import contents
from verification import factors, founding, granting, organisations, people, vouching
from verification.founding import Founder
from verification.journal import acting
from verification.models import Organisation, Robot, User
from verification.models.people import OrganisationKind
from verification.sop import Action

# Everybody's. It is printed and shown: a demonstration has no secrets.
PASSWORD: Final = "glacier-demo-2020"  # noqa: S105


def accounts() -> list[dict[str, str]]:
    """Who can sign in: mail, password, who it is and what she can do, in the active language."""
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    return [
        {
            "email": p["email"],
            "password": PASSWORD,
            "who": p["who"][language],
            "can": p["can"][language],
            "code": code_of(p) if _has_an_app(p) else "",
        }
        for p in contents.read("people")
        if "who" in p
    ]


def _has_an_app(row: Mapping[str, Any]) -> bool:
    """Whoever may act only with a second factor."""
    return not row.keys().isdisjoint({"reviews_for", "coordinates", "founds_for"})


def _secret(row: Mapping[str, Any]) -> str:
    """The authenticator app's, made of the address: a demonstration has no secrets."""
    return b32encode(sha256(f"glacier {row['email']}".encode()).digest()[:20]).decode()


def code_of(row: Mapping[str, Any]) -> str:
    """What this person's authenticator app shows now."""
    now = int(time.time()) // app_settings.TOTP_PERIOD
    shown: str = auth.format_hotp_value(auth.hotp_value(_secret(row), now))
    return shown


def emails() -> list[str]:
    """The mail addresses of everybody in the demonstration."""
    return [person["email"] for person in contents.read("people")]


def enrol() -> dict[str, User]:
    """Organisations, then people, by key."""
    registrar = User.objects.robot(Robot.REGISTRAR)
    houses = {row["name"]: _add_organisation(row, by=registrar) for row in contents.read("organisations")}
    password = make_password(PASSWORD)
    cast = {row["key"]: _sign_up(row, password, by=registrar) for row in contents.read("people")}
    for row in filter(_has_an_app, contents.read("people")):
        factors.give_app(cast[row["key"]], secret=_secret(row), by=registrar)
    _found(cast, houses)
    for row in contents.read("people"):
        user = cast[row["key"]]
        if "member_of" in row:
            people.add_member(user=user, organisation=houses[row["member_of"]], by=registrar)
        if "reviews_for" in row:
            _vouch(row, user, houses[row["reviews_for"]], cast, by=registrar)
        if "coordinates" in row:
            _make_coordinator(user, cast)
    return cast


def _founders() -> list[dict[str, Any]]:
    return [row for row in contents.read("people") if "founds_for" in row]


def _found(cast: Mapping[str, User], houses: Mapping[str, Organisation]) -> None:
    """Two people begin, as on any installation."""
    one, other = (
        Founder(cast[row["key"]], houses[row["founds_for"]], row["legal_name"]) for row in _founders()
    )
    founding.found(one, other)


def _vouch(
    row: Mapping[str, Any], user: User, house: Organisation, cast: Mapping[str, User], *, by: User
) -> None:
    """A reviewer as every reviewer becomes one: asks, and the two founders vouch, one step each."""
    people.add_member(user=user, organisation=house, by=by)
    check = vouching.ask(by=user, organisation=house, legal_name=row["legal_name"])
    checker, confirmer = (cast[founder["key"]] for founder in _founders())
    vouching.read_name(check.uid, by=checker, fresh_factor=True)
    vouching.check_name(check.uid, by=checker, fresh_factor=True)
    vouching.read_name(check.uid, by=confirmer, fresh_factor=True)
    vouching.confirm_name(check.uid, by=confirmer, fresh_factor=True)


def _make_coordinator(user: User, cast: Mapping[str, User]) -> None:
    """Proposed by the one founder, confirmed by the other."""
    one, other = (cast[founder["key"]] for founder in _founders())
    grant = granting.propose(Action.MAKE_COORDINATOR, by=one, person=user, fresh_factor=True)
    granting.confirm(grant.uid, by=other, fresh_factor=True)


def _add_organisation(row: Mapping[str, Any], *, by: User) -> Organisation:
    return organisations.add_organisation(
        name=row["name"],
        kind=OrganisationKind(row["kind"]),
        place=row["place"],
        proven=row["proven"],
        aliases=tuple(row["aliases"]),
        by=by,
    )


def _sign_up(row: Mapping[str, Any], password: str, *, by: User) -> User:
    """An account with a confirmed mail address. One hash serves all: they share the password anyway."""
    with acting(by=by, reason="demonstration"):
        user = User(
            email=row["email"],
            pseudonym=row["pseudonym"],
            password=password if "who" in row else make_password(None),
        )
        user.save(force_insert=True)
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user
