"""What a column is, and what the reading of a row gathers."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.utils.functional import Promise

from verification.kinds import Payload

Cell = Any  # text, a number, a day, yes or no, nothing; or the contacts of one cell, [{"name", "tel"}]

APPROVED: Final = "已审核"
# Nobody is called so: what stands in a cell for "nothing".
BLANKS: Final = frozenset(("", "-", "－", "—", "——", "/", "无", "暂无", "未知", "null", "None"))

LINK: Final = re.compile(r"https?://[!-~]+", re.IGNORECASE)


@dataclass(frozen=True)
class Doubt:
    """What a person should look at before a row is sent: the column, what stands there, and why."""

    header: str
    text: str
    reason: str | Promise


@dataclass
class Reading:
    """A row as the list's form takes it.

    `approved`: the sheet calls it reviewed, which only a replay heeds. `doubts` wait for an answer of whoever
    sends the row; `moved` are the headers whose value went into the reviewers' note.
    """

    sheet: str = ""
    given: dict[str, Any] = field(default_factory=dict)
    approved: bool = False
    doubts: list[Doubt] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    unknown_headers: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    office: list[str] = field(default_factory=list)
    mobiles: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)

    def note(self, header: str, text: str) -> None:
        """Keep for the reviewers what no field can hold."""
        self.notes.append(f"{header}: {text}" if header else text)
        if header:
            self.moved.append(header)

    def doubt(self, header: str, text: str, reason: str | Promise) -> None:
        """Ask the sender about a cell."""
        self.doubts.append(Doubt(header, text, reason))


def text_of(cell: Cell) -> str:
    """A cell as text: whole numbers without a decimal point, days in ISO form."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, list):
        return " | ".join(f"{c.get('name', '')} {c.get('tel', '')}".strip() for c in cell)
    return str(cell).strip()


@dataclass(frozen=True)
class Column:
    """A column by the header the volunteers gave it. `needed`: a sheet without it is not this list's."""

    header: str
    fills: tuple[str, ...]
    synonyms: tuple[str, ...] = ()
    needed: bool = False

    def read(self, cell: Cell, reading: Reading) -> None:
        """Put what the cell says into the reading."""
        raise NotImplementedError

    def finish(self, reading: Reading) -> None:
        """Look again when the whole row was read."""

    def write(self, payload: Payload) -> Cell:
        """The cell as the volunteers would have written what the payload says."""
        return payload.get(self.fills[0]) or ""

    def fits(self, text: str) -> bool:
        """Whether a value that is not blank looks like one of this column."""
        return not LINK.match(text)

    def piece(self, payload: Payload) -> Any:
        """The part of a payload that this column speaks of."""
        return [payload.get(name) for name in self.fills]
