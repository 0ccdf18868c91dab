"""Counters of tries."""

from typing import Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ThrottleQuerySet(models.QuerySet["Throttle"]):
    """Reading counters."""

    def over(self) -> Self:
        """Those whose window has ended: they count no more."""
        return self.filter(until__lte=Now())


class Throttle(models.Model):
    """How often something was tried since its window began; see `verification.throttling`."""

    key = models.CharField(max_length=64, primary_key=True)
    tries = models.PositiveIntegerField()
    until = models.DateTimeField(db_index=True)

    objects = ThrottleQuerySet.as_manager()

    class Meta:
        verbose_name = _("counter of tries")
        verbose_name_plural = _("counters of tries")

    def __str__(self) -> str:
        return self.key
