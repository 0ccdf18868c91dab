"""What history costs: the same writes with the triggers and without."""

from typing import Any

from django.db import connection, transaction

from bench.stopwatch import Stopwatch
from supplies.lists.needs import Need
from verification.journal import acting
from verification.models import Robot, User


def _silence(on: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET session_replication_role = {'replica' if on else 'origin'}")


def save(count: int, history: bool) -> dict[str, Any]:
    """save() so many needs, each in a transaction of its own."""
    rows, by = list(Need.objects.order_by("pk")[:count]), User.objects.robot(Robot.KEEPER)
    _silence(not history)
    with Stopwatch() as watch:
        for row in rows:
            with acting(by=by, reason="bench"):
                row.save()
    _silence(False)
    return watch.done(count)


def bulk(count: int, history: bool) -> dict[str, Any]:
    """One UPDATE of so many."""
    by = User.objects.robot(Robot.KEEPER)
    ids = list(Need.objects.order_by("pk").values_list("pk", flat=True)[:count])
    _silence(not history)
    with Stopwatch() as watch, transaction.atomic(), acting(by=by, reason="bench"):
        Need.objects.filter(pk__in=ids).update(remarks="bench")
    _silence(False)
    return watch.done(count)
