"""Columns of days, as spreadsheets and people write them."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from supplies.cells.core import BLANKS, LINK, Cell, Column, Reading, text_of
from verification.kinds import Payload

_BEIJING: Final = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Day(Column):
    """A day. The sheets wrote midnight in Beijing as the evening before in UTC."""

    def read(self, cell: Cell, reading: Reading) -> None:
        """The day in Beijing; where two are possible, or none, the sender is asked."""
        text = text_of(cell)
        day, doubtful = read_day(cell)
        if doubtful or (day is None and text not in BLANKS):
            reason = _("This can mean two days.") if doubtful else _("No day can be read here.")
            reading.doubt(self.header, text, reason)
            reading.note(self.header, text)
        reading.given[self.fills[0]] = day.isoformat() if day else None

    def fits(self, text: str) -> bool:
        """Something with figures."""
        return any(c.isdigit() for c in text) and not LINK.match(text) and len(text) < 60

    def write(self, payload: Payload) -> Cell:
        """As the sheets wrote it: midnight in Beijing, told in UTC."""
        day = payload.get(self.fills[0])
        if not day:
            return ""
        before = date.fromisoformat(str(day)) - timedelta(days=1)
        return f"{before.isoformat()}T16:00:00.000Z"


_CHINESE_DAY: Final = re.compile(r"(?:(\d{4})\s*年\s*)?(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?")
_YEAR_FIRST: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s.*)?")
_YEAR_LAST: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:\s.*)?")
_SERIALS: Final = (30_000, 60_000)  # spreadsheets count days from 1899-12-30


def read_day(cell: Cell) -> tuple[date | None, bool]:
    """The day a cell means, and whether it could mean another. Times with a zone are told in Beijing's."""
    if isinstance(cell, datetime):
        return (cell.astimezone(_BEIJING) if cell.tzinfo else cell).date(), False
    if isinstance(cell, date):
        return cell, False
    text = text_of(cell)
    if text.isdecimal() and _SERIALS[0] < int(text) < _SERIALS[1]:
        return date(1899, 12, 30) + timedelta(days=int(text)), True
    if "T" in text:
        try:
            return read_day(datetime.fromisoformat(text))
        except ValueError:
            return None, False
    if match := _YEAR_FIRST.fullmatch(text):
        return _day(match[1], match[2], match[3]), False
    if match := _YEAR_LAST.fullmatch(text):
        months, days = int(match[1]), int(match[2])
        return _day(match[3], match[1], match[2]) or _day(match[3], match[2], match[1]), (
            months <= 12 and days <= 12 and months != days
        )
    if match := _CHINESE_DAY.fullmatch(text):
        # The year of the events is not ours to guess.
        return (_day(match[1], match[2], match[3]), False) if match[1] else (None, True)
    return None, False


def _day(year: Any, month: Any, day: Any) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
