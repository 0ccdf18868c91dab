"""What can be needed or given: items, their names in use, and their product standards."""

from supplies.catalogue.contents import IN_FORCE, find, item_of_header, items, label, names, standards
from supplies.catalogue.matching import (
    Match,
    Mention,
    called_otherwise,
    find_items,
    match_item,
    without_modifiers,
    without_modifiers_after,
)
from supplies.catalogue.product_standards import (
    Notice,
    find_standard,
    read_standard,
    standard_code,
    standard_notice,
)
from supplies.catalogue.shipped import load
from supplies.catalogue.tables import Group, Item, Standard

__all__ = [
    "IN_FORCE",
    "Group",
    "Item",
    "Match",
    "Mention",
    "Notice",
    "Standard",
    "called_otherwise",
    "find",
    "find_items",
    "find_standard",
    "item_of_header",
    "items",
    "label",
    "load",
    "match_item",
    "names",
    "read_standard",
    "standard_code",
    "standard_notice",
    "standards",
    "without_modifiers",
    "without_modifiers_after",
]
