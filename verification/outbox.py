"""The outbox: whatever is sent to people stands in one table first, written in the transaction that causes it.

What is rolled back sends nothing; what is committed is sent at least once, whoever is killed meanwhile. A sender
takes what is due for a while, which nobody else then tries, counts each attempt in a transaction of its own before
it speaks to the mail server, and marks what was sent afterwards. Killed in between, it is sent once more under the
same delivery id, by which the receiver's side knows it. Celery is told to look (`journal.ring`); the clock takes
over what waited for longer.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from smtplib import SMTPException, SMTPServerDisconnected
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language

from verification import journal
from verification.journal import acting
from verification.models import Outbox, User
from verification.models.journal import ClockTimestamp
from verification.models.outbox import Channel
from verification.sop import Action, Role

log = structlog.get_logger()

BELL: Final = "verification.tasks.send_mail"

TRIES: Final = 8
# A mail server may be away for hours; a mail is tried for about five.
FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(hours=2)
# Longer than a mail server that answers each line at the last moment can make one mail last.
TAKEN_FOR: Final = timedelta(minutes=2)
# What waited for longer than this is no longer left to Celery.
OVERDUE: Final = timedelta(seconds=5)
# Addresses are private: what was sent, or given up, is forgotten after that.
KEPT: Final = timedelta(days=30)
BATCH: Final = 20


@dataclass
class Outcome:
    """What one call of `send_due` did, in mails."""

    sent: int = 0
    failed: int = 0
    parked: int = 0


class Taken(NamedTuple):
    """A mail that is this sender's until `until`."""

    pk: int
    uid: UUID
    address: str
    subject: str
    text: str
    language: str
    tries: int
    until: datetime


def mail(*, to: str, subject: str, text: str, language: str, **about: Any) -> Outbox:
    """A mail to one reader, not yet written; `about` names the submission or the event it speaks of."""
    return Outbox(
        address=to,
        subject=" ".join(subject.replace("\x00", "").split()),
        text=text.replace("\x00", ""),
        language=language,
        **about,
    )


def put(mails: Sequence[Outbox]) -> None:
    """Have them sent once the transaction is committed, and not otherwise. One statement."""
    if mails:
        with transaction.atomic():
            Outbox.objects.bulk_create(mails)
            transaction.on_commit(partial(journal.ring, BELL), robust=True)


