"""The columns of sheets: how a cell is read into what a list's form takes, and how a record is written back.

A list names its columns in its Kind. Each knows the header the volunteers gave it and its synonyms, the
fields it fills, whether a value looks like one of its own (so that a shifted column is noticed), and both
directions. What a column cannot hold safely is never dropped: it goes, under its header, into the note
only reviewers see.
"""

from supplies.cells.calls import CONTACT_FIELDS, Person, Phones
from supplies.cells.columns import Coded, Count, Ignored, Link, PlaceWord, Status, Text, YesNo
from supplies.cells.core import APPROVED, BLANKS, LINK, Cell, Column, Doubt, Reading, text_of
from supplies.cells.days import Day, read_day
from supplies.cells.items import Prose, Supply, supplies

__all__ = [
    "APPROVED",
    "BLANKS",
    "CONTACT_FIELDS",
    "LINK",
    "Cell",
    "Coded",
    "Column",
    "Count",
    "Day",
    "Doubt",
    "Ignored",
    "Link",
    "Person",
    "Phones",
    "PlaceWord",
    "Prose",
    "Reading",
    "Status",
    "Supply",
    "Text",
    "YesNo",
    "read_day",
    "supplies",
    "text_of",
]
