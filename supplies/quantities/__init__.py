"""Amounts: read as people write them, kept with their words, shown in either language."""

from supplies.quantities.amounts import PROBLEMS, Amount, AmountBody, Kind
from supplies.quantities.reading import is_mere_asking, parse
from supplies.quantities.showing import show, show_pack
from supplies.quantities.units import UNITS, is_pack, unit_choices, unit_label

__all__ = [
    "PROBLEMS",
    "UNITS",
    "Amount",
    "AmountBody",
    "Kind",
    "is_mere_asking",
    "is_pack",
    "parse",
    "show",
    "show_pack",
    "unit_choices",
    "unit_label",
]
