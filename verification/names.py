"""Names of institutions: the same one however it is written, and never two different ones as one.

A Chinese hospital's name is places, then a number, then what it is: 湖北省 黄石市 第二 医院. Two names
are alike when what they are and their numbers agree and what stands before is the same, or the one
only names more of the larger places (阳新县疾控中心, 黄石市阳新县疾控中心).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz

# What an institution is; the first that fits the end of a name. Only what must never be confused.
_KINDS: Final = (
    ("red cross hospital", "红十字会?医院"),
    ("red cross", "红十字会"),
    ("charity", "慈善总会|慈善协会|慈善会"),
    ("disease control", "疾病预防控制中心|疾控中心"),
    ("maternity", "妇幼保健计划生育服务中心|妇幼保健医院|妇幼保健院|妇幼保健中心|妇保院|妇幼医院"),
    ("integrated medicine", "中西医结合骨科医院|中西医结合医院"),
    ("chinese medicine", "中医医院|中医院"),
    ("mental health", "精神病专科医院|精神病医院|精神病院|精神卫生中心"),
    ("children", "儿童医疗中心|儿童医院|儿童中心"),
    ("cancer", "肿瘤医院"),
    ("central", "中心人民医院|中心医院"),
    ("people", "人民医院"),
    ("township", "中心卫生院|卫生院"),
    ("community", "社区卫生服务中心|卫生服务中心|社区卫生服务站"),
    ("hospital", "医院"),
)
_KIND: Final = re.compile("|".join(f"(?P<{kind.replace(' ', '_')}>{words})" for kind, words in _KINDS))
# 县医院 and 县人民医院, 第四医院 and 第四人民医院 are mostly the same house, but not always.
_LOOSE: Final = frozenset({"people", "hospital"})

_NUMBER: Final = re.compile(r"第?([零〇一二三四五六七八九十]{1,4}|[0-9]{1,4})$")
_DIGITS: Final = {character: str(value) for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": "0"
}
_LEVELS: Final = re.compile(r"(?<=..)[省市县区镇乡]")
# Without those that belong to a county's own name: 平乡县, 桐乡市, 镇原县, 沙市区.
_LEVELS_BUT: Final = re.compile(r"(?<=..)(?:[省县区]|市(?!市|区.)|乡(?!塘|.?[县市区])|镇(?!.?[县市区]))")
_PROVINCES: Final = re.compile(
    "^(?:北京|天津|上海|重庆|河北|山西|内蒙古|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|"
    "四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆|台湾|香港|澳门)(?:省|市|自治区)?(?=..)"
)
_COMPANY: Final = re.compile(r"(?<=..)(?:股份|集团|有限|责任|公司|总厂|厂|商行|经营部)+$")
_BRACKETED: Final = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]?")
_RUN: Final = re.compile(r"[0-9a-z]+|[^\W0-9a-z_]+")

# What people write where they have no name to give. It names nothing, so it never identifies.
_PLACEHOLDERS: Final = frozenset(
    [
        "无",
        "暂无",
        "没有",
        "不详",
        "未知",
        "未提供",
        "待定",
        "待补充",
        "同上",
        "略",
        "其他",
        "医院",
        "政府",
        "区政府",
        "市政府",
        "县政府",
        "na",
        "none",
        "null",
        "unknown",
    ]
)

_LONGEST: Final = 200


def normalise(name: str) -> str:
    """`name` as exact comparison wants it: one width, lower case, letters and digits only."""
    return "".join(character for character in _fold(name) if character.isalnum())


def identifying(name: str) -> str:
    """`name` normalised, or "" where it is a placeholder such as `-`, 无, 区政府."""
    normal = normalise(name)
    return "" if normal in _PLACEHOLDERS else normal


def core(name: str) -> str:
    """What tells this institution from others: 黄石市第二医院 and 黄石第二医院 have one core."""
    parts = _parse(_fold(name))[0]
    return "|".join((parts.place, parts.number, parts.kind, parts.unit))


def similarity(a: str, b: str) -> float:
    """How surely two names mean one institution, 0 to 1: from 0.9 on they are worth a person's look.

    Different towns, numbers (第一, 第二) and kinds (红十字会, 红十字会医院) never come near.
    """
    if normalise(a) == normalise(b):
        return 1.0
    return max(_alike(one, other) for one in _parse(_fold(a)) for other in _parse(_fold(b)))


def blocks(name: str) -> list[str]:
    """Words of which two names share one wherever `similarity` calls them alike: an index finds them by it.

    The name itself, and for each reading of it the end of what is its own with number, kind and unit; of a name
    without a kind (a company) its beginning and its end.
    """
    found = [identifying(name)]
    if not found[0]:
        return []
    for parts in _parse(_fold(name)):
        if parts.kind:
            kind = "hospital" if parts.kind in _LOOSE else parts.kind
            found.append("|".join((parts.place[-2:], parts.number, kind, parts.unit)))
        else:
            own = _COMPANY.sub("", parts.place)
            found += [f"{own[:4]}…", f"…{own[-4:]}"]
    return [block for block in dict.fromkeys(found) if block.strip("…|")]


def best_matches(query: str, candidates: Iterable[str], limit: int = 5) -> list[tuple[str, float]]:
    """The candidates most like `query` with their similarity, likest first; what is unlike is left out."""
    scored = ((name, similarity(query, name)) for name in dict.fromkeys(candidates))
    return sorted((pair for pair in scored if pair[1] >= 0.7), key=lambda pair: -pair[1])[:limit]


@lru_cache(maxsize=8192)
def bigrams(text: str) -> tuple[str, ...]:
    """Every two neighbouring characters within a word, once each: how Chinese text is indexed.

    Words of Latin letters and digits are cut likewise (n95: n9, 95); a word of one character is itself.
    """
    return tuple(dict.fromkeys(gram for run in _runs(text) for gram in _cut(run)))


def query_bigrams(query: str) -> list[str]:
    """The bigrams a text must hold to match `query`. Single characters count only where all are single."""
    runs = list(_runs(query))
    longer = [run for run in runs if len(run) > 1]
    return list(dict.fromkeys(gram for run in longer or runs for gram in _cut(run)))


@dataclass(frozen=True, slots=True)
class _Parts:
    place: str  # and all else that is its own: 黄石, 华中科技大学同济医学院附属协和
    number: str
    kind: str
    unit: str  # a branch or department named after it: 东院, 麻醉科
    whole: str


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:_LONGEST]).lower()


@lru_cache(maxsize=8192)
def _parse(folded: str) -> tuple[_Parts, ...]:
    """The name read, and other readings of it: with a county's name as a whole, a second name in brackets.

    邢台平乡县医院 is of 平乡, 天津河北区医院 of 河北; 湖北省中西医结合医院（新华医院） has two names.
    """
    inside = [normalise(bracketed) for bracketed in _BRACKETED.findall(folded)]
    outside = normalise(_BRACKETED.sub("", folded))
    also = [parts for parts in map(_read, inside) if parts.kind and len(parts.place) >= 2]
    remarks = "".join(text for text in inside if not _KIND.search(text))
    first, whole = _read(outside, remarks), _read(outside, remarks, own=_own_with_county)
    return (first, *([whole] if whole != first else ()), *also)


def _read(name: str, remarks: str = "", own: Callable[[str], str] | None = None) -> _Parts:
    own = own or _own
    named = list(_KIND.finditer(name))
    if not named:
        return _Parts(own(name), "", "", remarks, name)
    head, unit = name[: named[-1].start()], name[named[-1].end() :] + remarks
    if len(named) > 1:
        # 和平医院医疗队前往武汉同济医院: somebody of one house in the other.
        unit += head[: named[-2].end()]
        head = head[named[-2].end() :]
    number = _NUMBER.search(head)
    if number and len(head) > len(number[0]):
        head = head[: number.start()]
    else:
        number = None
    return _Parts(own(head), _arabic(number[1]) if number else "", str(named[-1].lastgroup), unit, name)


def _own(head: str) -> str:
    """Without the province, where more follows, and without the words for its levels."""
    return _LEVELS.sub("", _PROVINCES.sub("", head))


def _own_with_county(head: str) -> str:
    """The same, but a county's name stays whole, also one that is called as a province is."""
    rest = _PROVINCES.sub("", head)
    return _LEVELS_BUT.sub("", head if rest[:1] in ("区", "县") else rest)


