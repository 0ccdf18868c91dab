"""People by role, each in the organisation that makes the role. All invented; who asks for one gets its house too.

- `clerk`: speaks for `hospital`, which is proven
- `volunteer`: a member of `team`
- `reviewer`, `other_reviewer`: legal names checked; of `alliance` and of `federation`
- `coordinator`: staff
- `stranger`: a confirmed mail address and nothing else
"""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils import timezone

from verification import organisations, people
from verification.journal import acting
from verification.models import Organisation, Robot, User
from verification.models.people import OrganisationKind
from verification.people import Voucher

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # every authenticator app's
PASSWORD = "snow-on-the-pass-77"  # everybody's
_HASH = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1)

WUHAN = "420106"


def registrar() -> User:
    """The robot that signs people up."""
    return User.objects.robot(Robot.REGISTRAR)


def make_person(name: str, **fields) -> User:
    """Somebody with a confirmed mail address."""
    with acting(by=registrar(), reason="signed up"):
        user = User(email=f"{name}@people.example", password=_HASH, pseudonym=f"{name}-7", **fields)
        user.save()
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_organisation(name: str, kind: OrganisationKind, **fields) -> Organisation:
    """An organisation known by its name."""
    return organisations.add_organisation(name=name, kind=kind, by=registrar(), **fields)


def make_member(name: str, organisation: Organisation) -> User:
    """Somebody who speaks for an organisation."""
    user = make_person(name)
    people.add_member(user=user, organisation=organisation, by=registrar())
    return user


def give_factor(user: User) -> None:
    """An authenticator app, as somebody enrols it."""
    TOTP.activate(user, SECRET)


def vouchers() -> tuple[Voucher, Voucher]:
    """The two people of two organisations in whose names every reviewer here was checked."""
    found = []
    for name, house in (("voucher", "担保协会"), ("other_voucher", "作证协会")):
        person = User.objects.filter(email=f"{name}@people.example").first() or make_person(name)
        organisation = Organisation.objects.filter(name=house).first()
        found.append(Voucher(person, organisation or make_organisation(house, OrganisationKind.CHARITY)))
    return found[0], found[1]


def make_reviewer(name: str, organisation: Organisation) -> User:
    """Somebody whose legal name was checked a week ago, with an authenticator app."""
    user = make_person(name)
    give_factor(user)
    checked, confirmed = vouchers()
    people.add_reviewer(
        user=user,
        organisation=organisation,
        legal_name=f"Legal Name of {name}",
        checked=checked,
        confirmed=confirmed,
        by=registrar(),
        at=timezone.now() - timedelta(days=7),
    )
    return user


def make_coordinator() -> User:
    """Staff, with an authenticator app."""
    user = make_person("coordinator", is_staff=True)
    give_factor(user)
    return user


@pytest.fixture
def hospital(database) -> Organisation:
    return make_organisation("江城第九医院", OrganisationKind.HOSPITAL, place=WUHAN, proven=True)


@pytest.fixture
def team(database) -> Organisation:
    return make_organisation("江城志愿队", OrganisationKind.TEAM, proven=True)


@pytest.fixture
def alliance(database) -> Organisation:
    return make_organisation("核实联盟", OrganisationKind.TEAM)


@pytest.fixture
def federation(database) -> Organisation:
    return make_organisation("信息核查会", OrganisationKind.CHARITY)


@pytest.fixture
def clerk(hospital) -> User:
    return make_member("clerk", hospital)


@pytest.fixture
def volunteer(team) -> User:
    return make_member("volunteer", team)


@pytest.fixture
def reviewer(alliance) -> User:
    return make_reviewer("reviewer", alliance)


@pytest.fixture
def other_reviewer(federation) -> User:
    return make_reviewer("other_reviewer", federation)


@pytest.fixture
def coordinator(database) -> User:
    return make_coordinator()


@pytest.fixture
def stranger(database) -> User:
    return make_person("stranger")
