"""Amounts with their units."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from django.utils.safestring import SafeString
from django.utils.translation import get_language

from supplies import quantities
from supplies.pieces.frames import filled

_OPEN_ENDED: Final = frozenset({"unknown", "as_many"})


def amount(value: Mapping[str, Any] | None, unit: str = "", pack_size: int | None = None) -> SafeString:
    """An amount with its unit: `5,000 pieces`, `≥ 500`, `amount unknown`; the pack in small type."""
    if not value:
        return SafeString("")
    said = value["kind"], value["low"], value["high"]
    return _amount(*said, unit, pack_size, get_language() or "")


# People ask for round figures: 1 MB at most.
@lru_cache(maxsize=4096)
def _amount(
    kind: str, low: int | None, high: int | None, unit: str, pack_size: int | None, language: str
) -> SafeString:
    words = quantities.show_pack(unit, pack_size)
    return filled(
        '<span class="amount{}">{}{}</span>',
        " open" if kind in _OPEN_ENDED else "",
        quantities.show({"kind": kind, "low": low, "high": high}, unit),
        filled(" <small>{}</small>", words) if words else "",
    )
