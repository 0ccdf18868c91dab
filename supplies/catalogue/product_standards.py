"""Product standards as people write them, and what to say about one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from django.utils.translation import gettext as _

from supplies.catalogue.contents import label
from supplies.catalogue.tables import Standard
from supplies.characters import half_width

_WRITTEN: Final = re.compile(
    r"(?<![A-Za-z])(GB|YY)\s*(/\s*T|T)?\s*"
    r"([0-9]{3,6}(?:\.[0-9]{1,2})?)\s*[-—–－_ ]+\s*((?:19|20)[0-9]{2})(?![0-9])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Notice:
    """What is known of a standard named for an item; `sentence` is empty where all is well."""

    kind: Literal["fine", "replaced", "unknown", "other_item"]
    standard: str
    replaced_by: str = ""
    sentence: str = ""


def read_standard(text: str) -> str:
    """The first standard named in `text`, as GB 19083-2010 or YY/T 0969-2013; empty where there is none."""
    match = find_standard(text)
    return standard_code(match) if match else ""


def find_standard(text: str) -> re.Match[str] | None:
    """Where `text` names a standard; positions are those of `text`."""
    return _WRITTEN.search(half_width(text))


def standard_code(match: re.Match[str]) -> str:
    body, recommended, number, year = match.groups()
    return f"{body.upper()}{'/T' if recommended else ''} {number}-{year}"


def standard_notice(item: str, written: str, standards: Iterable[Standard], on: date) -> Notice:
    """What to tell about the standard `written` for the item of that code, on that day."""
    code = read_standard(written)
    known = {standard.code: standard for standard in standards}
    standard = known.get(code)
    if standard is None:
        return Notice("unknown", code, sentence=_("We do not know this standard. Check how it is written."))
    if standard.item_id != item:
        sentence = _("%(standard)s is a standard for: %(item)s.")
        return Notice(
            "other_item", code, sentence=sentence % {"standard": code, "item": label(standard.item_id)}
        )
    current = standard
    while _is_replaced(current, on) and current.replaced_by in known:
        current = known[current.replaced_by]
    if current is standard:
        return Notice("fine", code)
    sentence = _("%(standard)s is not in force. The standard in force is %(current)s.")
    return Notice("replaced", code, current.code, sentence % {"standard": code, "current": current.code})


def _is_replaced(standard: Standard, on: date) -> bool:
    return bool(standard.replaced_by) and (standard.replaced_on is None or standard.replaced_on <= on)
