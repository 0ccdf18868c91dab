"""Keep the Chinese catalogue complete."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from glacier.messages import faults, update


class Command(BaseCommand):
    """Updates the catalogue, or with --check only looks."""

    help = "Collect every text into locale/zh_Hans, compile it, and name what still has no Chinese."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail where it is not complete"
        )
        parser.add_argument(
            "--merge", nargs="+", type=Path, default=[], help="take Chinese from these .po files"
        )

    def handle(self, *, check: bool, merge: list[Path], **options: Any) -> None:
        if not check:
            update(settings.BASE_DIR, merge)
        wrong = list(faults(settings.BASE_DIR).lines())
        if wrong:
            raise CommandError(
                "\n".join([*wrong, "Write it into the catalogue and call manage.py messages."])
            )
        self.stdout.write("The catalogue is complete and compiled.")
