"""`manage.py found MAIL ORGANISATION MAIL ORGANISATION`: the two people an installation begins with."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from verification import founding, organisations, people
from verification.founding import Founder
from verification.models import Organisation, Robot, User
from verification.models.people import OrganisationKind
from verification.refusals import Refused


class Command(BaseCommand):
    """Founds the community's review."""

    help = (
        "Makes two people who signed up reviewers and coordinators, each on the word of the other; asks for both "
        "legal names. Both acts are public. Runs once, on an installation that has no reviewer."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Of each of the two: mail address, organisation, and pseudonym where it is to be another one."""
        for which in ("first", "second"):
            parser.add_argument(f"{which}_mail")
            parser.add_argument(
                f"{which}_organisation", help="its name; a volunteer team of this name is added"
            )
            parser.add_argument(f"--{which}-pseudonym", help="the public name, instead of the one drawn")

    def handle(self, *args: Any, **options: Any) -> None:
        """Both have an account with a confirmed address; the names are read, encrypted and never shown."""
        if founding.begun():
            raise CommandError(
                "There are reviewers or coordinators already: whoever comes now is vouched for."
            )
        persons = [_person(options[f"{which}_mail"]) for which in ("first", "second")]
        if persons[0] == persons[1]:
            raise CommandError("Two people found the review: give two accounts.")
        houses = [options[f"{which}_organisation"].strip() for which in ("first", "second")]
        if houses[0] == houses[1]:
            raise CommandError("The two founders review for two different organisations.")
        names = [_legal_name(person) for person in persons]
        pseudonyms = [options["first_pseudonym"], options["second_pseudonym"]]
        founders = [
            Founder(person, _house(house), name, pseudonym or "")
            for person, house, name, pseudonym in zip(persons, houses, names, pseudonyms, strict=True)
        ]
        try:
            founding.found(*founders)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(
            "Founded. Both may review for 180 days and coordinate; /about/ says so to everybody."
        )


def _person(mail: str) -> User:
    person = people.with_address(mail)
    if person is None:
        raise CommandError(f"Nobody with a confirmed account has {mail}: sign up at /accounts/signup/ first.")
    return person


def _house(name: str) -> Organisation:
    known = organisations.the_one_named(name)
    registrar = User.objects.robot(Robot.REGISTRAR)
    return known or organisations.add_organisation(name=name, kind=OrganisationKind.TEAM, by=registrar)


def _legal_name(person: User) -> str:
    name = input(f"Legal name of {person.email}: ").strip()
    if not name:
        raise CommandError("A legal name was expected.")
    return name
