"""The catalogue in force: what stands in its tables, remembered in each process.

Coordinators edit the tables in the admin; an edit shows everywhere within a second. No page asks the
database for the name of an item.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from supplies.catalogue import shipped
from supplies.catalogue.tables import Item, Standard
from verification.remembered import Remembered


@dataclass(frozen=True)
class Contents:
    """The catalogue at one moment."""

    items: tuple[Item, ...]
    standards: tuple[Standard, ...]
    by_code: Mapping[str, Item]
    by_header: Mapping[str, Item]

    @classmethod
    def of(cls, items: tuple[Item, ...], standards: tuple[Standard, ...]) -> Self:
        """The catalogue that these items and standards make."""
        by_header = {"".join(item.header.split()): item for item in items}
        return cls(items, standards, {item.code: item for item in items}, by_header)


def _shipped() -> Contents:
    return Contents.of(shipped.items(), shipped.standards())


def _stored() -> Contents:
    """What the tables say; before their first filling, what will be filled in."""
    items = tuple(Item.objects.order_by("position"))
    return Contents.of(items, tuple(Standard.objects.order_by("code"))) if items else _shipped()


IN_FORCE: Final = Remembered("catalogue", _stored, _shipped)


def items() -> tuple[Item, ...]:
    """Every item, in order."""
    return IN_FORCE.current().items


def standards() -> tuple[Standard, ...]:
    """Every product standard known, in force or replaced."""
    return IN_FORCE.current().standards


def find(code: str) -> Item | None:
    """The item of that code, if the catalogue has it."""
    return IN_FORCE.current().by_code.get(code)


def label(code: str) -> str:
    """The item's name in the active language; a code the catalogue does not know stays as it is."""
    item = find(code)
    return str(item) if item else code


def names(code: str) -> tuple[str, ...]:
    """What an item is called in Chinese and in English; nothing for a code the catalogue does not know."""
    item = find(code)
    return (item.name_zh, item.name_en) if item else ()


def item_of_header(header: str) -> Item | None:
    """The item a sheet's column is about, by its header; spaces do not count."""
    return IN_FORCE.current().by_header.get("".join(header.split()))
