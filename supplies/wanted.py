"""What is wanted most: amounts of open needs, added up without ever adding what is not known.

`sums` is what a need adds to its list's counters, in the transaction that publishes it; it reads the
rendered body and nothing else, so that what was added is what is taken away. `most_wanted` reads them.
"""

from collections import Counter as Tally
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from supplies import catalogue, quantities

# The counters `most_wanted` reads.
COUNTERS: Final = ("item:", "wanted:", "unsaid:", "atleast:")
# In a counter's name, for amounts told in packs whose content is known: things of the item itself.
IN_PACKS: Final = "packed"
# Units that count the same things: a suit is a piece, a set, a 件.
_COUNTED: Final = frozenset({"piece", "set", "device"})
_DOZEN: Final = 12
# More than this of anything is a slip of the pen, and would spoil every sum.
_MOST: Final = 10**12


@dataclass(frozen=True)
class Wanted:
    """An item that is wanted: by how many records, how much by unit, and what the sum leaves out."""

    code: str
    records: int
    # Unit and amount, the item's usual unit first.
    amounts: tuple[tuple[str, int], ...]
    # Whether some of what was added up is only the least that is wanted.
    at_least: bool
    # Records that gave no amount: in no sum, neither as 0 nor as 1.
    unknown: int


def sums(body: Mapping[str, Any]) -> dict[str, int]:
    """What a need adds, by item: known amounts by unit, and whether it gave none, or only the least."""
    found: Tally[str] = Tally()
    for code in {line["item"] for line in body["lines"]}:
        lines = [line for line in body["lines"] if line["item"] == code]
        known = [(unit, n) for unit, n in map(_known, lines) if n is not None]
        for unit, amount in known:
            found[f"wanted:{code}:{unit}"] += amount
        if not known:
            found[f"unsaid:{code}"] = 1
        elif any(line["amount"]["kind"] != "exact" for line in lines):
            found[f"atleast:{code}"] = 1
    return dict(found)


def _known(line: Mapping[str, Any]) -> tuple[str, int | None]:
    """The unit of a line and its amount, the least where a range is given; None where none is."""
    unit, amount, pack_size = line["unit"], line["amount"]["low"], line["pack_size"]
    if amount is not None and pack_size and quantities.is_pack(unit):
        unit, amount = IN_PACKS, amount * pack_size
    return unit, amount if amount is not None and amount <= _MOST else None


def most_wanted(counts: Mapping[str, int], *, most: int) -> list[Wanted]:
    """The items that most records ask for, out of the counters of their list."""
    asked = {
        name.removeprefix("item:"): records for name, records in counts.items() if name.startswith("item:")
    }
    first = sorted(asked.items(), key=lambda pair: (-pair[1], pair[0]))[:most]
    return [
        Wanted(
            code,
            records,
            _amounts(code, counts),
            bool(counts.get(f"atleast:{code}")),
            counts.get(f"unsaid:{code}", 0),
        )
        for code, records in first
    ]


def _amounts(code: str, counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """The sums of an item, units that count the same thing put together."""
    item = catalogue.find(code)
    usual = item.unit if item else "piece"
    prefix = f"wanted:{code}:"
    found: Tally[str] = Tally()
    for name, amount in counts.items():
        if name.startswith(prefix):
            unit, each = _comparable(name.removeprefix(prefix), usual)
            found[unit] += amount * each
    return tuple(sorted(found.items(), key=lambda pair: (pair[0] != usual, -pair[1], pair[0])))


def _comparable(unit: str, usual: str) -> tuple[str, int]:
    """The unit in which it can be added, and how many of it one is."""
    if unit == "dozen" and usual in _COUNTED:
        return usual, _DOZEN
    # A carton of 1,000 gloves may hold 500 pairs: its content is counted in pieces, apart.
    if unit == IN_PACKS:
        return (usual, 1) if usual != "pair" else ("piece", 1)
    if unit == "" or (unit in _COUNTED and usual in _COUNTED):
        return usual, 1
    return unit, 1
