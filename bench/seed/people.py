"""The people and houses of the seed."""

from datetime import timedelta

from allauth.mfa.totp.internal import auth
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from bench.seed import copying, inventing
from verification import factors, journal, names, organisations, people
from verification.journal import acting
from verification.models import Event, Leaf, Organisation, OrganisationAlias, Robot, User
from verification.models.people import OrganisationKind
from verification.people import Voucher

REVIEWERS = 50
SUBMITTERS = 20
# Indexes that are quicker made at the end than row by row.
LATER = ["public_tokens", "submission_likeness"]


def begin(houses: int) -> dict[str, int]:
    """Tables, people, organisations: what the needs refer to. Returns the first ids of each."""
    call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        for index in LATER:
            cursor.execute(f"DROP INDEX IF EXISTS {index}")
    robot = User.objects.robot(Robot.REGISTRAR)
    submitters = [_person(f"sender-{n}", robot) for n in range(SUBMITTERS)]
    for n in (0, 1):
        _voucher(n, robot)  # before the reviewers, whose ids follow one upon another
    reviewers = [make_reviewer(n, robot) for n in range(REVIEWERS)]
    # What people did has its leaves before the needs' events, which follow number upon number.
    while journal.sequence():
        pass
    last_event, last_leaf = Event.objects.latest("pk").pk, Leaf.objects.latest("pk").seq
    assert last_event == last_leaf
    first = Organisation.objects.order_by("-pk").values_list("pk", flat=True)[0] + 1
    copying.unguarded()
    copying.copy([_house(first + n, n) for n in range(houses)])
    copying.copy(
        [
            OrganisationAlias(pk=first + n, organisation_id=first + n, name=name, normalised=name)
            for n in range(houses)
            for name in [names.normalise(inventing.place_and_name(n, 10**9)[1])]
        ]
    )
    return {
        "house": first,
        "sender": submitters[0].pk,
        "reviewer": reviewers[0].pk,
        "event": last_event + 1,
    }


def _person(name: str, robot: User) -> User:
    # In one letter of the alphabet after the other, so that nobody meets a constraint.
    with acting(by=robot, reason="bench"):
        # Nobody signs in as one of them; so they may be handed what a rehearsal needs.
        password = make_password(None)
        return User.objects.create(email=f"{name}@people.example", password=password, pseudonym=name)


def make_reviewer(n: int, robot: User) -> User:
    user = _person(f"reviewer-{n}", robot)
    team = organisations.add_organisation(name=f"核实队{n}", kind=OrganisationKind.TEAM, by=robot)
    factors.give_app(user, secret=auth.generate_totp_secret(), by=robot)
    people.add_reviewer(
        user=user,
        organisation=team,
        legal_name=f"Nobody {n}",
        checked=Voucher(_voucher(0, robot), _vouching(0, robot)),
        confirmed=Voucher(_voucher(1, robot), _vouching(1, robot)),
        by=robot,
        at=timezone.now() - timedelta(days=1),
    )
    return user


def _voucher(n: int, robot: User) -> User:
    return User.objects.filter(pseudonym=f"voucher-{n}").first() or _person(f"voucher-{n}", robot)


def _vouching(n: int, robot: User) -> Organisation:
    name = f"担保队{n}"
    return organisations.the_one_named(name) or organisations.add_organisation(
        name=name, kind=OrganisationKind.TEAM, by=robot
    )


def _house(pk: int, n: int) -> Organisation:
    # Those in the register have the name and place of the n-th need, which is about them.
    code, name = inventing.place_and_name(n, 10**9)
    return Organisation(
        pk=pk,
        uid=inventing.uid(n, 3),
        name=name,
        kind=OrganisationKind.HOSPITAL,
        place=code,
        proven=n % 2 == 0,
    )
