"""The clock: one small plain process that publishes what was approved the moment it was, without any broker.

Every act notifies it in its own transaction; it publishes what is due, then numbers the committed events. It
looks once a second too, and Celery's bell rings for the same work: whoever comes first takes it. Copies stand
by: an advisory lock lets one of them tick.

Mail that Celery left lying goes out from a thread of its own: a mail server may take its time, publication does not.
"""

import signal
import threading
import time
from typing import Any

import psycopg
import structlog
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection

from verification import journal, outbox, publishing, pulses, ruling

log = structlog.get_logger()

PERIOD = 1.0
_LOCK = 7_201_903


class Command(BaseCommand):
    """`manage.py clock`: runs until it is told to stop."""

    help = "Publishes approved work at once and numbers committed events."

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
        postman = threading.Thread(target=deliver, args=(stop,), name="postman", daemon=True)
        postman.start()
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
        tended = time.monotonic() - PERIOD
        while not stop.is_set():
            more = tick()
            # Not after every act: an approval that follows at once would wait for it.
            if time.monotonic() - tended >= PERIOD:
                tend()
                tended = time.monotonic()
            # Where there was work there may be more of it: no waiting then.
            if not more:
                # Wakes at the first notification, or after a second without any.
                list(connection.connection.notifies(timeout=PERIOD, stop_after=1))


def tick() -> bool:
    """One round: publication of what is due, leaves for new events; whether anything was published.

    Publication comes first: somebody waits for it. One batch a round, so that the numbers never wait for long.
    """
    try:
        outcome = publishing.publish_due()
    finally:
        # Whatever stands in the way of publication does not stand in the way of the numbers.
        while journal.sequence() == journal.LEAVES:
            pass
    if outcome.taken:
        log.info("clock_published", taken=outcome.taken, published=outcome.published)
    return bool(outcome.published or outcome.sent_back)


def tend() -> None:
    """What is done once a second, after a whole round: the search indexes merged, what waits judged anew where
    other rules bind it by now, a sign of life."""
    merge_pending()
    ruling.settle_lately_adopted()
    pulses.beat("clock")


def deliver(stop: threading.Event) -> None:
    """Send what mail has been due for some seconds, until told to stop; outlive the database.

    Whether this clock ticks or stands by: senders pass each other by.
    """
    while not stop.is_set():
        try:
            outbox.send_due(older=outbox.OVERDUE)
        except (DatabaseError, InterfaceError) as error:
            log.warning("postman_lost_database", error=str(error).strip())
            connection.close()
        except Exception:
            log.exception("postman_stumbled")
        stop.wait(PERIOD)
    connection.close()


def merge_pending() -> int:
    """Merge into the search indexes what was written since, so that look-ups need not read it; returns its pages.

    Here and not where it is written: nobody who publishes or sends something in waits for it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT glacier_merge_pending()")
        (pages,) = cursor.fetchone()
    return int(pages)
