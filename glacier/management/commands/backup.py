"""Write the whole database into a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from glacier.runner.backups import back_up, server_major
from glacier.runner.bootstrap import Trouble


class Command(BaseCommand):
    """Parses, calls `back_up`, says where the file is."""

    help = "Write the whole database into a file; the keys are kept apart (keys.json in the state folder)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, help="default: backups in the state folder")
        parser.add_argument("--reason", default="by-hand", help="becomes part of the file's name")

    def handle(self, *, folder: Path | None, reason: str, **options: Any) -> None:
        try:
            backup = back_up(
                settings.DATABASES["default"],
                server_major(connection),
                folder or Path(settings.STATE) / "backups",
                reason,
            )
        except Trouble as trouble:
            raise CommandError(str(trouble)) from None
        self.stdout.write(f"{backup}")
