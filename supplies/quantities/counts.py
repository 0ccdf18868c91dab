"""From the parts of a shape to an amount: figures, units, packs, and where they contradict."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from supplies.quantities.amounts import Amount, Kind, Unread
from supplies.quantities.numerals import LIMIT, split_magnitude
from supplies.quantities.tokens import Token
from supplies.quantities.units import UNITS, holds

_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")


@dataclass(frozen=True, slots=True)
class Parts:
    """A shape's named parts. Every letter of a shape is one token, so a position names a token."""

    match: re.Match[str]
    tokens: list[Token]

    def __contains__(self, name: str) -> bool:
        return bool(self.match.groupdict().get(name))

    def __getitem__(self, name: str) -> Token:
        return self.tokens[self.match.start(name)]

    def number(self, name: str) -> Decimal:
        number = self[name].number
        if number is None:
            raise Unread("number")
        if number > LIMIT:
            raise Unread("too_large")
        return number

    def unit(self, name: str) -> str:
        return self[name].unit if name in self else ""


def read_words(parts: Parts) -> Amount:
    """若干箱, 越多越好: no figure, perhaps a unit."""
    return Amount("", "as_many" if "best" in parts else "unknown", unit=parts.unit("unit"))


def read_one(parts: Parts) -> Amount:
    """500个, 至少500个, 500多个, 500个以上: one figure."""
    unit = parts.unit("unit")
    if not unit and _MOBILE.fullmatch(parts["low"].text):
        raise Unread("phone")
    open_ended = any(name in parts for name in ("least", "more", "beyond", "best"))
    return _with_pack(parts, parts.number("low"), None if open_ended else parts.number("low"), unit)


def read_range(parts: Parts) -> Amount:
    """500-1000个, 5千至1万, 1-2万: two figures, the second larger, of one unit."""
    low_unit, unit = parts.unit("low_unit"), parts.unit("unit")
    if low_unit and unit and low_unit != unit:
        raise Unread("units")
    low, high = _range_ends(parts)
    return _with_pack(parts, low, high, unit or low_unit)


def _range_ends(parts: Parts) -> tuple[Decimal, Decimal]:
    """1-2万 means 10,000 to 20,000, but 5000-1万 means 5,000 to 10,000, and 8-1万 is anybody's guess."""
    low, high = parts.number("low"), parts.number("high")
    _, low_worth = split_magnitude(parts["low"].text)
    head, worth = split_magnitude(parts["high"].text)
    if worth > 1 and low_worth == 1 and head:
        if low < high / worth:
            low *= worth
        elif low * 100 < high:
            raise Unread("range")
    if low > high:
        raise Unread("order")
    return low, high


def read_two_counts(parts: Parts) -> Amount:
    """500套/20箱, 20箱共500套: the same goods counted twice. The smaller unit is the amount.

    20箱/500套 without 共 may as well mean 500 sets in each carton: not read.
    """
    names = (("first", "first_unit"), ("second", "second_unit"))
    (total, unit), (packs, pack_unit) = ((parts.number(count), parts.unit(unit)) for count, unit in names)
    if holds(unit, pack_unit) and "total" in parts:
        total, unit, packs, pack_unit = packs, pack_unit, total, unit
    if not holds(pack_unit, unit) or not packs or total % packs:
        raise Unread("contradiction")
    amount = _with_pack(parts, total, total, unit)
    return replace(amount, pack_size=int(total / packs), pack_unit=pack_unit)


def _with_pack(parts: Parts, low: Decimal, high: Decimal | None, unit: str) -> Amount:
    if "size" not in parts:
        low, high, unit = _whole(low, high, unit)
        return _amount(low, high, unit)
    inner, outer, size = parts.unit("inner"), parts.unit("outer"), parts.number("size")
    if not outer and inner and high == low and holds(inner, unit or "piece"):
        # 500ml*1000瓶: the pack's content is written first.
        low, size, unit, inner = size, low, inner, unit
        high = low
    size, _, inner = _whole(size, None, inner)
    pack_unit = _pack_unit(unit, inner, outer)
    if not size:
        raise Unread("contradiction")
    return replace(_amount(low, high, unit), pack_size=int(size), pack_unit=pack_unit)


def _pack_unit(unit: str, inner: str, outer: str) -> str:
    """The unit that stands with `unit` in the pack; refused where a statement about packs fits no reading."""
    if not unit or (outer and outer == inner):
        raise Unread("contradiction")
    if not outer:
        if inner and not holds(unit, inner):
            raise Unread("contradiction")
        return inner
    if holds(inner, outer):
        raise Unread("contradiction")
    if outer == unit:
        return inner
    if inner == unit:
        return outer
    raise Unread("contradiction")


def _whole(low: Decimal, high: Decimal | None, unit: str) -> tuple[Decimal, Decimal | None, str]:
    """Fractions become whole in the smaller unit (2.5吨 is 2,500 kg); a part of a piece is refused."""
    if all(number is None or number == int(number) for number in (low, high)):
        return low, high, unit
    finer = UNITS[unit].smaller if unit else None
    if finer is None:
        raise Unread("fraction")
    smaller, many = finer
    return _whole(low * many, None if high is None else high * many, smaller)


def _amount(low: Decimal, high: Decimal | None, unit: str) -> Amount:
    if low != int(low) or (high is not None and high != int(high)):
        raise Unread("fraction")
    kind: Kind = "at_least" if high is None else "exact" if low == high else "range"
    return Amount("", kind, int(low), None if high is None else int(high), unit)
