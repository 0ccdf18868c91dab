"""Replace the whole database by a backup."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from glacier.runner.backups import back_up, restore, server_major
from glacier.runner.bootstrap import Trouble


class Command(BaseCommand):
    """Backs up what is there, then calls `restore`."""

    help = "Replace the whole database by a backup, in one transaction; what was there is backed up first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", type=Path, help="a file written by `backup`")

    def handle(self, *, backup: Path, **options: Any) -> None:
        if not backup.is_file():
            raise CommandError(f"There is no file {backup}.")
        database, folder = settings.DATABASES["default"], Path(settings.STATE) / "backups"
        major = server_major(connection)
        try:
            if connection.introspection.table_names():
                kept = back_up(database, major, folder, "before-restore")
                self.stdout.write(f"What was there is in {kept}")
            connection.close()
            restore(database, major, backup)
        except Trouble as trouble:
            raise CommandError(str(trouble)) from None
        self.stdout.write("Restored. The next ./run brings it to this version's migrations.")
