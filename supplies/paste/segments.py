"""Cuts a pasted text into segments: what stands between line breaks, commas and stops."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from supplies.characters import half_width

# A comma between thousands (5,000) does not part, nor does anything in brackets.
_SEPARATORS: Final = re.compile(r"[\n\r;。、]+|(?<![0-9]),|,(?![0-9]{3}(?![0-9]))")
_BRACKETS: Final = re.compile(r"[(\[【〔][^()\[\]【】〔〕\n\r]*[)\]】〕]")
_NUMBERING: Final = re.compile(
    r"^[ \t]*(?:[(（]?[0-9]{1,2}[)）]|[0-9]{1,2}(?:、|[.．](?![0-9]))|[①-⑳•·*-])", re.MULTILINE
)
# Where a message speaks of what is there, up to the next word of need, line or sentence.
_STOCK: Final = re.compile(r"(?:库存|现存|现有|剩|尚有|储备|已收到|已到|已配送|到货|in stock)[^需缺求\n。]*")


@dataclass(frozen=True, slots=True)
class Segment:
    """The stretch `start` to `end` of `text`; `ending` is where the separators after it end.

    `text` is the whole message with the numbers of lists blanked out: positions are the message's.
    """

    text: str
    start: int
    end: int
    ending: int


def segments(text: str) -> Iterator[Segment]:
    """The segments of `text`: with their separators they cover it from beginning to end."""
    text = _NUMBERING.sub(lambda match: " " * len(match[0]), text)
    folded = half_width(text)
    start = 0
    for separator in _outside_brackets(folded):
        yield Segment(text, start, separator.start(), separator.end())
        start = separator.end()
    if start < len(text):
        yield Segment(text, start, len(text), len(text))


def stock_spans(text: str) -> list[range]:
    """Where `text` speaks of stock and deliveries instead of needs."""
    return [range(*match.span()) for match in _STOCK.finditer(text.lower())]


def _outside_brackets(folded: str) -> Iterator[re.Match[str]]:
    brackets = iter([match.span() for match in _BRACKETS.finditer(folded)])
    opening, closing = next(brackets, (len(folded), len(folded)))
    for separator in _SEPARATORS.finditer(folded):
        while closing <= separator.start() < len(folded):
            opening, closing = next(brackets, (len(folded), len(folded)))
        if separator.start() < opening:
            yield separator