def _arabic(number: str) -> str:
    if number in ("十", "10"):
        return "10"
    if number.startswith("十"):
        number = "一" + number[1:]
    return "".join(_DIGITS.get(character, character) for character in number)


def _alike(a: _Parts, b: _Parts) -> float:
    unlike = min(0.6, fuzz.ratio(a.whole, b.whole) / 100)
    if not (a.kind and b.kind):
        return unlike if a.kind or b.kind else fuzz.ratio(a.whole, b.whole) / 100
    if a.kind != b.kind and {a.kind, b.kind} != _LOOSE:
        return unlike
    if a.number != b.number and a.number and b.number:
        return unlike
    likeness = _places_alike(a.place, b.place)
    if likeness is None:
        return unlike
    if a.kind != b.kind:
        likeness = min(likeness, 0.9)
    if a.number != b.number or a.unit != b.unit:
        likeness = min(likeness, 0.8)
    return likeness


def _places_alike(a: str, b: str) -> float | None:
    """1 for the same, 0.95 where one only names larger places too; None where they contradict."""
    if a == b:
        return 1.0
    shorter, longer = sorted((a, b), key=len)
    if len(shorter) < 2:
        return 0.7
    if longer.endswith(shorter):
        return 0.95
    if shorter[-2:] != longer[-2:]:
        return None
    # The end is what is its own; before it, a slip of the pen in a long name, or another place.
    return 0.9 if fuzz.ratio(a, b) >= 80 else 0.75


def _runs(text: str) -> Iterator[str]:
    return (match[0] for match in _RUN.finditer(unicodedata.normalize("NFKC", text).lower()))


def _cut(run: str) -> Iterator[str]:
    return (run[at : at + 2] for at in range(max(1, len(run) - 1)))
