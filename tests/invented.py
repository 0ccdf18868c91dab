"""Lists that exist for one test only: declared, given a table and its history, and gone again afterwards."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection

from verification import kinds
from verification.kinds import Kind
from verification.models import triggers


@contextmanager
def listed(declare: Callable[[], Kind]) -> Iterator[Kind]:
    """The list that `declare` makes, as if its file stood among the others and had been migrated."""
    known = dict(apps.all_models["supplies"])
    kind = declare()
    models = [model for name, model in apps.all_models["supplies"].items() if name not in known]
    for model in models:
        for field in model._meta.local_fields:
            # All histories share one field, which remembers the first table it was read from.
            vars(field).pop("cached_col", None)
    try:
        with connection.cursor() as cursor:
            # A table cannot be made while checks of the same transaction wait for its end.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        with connection.schema_editor() as editor:
            for model in models:
                editor.create_model(model)
        with connection.cursor() as cursor:
            triggers.keep_history(cursor, kind.model)
        kinds.register(kind)
        yield kind
    finally:
        kinds._register.pop(kind.slug, None)
        apps.all_models["supplies"].clear()
        apps.all_models["supplies"].update(known)
        apps.clear_cache()
