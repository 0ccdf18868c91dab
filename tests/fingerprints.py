"""A digest of everything in the database, to see that a refusal changed nothing."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

# Rows that tick by themselves, and Django's own bookkeeping.
LEFT_OUT = {"django_migrations", "django_session", "verification_session", "verification_pulse"}


def fingerprint(of: Collection[str] | None = None) -> dict[str, str]:
    """Digest of each table's rows; of all tables unless some are named."""
    tables = sorted(set(connection.introspection.table_names()) - LEFT_OUT if of is None else of)
    if not tables:
        return {}
    parts = [
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM \"{table}\" t"
        for table in tables
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


@contextmanager
def refused(refusal: type[Exception]) -> Iterator[None]:
    """The block is refused by exactly this name, and the database is as before."""
    before = fingerprint()
    with pytest.raises(refusal) as caught, transaction.atomic():
        yield
    assert type(caught.value) is refusal
    after = fingerprint()
    assert {table for table in before if before[table] != after[table]} == set()
