"""Amounts as the pages show them, in the active language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from supplies.quantities.units import UNITS, holds, unit_label


def show(amount: Mapping[str, Any], unit: str = "") -> str:
    """`5,000 pieces`, `≥ 500 pieces`, `3,000–5,000 pieces`, `Amount unknown`, `As many as possible`.

    What this writes, `parse` reads back as the same amount, in either language.
    """
    low, high = amount["low"], amount["high"]
    match amount["kind"]:
        case "unknown":
            return _("Amount unknown")
        case "as_many":
            return _("As many as possible")
        case "at_least":
            figures = f"≥ {low:,}"
        case "range":
            figures = f"{low:,}–{high:,}"
        case _exact:
            figures = f"{low:,}"
    return f"{figures} {unit_label(unit, high or low)}".rstrip()


def show_pack(unit: str, pack_size: int | None, pack_unit: str = "") -> str:
    """What one pack holds: `50 pieces per box`, `25 sets per carton`; empty where nothing is known.

    A payload keeps no pack unit. Without it, a unit that is itself a pack holds `pack_size`, and
    anything else comes in packs of `pack_size`.
    """
    if not pack_size:
        return ""
    inner, outer = (pack_unit, unit) if _is_pack(unit, pack_unit) else (unit, pack_unit)
    many = f"{pack_size:,} {unit_label(inner, pack_size)}".rstrip()
    if not outer:
        return _("%(many)s per pack") % {"many": many}
    return _("%(many)s per %(pack)s") % {"many": many, "pack": unit_label(outer, 1)}


def _is_pack(unit: str, other: str) -> bool:
    return unit in UNITS and holds(unit, other if other in UNITS else "piece")
