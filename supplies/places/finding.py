"""Places in words: a picker's search, and the place an address speaks of."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from supplies.characters import half_width, without_invisible
from supplies.places.names import spoken_name
from supplies.places.table import Place, contains, get, path, places

_DEPTH: Final = {"province": 0, "prefecture": 1, "county": 2}

# A short name before one of these names a street or an institution, not the place: 北京东路, 江汉大学.
_NOT_THE_PLACE: Final = re.compile(
    r"[东南西北中上下前后新老一二三四五六七八九十]{0,2}"
    r"(?:路|街|巷|弄|里|道|大道|大街|广场|大厦|大学|学院|油田|公路|高速|大桥|酒店|银行)"
)
# Short names that are also words or parts of other names; they need their province before them.
_NEVER_ALONE: Final = frozenset(("中山", "东方", "来宾", "阿里", "安康", "大同", "文昌", "河源", "长治"))
# What may stand between the links of 湖北-黄冈-团风.
_LINK: Final = re.compile(r"[\s,;/·>、\-—()]*(?:省|市|州|地区|自治区|自治州)?[\s,;/·>、\-—()]*")

_LONGEST_TEXT: Final = 500


def search(text: str, limit: int = 20) -> list[Place]:
    """Places for a picker. The last word of `text` is in the place's own name, the others in names above it.

    Exact names come first, then the larger places, then by code.
    """
    *above, own = _fold(text).lower().split() or [""]
    if not own:
        return []
    found = [
        place
        for place in places().values()
        if own in _searched(place)
        and all(any(word in _searched(up) for up in path(place.code)[:-1]) for word in above)
    ]
    found.sort(key=lambda place: (not _is_name(own, place), _DEPTH[place.level], place.code))
    return found[:limit]


def find(text: str) -> Place | None:
    """The place `text` speaks of, as exactly as is certain: 湖北武汉江岸区胜利街26号 is 420102.

    None where it names none, or only a name several places share (朝阳区). Where a name is shared
    inside the place already found, or two districts of one city are named, the answer is the larger.
    """
    here: Place | None = None
    reached = 0
    text = _fold(text)[:_LONGEST_TEXT].strip()
    for mention in _mentions(text):
        if here is None:
            here = _start(mention, text)
            reached = mention.end
            continue
        linked = _LINK.fullmatch(text, reached, mention.start) is not None
        further = _step(here, mention, linked=linked)
        if further is not here:
            here, reached = further, mention.end
        if here is None:
            return None
    return here


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    places: tuple[Place, ...]
    full: bool  # 武汉市, not 武汉


def _fold(text: str) -> str:
    return half_width(without_invisible(text))


def _searched(place: Place) -> str:
    return f"{place.name} {place.name_en.lower()}"


def _is_name(word: str, place: Place) -> bool:
    return word in (place.name, place.short, place.name_en.lower())


@cache
def _names() -> tuple[dict[str, tuple[Place, ...]], dict[str, tuple[Place, ...]], int]:
    """Places by full name and by short name, and the length of the longest."""
    full: dict[str, list[Place]] = defaultdict(list)
    short: dict[str, list[Place]] = defaultdict(list)
    for place in places().values():
        full[place.name].append(place)
        if place.short != place.name:
            short[place.short].append(place)
    official = frozenset(full)
    for place in places().values():
        spoken = spoken_name(place.name)
        said = place.level == "county" or spoken.endswith("州")
        if said and spoken not in official:
            full[spoken].append(place)
    frozen = tuple({name: tuple(found) for name, found in index.items()} for index in (full, short))
    return frozen[0], frozen[1], max(map(len, full))


def _mentions(text: str) -> Iterator[_Mention]:
    """Names of places from left to right, the longest at each position."""
    full, short, longest = _names()
    start = 0
    while start < len(text):
        for length in range(min(longest, len(text) - start), 1, -1):
            end = start + length
            name = text[start:end]
            if name in full:
                yield _Mention(start, end, full[name], full=True)
            elif name in short and not _NOT_THE_PLACE.match(text, end):
                yield _Mention(start, end, short[name], full=False)
            else:
                continue
            start = end
            break
        else:
            start += 1


def _start(mention: _Mention, text: str) -> Place | None:
    """The place a first mention gives. A short name must open the text, a county's must be all of it."""
    place = _outermost(mention.places)
    if mention.full:
        return place
    # 河南 and 海南 are also counties' names, but whoever says them alone means the province.
    place = next((found for found in mention.places if found.level == "province"), place)
    if place is None:
        return None
    if text == text[mention.start : mention.end]:
        return place
    county = place.level == "county" and not place.stands_alone
    if mention.start > 0 or county or place.short in _NEVER_ALONE:
        return None
    return place


def _step(here: Place, mention: _Mention, *, linked: bool) -> Place | None:
    """Where a further mention leads from `here`: deeper, nowhere, or back to what both share."""
    if any(contains(place.code, here.code) for place in mention.places) and not (mention.full and linked):
        return here
    inside = [place for place in mention.places if place is not here and contains(here.code, place.code)]
    if mention.full:
        if inside:
            return _outermost(inside) or here
        return _shared(here, mention)
    direct = [place for place in inside if place.parent == here.code]
    return direct[0] if linked and len(direct) == 1 else here


def _shared(here: Place, mention: _Mention) -> Place | None:
    """`here` contradicted: two districts leave their city; another province or prefecture leaves nothing.

    A county's name from elsewhere is more likely part of a name (老城区, 城关区) than a second place.
    """
    if len(mention.places) > 1 or any(contains(place.code, here.code) for place in mention.places):
        return here
    other = mention.places[0]
    if other.level == "county" and other.parent != here.parent:
        return here
    common = [up for up, across in zip(path(here.code), path(other.code), strict=False) if up is across]
    return get(common[-1].code) if common else None


def _outermost(found: list[Place] | tuple[Place, ...]) -> Place | None:
    """The one place that contains all of `found` (恩施 is the prefecture before the city), or None."""
    return next((place for place in found if all(contains(place.code, other.code) for other in found)), None)
