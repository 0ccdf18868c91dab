"""`manage.py pairs`: which two reviewers took both steps of the same entries, against what chance would give."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from verification import pairs


class Command(BaseCommand):
    """Reports pairs of reviewers."""

    help = "Pairs of reviewers who decided together in the last 90 days, those far beyond chance first."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether those within chance are told too."""
        parser.add_argument("--all", action="store_true", help="also the pairs that chance explains")

    def handle(self, *args: Any, **options: Any) -> None:
        """A line a pair: how often, how often by chance, who."""
        report = pairs.report()
        for pair in report.pairs if options["all"] else report.flagged:
            mark = "!" if pair.flagged else " "
            self.stdout.write(f"{mark} {pair.times:6} {pair.expected:9.1f}  {' + '.join(pair.names)}")
        self.stdout.write(
            f"{len(report.flagged)} flagged; {report.decided} entries were decided by two of {report.people} people."
        )
