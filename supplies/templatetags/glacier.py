"""What templates may use: the pieces of `supplies.pieces`, numbers, the tile map. Nothing here decides."""

from django import template
from django.utils.translation import get_language

from supplies import catalogue, pieces
from verification import pages

register = template.Library()

# Where each prefecture of a province stands in its tile map: column and row. A map without borders.
TILES = {
    "420300": (0, 0), "420600": (1, 0), "421300": (2, 0), "420900": (3, 0),
    "429021": (0, 1), "420800": (1, 1), "429006": (2, 1), "420100": (3, 1), "421100": (4, 1),
    "420500": (0, 2), "421000": (1, 2), "429005": (2, 2), "429004": (3, 2), "420700": (4, 2),
    "422800": (0, 3), "421200": (3, 3), "420200": (4, 3),
}  # fmt: skip

for piece in (
    pieces.ago,
    pieces.amount,
    pieces.brief_row,
    pieces.changed_note,
    pieces.clock,
    pieces.fact,
    pieces.icon,
    pieces.item_chip,
    pieces.options,
    pieces.person,
    pieces.place_links,
    pieces.row,
    pieces.time_left,
    pieces.trust_line,
    pieces.urgency,
):
    register.simple_tag(piece)
register.filter("label", pieces.label)
register.filter("labels", pieces.labels)
register.filter("place", pieces.place_in_words)
register.filter("item", catalogue.label)
register.filter("heading", pages.heading)


@register.filter
def number(value: int | float | None) -> str:
    """A number with separators; nothing for None."""
    return "" if value is None else f"{value:,}"


@register.filter
def tile_x(code: str) -> int | None:
    """Left edge of a prefecture's square in the tile map, or None where the map has no square for it."""
    return TILES[code][0] * 60 if code in TILES else None


@register.filter
def tile_y(code: str) -> int | None:
    """Upper edge of a prefecture's square in the tile map."""
    return TILES[code][1] * 60 if code in TILES else None


@register.filter
def of_total(value: int, total: int) -> int:
    """A share as a whole number of hundredths, for the width of a bar."""
    return round(100 * value / total) if total else 0


@register.simple_tag
def html_language() -> str:
    """The page's language as HTML writes it."""
    return "zh-Hans" if (get_language() or "").startswith("zh") else "en"
