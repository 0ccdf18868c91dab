"""COPY of model instances: every column as the ORM would save it."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models


def copy(rows: Sequence[models.Model]) -> None:
    """Write the rows, all of one model, in one COPY."""
    if not rows:
        return
    fields = [f for f in rows[0]._meta.concrete_fields if not f.generated]
    names = ", ".join(f'"{field.column}"' for field in fields)
    statement = f'COPY "{rows[0]._meta.db_table}" ({names}) FROM STDIN'
    connection.ensure_connection()
    with connection.connection.cursor() as cursor, cursor.copy(statement) as target:
        for row in rows:
            target.write_row([_value(field, row) for field in fields])


def _value(field: Any, row: models.Model) -> Any:
    value = getattr(row, field.attname)
    return None if value is None else field.get_db_prep_save(value, connection)


def unguarded() -> None:
    """No trigger and no foreign key is looked at on this connection any more: what we write is consistent."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET synchronous_commit = off")
