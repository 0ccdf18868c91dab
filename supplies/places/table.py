"""The table of places, read once from `data/places.csv` and kept in memory."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from supplies.places.names import short_name

Level = Literal["province", "prefecture", "county"]

_DATA: Final = Path(__file__).parent.parent / "data"


class UnknownPlace(LookupError):
    """No place has this code."""


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    name: str  # 湖北省, 武汉市, 江岸区
    short: str  # 湖北, 武汉, 江岸
    name_en: str  # empty where we have none
    level: Level
    parent: str  # the code one level up; empty for a province

    @property
    def stands_alone(self) -> bool:
        """A county-level city or county directly under an ordinary province: 仙桃, 济源, 神农架."""
        return self.level == "county" and self.code[2:4] == "90"

    @property
    def shown(self) -> str:
        """The name in a path, 湖北 / 武汉 / 江岸区: what belongs to a city keeps its full name."""
        return self.name if self.level == "county" and not self.stands_alone else self.short


@cache
def places() -> MappingProxyType[str, Place]:
    """Every place by its code, in code order."""
    names, english = dict(_rows("places.csv")), dict(_rows("places_en.csv"))
    return MappingProxyType(
        {
            code: Place(
                code=code,
                name=name,
                short=short_name(name),
                name_en=english.get(code, ""),
                level=_level(code),
                parent=_parent(code, names),
            )
            for code, name in names.items()
        }
    )


@cache
def _children() -> dict[str, tuple[Place, ...]]:
    found: dict[str, list[Place]] = defaultdict(list)
    for place in places().values():
        found[place.parent].append(place)
    return {code: tuple(below) for code, below in found.items()}


def _rows(file: str) -> Iterator[tuple[str, str]]:
    with (_DATA / file).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            yield row["code"], row["name"]


def _level(code: str) -> Level:
    if code.endswith("0000"):
        return "province"
    return "prefecture" if code.endswith("00") else "county"


def _parent(code: str, names: dict[str, str]) -> str:
    if code.endswith("0000"):
        return ""
    prefecture = code[:4] + "00"
    return prefecture if prefecture != code and prefecture in names else code[:2] + "0000"


def get(code: str) -> Place:
    """The place of this code. Raises UnknownPlace."""
    try:
        return places()[code]
    except KeyError:
        raise UnknownPlace(
            f"expected the GB/T 2260 code of a province, prefecture or county, got {code!r}"
        ) from None


def exists(code: str) -> bool:
    return code in places()


def name(code: str) -> str:
    return get(code).name


def label(code: str, language: str = "zh-hans") -> str:
    """The place's name in a path: short Chinese, or English where we have it."""
    place = get(code)
    return place.name_en if language.startswith("en") and place.name_en else place.shown


@lru_cache(maxsize=4096)
def path(code: str) -> tuple[Place, ...]:
    """From the province down to the place itself: 湖北, 武汉, 江岸区; 湖北, 仙桃."""
    place = get(code)
    return (*(path(place.parent) if place.parent else ()), place)


def children(code: str = "") -> list[Place]:
    """The places one level down, in code order; the provinces for no code."""
    if code:
        get(code)
    return list(_children().get(code, ()))


def within(code: str) -> str:
    """How the codes of a place and of everything in it begin: "4201" for 武汉.

    Stored codes are filtered by it: `place__startswith=within(code)`.
    """
    return re.sub(r"(?:00){1,2}$", "", get(code).code)


def contains(outer: str, inner: str) -> bool:
    """Whether `inner` is `outer` or lies in it."""
    return get(inner).code.startswith(within(outer))
