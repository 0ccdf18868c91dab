"""A field's value by its format."""

from collections.abc import Mapping
from typing import Any

from django.template.defaultfilters import linebreaksbr
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from supplies.pieces.codes import icon
from supplies.pieces.frames import filled, joined
from supplies.pieces.links import place_links
from supplies.pieces.times import clock
from verification.kinds import Format


def fact(shown: Mapping[str, Any], kind: str) -> SafeString | str:
    """A field's value by its format: links, numbers to call, days; see `pages.fact`."""
    value, words = shown["value"], shown["words"]
    match shown["format"]:
        case Format.LINK:
            return source_link(value, words)
        case Format.MAIL:
            return filled('<a class="hit" href="mailto:{}">{}</a>', value, words)
        case Format.PHONES:
            return joined([_call(number) for number in words.split("、")], " ")
        case Format.PLACE:
            return place_links(value, kind)
        case Format.DAY:
            return clock(value)
        case _other:
            return linebreaksbr(words)


def source_link(address: str, words: str) -> SafeString:
    """A page elsewhere, which is neither told where the reader came from nor recommended."""
    short = words if len(words) <= 60 else Truncator(words).chars(60)
    return filled('<a class="source" href="{}" rel="noopener nofollow">{}</a>', address, short)


def _call(number: str) -> SafeString:
    return filled('<a class="hit" href="tel:{}">{}{}</a>', _dialled(number), icon("phone"), number)


def _dialled(number: str) -> str:
    """The number as a telephone takes it: up to the first word beside it."""
    return "".join(c for c in number.split("转")[0] if c.isdecimal() or c in "+-")
