"""Text to tokens: numbers, units, and the words of `words`, each with the letter of its class."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from supplies.characters import REORDERING, half_width, without_invisible
from supplies.quantities.numerals import CANONICAL, NUMERAL, read_numeral
from supplies.quantities.units import UNIT_OF
from supplies.quantities.words import PHRASES, WORDS

NUMBER, UNIT, STRANGE = "n", "u", "!"
BREAK = ";"  # a line break parts as a semicolon does

_LETTER_OF: Final = {word: letter for letter, words in WORDS.items() for word in words.split()} | PHRASES
_SPELLED: Final = {word for word in (*_LETTER_OF, *UNIT_OF) if not word.isascii() or not word.isalpha()}
_TOKEN: Final = re.compile(
    "|".join(
        (
            "(?P<word>" + "|".join(map(re.escape, sorted(_SPELLED, key=len, reverse=True))) + ")",
            f"(?P<number>{NUMERAL})",
            "(?P<latin>[a-z]+)",
            r"(?P<space>\s+)",
            "(?P<strange>.)",
        )
    ),
    re.DOTALL,
)

_LINE_BREAK = re.compile(r"\s*[\r\n]\s*")
_SPACE_BEFORE_MAGNITUDE = re.compile(r"(?<=[0-9])\s+(?=[十百千万亿])")
# 5k and 5w are 五千 and 五万; in 5kg the k belongs to the unit.
_THOUSANDS, _MYRIADS = re.compile(r"(?<=[0-9])k(?![a-z])"), re.compile(r"(?<=[0-9])w(?![a-z])")


@dataclass(frozen=True, slots=True)
class Token:
    letter: str
    text: str
    number: Decimal | None = None  # set where the numeral could be read
    unit: str = ""


def has_hidden(text: str) -> bool:
    """Whether `text` holds control characters or marks that change the order people see."""
    return any(
        character in REORDERING or (unicodedata.category(character) == "Cc" and character not in "\t\r\n")
        for character in text
    )


def tokenise(text: str) -> list[Token]:
    """The tokens of `text`, spaces left out; what the vocabulary does not know is a STRANGE token."""
    return [_token(match) for match in _TOKEN.finditer(_clean(text)) if match.lastgroup != "space"]


def _clean(text: str) -> str:
    text = half_width(without_invisible(text)).translate(CANONICAL).lower().strip().rstrip(".")
    text = _LINE_BREAK.sub(BREAK, text)
    text = _SPACE_BEFORE_MAGNITUDE.sub("", text)
    return _MYRIADS.sub("万", _THOUSANDS.sub("千", text))


def _token(match: re.Match[str]) -> Token:
    text = match[0]
    if match.lastgroup == "number":
        return Token(NUMBER, text, number=read_numeral(text))
    if text in _LETTER_OF:
        return Token(_LETTER_OF[text], text)
    if text in UNIT_OF:
        return Token(UNIT, text, unit=UNIT_OF[text])
    return Token(STRANGE, text)
