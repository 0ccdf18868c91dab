"""What an amount is, and why a text may not be one."""

from dataclasses import dataclass
from typing import Final, Literal, TypedDict

from django.utils.translation import gettext_lazy as _

from supplies.characters import storable

Kind = Literal["unknown", "exact", "at_least", "range", "as_many"]


class AmountBody(TypedDict):
    """An amount as payloads and published bodies hold it."""

    kind: Kind
    low: int | None
    high: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Amount:
    """How much was asked for, and the very words it was asked in.

    `kind` is None where `text` could not be read; `problem` then says why. `exact` has low == high,
    `at_least` no high, `range` both, `unknown` and `as_many` neither. An approximation (约500) is kept
    as its figure: `text` still says it is one.

    `pack_size` relates `unit` and `pack_unit`: one of the larger holds that many of the smaller.
    100盒(50只/盒) is 100 boxes of 50 pieces; 500套/20箱 is 500 sets that come in cartons of 25.
    """

    text: str
    kind: Kind | None = None
    low: int | None = None
    high: int | None = None
    unit: str = ""
    pack_size: int | None = None
    pack_unit: str = ""
    problem: str | None = None

    @property
    def readable(self) -> bool:
        return self.problem is None

    @property
    def reason(self) -> str:
        """The sentence for `problem`, in the active language; empty where there is none."""
        return str(PROBLEMS[self.problem]) if self.problem else ""

    def body(self) -> AmountBody:
        """As payloads hold it. What could not be read is an unknown amount with its words kept."""
        return {
            "kind": self.kind or "unknown",
            "low": self.low,
            "high": self.high,
            "text": storable(self.text),
        }


class Unread(Exception):
    """This text gives no amount for certain; `problem` is a key of PROBLEMS."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


PROBLEMS: Final = {
    "empty": _("No amount is written."),
    "long": _("This is too long for an amount. Put explanations in the remarks."),
    "hidden": _(
        "The text holds hidden characters that may show it differently from what it says. Type it anew."
    ),
    "words": _(
        "There are words here that are not part of an amount. Give a figure and a unit, or write “unknown”."
    ),
    "number": _("This number can be read in more than one way. Write it in plain digits, such as 15000."),
    "fraction": _("This gives a part of one. Give a whole number, or a smaller unit."),
    "too_large": _("This number is too large to be meant."),
    "vague": _("Only the order of magnitude is given. Write a figure, a range, or “unknown”."),
    "rate": _("This is a rate or a date. Give the amount needed; daily use has a field of its own."),
    "upper_bound": _("Only an upper limit is given. Write how many are needed at least, or a range."),
    "order": _("The second number of a range must be the larger one."),
    "range": _("This range can be read in more than one way. Write both numbers in full."),
    "units": _("The two units do not agree."),
    "pack_only": _("This says what a pack holds, not how many are needed."),
    "contradiction": _("The two counts do not agree, or it is not clear which is the total."),
    "several": _("There is more than one amount here. Give each item a line of its own."),
    "phone": _("This looks like a telephone number."),
}
