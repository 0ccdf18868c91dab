"""Pieces that stand on many pages, as HTML: times, codes in words, places and items as links, the trust line, rows.

A list page shows fifty rows of some two hundred values each. They are written here, by Python, in one pass: what is the
same in every row of a language is put together once and kept, so that a row costs only what differs in it.
Everything goes through `frames.filled`: what is not marked as markup is escaped.
"""

from supplies.pieces.amounts import amount
from supplies.pieces.changes import changed_note
from supplies.pieces.codes import icon, label, labels, urgency
from supplies.pieces.facts import fact
from supplies.pieces.links import item_chip, place_in_words, place_links
from supplies.pieces.options import options
from supplies.pieces.rows import brief_row, row
from supplies.pieces.times import ago, clock, time_left
from supplies.pieces.trust import person, trust_line

__all__ = [
    "ago",
    "amount",
    "brief_row",
    "changed_note",
    "clock",
    "fact",
    "icon",
    "item_chip",
    "label",
    "labels",
    "options",
    "person",
    "place_in_words",
    "place_links",
    "row",
    "time_left",
    "trust_line",
    "urgency",
]
