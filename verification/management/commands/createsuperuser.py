"""Django's command of this name makes one person who may do everything. Here nobody is that."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Refuses."""

    help = "Refuses: `manage.py found` begins, and after that people are vouched for by two others."

    def handle(self, *args: Any, **options: Any) -> None:
        """There is no such power to give."""
        raise CommandError("Nobody here may do everything. An installation begins with `manage.py found`.")
