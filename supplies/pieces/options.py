"""What a select offers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.safestring import SafeString

from supplies.pieces.frames import filled, joined

_CHOSEN: Final = SafeString(" selected")
_NOT_CHOSEN: Final = SafeString("")

Option = Mapping[str, Any]


def options(offered: Sequence[Option], value: str) -> SafeString:
    """The options {value, label} of a select, or groups of them {label, options}; `value` is the one in force."""
    return joined([_group(one, value) if "options" in one else _option(one, value) for one in offered])


def _group(group: Option, value: str) -> SafeString:
    inside = joined([_option(one, value) for one in group["options"]])
    return filled('<optgroup label="{}">{}</optgroup>', group["label"], inside)


def _option(one: Option, value: str) -> SafeString:
    chosen = _CHOSEN if one["value"] == value else _NOT_CHOSEN
    return filled('<option value="{}"{}>{}</option>', one["value"], chosen, one["label"])
