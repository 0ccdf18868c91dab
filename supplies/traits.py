"""What else makes two entries of a list alike: the telephones and the address, each written one way only.

A list gives them to its `Facets`. What stands in a private field may be among them: the core keeps keyed
digests only, and shows a likeness of private fields to reviewers alone.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from supplies import places
from supplies.characters import half_width, without_invisible
from supplies.contacts import read_phones
from verification.kinds import Payload

# 大道东1号, 路特一号, 庄32-2号; 1号楼 is a house behind a number, not the number.
_NUMBER: Final = re.compile(
    r"(?P<street>[^\d,;、()]{2,40}?)-?(?P<number>[附特]?(?:\d{1,5}|[一二三四五六七八九十百]{1,5})(?:[-之]\d{1,4})?)号(?![楼门库线院])"
)
# Everything up to here is an area, and the street begins behind it.
_AREA: Final = re.compile(r"^.*(?:省|市|区|县|自治州|旗|镇|乡|街道|街办|办事处)(?=..)")
_DIGITS: Final = {character: str(value) for value, character in enumerate("零一二三四五六七八九")}
_MOST: Final = 10


def contact_traits(
    payload: Payload,
    *,
    numbers: Sequence[str] = ("office_line", "contact_phone"),
    address: str = "",
    place: str | None = None,
) -> dict[str, tuple[str, ...]]:
    """The traits of an entry: the telephones in the fields `numbers`, the house in the field `address`.

    `place` is the code of where that is, if not in the field of that name.
    """
    found = {"phone": phone_trait(*(payload.get(name) for name in numbers))}
    if address:
        found["address"] = address_trait(
            payload.get(address), str(payload.get("place") or "") if place is None else place
        )
    return {name: values for name, values in found.items() if values}


def phone_trait(*texts: Any) -> tuple[str, ...]:
    """The telephone numbers in these texts, without extensions.

    A number without its area is nobody's, and 12320 everybody's: they are left out.
    """
    telling = (number for text in texts if text for number in _telling(str(text)))
    return tuple(dict.fromkeys(telling))[:_MOST]


# An entry's traits are asked for twice in a row: of all its fields, and of its public ones alone.
@lru_cache(maxsize=32)
def _telling(text: str) -> tuple[str, ...]:
    return tuple(p.number for p in read_phones(text) if p.mobile or "-" in p.number)


def account_trait(numbers: Iterable[str]) -> tuple[str, ...]:
    """The numbers of accounts, without spaces: one that two organisations give belongs to one of them at most."""
    bare = ("".join(c for c in half_width(number) if c.isalnum()).lower() for number in numbers)
    return tuple(dict.fromkeys(number for number in bare if len(number) >= 5))[:_MOST]


def address_trait(text: Any, place: str = "") -> tuple[str, ...]:
    """Street and number without province, city and district; in the prefecture of `place`, a code.

    湖北省黄冈市武穴市刊江大道216号 and 武穴市刊江大道 216 号 are one. An address without a number says too
    little: it has no trait.
    """
    return _houses(str(text or ""), place)


@lru_cache(maxsize=32)
def _houses(text: str, place: str) -> tuple[str, ...]:
    written = "".join(without_invisible(half_width(text)).split()).lower()
    found = [f"{_around(place)}{street}{number}" for street, number in _streets(written, place)]
    return tuple(dict.fromkeys(found))[:_MOST]


def _streets(text: str, place: str) -> list[tuple[str, str]]:
    found = []
    for match in _NUMBER.finditer(text):
        street = _AREA.sub("", match["street"])
        for inner in _names_of(place):
            street = street.removeprefix(inner)
        if len(street) >= 2:
            found.append((street, _arabic(match["number"])))
    return found


def _names_of(place: str) -> list[str]:
    """What an address may call its place, without the word for its level: 湖北, 黄冈."""
    return [above.short for above in places.path(place)] if places.exists(place) else []


def _around(place: str) -> str:
    """The prefecture, or the city that stands directly under its province: there a street is one street."""
    if not places.exists(place):
        return ""
    path = places.path(place)
    return f"{path[min(1, len(path) - 1)].code}|"


def _arabic(number: str) -> str:
    return "".join(_DIGITS.get(character, character) for character in number)
