"""What is read out of a file, before anybody asks what it means."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Sheet:
    """A sheet begins. A CSV file is one sheet without a name."""

    name: str


@dataclass
class Row:
    """A row that holds anything: its number in the file, its cells, and by column what is odd about a cell."""

    line: int
    cells: list[Any]
    marks: dict[int, str] = field(default_factory=dict)
