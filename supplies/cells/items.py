"""Columns of supplies: one a thing of the catalogue, the amount in the cell."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from supplies import catalogue, paste, quantities
from supplies.cells.core import BLANKS, Cell, Column, Reading, text_of
from supplies.contacts import read_phones
from verification.kinds import Payload


@dataclass(frozen=True)
class Supply(Column):
    """One item, its amount in the cell: blank or 0 is none; 1 is some, where `one_is_some`, as the sheets had it."""

    fills: tuple[str, ...] = ("lines",)
    item: str = ""
    # The item's place among the columns is its line's number for ever.
    number: int = 0
    one_is_some: bool = True

    def read(self, cell: Cell, reading: Reading) -> None:
        """A line, where the item is wanted at all."""
        written = text_of(cell)
        lines = reading.given.setdefault("lines", [])
        if written in BLANKS or written == "0":
            return
        line: dict[str, Any] = {"no": self.number, "item": self.item}
        if written == "1" and self.one_is_some:
            lines.append({**line, "amount": {"kind": "unknown", "low": None, "high": None, "text": written}})
            return
        read = quantities.parse(written)
        if not read.readable:
            reading.note(self.header, written)
            reading.doubt(self.header, written, read.reason)
        lines.append({**line, "amount": read.body(), "unit": read.unit, "pack_size": read.pack_size})

    def fits(self, text: str) -> bool:
        """An amount as people write them."""
        return len(text) <= 40 and not read_phones(text) and quantities.parse(text).readable

    def write(self, payload: Payload) -> Cell:
        """The amount as it was written, else in words; 0 where the item is not wanted."""
        line = next((line for line in payload.get("lines") or () if line["item"] == self.item), None)
        if line is None:
            return 0
        written = line["amount"]["text"]
        return int(written) if written.isdecimal() else written or (1 if self.one_is_some else "若干")

    def piece(self, payload: Payload) -> Any:
        """The lines of this item."""
        return [line for line in payload.get("lines") or () if line["item"] == self.item]


@dataclass(frozen=True)
class Prose(Column):
    """What is wanted, in words: read as pasted text is, and always looked at by a person."""

    fills: tuple[str, ...] = ("lines",)

    def read(self, cell: Cell, reading: Reading) -> None:
        """A line for each thing that is certain; the whole text to the reviewers."""
        written = text_of(cell)
        lines = reading.given.setdefault("lines", [])
        if written in BLANKS:
            reading.doubt(self.header, written, _("Nothing that is wanted is named here."))
            return
        reading.note(self.header, written)
        reading.doubt(self.header, written, _("Lines were read out of words here. Look at every one."))
        for piece in paste.read_lines(written, catalogue.items()):
            if piece.item is not None and piece.amount is not None and not piece.doubt:
                amount = piece.amount
                wanted = {"amount": amount.body(), "unit": amount.unit, "pack_size": amount.pack_size}
                line = {"item": piece.item.code, **wanted, "standard": piece.standard}
                if line not in lines:
                    lines.append(line)

    def write(self, payload: Payload) -> Cell:
        """The items by name, with their amounts as written."""
        lines = payload.get("lines") or ()
        return "，".join(f"{catalogue.label(line['item'])}{line['amount']['text']}" for line in lines)


def supplies(*, one_is_some: bool = True) -> list[Column]:
    """The columns of everything in the catalogue."""
    return [
        Supply(
            item.header,
            item=item.code,
            number=item.position,
            synonyms=(item.name_zh, item.name_en),
            one_is_some=one_is_some,
        )
        for item in catalogue.items()
        if item.header
    ]