class Backend(BaseEmailBackend):
    """Django's mail, allauth's with it: whoever sends anything finds it in the outbox. No other road leads out."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """A row for each reader; in the language of the page they look at. Text only: ValueError for anything else."""
        for message in email_messages:
            if message.attachments or getattr(message, "alternatives", None):
                raise ValueError("mail is text, without attachments")
        put(
            [
                mail(to=to, subject=str(message.subject), text=str(message.body), language=_language())
                for message in email_messages
                for to in message.recipients()
            ]
        )
        return len(email_messages)


def _language() -> str:
    found = get_language()
    return found if found in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def send_due(*, older: timedelta = timedelta(0), seconds: float = 20) -> Outcome:
    """Send what has been due for `older`, for so many seconds; outside any transaction, one mail at a time.

    Safe to call at any time, by anybody, any number of times: several senders side by side take different mails.
    What fails is counted, tried again after growing pauses, and parked after the last try. Where the server itself
    is away the others are left for later. Without a server nothing is taken: it waits.
    """
    outcome, end = Outcome(), time.monotonic() + seconds
    if not settings.MAIL_TRANSPORT:
        return outcome
    road: BaseEmailBackend = get_connection(settings.MAIL_TRANSPORT)
    going = True
    while going and (mails := take(older=older)):
        try:
            while mails and going:
                going = _send(mails.pop(0), road, outcome) and time.monotonic() < end
        finally:
            _give_back(mails)
    _hang_up(road)
    if outcome != Outcome():
        log.info("mail", sent=outcome.sent, failed=outcome.failed, parked=outcome.parked)
    return outcome


# In an order of their own, so that senders pass each other by. What was tried for the last time by a sender that
# did not come back is parked here.
_TAKE = """
WITH due AS MATERIALIZED (
    SELECT id FROM verification_outbox
     WHERE channel = %(channel)s AND sent_at IS NULL AND parked_at IS NULL
       AND next_try <= clock_timestamp() - %(older)s
     ORDER BY next_try, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE verification_outbox o
   SET next_try = clock_timestamp() + %(taken_for)s,
       parked_at = CASE WHEN tries >= %(tries)s THEN clock_timestamp() END
  FROM due WHERE o.id = due.id
RETURNING o.id, o.uid, o.address, o.subject, o.text, o.language, o.tries, o.next_try, o.parked_at
"""
# Only by whom it was taken, and while it is theirs.
_COUNT = """
UPDATE verification_outbox
   SET tries = tries + 1, next_try = clock_timestamp() + %(taken_for)s
 WHERE id = %(pk)s AND sent_at IS NULL AND parked_at IS NULL AND next_try = %(until)s
   AND clock_timestamp() < %(until)s
RETURNING tries, next_try
"""
_SENT = """
UPDATE verification_outbox
   SET sent_at = clock_timestamp(), parked_at = NULL, last_error = '',
       text = CASE WHEN %(shown)s THEN text ELSE '' END
 WHERE id = %(pk)s AND sent_at IS NULL
RETURNING id
"""
_FAILED = """
UPDATE verification_outbox
   SET last_error = %(error)s,
       next_try = clock_timestamp() + least(%(first)s * 4 ^ (tries - 1), %(longest)s),
       parked_at = CASE WHEN tries >= %(tries)s THEN clock_timestamp() END
 WHERE id = %(pk)s AND sent_at IS NULL AND next_try = %(until)s
RETURNING parked_at IS NOT NULL
"""
_GIVE_BACK = """
UPDATE verification_outbox o SET next_try = clock_timestamp()
  FROM unnest(%(ids)s::bigint[], %(untils)s::timestamptz[]) AS mine (id, until)
 WHERE o.id = mine.id AND o.next_try = mine.until AND o.sent_at IS NULL
"""


def take(*, older: timedelta = timedelta(0), limit: int = BATCH) -> list[Taken]:
    """The mails that have been due the longest and that nobody else has: this sender's for `TAKEN_FOR`."""
    values = {"channel": Channel.MAIL, "older": older, "limit": limit, "tries": TRIES}
    rows = _do(_TAKE, {**values, "taken_for": TAKEN_FOR})
    taken = sorted((Taken(*row) for *row, parked_at in rows if parked_at is None), key=lambda one: one.pk)
    if len(taken) < len(rows):
        log.warning("mail_parked", mails=len(rows) - len(taken))
    return taken


def _send(one: Taken, road: BaseEmailBackend, outcome: Outcome) -> bool:
    """One mail; whether the road is good for others."""
    counted = _do(_COUNT, {"pk": one.pk, "until": one.until, "taken_for": TAKEN_FOR})
    if not counted:
        return True  # it took too long to come to this one: it is somebody else's by now
    ((_tries, until),) = counted
    away = True
    try:
        road.open()
        away = False
        road.send_messages([_message(one, road)])
    except Exception as error:
        _note_failure(error, one, until, outcome)
        _hang_up(road)
        # Where the server itself could not be talked to, no other mail would fare better.
        broken = isinstance(error, SMTPServerDisconnected) or not isinstance(error, SMTPException)
        return not (away or (broken and isinstance(error, OSError)))
    _do(_SENT, {"pk": one.pk, "shown": settings.MAIL_IS_SHOWN})
    outcome.sent += 1
    return True


def _note_failure(error: Exception, one: Taken, until: datetime, outcome: Outcome) -> None:
    values = {"pk": one.pk, "until": until, "tries": TRIES, "error": _told(error, one)}
    rows = _do(_FAILED, {**values, "first": FIRST_PAUSE, "longest": LONGEST_PAUSE})
    parked = any(row[0] for row in rows)
    outcome.failed += 1
    outcome.parked += parked
    log.warning("mail_not_sent", delivery=str(one.uid), error=type(error).__name__, parked=parked)


def _message(one: Taken, road: BaseEmailBackend) -> EmailMessage:
    headers = {
        "Message-ID": f"<{one.uid}@{urlsplit(settings.BASE_URL).hostname}>",
        "Content-Language": one.language,
        "Auto-Submitted": "auto-generated",
    }
    return EmailMessage(one.subject, one.text, to=[one.address], headers=headers, connection=road)


def _told(error: Exception, one: Taken) -> str:
    """What went wrong, in one line for coordinators, without a word of the mail."""
    said = f"{type(error).__name__}: {error}".partition("\n")[0].replace("\x00", "")
    for private in filter(None, (one.text, one.subject, one.address)):
        said = said.replace(private, "…")
    return said[:300]


def _give_back(mails: Sequence[Taken]) -> None:
    """What was taken and not come to: due for anybody."""
    if mails:
        _do(_GIVE_BACK, {"ids": [one.pk for one in mails], "untils": [one.until for one in mails]})


def _hang_up(road: BaseEmailBackend) -> None:
    """Close the line; one that is broken already has nothing more to say."""
    try:
        road.close()
    except Exception as error:
        log.info("mail_line_broken", error=type(error).__name__)


def _do(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """One statement, which is a transaction of its own; its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def try_again(ids: Sequence[int], *, by: User, request_id: str = "") -> int:
    """A fresh start for parked mail, once a coordinator mended the cause: one act; returns how many."""
    with acting(by=by, reason=Action.TRY_AGAIN, request_id=request_id):
        parked = Outbox.objects.filter(pk__in=ids, parked_at__isnull=False, sent_at=None)
        number = parked.update(parked_at=None, tries=0, next_try=ClockTimestamp())
        if number:
            about = {"table": Outbox._meta.label_lower}
            event = journal.new_event(
                Action.TRY_AGAIN, by=by, role=Role.COORDINATOR, answers=about, request_id=request_id
            )
            journal.append([event])
            transaction.on_commit(partial(journal.ring, BELL), robust=True)
    return number


def forget() -> int:
    """Forget what was sent or given up a month ago; returns how many."""
    old = timezone.now() - KEPT
    number, _by_table = Outbox.objects.filter(Q(sent_at__lt=old) | Q(parked_at__lt=old)).delete()
    return number
