"""The catalogue as it is shipped, in `data/catalogue.json`: the first filling of the tables."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from supplies.catalogue.tables import Item, Standard

_FILE: Final = Path(__file__).parent.parent / "data" / "catalogue.json"


def items() -> tuple[Item, ...]:
    """Every item, in the order of the sheets' columns."""
    return tuple(Item(**row) for row in _item_rows())


def standards() -> tuple[Standard, ...]:
    """Every product standard known, in force or replaced."""
    return tuple(Standard(**row) for row in _standard_rows())


def load(item_model: Any, standard_model: Any) -> None:
    """Write the catalogue as shipped into the tables: new rows inserted, known codes updated, none deleted.

    Takes the model classes, so that a migration can pass its own. Running it again changes nothing, but
    for what coordinators have edited since: that is written over.
    """
    for model, rows in ((item_model, _item_rows()), (standard_model, _standard_rows())):
        model.objects.bulk_create(
            [model(**row) for row in rows],
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=[name for name in rows[0] if name != "code"],
        )


@cache
def _contents() -> dict[str, list[dict[str, Any]]]:
    contents: dict[str, list[dict[str, Any]]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return contents


def _item_rows() -> list[dict[str, Any]]:
    return [row | {"position": position} for position, row in enumerate(_contents()["items"], start=1)]


def _standard_rows() -> list[dict[str, Any]]:
    return [
        {
            "code": row["code"],
            "item_id": row["item"],
            "replaced_by": row["replaced_by"],
            "replaced_on": row["replaced_on"] and date.fromisoformat(row["replaced_on"]),
        }
        for row in _contents()["standards"]
    ]
