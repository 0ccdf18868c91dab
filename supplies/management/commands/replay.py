"""`manage.py replay EVENTS.jsonl [--report FILE]`: what happened to the lists, once more, through the real door."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from supplies import replay, sheets
from supplies.replay import Happening, Outcome, Replay
from verification import taking
from verification.models import Public
from verification.refusals import NotFound

# So long we wait for the worker; then we publish ourselves, and say so.
_PATIENCE = 10.0


class Command(BaseCommand):
    """Replays events."""

    help = "Replays the changes of the volunteers' sheets: submitted, reviewed by two people, published."

    def add_arguments(self, parser: CommandParser) -> None:
        """The events, and where the report goes."""
        parser.add_argument(
            "events", type=Path, help="one JSON object a line: at, list, sheet, action, key, row"
        )
        parser.add_argument(
            "--report", type=Path, help="write a JSON line a key: what is published in the end"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Play all, telling how far it is; then what came of it."""
        happenings = self._read(options["events"])
        if Public.objects.exists():
            raise CommandError("Records are published here: a replay is for an installation that is empty.")
        self._alone = False
        stage = Replay(replay.enrol(), publish=self._wait_for_worker, keep_both=True)
        start = time.monotonic()
        outcomes: list[Outcome] = []
        for group in stage.groups(happenings):
            outcomes += stage.play_group(group)
            self._tell(len(outcomes), len(happenings), time.monotonic() - start)
        took = time.monotonic() - start
        if options["report"]:
            with options["report"].open("w", encoding="utf-8") as file:
                for line in replay.report(outcomes, stage.records):
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._sum_up(outcomes, took)

    def _read(self, path: Path) -> list[Happening]:
        """All events, checked before the first is played."""
        try:
            with path.open(encoding="utf-8") as lines:
                return list(self._checked(lines))
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error

    def _checked(self, lines: Iterator[str]) -> Iterator[Happening]:
        for number, line in enumerate(lines, 1):
            try:
                for happening in replay.read([line]):
                    sheets.list_named(happening.list)
                    if happening.action not in ("add", "change", "remove"):
                        raise CommandError(f"line {number}: add, change or remove was expected.")
                    yield happening
            except (ValueError, TypeError) as error:
                raise CommandError(f"line {number} is no event: {error}") from error
            except NotFound as error:
                raise CommandError(f"line {number}: there is no such list.") from error

    def _wait_for_worker(self) -> None:
        """Celery publishes; where nobody answers, we do."""
        end = time.monotonic() + (0 if self._alone else _PATIENCE)
        while taking.due().exists():
            if time.monotonic() > end:
                if not self._alone:
                    self.stderr.write("No worker publishes: this command does it itself.")
                self._alone = True
                replay.publish_all()
            time.sleep(0.005)

    def _tell(self, done: int, total: int, took: float) -> None:
        with suppress(OSError):
            self.stderr.write(f"\r{done:,} of {total:,} events, {done / max(took, 0.001):.0f}/s", ending="")
            self.stderr.flush()

    def _sum_up(self, outcomes: list[Outcome], took: float) -> None:
        self.stderr.write("")
        for name in dict.fromkeys(o.happening.list for o in outcomes):
            told = Counter(o.what for o in outcomes if o.happening.list == name)
            words = ", ".join(f"{what} {count:,}" for what, count in told.most_common())
            self.stdout.write(f"{name}: {words}; under the rules `replay`")
        returns = sum(1 for o in outcomes if o.flagged)
        rate = len(outcomes) / max(took, 0.001)
        self.stdout.write(f"{len(outcomes):,} events in {took:.0f} s, {rate:.0f}/s; {returns:,} went back.")
