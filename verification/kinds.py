"""The register of lists: what a list declares of itself, so that nothing else needs to know it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from verification.declaring import (
    Choices,
    Facets,
    Field,
    Filter,
    Format,
    Intervals,
    Option,
    ReadLine,
    Section,
    Words,
)
from verification.models import Record
from verification.refusals import InvalidPayload, NotFound
from verification.sop import Risk

__all__ = [
    "Choices",
    "Facets",
    "Field",
    "Filter",
    "Format",
    "Intervals",
    "Kind",
    "Option",
    "Payload",
    "ReadLine",
    "Section",
    "Words",
]

Payload = dict[str, Any]

# Every list may say of whom it speaks, by the organisation's uid and by the name as written.
ORGANISATION = ("organisation", "organisation_name")

# Names that stand at the same place in an address as a list's.
RESERVED = frozenset(
    {
        "submit",
        "submissions",
        "changes",
        "review",
        "status",
        "api",
        "admin",
        "audit",
        "en",
        "me",
        "people",
        "demo",
        "mine",
        "owner",
        "about",
        "accounts",
        "static",
        "lists",
        "search",
        "policy",
        # Tables whose versions stand beside those of lists.
        "catalogue",
        "reasons",
    }
)


# A record's page says these in its head and beside its grounds, wherever the list has them.
IN_THE_HEAD = frozenset({*ORGANISATION, "place", "urgency", "source_link", "source_dated"})

# Parameters every list has; a list's own filters are called something else.
EVERY_LIST = ("q", "urgency", "freshness", "stale", "sort")


# Where a list says nothing of its own.
_NEUTRAL = Words()

# The orders there are, as a list by urgency and any other list call them.
_BY_URGENCY: Mapping[str, str | Promise] = {
    "urgency": _("Most urgent"),
    "unmet": _("Longest unmet"),
    "newest": _("Newest verified"),
}
_BY_DATE: Mapping[str, str | Promise] = {"newest": _("Newest verified")}


def _given(payload: Payload) -> Payload:
    """Without what was left as it is."""
    return {name: value for name, value in payload.items() if value is not None}


def last_line(payload: Payload, before: int) -> int:
    """The highest number a line has, or had before."""
    numbers: list[int] = [line["no"] for line in payload.get("lines") or ()]
    return max([before, *numbers])


def plain(value: Any) -> Any:
    """A value as payloads hold it: days and decimals as text, all else as it is."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if hasattr(value, "isoformat") else value


def _words(name: str, value: Any) -> str:
    return "" if value is None else str(value)


