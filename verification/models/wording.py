"""What a reviewer proposes with a return: a wording the submitter accepts, or writes differently."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from verification.models.journal import Event


class ProposedWording(models.Model):
    """The payload a reviewer proposed when returning a submission: for its submitter and for reviewers only.

    Who, when, why and of which submission: the return's event says it. Written once; a trigger refuses
    every update, delete and truncation, as it does for the journal.
    """

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, related_name="wording")
    payload = models.JSONField()
    schema = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("proposed wording")
        verbose_name_plural = _("proposed wordings")

    def __str__(self) -> str:
        return str(self.event_id)
