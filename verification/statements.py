"""SQL written by hand whose plan the connection keeps: for what is asked with every request.

Planning a statement of several parts costs more than carrying it out. Here it is planned once a connection
and then only carried out; Django's own cursor, logging and error classes apply as to any other.
"""

from collections.abc import Mapping
from typing import Any, cast

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from psycopg.types.string import ByteaBinaryLoader


class _Prepared(ServerBindingCursor):
    """A cursor that prepares what it executes, and is answered in binary: times and numbers need no reading."""

    def execute(self, query: Any, params: Any = None) -> Any:
        return super().execute(query, params, prepare=True, binary=True)  # type: ignore[misc]

    def _send_query_prepared(self, name: bytes, pgq: Any, *, binary: bool | None = None) -> None:
        self._query = pgq  # what Django's log of statements reads
        super()._send_query_prepared(name, pgq, binary=binary)  # type: ignore[misc]


def rows(sql: str, values: Mapping[str, Any], *, as_bytes: bool = False) -> list[tuple[Any, ...]]:
    """Carry it out, and everything it returns; JSON as Python has it.

    Values travel apart from the text: cast those that may be null, or of which there may be none. `as_bytes`:
    texts come as the database holds them, to be sent on.
    """
    django, prepared = cast(Any, connection), cast(Any, _Prepared)
    django.close_if_health_check_failed()
    django.ensure_connection()
    asking = prepared(django.connection)
    if as_bytes:
        asking.adapters.register_loader("text", ByteaBinaryLoader)
    with django._prepare_cursor(asking) as cursor:
        cursor.execute(sql, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
