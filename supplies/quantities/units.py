"""Units of count and measure: code, what people write, and their names in both languages.

A unit says how much one of it is, not how Chinese grammar counts it: 个, 只, 支, 片 and 顶 are all
one thing and therefore all `piece`. The raw text keeps the author's word.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import lazy
from django.utils.translation import npgettext_lazy

# Which pack holds which: a pallet holds cartons, a carton boxes, a box pieces.
PALLET, CARTON, BOX, VESSEL, SINGLE = 4, 3, 2, 1, 0


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    label: Any  # a lazy text that takes its number: `label % 3`
    written: str  # everything people write for it
    holds: int = SINGLE
    # The smaller unit in which a fraction becomes whole: 2.5 tonnes are 2,500 kg.
    smaller: tuple[str, int] | None = None


_ALL: Final = (
    Unit(
        "piece",
        npgettext_lazy("unit", "piece", "pieces"),
        "件 个 個 只 隻 枚 支 枝 根 片 张 張 条 顶 床 块 粒 颗 piece pieces pc pcs",
    ),
    Unit("set", npgettext_lazy("unit", "set", "sets"), "套 set sets"),
    Unit("pair", npgettext_lazy("unit", "pair", "pairs"), "副 双 雙 对 pair pairs"),
    Unit("device", npgettext_lazy("unit", "unit", "units"), "台 臺 部 架 把 辆 unit units"),
    Unit("portion", npgettext_lazy("unit", "portion", "portions"), "份 portion portions"),
    Unit("test", npgettext_lazy("unit", "test", "tests"), "人份 test tests"),
    Unit("dozen", npgettext_lazy("unit", "dozen", "dozen"), "打 dozen"),
    Unit("pallet", npgettext_lazy("unit", "pallet", "pallets"), "托盘 托 pallet pallets", PALLET),
    Unit("carton", npgettext_lazy("unit", "carton", "cartons"), "箱 carton cartons ctn ctns", CARTON),
    Unit("box", npgettext_lazy("unit", "box", "boxes"), "盒 box boxes", BOX),
    Unit("packet", npgettext_lazy("unit", "packet", "packets"), "包 packet packets pack packs", BOX),
    Unit("bag", npgettext_lazy("unit", "bag", "bags"), "袋 bag bags", BOX),
    Unit("drum", npgettext_lazy("unit", "drum", "drums"), "桶 drum drums", VESSEL),
    Unit("bottle", npgettext_lazy("unit", "bottle", "bottles"), "瓶 bottle bottles", VESSEL),
    Unit("can", npgettext_lazy("unit", "can", "cans"), "罐 听 can cans", VESSEL),
    Unit("roll", npgettext_lazy("unit", "roll", "rolls"), "卷 roll rolls", VESSEL),
    Unit("bundle", npgettext_lazy("unit", "bundle", "bundles"), "捆 扎 bundle bundles", VESSEL),
    Unit(
        "tonne",
        npgettext_lazy("unit", "tonne", "tonnes"),
        "公吨 吨 噸 tonne tonnes",
        smaller=("kilogram", 1000),
    ),
    Unit("kilogram", npgettext_lazy("unit", "kg", "kg"), "公斤 千克 kg kgs", smaller=("gram", 1000)),
    Unit("jin", npgettext_lazy("unit", "jin", "jin"), "市斤 斤 jin", smaller=("gram", 500)),
    Unit("gram", npgettext_lazy("unit", "g", "g"), "克 g"),
    Unit(
        "litre",
        npgettext_lazy("unit", "litre", "litres"),
        "公升 升 l litre litres liter liters",
        smaller=("millilitre", 1000),
    ),
    Unit("millilitre", npgettext_lazy("unit", "ml", "ml"), "毫升 ml"),
    Unit("metre", npgettext_lazy("unit", "metre", "metres"), "米 metre metres meter meters"),
)

UNITS: Final = {unit.code: unit for unit in _ALL}
UNIT_OF: Final = {word: unit.code for unit in _ALL for word in unit.written.split()}


def unit_label(code: str, number: int = 2) -> str:
    """The unit's name in the active language as it stands after `number`; an unknown code stays as it is."""
    unit = UNITS.get(code)
    return str(unit.label % number) if unit else code


def unit_choices() -> list[tuple[str, Any]]:
    """(code, lazy name) for a form's select."""
    return [(code, _lazy_label(code)) for code in UNITS]


_lazy_label = lazy(unit_label, str)


def holds(outer: str, inner: str) -> bool:
    """Whether one `outer` is a pack of `inner`: a carton of boxes, a box of pieces, never the reverse."""
    return UNITS[outer].holds > UNITS[inner].holds


def is_pack(code: str) -> bool:
    """Whether one of it is a pack of things that can be counted: a box, a carton; not a bottle."""
    return code in UNITS and UNITS[code].holds >= BOX
