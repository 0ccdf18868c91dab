"""`manage.py make_coordinator MAIL`: the first coordinator of an installation, who signed up like everybody."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from verification import people
from verification.models import Robot, User


class Command(BaseCommand):
    """Lets somebody into the admin."""

    help = "Lets a person who signed up into the admin: organisations, memberships, reading."

    def add_arguments(self, parser: CommandParser) -> None:
        """The person's mail address."""
        parser.add_argument("mail")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuses an address nobody signed up with."""
        user = User.objects.filter(email__iexact=options["mail"], is_robot=False).first()
        if user is None:
            raise CommandError("Nobody signed up with this address yet: sign up at /accounts/signup/ first.")
        people.make_coordinator(user=user, by=User.objects.robot(Robot.REGISTRAR))
        self.stdout.write(f"{user.pseudonym} may look after organisations and members in /admin/ now.")
