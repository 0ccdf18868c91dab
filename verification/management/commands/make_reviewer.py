"""`manage.py make_reviewer MAIL ORGANISATION --checked-by MAIL`: a reviewer whose legal name was checked."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from verification import people
from verification.models import Reviewer, User

VALID = timedelta(days=180)


class Command(BaseCommand):
    """Makes somebody a reviewer."""

    help = "Makes a person who signed up a reviewer for 180 days; asks for the legal name on standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, of which organisation, and who checked the name."""
        parser.add_argument("mail")
        parser.add_argument("organisation", help="its name, as in the register")
        parser.add_argument(
            "--checked-by", required=True, help="mail address of the person who checked the name"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """The legal name is read, encrypted and never shown; nobody checks their own."""
        user, checker = _person(options["mail"]), _person(options["checked_by"])
        organisation = people.the_one_named(options["organisation"])
        if organisation is None:
            raise CommandError("Expected the name of one organisation in the register; see /admin/.")
        if user == checker:
            raise CommandError("Nobody checks their own name: give another person with --checked-by.")
        if Reviewer.objects.filter(user=user).exists():
            raise CommandError("This person is a reviewer already.")
        legal_name = input("Legal name: ").strip()
        if not legal_name:
            raise CommandError("A legal name was expected.")
        now = timezone.now()
        people.add_reviewer(
            user=user,
            organisation=organisation,
            legal_name=legal_name,
            by=checker,
            checked_at=now,
            expires_at=now + VALID,
        )
        self.stdout.write(f"{user.pseudonym} may review until {now + VALID:%Y-%m-%d}.")


def _person(mail: str) -> User:
    user = User.objects.filter(email__iexact=mail, is_robot=False).first()
    if user is None:
        raise CommandError(f"Nobody signed up with {mail} yet.")
    return user
