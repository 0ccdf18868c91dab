"""Many rows into a few tables, all or none, at the database's own speed, with its triggers and constraints.

Django's `bulk_create` binds a parameter for each value of each row, which costs more than all that PostgreSQL
does with them. Nothing is taken back: not the ids drawn, not what the database fills in.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

import orjson
import psycopg
from django.contrib.postgres.fields import ArrayField
from django.db import DataError, IntegrityError, connection, models
from django.db.models.expressions import DatabaseDefault

Row = Mapping[str, Any]

# So many rows go along with the other statements, as JSON; more of them by COPY, which goes alone.
FEW = 20


class _Column(NamedTuple):
    name: str
    attribute: str
    # How its values are written, where PostgreSQL does not read Python's own way of writing them.
    written: Callable[[Any], str | None] | None
    # The database draws it where no value is given.
    drawn: bool


class Statement(NamedTuple):
    """SQL and its values; where it touches fewer than `least` rows, `otherwise` is raised."""

    sql: str
    values: Sequence[Any] | Mapping[str, Any]
    least: int = 0
    otherwise: Exception | None = None


class _Copy(NamedTuple):
    """Rows that travel by COPY."""

    model: type[models.Model]
    columns: Sequence[_Column]
    rows: Sequence[Row]


class Script:
    """What is to be written, in order. `insert` and `update` take rows as `vars` gives them of an instance."""

    def __init__(self) -> None:
        self.begun = False
        self._steps: list[Statement | _Copy] = []

    def run(self, statement: Statement) -> None:
        """A statement written by hand."""
        self._steps.append(statement)

    def insert(self, model: type[models.Model], rows: Sequence[Row]) -> None:
        """Rows that stand nowhere yet; what the database fills in is left out, of all of them alike."""
        if not rows:
            return
        columns = [c for c in _columns(model) if not (c.drawn and _blank(rows[0].get(c.attribute)))]
        if len(rows) > FEW:
            self._steps.append(_Copy(model, columns, rows))
            return
        names = ", ".join(_quote(c.name) for c in columns)
        sql = f"INSERT INTO {_table(model)} ({names}) SELECT {names} FROM {_rows_of(model)}"
        self.run(Statement(sql, [_as_json(columns, rows)]))

    def update(self, model: type[models.Model], rows: Sequence[Row]) -> None:
        """Rows that stand, found by their uid and written anew. The caller holds their locks."""
        if not rows:
            return
        columns = [c for c in _columns(model) if not c.drawn]
        sets = ", ".join(f"{_quote(c.name)} = n.{_quote(c.name)}" for c in columns if c.name != "uid")
        sql = f"UPDATE {_table(model)} AS t SET {sets} FROM {_rows_of(model)} AS n WHERE t.uid = n.uid"
        missing = IntegrityError(f"not all of {len(rows)} rows of {_table(model)} stand")
        self.run(Statement(sql, [_as_json(columns, rows)], len(rows), missing))

    def send(self) -> None:
        """Write it; in one go where none of it is long. What fails before anything was sent leaves no trace."""
        short = [step for step in self._steps if isinstance(step, Statement)]
        with connection.wrap_database_errors, connection.cursor() as cursor:
            if len(short) == len(self._steps):
                text = ";\n".join([_SAVEPOINT, *(cursor.mogrify(step.sql, step.values) for step in short)])
                self.begun = True
                cursor.execute(text)
                for statement in short:
                    cursor.nextset()
                    _check(cursor.rowcount, statement)
                return
            cursor.execute(_SAVEPOINT)
            self.begun = True
            for step in self._steps:
                if isinstance(step, Statement):
                    cursor.execute(step.sql, step.values)
                    _check(cursor.rowcount, step)
                else:
                    _copy(cursor, step)


@contextmanager
def all_or_none() -> Iterator[Script]:
    """A script that is sent when the block ends, within a transaction; a failure undoes all of it and no more."""
    script = Script()
    yield script
    try:
        script.send()
    except Exception:
        if script.begun:
            with connection.cursor() as cursor:
                cursor.execute(f"ROLLBACK TO {_SAVEPOINT}")
        raise


# Never released: it ends with the transaction, and a later one of the same name stands before it.
_SAVEPOINT = "SAVEPOINT glacier_script"


def _check(count: int, step: Statement) -> None:
    if count < step.least:
        raise step.otherwise or IntegrityError("fewer rows than there should be")


def _copy(cursor: Any, step: _Copy) -> None:
    pairs = [(c.attribute, c.written) for c in step.columns]
    names = ", ".join(_quote(c.name) for c in step.columns)
    with cursor.copy(f"COPY {_table(step.model)} ({names}) FROM STDIN") as copy:
        try:
            for row in step.rows:
                copy.write_row([write(row[name]) if write else row[name] for name, write in pairs])
        except psycopg.ProgrammingError as error:
            # A value of a type that no column takes: the row's own fault, though psycopg blames the program.
            raise DataError(str(error)) from error


def _rows_of(model: type[models.Model]) -> str:
    """Rows of the table, made by PostgreSQL out of one JSON value."""
    return f"jsonb_populate_recordset(NULL::{_table(model)}, %s::jsonb)"


def _as_json(columns: Sequence[_Column], rows: Sequence[Row]) -> str:
    return json.dumps([{c.name: row[c.attribute] for c in columns} for row in rows], default=_plain)


def _plain(value: Any) -> str:
    return "\\x" + value.hex() if isinstance(value, bytes) else str(value)


def _table(model: type[models.Model]) -> str:
    return _quote(model._meta.db_table)


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)


@cache
def _columns(model: type[models.Model]) -> list[_Column]:
    return [
        _Column(str(f.column), f.attname, _writer(f), isinstance(f, models.AutoField) or f.has_db_default())
        for f in model._meta.concrete_fields
    ]


def _writer(field: "models.Field[Any, Any]") -> Callable[[Any], str | None] | None:
    if isinstance(field, models.JSONField):
        return _json
    return _array if isinstance(field, ArrayField) else None


# Times are text already where they belong into JSON; one that is not is a mistake, and is told as one.
_STRICTLY = orjson.OPT_PASSTHROUGH_DATETIME


def _json(value: Any) -> str | None:
    if value is None:
        return None
    try:
        return orjson.dumps(value, option=_STRICTLY).decode()
    except TypeError:
        # A number of more than 64 bits, for one: what PostgreSQL makes of it is the row's own affair.
        return json.dumps(value, ensure_ascii=False)


def _array(texts: Sequence[str] | None) -> str | None:
    """As PostgreSQL writes an array of texts."""
    if not texts:
        return None if texts is None else "{}"
    written = '","'.join(texts)
    if "\\" in written or written.count('"') > 2 * (len(texts) - 1):
        written = '","'.join(text.replace("\\", r"\\").replace('"', r"\"") for text in texts)
    return f'{{"{written}"}}'


def _blank(value: Any) -> bool:
    return value is None or isinstance(value, DatabaseDefault)
