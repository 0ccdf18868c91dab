"""The sizes a bench runs at."""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Size:
    """How many published needs there are, and how much each round does.

    `waiting` submissions are collected and as many entered, for reviews and publications; `deep` is the row
    at which a deep page begins; a reader's round lasts `seconds`. With `part` downloads are of the most urgent
    tenth only: the whole takes as long as all other cases together.
    """

    name: str
    needs: int
    waiting: int
    deep: int
    publish: int
    save: int
    seconds: float
    part: bool = False


SIZES = {
    "small": Size("small", needs=10_000, waiting=4_000, deep=8_000, publish=500, save=50, seconds=0.15),
    "ci": Size("ci", needs=50_000, waiting=4_000, deep=40_000, publish=500, save=50, seconds=0.15, part=True),
    "full": Size(
        "full",
        needs=1_000_000,
        waiting=70_000,
        deep=250_000,
        publish=10_000,
        save=500,
        seconds=1.0,
        part=True,
    ),
}


def chosen(name: str, needs: int | None = None) -> Size:
    """The size of that name; smaller where `needs` says so, for a try."""
    size = SIZES[name]
    if needs is None or needs >= size.needs:
        return size
    share = needs / size.needs
    return replace(size, needs=needs, waiting=max(50, int(size.waiting * share)), deep=int(size.deep * share))


def growing(needs: Sequence[int]) -> list[Size]:
    """The work of the small size on ever more needs; a seed that another size has too is the same one."""
    waiting = {size.needs: size.waiting for size in SIZES.values()}
    small = SIZES["small"]
    return [
        replace(small, name="growth", needs=n, waiting=waiting.get(n, small.waiting), deep=n // 4, part=True)
        for n in sorted(needs)
    ]
