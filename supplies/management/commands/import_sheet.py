"""`manage.py import_sheet LIST FILE --by USER [--dry-run]`: a sheet's rows, each with its verdict."""

import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import Q
from django.utils import translation

from supplies.files import limits
from supplies.imported import ACCEPTED, AT_WORK, Import, Stage, Verdict
from supplies.importing import imports
from verification.models import User
from verification.refusals import Refused

# While another worker is at this import.
_PAUSE = 0.2


class Command(BaseCommand):
    """Submits the clean rows of a sheet, and says what became of the others."""

    help = (
        "Imports an .xlsx or .csv file into a list. Clean rows are submitted, to be reviewed like any others; "
        "held and refused ones are printed with their reasons."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which list, which file, and who sends it."""
        parser.add_argument("list", help="its name, or what the volunteers call it: needs or hospital")
        parser.add_argument("file", help="path of the .xlsx or .csv file")
        parser.add_argument(
            "--by", required=True, help="mail address or pseudonym of the person who sends it"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would become of each row, only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Everything in this process; nothing is left behind by a dry run."""
        by, content = _person(options["by"]), _content(options["file"])
        with translation.override("en"):
            try:
                with transaction.atomic() if options["dry_run"] else nullcontext():
                    batch = imports.receive(
                        kind=options["list"],
                        file_name=Path(options["file"]).name,
                        content=content,
                        by=by,
                        ring_bell=False,
                    )
                    self._finish(batch, by, send=not options["dry_run"])
                    if options["dry_run"]:
                        transaction.set_rollback(True)
            except Refused as refusal:
                raise CommandError(f"{options['list']}: {refusal}") from refusal

    def _finish(self, batch: Import, by: User, *, send: bool) -> None:
        self._work(batch)
        if send and batch.stage == Stage.READY:
            imports.accept(batch, by=by, ring_bell=False)
            self._work(batch)
        if batch.problem:
            raise CommandError(f"{batch.file_name}: {batch.problem}")
        self._report(batch, sent=send)

    def _work(self, batch: Import) -> None:
        """Step by step until a person is asked; prints how far it is."""
        while True:
            batch.refresh_from_db()
            if batch.stage not in AT_WORK:
                return
            if not imports.take_step(only=batch.pk):
                time.sleep(_PAUSE)
            batch.refresh_from_db(fields=["cursor", "rows", "stage"])
            if batch.rows:
                self.stderr.write(f"{Stage(batch.stage).label}: {batch.cursor} of {batch.rows}")

    def _report(self, batch: Import, *, sent: bool) -> None:
        for note in batch.notes:
            self.stdout.write(note)
        for row in batch.lines.exclude(verdict__in=ACCEPTED).order_by("number").iterator(500):
            sheet = batch.sheets[row.sheet]["name"]
            where = f"{sheet} line {row.line}" if sheet else f"line {row.line}"
            self.stdout.write(f"{Verdict(row.verdict).label}: {where} {row.title}")
            for reason in row.reasons:
                self.stdout.write(f"    {reason['header']}: {reason['text']} ({reason['reason']})")
        n = imports.counts(batch)
        self.stdout.write(
            f"{batch.rows} rows = {n['accepted']} accepted ({n['new']} new, {n['correction']} corrections, "
            f"{n['unchanged']} unchanged) + {n['held']} held + {n['refused']} refused"
        )
        self.stdout.write(f"{n['sent']} submitted." if sent else "Dry run: nothing was submitted.")


def _person(name: str) -> User:
    found = User.objects.filter(Q(email__iexact=name) | Q(pseudonym=name), is_robot=False)
    if len(found) != 1:
        raise CommandError(f"Expected the mail address or pseudonym of one person, not {name}.")
    return found[0]


def _content(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            return file.read(limits.MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}") from error
