"""Rows that say the machinery is alive. Not tracked: they tick."""

from django.db import models
from django.db.models.functions import Now


class Pulse(models.Model):
    """The last time a part of the machinery got through its whole path: clock, worker, publication."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name
