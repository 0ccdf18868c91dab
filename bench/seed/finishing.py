"""After the needs: indexes, numbers to go on from, the history of everything, fresh statistics."""

from django.db import connection, models
from simple_history.utils import get_history_manager_for_model

from supplies.lists.needs import Need
from verification.models import (
    Event,
    Organisation,
    OrganisationAlias,
    Public,
    Submission,
)


def finish() -> None:
    """Bring the database to where years of ordinary work would have brought it."""
    with connection.cursor() as cursor:
        # An index over a million rows is made in memory, or in many passes.
        cursor.execute("SET maintenance_work_mem = '1GB'")
        for model in (Need, Submission):
            for kind in ("+", "~"):
                cursor.execute(_history(model, kind))
        for model in (Organisation, OrganisationAlias):
            cursor.execute(_history(model, "+"))
        for model in (Need, Submission, Event, Organisation, OrganisationAlias):
            _go_on(cursor, model)
    _make_indexes(Public, "public_tokens")
    _make_indexes(Submission, "submission_likeness")


def _history(model: type[models.Model], kind: str) -> str:
    history = get_history_manager_for_model(model).model
    own = {f.column for f in history._meta.concrete_fields}
    shared = ", ".join(f'"{f.column}"' for f in model._meta.concrete_fields if f.column in own)
    return (
        f'INSERT INTO "{history._meta.db_table}" ({shared}, history_date, history_type, history_user_id,'
        f" history_change_reason, history_request_id)"
        f" SELECT {shared}, clock_timestamp(), '{kind}', 1, 'bench', '' FROM \"{model._meta.db_table}\""
        f" ORDER BY id"
    )


def _go_on(cursor: object, model: type[models.Model]) -> None:
    table = model._meta.db_table
    statement = (
        f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), (SELECT max(id) FROM \"{table}\"))"
    )
    cursor.execute(statement)  # type: ignore[attr-defined]


def _make_indexes(model: type[models.Model], name: str) -> None:
    (index,) = [index for index in model._meta.indexes if index.name == name]
    with connection.schema_editor() as editor:
        editor.add_index(model, index)


def rest() -> None:
    """Statistics, and the map of what every reader may see, as a running server keeps them."""
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("VACUUM (FREEZE, ANALYZE)")
