"""Whether the machinery is alive, which means: making progress."""

from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from verification import journal, pulses
from verification.models import Outbox, Submission
from verification.models.journal import ClockTimestamp
from verification.sop import Status

# A part that was not heard from for this long is not doing its work.
SILENCE = {"clock": timedelta(seconds=10), "worker": timedelta(seconds=30)}
# Approved work older than this means that publication stands still.
BACKLOG = timedelta(seconds=30)
# Mail that is this old and not sent: tried several times, or nobody sends.
LATE_MAIL = timedelta(minutes=2)


def services() -> list[dict[str, Any]]:
    """Publication, mail, broker, worker and clock: name, whether it is well, in words, and when it was last seen."""
    beats = pulses.last_beats()
    now = timezone.now()
    return [_publication(), _mail(), _broker(), *(_beating(name, beats.get(name), now) for name in SILENCE)]


def _publication() -> dict[str, Any]:
    stuck = Submission.objects.filter(status=Status.ENTERED, due_at__lt=ClockTimestamp() - BACKLOG).exists()
    words = _("work is waiting too long") if stuck else _("keeps up")
    return {"name": _("Publication"), "good": not stuck, "words": words, "at": None}


def _mail() -> dict[str, Any]:
    """How much waits too long, how much was given up after the last try, and whether there is a server at all."""
    late = Q(parked_at=None, created_at__lt=ClockTimestamp() - LATE_MAIL)
    unsent = Outbox.objects.filter(sent_at=None)
    counted = unsent.aggregate(
        late=Count("pk", filter=late), parked=Count("pk", filter=Q(parked_at__isnull=False))
    )
    words = [_("keeps up")] if settings.MAIL_TRANSPORT else [_("no mail server is set up")]
    if any(counted.values()):
        told = {"late": _("%(n)d waiting too long"), "parked": _("%(n)d given up after the last try")}
        words = [sentence % {"n": counted[name]} for name, sentence in told.items() if counted[name]]
    good = bool(settings.MAIL_TRANSPORT) and not any(counted.values())
    return {"name": _("Mail"), "good": good, "words": " · ".join(words), "at": None}


def _broker() -> dict[str, Any]:
    """Reachable within a second. Rings that failed are told: each cost seconds, none a publication."""
    try:
        with current_app.connection_for_write(transport_options={"max_retries": 0}) as connection:
            connection.ensure_connection(max_retries=1, timeout=1)
        good, words = True, _("reachable")
    except Exception:
        good, words = False, _("not reachable; the clock publishes instead")
    if journal.bell_failures:
        words += " " + _("(%(n)d messages failed since start)") % {"n": journal.bell_failures}
    return {"name": _("Message broker"), "good": good, "words": words, "at": None}


def _beating(name: str, last: datetime | None, now: datetime) -> dict[str, Any]:
    labels = {"clock": _("Clock"), "worker": _("Worker")}
    good = last is not None and now - last < SILENCE[name]
    return {
        "name": labels[name],
        "good": good,
        "words": _("alive") if good else _("not heard from"),
        "at": last,
    }
