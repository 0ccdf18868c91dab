"""Heartbeats: rows that a part of the machinery renews whenever it got through its whole path."""

from datetime import datetime

from django.db.models.functions import Now

from verification.models import Pulse


def beat(name: str) -> None:
    """This part is alive."""
    Pulse.objects.bulk_create(
        [Pulse(name=name, at=Now())], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )


def last_beats() -> dict[str, datetime]:
    """When each part was last seen alive."""
    return dict(Pulse.objects.values_list("name", "at"))