@dataclass(frozen=True)
class Kind:
    """One list. `form` turns what people send into the canonical payload; `model` is its typed table.

    `identity` gives the words that say two payloads are about the same thing, or "" where nothing does.
    `sections` order the form, `show(field, value)` puts a value into words, `paste` reads lines (and what it
    could not read) out of a pasted message, `notices(payload)` what a reviewer should look at twice. `page`
    are the parts of a record's page, `summary` the fields that a row of the list shows, `words` how the list
    speaks of its things; with `own_title` a record is not called after its organisation. `filters` are the
    list's parameters by name, `orders` its orders, the first where nothing is said, `urgencies` ranks the
    words for how soon, `example` is what a person might send. `upgrades[n]` turns a
    payload of schema n into one of n + 1. `intro` is the list in one sentence, `ask` what somebody wants to
    say who reports to it; `sums(body)` are amounts that a live record adds to the list's counters, by name.
    `columns()` are those of its sheets (`supplies.cells`). `risk` is the class of a new entry.
    """

    slug: str
    label: str | Promise
    label_one: str | Promise
    model: type[Record]
    form: type[forms.Form]
    fields: Mapping[str, Field]
    facets: Callable[[Payload], Facets]
    identity: Callable[[Payload], str]
    intervals: Intervals
    intro: str | Promise = ""
    ask: str | Promise = ""
    sections: tuple[Section, ...] = ()
    page: tuple[Section, ...] = ()
    summary: tuple[str, ...] = ()
    words: Words = _NEUTRAL
    own_title: bool = False
    line_labels: Mapping[str, str | Promise] = field(default_factory=dict)
    show: Callable[[str, Any], str] = _words
    paste: Callable[[str], tuple[list[ReadLine], list[str]]] | None = None
    filters: Mapping[str, Filter] = field(default_factory=dict)
    urgencies: Mapping[str, int] = field(default_factory=dict)
    orders: Mapping[str, str | Promise] = field(default_factory=dict)
    notices: Callable[[Payload], list[str]] = lambda payload: []
    sums: Callable[[Payload], Mapping[str, int]] = lambda body: {}
    example: Mapping[str, Any] = field(default_factory=dict)
    columns: Callable[[], Sequence[Any]] = tuple
    risk: Risk = Risk.ROUTINE
    schema: int = 1
    renderer: int = 1
    upgrades: Mapping[int, Callable[[Payload], Payload]] = field(default_factory=dict)

    @property
    def sorts(self) -> Mapping[str, str | Promise]:
        """The orders the list can be read in, the usual one first."""
        return self.orders or (_BY_URGENCY if self.urgencies else _BY_DATE)

    @property
    def default_sort(self) -> str:
        """The order of whoever asks for none."""
        return next(iter(self.sorts))

    @property
    def line_form(self) -> Any:
        """The form of its lines, None in a list without lines."""
        return getattr(self.form.base_fields.get("lines"), "line_form", None)

    @property
    def line_columns(self) -> Mapping[str, str | Promise]:
        """What a line's fields are called; as in its form where the list does not say."""
        if self.line_labels or self.line_form is None:
            return self.line_labels
        fields = self.line_form.base_fields
        return {"line": _("line"), **{name: field.label for name, field in fields.items()}}

    def parts(self) -> tuple[Section, ...]:
        """The parts of a record's page; public fields that none of them names come last, so that none is lost."""
        declared = [
            replace(
                part, fields=tuple(n for n in part.fields if n not in IN_THE_HEAD and self.fields[n].public)
            )
            for part in self.page or self.sections
        ]
        named = {name for part in declared for name in part.fields} | IN_THE_HEAD
        rest = tuple(name for name, spec in self.fields.items() if spec.public and name not in named)
        return (
            *(part for part in declared if part.fields),
            *([Section("more", _("More"), rest)] if rest else ()),
        )

    def filled_in(self, data: Mapping[str, Any], record: Record | None = None) -> forms.Form:
        """The form with what was sent; lines are numbered on from those of the record it corrects."""
        form = self.form(data=data)
        if record is not None and "lines" in form.fields:
            form.fields["lines"].follow(record.lines, record.last_line)  # type: ignore[attr-defined]
        return form

    def clean(
        self, data: Mapping[str, Any], *, correcting: bool = False, record: Record | None = None
    ) -> Payload:
        """The canonical payload of what was sent; InvalidPayload names each field that does not fit.

        Whoever corrects a record cannot see what is private in it: a private field they do not send at
        all is None, "as it is"; one sent empty is emptied.
        """
        follows = (record.lines, record.last_line) if record is not None else ()
        form = self.form.reading(data, *follows)  # type: ignore[attr-defined]
        if form.errors:
            raise InvalidPayload({name: [str(e) for e in errors] for name, errors in form.errors.items()})
        payload: Payload = form.payload()
        if correcting:
            payload.update({n: None for n, spec in self.fields.items() if not spec.public and n not in data})
        return payload

    def as_it_is(self, payload: Payload) -> Payload:
        """The payload as somebody sends it who may not see what is private in it: private fields left as they are."""
        return {name: value if self.fields[name].public else None for name, value in payload.items()}

    def filled(self, payload: Payload, before: Payload | None) -> Payload:
        """The payload with private fields that were left as they are taken from the record."""
        if before is None:
            return payload
        return {n: before[n] if v is None and not self.fields[n].public else v for n, v in payload.items()}

    def readable(self, payload: Payload, schema: int) -> Payload:
        """A stored payload under today's form; InvalidPayload where it fits it no longer.

        KeyError where no road leads from its schema to today's.
        """
        for number in range(schema, self.schema):
            payload = self.upgrades[number](payload)
        return payload if schema == self.schema else self.clean(_given(payload), correcting=True)

    def given(self, payload: Payload, schema: int) -> Payload:
        """What was sent, under today's form, as it would be sent again: without what was left as it is."""
        return _given(self.readable(payload, schema))

    def public(self, payload: Payload) -> Payload:
        """The public fields only, by allow-list; the organisation is rendered apart."""
        return {
            name: payload.get(name)
            for name, spec in self.fields.items()
            if spec.public and name not in ORGANISATION
        }

    def columns_of(self, payload: Payload) -> Payload:
        """The typed table's own columns."""
        return {name: payload[name] for name in self.fields if name != "organisation"}

    def payload_of(self, record: Record) -> Payload:
        """The payload a typed record was written from."""
        payload = {}
        for name in self.fields:
            value = getattr(record, name)
            if name == "organisation":
                value = str(value.uid) if value else ""
            payload[name] = plain(value)
        return payload

    def touched(self, payload: Payload, before: Payload | None) -> list[str]:
        """The fields that change; none of a new entry, whose class is its list's."""
        if before is None:
            return []
        return [name for name in self.fields if payload.get(name) != before.get(name)]


_register: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Add a list. Its slug must be free, its fields must be those of its table, all of them classed."""
    if kind.slug in RESERVED or kind.slug in _register:
        raise ValueError(f"{kind.slug!r} is taken")
    columns = {f.name for f in kind.model._meta.concrete_fields}
    if missing := set(kind.fields) - columns:
        raise ValueError(f"{kind.slug}: no column for {sorted(missing)}")
    if taken := {*EVERY_LIST, "cursor", "limit"} & set(kind.filters):
        raise ValueError(f"{kind.slug}: no filter may be called {sorted(taken)}")
    _register[kind.slug] = kind
    return kind


def unregister(slug: str) -> None:
    """Take a list out again; for tests that add one."""
    del _register[slug]


def get(slug: str) -> Kind:
    """The list of that name, or NotFound."""
    try:
        return _register[slug]
    except KeyError:
        raise NotFound() from None


def every() -> list[Kind]:
    """All lists, in the order they were registered."""
    return list(_register.values())
