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
        reads = [(field.attname, None if isinstance(field, _AS_IT_IS) else field) for field in fields]
        for row in rows:
            values = row.__dict__
            target.write_row([_value(values[name], field) for name, field in reads])


# What the driver takes as it stands; asking the field would take as long as all else of a row.
_AS_IT_IS = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.UUIDField,
    models.DateField,
    models.ForeignKey,
)


def _value(value: Any, field: Any) -> Any:
    return value if value is None or field is None else field.get_db_prep_save(value, connection)


def unguarded() -> None:
    """No trigger and no foreign key is looked at on this connection any more: what we write is consistent."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET synchronous_commit = off")
