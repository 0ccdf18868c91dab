"""The clock: one small plain process that keeps publication going whatever happens to the broker.

It numbers committed events, and publishes approved work that nobody took within two seconds. Copies
stand by: an advisory lock lets one of them tick.
"""

import signal
import threading
from datetime import timedelta
from typing import Any

import psycopg
import structlog
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection

from verification import journal, publishing, pulses
from verification.models.journal import ClockTimestamp

log = structlog.get_logger()

PERIOD = 1.0
# Celery is given this long before the clock publishes itself.
PATIENCE = timedelta(seconds=2)
_LOCK = 7_201_903


class Command(BaseCommand):
    """`manage.py clock`: runs until it is told to stop."""

    help = "Numbers committed events and publishes approved work Celery left behind."

    def handle(self, *args: Any, **options: Any) -> None:
        """Tick on every notification, and once a second in any case; outlive the database."""
        stop = threading.Event()
        told: list[int] = []

        def leave(number: int, _frame: object) -> None:
            # Only noted here: a handler that logs may find the log's lock held by what it interrupted.
            told.append(number)
            stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, leave)
        log.info("clock_starts")
        while not stop.is_set():
            try:
                self._run(stop)
            # Listening is psycopg's own, whose errors Django does not wrap.
            except (DatabaseError, InterfaceError, psycopg.Error) as error:
                log.warning("clock_lost_database", error=str(error).strip())
            except Exception:
                log.exception("clock_stumbled")
            # A connection of its own for each turn: the advisory lock goes with it.
            connection.close()
            stop.wait(PERIOD)
        log.info("clock_leaves", told_by=signal.Signals(told[0]).name)

    def _run(self, stop: threading.Event) -> None:
        """Tick until told to stop, or return at once where another clock ticks."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                return
            cursor.execute("LISTEN glacier_journal")
        while not stop.is_set():
            tick()
            # Wakes at the first notification, or after a second without any.
            list(connection.connection.notifies(timeout=PERIOD, stop_after=1))


def tick() -> None:
    """One round: leaves for new events, publication of what waits too long, and a sign of life."""
    while journal.sequence():
        pass
    if overdue():
        outcome = publishing.publish_due()
        log.info("clock_published", taken=outcome.taken, published=outcome.published)
    pulses.beat("clock")


def overdue() -> bool:
    """Whether approved work has been waiting longer than the patience allows."""
    return publishing.due().filter(entered_at__lt=ClockTimestamp() - PATIENCE).exists()
