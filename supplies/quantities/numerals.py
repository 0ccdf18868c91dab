"""Numerals as people in China type them: 5000, 5,000, 1.5万, 1万5千, 三百五十, 一万二."""

import re
from decimal import Decimal

LIMIT = 10**12

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")}
_MAGNITUDES = {"亿": 10**8, "万": 10**4, "千": 10**3, "百": 10**2, "十": 10}

# One character stands for all its forms: banker's, traditional, colloquial.
CANONICAL = str.maketrans(
    "〇○壹贰貳叁參肆伍陆陸柒捌玖两兩拾佰仟萬億",
    "零零一二二三三四五六六七八九二二十百千万亿",
)
NUMERAL = r"(?:[0-9零一二三四五六七八九十百万亿]|千(?![克米])|(?<=[0-9])[.,](?=[0-9]))+"

_ARABIC = re.compile(r"0|[1-9][0-9]*")
_GROUPED = re.compile(r"(?<![0-9.,])[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9,])")
_SCALED = re.compile(r"((?:0|[1-9][0-9]*)\.[0-9]+)([十百千万亿]*)")
_POSITIONAL = re.compile(r"[一二三四五六七八九][零一二三四五六七八九]*零[零一二三四五六七八九]*")


def read_numeral(text: str) -> Decimal | None:
    """The number `text` says, in canonical characters, or None where it says none for certain.

    Refused rather than guessed: leading zeros, wrong grouping (1,00), several readings (三五, 1万50, 1.000).
    """
    text = _GROUPED.sub(lambda match: match[0].replace(",", ""), text)
    if scaled := _SCALED.fullmatch(text):
        if len(scaled[1].partition(".")[2]) == 3 and not scaled[2]:
            return None  # 1.000 is a thousand to some
        return Decimal(scaled[1]) * worth_of(scaled[2])
    whole = _read_whole(text)
    return None if whole is None else Decimal(whole)


def split_magnitude(text: str) -> tuple[str, int]:
    """`5千万` -> (`5`, 10,000,000): what stands before the closing magnitude words, and their worth."""
    head = text.rstrip("十百千万亿")
    return head, worth_of(text[len(head) :])


def worth_of(magnitudes: str) -> int:
    worth = 1
    for character in magnitudes:
        worth *= _MAGNITUDES[character]
    return worth


def _read_whole(text: str, *, clipped: bool = True) -> int | None:
    """Read by the largest magnitude: what stands before it multiplies, what follows is added.

    `clipped` allows the spoken short form that drops the last magnitude: 一万二 is 12,000. Before
    another magnitude nobody speaks so, and 5千1万 stays unread.
    """
    for sign, worth in _MAGNITUDES.items():
        head, found, tail = text.partition(sign)
        if found:
            many = _read_coefficient(head, worth)
            rest = _read_rest(tail, worth, clipped=clipped)
            return None if many is None or rest is None else many * worth + rest
    return _read_digits(text)


def _read_coefficient(text: str, worth: int) -> int | None:
    if not text:
        return 1 if worth == 10 else None
    many = _read_whole(text, clipped=False) if worth >= 10**4 else _read_digits(text)
    return many or None


def _read_rest(text: str, worth: int, *, clipped: bool) -> int | None:
    if not text:
        return 0
    next_lower = worth // 10
    if text[0] == "零":
        rest = _read_whole(text[1:], clipped=False)
        return rest if rest and rest < next_lower else None
    if len(text) == 1 and (clipped or worth == 10):
        digit = _read_digits(text)
        return digit * next_lower if digit else None
    if text.isdigit() and text.isascii():
        # 1万5000 says every place; 1万50 may be 10,050 or a slip for 1万5.
        return int(text) if 10 ** len(text) == worth else None
    if not set(text) & set(_MAGNITUDES):
        return None
    rest = _read_whole(text, clipped=clipped)
    return rest if rest is not None and rest < worth else None


def _read_digits(text: str) -> int | None:
    if _ARABIC.fullmatch(text):
        return int(text) if len(text) <= 13 else None
    if len(text) == 1:
        return _DIGITS.get(text)
    if _POSITIONAL.fullmatch(text):
        # 二〇〇 is 200 digit by digit; without a zero (三五) it is "three or five".
        return int("".join(str(_DIGITS[character]) for character in text)) if len(text) <= 13 else None
    return None
