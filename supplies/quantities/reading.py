"""Reads an amount as people write it. Better unread than wrong (宁缺毋滥).

Each token has a letter (see `words`); the letters of a text make a short string, and SHAPES lists
the strings that mean something. 约500-1000个 is `an-nu`, without the noise `n-nu`: a range. What
has no shape is refused with the reason that fits best, never half read.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Final

from supplies.quantities.amounts import Amount, Unread
from supplies.quantities.counts import Parts, read_one, read_range, read_two_counts, read_words
from supplies.quantities.tokens import NUMBER, STRANGE, Token, has_hidden, tokenise

LONGEST = 200

# Asking words, labels and approximations say nothing that a figure beside them does not.
_NOISE: Final = frozenset("wla")

_ONE = r"(?P<least>>)?(?P<low>n)(?P<more>\+)?(?P<unit>u)?(?P<beyond>\+)?(?P<best>,?\*)?"
_RANGE = r"(?P<low>n)(?P<low_unit>u)?-(?P<high>n)(?P<unit>u)?"
_PER = r"(?P<size>n)(?P<inner>u)z?/(?P<outer>u)"  # 50只/盒
_EACH = r"e(?P<outer>u)z?(?P<size>n)(?P<inner>u)"  # 每盒50只
_HOLDING = r"\((?P<size>n)(?P<inner>u)z\)"  # (50只装)
_TIMES = r"x(?P<size>n)(?P<inner>u)?"  # *50只
_FIRST, _SECOND = r"(?P<first>n)(?P<first_unit>u)", r"(?P<second>n)(?P<second_unit>u)"


def _quantities() -> list[tuple[str, Callable[[Parts], Amount]]]:
    """A figure or a range, alone, before or after what a pack holds."""
    packs = (rf",?\(?{_PER}\)?", rf",?\(?{_EACH}\)?", rf",?{_HOLDING}", _TIMES)
    return [
        (quantity, read)
        for one, read in ((_ONE, read_one), (_RANGE, read_range))
        for quantity in (one, *(one + pack for pack in packs), f"{_PER},?=?{one}", f"{_EACH},?=?{one}")
    ]


SHAPES: Final = [
    (re.compile(pattern), read)
    for pattern, read in (
        (r"[?,]*\?[?,]*(?P<unit>u)?", read_words),
        (r"[?,]*(?P<best>\*)[?*,]*", read_words),
        (r"(?P<best>\*),?(?P<least>>)(?P<low>n)(?P<unit>u)?", read_one),
        *_quantities(),
        (rf"{_FIRST}[/(]{_SECOND}\)?", read_two_counts),
        (rf"{_FIRST},?\(?(?P<total>=){_SECOND}\)?", read_two_counts),
    )
]

UNREAD: Final = "N"  # among the reasons, a numeral that could not be read

# What a text that has no shape is refused for, first that applies.
_REASONS: Final = (
    (re.compile("r"), "rate"),
    (re.compile("v"), "vague"),
    (re.compile("<"), "upper_bound"),
    (re.compile(STRANGE), "words"),
    (re.compile(UNREAD), "number"),
    (re.compile("^[^n]*(?:nu/u|eunu)[^n]*$"), "pack_only"),
    (re.compile("n.*n"), "several"),
)


def parse(text: str) -> Amount:
    """The amount `text` states. Never raises: what is not certain is unreadable and says why.

    0 is the number nought and 1 is one: that old sheets meant "needed, amount unknown" by 1 is for
    their import to know. More than 500 is kept as at least 500; about 500 as 500.
    """
    return _parsed(text) if len(text) <= LONGEST else Amount(text, problem="long")


# A sheet's cells say the same few amounts again and again, and each is read for its cell and for its form.
@lru_cache(maxsize=1024)
def _parsed(text: str) -> Amount:
    try:
        return replace(_read(text), text=text)
    except Unread as unread:
        return Amount(text, problem=unread.problem)


def is_mere_asking(text: str) -> bool:
    """Whether `text` only says that something is needed (急需), and nothing of what or how much."""
    return len(text) <= LONGEST and {token.letter for token in tokenise(text)} <= {"w", "l", ","}


def _read(text: str) -> Amount:
    if has_hidden(text):
        raise Unread("hidden")
    tokens = tokenise(text)
    if not tokens:
        raise Unread("empty")
    kept = _meaningful(tokens)
    letters = _letters(kept)
    for pattern, read in SHAPES:
        if match := pattern.fullmatch(letters):
            return read(Parts(match, kept))
    if not letters and any(token.letter == "w" for token in tokens):
        return Amount("", "unknown")
    raise Unread(_reason(kept))


def _meaningful(tokens: list[Token]) -> list[Token]:
    """The tokens without noise, the brackets it stood in, and commas and totals at the edges."""
    kept: list[Token] = []
    for token in tokens:
        if token.letter == ")":
            _drop_commas(kept)
            if kept and kept[-1].letter == "(":
                kept.pop()
                continue
        if token.letter not in _NOISE:
            kept.append(token)
    while kept and kept[0].letter in ",=":
        del kept[0]
    _drop_commas(kept)
    if len(kept) > 2 and kept[0].letter == "(" and kept[-1].letter == ")" and _letters(kept).count("(") == 1:
        return kept[1:-1]
    return kept


def _drop_commas(tokens: list[Token]) -> None:
    while tokens and tokens[-1].letter == ",":
        del tokens[-1]


def _letters(tokens: list[Token]) -> str:
    return "".join(token.letter for token in tokens)


def _reason(tokens: list[Token]) -> str:
    letters = "".join(UNREAD if _is_unread(token) else token.letter for token in tokens)
    return next((problem for pattern, problem in _REASONS if pattern.search(letters)), "words")


def _is_unread(token: Token) -> bool:
    return token.letter == NUMBER and token.number is None
