"""What is to be sent to people, and how each of them wants it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from verification.models.people import User


class Channel(models.TextChoices):
    """By what road something goes out."""

    MAIL = "mail", pgettext_lazy("channel", "mail")


class Outbox(models.Model):
    """One thing to send to one reader, written in the transaction that causes it.

    `uid` names the delivery wherever it turns up, so that a receiver knows what came twice. `submission` and
    `event` say what it is about, by plain ids as in the journal. Not tracked: it ticks, and is forgotten.
    """

    uid = models.UUIDField(_("delivery"), default=uuid.uuid4, unique=True, editable=False)
    channel = models.CharField(_("channel"), max_length=20, choices=Channel, default=Channel.MAIL)
    address = models.CharField(_("to"), max_length=320)
    subject = models.CharField(_("subject"), max_length=998)
    # Private to its reader: links and codes that open an account. Forgotten the moment it was sent.
    text = models.TextField(blank=True)
    language = models.CharField(_("language"), max_length=10)
    submission = models.BigIntegerField(null=True)
    event = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(_("written"), db_default=Now())
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    last_error = models.TextField(_("last error"), blank=True)
    # While it is being sent: until when nobody else may try.
    next_try = models.DateTimeField(_("next try"), db_default=Now())
    sent_at = models.DateTimeField(_("sent"), null=True)
    parked_at = models.DateTimeField(_("parked"), null=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("outbox")
        indexes = [
            models.Index(
                "next_try", "id", name="outbox_due", condition=Q(sent_at__isnull=True, parked_at__isnull=True)
            ),
            models.Index("sent_at", name="outbox_sent", condition=Q(sent_at__isnull=False)),
            models.Index("parked_at", name="outbox_parked", condition=Q(parked_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="outbox_channel_known"),
            models.CheckConstraint(condition=~Q(address=""), name="outbox_to_somebody"),
            models.CheckConstraint(
                condition=Q(language__in=[code for code, _name in settings.LANGUAGES]),
                name="outbox_language_known",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(parked_at__isnull=True), name="outbox_sent_or_parked"
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False) | ~Q(text=""), name="outbox_says_something"
            ),
        ]

    def __str__(self) -> str:
        return str(self.uid)


class MailChoice(models.Model):
    """In which language somebody reads mail, and what they want to be told. Who has no row has chosen nothing."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="mail_choice")
    language = models.CharField(
        _("language of your mail"),
        max_length=10,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
    )
    when_published = models.BooleanField(_("Tell me when what I sent is public"), default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(language__in=[code for code, _name in settings.LANGUAGES]),
                name="mail_choice_language_known",
            )
        ]

    def __str__(self) -> str:
        return f"mail of {self.user_id}"
