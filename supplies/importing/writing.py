"""Rows of an import into their table and back, in one statement for any number of them."""

from collections.abc import Sequence
from typing import Any, Final

import orjson
from django.db import connection

from supplies.files.rows import Row
from supplies.imported import Import, ImportRow

# By hand, because the ORM binds a parameter for each value of each row, which costs more than writing it.
_INSERT: Final = """
INSERT INTO supplies_importrow (
    batch_id, number, sheet, line, cells, marks, verdict, reasons, title, key, digest, candidates, answer)
SELECT %(batch)s, %(before)s + ordinality, %(sheet)s, line, cells, marks, 'pending', '[]', '', '', '', '[]', ''
  FROM ROWS FROM (jsonb_to_recordset(%(rows)s::jsonb) AS (line int, cells jsonb, marks jsonb)) WITH ORDINALITY
 ORDER BY ordinality
"""
_TYPES: Final = {
    "verdict": "text",
    "reasons": "jsonb",
    "title": "text",
    "given": "jsonb",
    "payload": "jsonb",
    "schema": "int",
    "key": "text",
    "digest": "text",
    "candidates": "jsonb",
    "cells": "jsonb",
    "marks": "jsonb",
    "submission_id": "bigint",
}


def insert(batch: Import, sheet: int, rows: Sequence[Row], *, before: int) -> None:
    """Write rows as they were read, numbered on from `before`; they wait for their verdict."""
    told = [
        {"line": row.line, "cells": row.cells, "marks": {str(at): mark for at, mark in row.marks.items()}}
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {"batch": batch.pk, "before": before, "sheet": sheet, "rows": orjson.dumps(told).decode()},
        )


def update(rows: Sequence[ImportRow], columns: Sequence[str]) -> None:
    """Write these columns of the rows."""
    if not rows:
        return
    values = [{"id": row.pk, **{name: _plain(getattr(row, name)) for name in columns}} for row in rows]
    sets = ", ".join(f"{name} = new.{name}" for name in columns)
    shape = ", ".join(f"{name} {_TYPES[name]}" for name in columns)
    statement = (
        f"UPDATE supplies_importrow AS row SET {sets}"  # noqa: S608 (names of columns)
        f" FROM jsonb_to_recordset(%s::jsonb) AS new (id bigint, {shape}) WHERE row.id = new.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [orjson.dumps(values).decode()])


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value
