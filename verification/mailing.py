"""Mail to the person who sent something in: sent after the commit, and never in its way."""

from collections.abc import Sequence

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from verification import kinds
from verification.models import Submission, User

log = structlog.get_logger()


def returned(rows: Sequence[Submission]) -> None:
    """Tell the submitters that their entries came back, once that is committed.

    What is asked of them stands on the entry's own page: a mailbox is no place for private fields.
    """
    people = User.objects.filter(is_robot=False).in_bulk({row.submitted_by_id for row in rows})
    with translation.override(settings.LANGUAGE_CODE):
        mails = [
            _returned(row, to=people[row.submitted_by_id].email)
            for row in rows
            if row.submitted_by_id in people
        ]
    if mails:
        transaction.on_commit(lambda: _send(mails), robust=True)


def _returned(row: Submission, *, to: str) -> EmailMessage:
    title = kinds.get(row.kind).facets(row.payload).title
    page = f"{settings.BASE_URL.rstrip('/')}{reverse('submission', kwargs={'uid': row.uid})}"
    subject = _("A reviewer asks you about: %(title)s") % {"title": " ".join(title.split())}
    body = _(
        "What you sent came back to you: %(title)s\n\n"
        "See what is asked, and answer it in a minute:\n%(page)s\n\n"
        "It is not public until you answer and reviewers have checked it."
    )
    return EmailMessage(subject, body % {"title": title, "page": page}, to=[to])


def invited(*, to: str, organisation: str, link: str) -> None:
    """Send an invitation, once that it was made is committed. The link is in this mail and in no table."""
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("An invitation to %(organisation)s") % {"organisation": " ".join(organisation.split())}
        body = _(
            "You are invited to speak for %(organisation)s.\n\n"
            "Open this within seven days, signed in with this mail address:\n%(link)s\n\n"
            "Nothing happens if you do not."
        )
        mail = EmailMessage(subject, body % {"organisation": organisation, "link": link}, to=[to])
    transaction.on_commit(lambda: _send([mail]), robust=True)


def _send(mails: Sequence[EmailMessage]) -> None:
    """A mail that cannot be sent costs a line in the log: the entry's page says the same."""
    try:
        get_connection().send_messages(mails)
    except OSError as error:
        log.warning("mail_not_sent", error=str(error), mails=len(mails))
