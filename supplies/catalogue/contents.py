"""The catalogue as shipped in `data/catalogue.json`, in memory and into the tables.

The file is the catalogue; the tables are its copy inside the database, for foreign keys and the
admin. Reading a page needs no query for the name of an item.
"""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from supplies.catalogue.tables import Item, Standard

_FILE: Final = Path(__file__).parent.parent / "data" / "catalogue.json"


@cache
def items() -> tuple[Item, ...]:
    """Every item, in the order of the sheets' columns."""
    return tuple(Item(**row) for row in _item_rows())


@cache
def standards() -> tuple[Standard, ...]:
    """Every product standard known, in force or replaced."""
    return tuple(Standard(**row) for row in _standard_rows())


def find(code: str) -> Item | None:
    """The item of that code, if the catalogue has it."""
    return _by_code().get(code)


def label(code: str) -> str:
    """The item's name in the active language; a code the catalogue does not know stays as it is."""
    item = _by_code().get(code)
    return str(item) if item else code


def names(code: str) -> tuple[str, ...]:
    """What an item is called in Chinese and in English; nothing for a code the catalogue does not know."""
    item = _by_code().get(code)
    return (item.name_zh, item.name_en) if item else ()


def item_of_header(header: str) -> Item | None:
    """The item a sheet's column is about, by its header; spaces do not count."""
    return _by_header().get("".join(header.split()))


def load(item_model: Any, standard_model: Any) -> None:
    """Write the catalogue into the tables: new rows inserted, known codes updated, none deleted.

    Takes the model classes, so that a migration can pass its own. Running it again changes nothing.
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


@cache
def _by_code() -> dict[str, Item]:
    return {item.code: item for item in items()}


@cache
def _by_header() -> dict[str, Item]:
    return {"".join(item.header.split()): item for item in items()}
