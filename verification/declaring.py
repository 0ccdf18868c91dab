"""What lists are declared of: how fields are classed and shown, filters, sections, the words they speak in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, TypedDict

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from verification.sop import Risk


class Format(StrEnum):
    """How a value is shown: on pages, in words, in a spreadsheet."""

    TEXT = "text"
    LONG_TEXT = "long_text"  # lines end where its author ended them
    LINK = "link"
    MAIL = "mail"
    PHONES = "phones"  # joined by 、
    PLACE = "place"  # a code
    DAY = "day"
    MONEY = "money"  # yuan
    COUNT = "count"
    YES_NO = "yes_no"  # "yes", "no", or not said
    CHOICE = "choice"  # a code with a word


Choices = Sequence[tuple[Any, str | Promise]]


@dataclass(frozen=True)
class Field:
    """How a field of the payload is classed: may the public see it, and what harm does a wrong change do.

    `choices` are the words of its codes. `empty` stands on the record's page where nothing is given;
    without it the page leaves the field out.
    """

    label: str | Promise
    public: bool
    risk: Risk = Risk.ROUTINE
    format: Format = Format.TEXT
    choices: Choices = ()
    empty: str | Promise = ""

    @property
    def shown_as(self) -> Format:
        """The format; a field with choices is one."""
        return Format.CHOICE if self.choices else self.format


@dataclass(frozen=True)
class Intervals:
    """How long after the last look a record falls due, overdue, and stale."""

    due: timedelta
    overdue: timedelta
    stale: timedelta

    def thresholds(self, looked_at: datetime) -> dict[str, datetime]:
        """The three times, counted from the later of verified and confirmed."""
        return {
            "due_at": looked_at + self.due,
            "overdue_at": looked_at + self.overdue,
            "stale_at": looked_at + self.stale,
        }


@dataclass(frozen=True)
class Facets:
    """What a payload offers to filters, sorting and search; `traits()` to find what may be the same.

    `tokens` are what the list's own filters ask for: "type:1".
    A trait is what else two alike entries share: {"phone": numbers, "address": (where,)}, each written one way
    only. It may come from private fields: the core keeps keyed digests and works out itself which are public.
    """

    title: str
    places: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    urgency: int = 0
    tokens: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    traits: Callable[[], Mapping[str, tuple[str, ...]]] = dict


@dataclass(frozen=True)
class Section:
    """A part of the form: one page on a telephone, one group on a wide screen. Or a part of a record's page."""

    id: str
    title: str | Promise
    fields: tuple[str, ...]
    intro: str | Promise = ""


Option = Mapping[str, Any]


@dataclass(frozen=True)
class Filter:
    """A parameter of the list: the kind of token it asks for ("place"), and the codes it takes.

    `options(in_force)` is what the filter bar offers, each {"value", "label"} or {"label", "options"}: it sees
    the list's filters in force, so that cities follow their province; nothing to offer, nothing shown. `words`
    puts a code into words. `clears` names filters that mean nothing any more when this one changes.
    """

    token: str
    known: Callable[[str], bool]
    label: str | Promise = ""
    options: Callable[[Mapping[str, str]], Sequence[Option]] = lambda in_force: ()
    words: Callable[[str], str] = str
    clears: tuple[str, ...] = ()


class Words(NamedTuple):
    """Sentences in which a list speaks of its own things; these serve every list that says nothing."""

    report: str | Promise = _("Report something new")
    search: str | Promise = _("Name or place")
    caution: str | Promise = _("Ask before you rely on it.")
    ended: str | Promise = _("It no longer holds")
    caution_why: str | Promise = _("Nobody has confirmed this entry for longer than the list allows.")
    line: str | Promise = _("Line")
    add_line: str | Promise = _("Add a line")
    leave_out: str | Promise = _("Leave this line out")
    more: str | Promise = _("More")
    paste: str | Promise = _("Paste or write it as a message")
    paste_hint: str | Promise = _("One after another, as you would in a message.")


class ReadLine(TypedDict):
    """A line read out of pasted text: the piece, what a person has to look at, the line, its amount as written."""

    text: str
    doubt: str
    line: dict[str, Any]
    text_amount: str
