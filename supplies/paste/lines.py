"""What a pasted message is read into, and what can be in doubt."""

from dataclasses import dataclass
from typing import Final, Literal

from django.utils.translation import gettext_lazy as _

from supplies.catalogue import Item
from supplies.quantities import Amount

Doubt = Literal["", "item", "which_item", "amount", "stock", "too_long"]

DOUBTS: Final = {
    "item": _("No item of the catalogue is named here."),
    "which_item": _("This name fits more than one item. Choose the one that is meant."),
    "stock": _("This seems to say what is there or has arrived, not what is needed."),
    "too_long": _("The text is too long to be read at once. Paste the rest separately."),
}


@dataclass(frozen=True, slots=True)
class PastedLine:
    """One piece of the text and what was understood of it.

    With an item, or `candidates` for one, `amount` is always there: unknown where none is written,
    unreadable where it is in doubt.
    """

    text: str  # the piece to the letter, separators included
    item: Item | None = None
    candidates: tuple[Item, ...] = ()
    amount: Amount | None = None
    standard: str = ""
    doubt: Doubt = ""

    @property
    def problem(self) -> str:
        """What a person should look at, in the active language; empty where nothing is in doubt."""
        if self.doubt == "amount" and self.amount:
            return self.amount.reason
        return str(DOUBTS[self.doubt]) if self.doubt else ""
