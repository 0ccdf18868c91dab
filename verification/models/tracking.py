"""simple-history as Glacier uses it: its models, reading API and admin; the rows come from triggers."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from simple_history.models import HistoricalRecords


class HistoryRow(models.Model):
    """What every history row says beyond simple-history's own columns."""

    history_request_id = models.TextField(blank=True, default="", editable=False)

    class Meta:
        abstract = True


def _actor(historical_instance: Any) -> Any:
    """The person a history row names: by plain id, since people are deactivated and never deleted."""
    if historical_instance.history_user_id is None:
        return None
    return get_user_model()._default_manager.filter(pk=historical_instance.history_user_id).first()


def _set_actor(historical_instance: Any, user: Any) -> None:
    if user is not None:
        historical_instance.history_user_id = user.pk


def tracked(*unindexed: str, inherit: bool = False, derived: tuple[str, ...] = ()) -> HistoricalRecords:
    """A tracked model's history.

    `unindexed` names the fields whose indexes the history table does without: it is read by id only.
    `derived` are worked out from the others and not kept.
    """
    return HistoricalRecords(
        bases=[HistoryRow],
        history_user_id_field=models.BigIntegerField(null=True),
        history_user_getter=_actor,
        history_user_setter=_set_actor,
        no_db_index=list(unindexed),
        inherit=inherit,
        excluded_fields=list(derived),
    )
