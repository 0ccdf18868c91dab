"""The register of lists: what a list declares of itself, so that nothing else needs to know it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypedDict

from django import forms
from django.utils.functional import Promise

from verification.models import Record
from verification.refusals import InvalidPayload, NotFound
from verification.sop import Risk

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
        "en",
        "me",
        "demo",
        "mine",
        "about",
        "accounts",
        "static",
        "lists",
        "search",
    }
)


@dataclass(frozen=True)
class Field:
    """How a field of the payload is classed: may the public see it, and what harm does a wrong change do."""

    label: str | Promise
    public: bool
    risk: Risk = Risk.ROUTINE


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
    """What a payload offers to filters, sorting and search; `traits` to find what may be the same.

    A trait is what else two alike entries share: {"phone": numbers, "address": (where,)}, each written one way
    only. It may come from private fields: the core keeps keyed digests and works out itself which are public.
    """

    title: str
    places: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    urgency: int = 0
    words: tuple[str, ...] = ()
    traits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """A part of the form: one page on a telephone, one group on a wide screen."""

    id: str
    title: str | Promise
    fields: tuple[str, ...]
    intro: str | Promise = ""


@dataclass(frozen=True)
class Filter:
    """A parameter of the list: the kind of token it asks for ("place"), and the codes it takes."""

    token: str
    known: Callable[[str], bool]
    label: str | Promise = ""


class ReadLine(TypedDict):
    """A line read out of pasted text: the piece, what a person has to look at, the line, its amount as written."""

    text: str
    doubt: str
    line: dict[str, Any]
    text_amount: str


def _given(payload: Payload) -> Payload:
    """Without what was left as it is."""
    return {name: value for name, value in payload.items() if value is not None}


def last_line(payload: Payload, before: int) -> int:
    """The highest number a line has, or had before."""
    numbers: list[int] = [line["no"] for line in payload.get("lines") or ()]
    return max([before, *numbers])


def _words(name: str, value: Any) -> str:
    return "" if value is None else str(value)


@dataclass(frozen=True)
class Kind:
    """One list. `form` turns what people send into the canonical payload; `model` is its typed table.

    `identity` gives the words that say two payloads are about the same thing, or "" where nothing does.
    `sections` order the form, `show(field, value)` puts a value into words, `paste` reads lines (and what it
    could not read) out of a pasted message, `filter_options(place)` is what the filter bar offers,
    `notices(payload)` what a reviewer should look at twice. `filters` are the list's parameters by name,
    `urgencies` ranks the words for how soon, `example` is what a person might send. `upgrades[n]` turns a
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
    line_labels: Mapping[str, str | Promise] = field(default_factory=dict)
    show: Callable[[str, Any], str] = _words
    paste: Callable[[str], tuple[list[ReadLine], list[str]]] | None = None
    filters: Mapping[str, Filter] = field(default_factory=dict)
    urgencies: Mapping[str, int] = field(default_factory=dict)
    filter_options: Callable[[str], dict[str, Any]] = lambda place: {}
    notices: Callable[[Payload], list[str]] = lambda payload: []
    sums: Callable[[Payload], Mapping[str, int]] = lambda body: {}
    example: Mapping[str, Any] = field(default_factory=dict)
    columns: Callable[[], Sequence[Any]] = tuple
    risk: Risk = Risk.ROUTINE
    schema: int = 1
    renderer: int = 1
    upgrades: Mapping[int, Callable[[Payload], Payload]] = field(default_factory=dict)

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
        form = self.filled_in(data, record)
        if not form.is_valid():
            raise InvalidPayload({name: [str(e) for e in errors] for name, errors in form.errors.items()})
        payload: Payload = form.payload()  # type: ignore[attr-defined]
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
            payload[name] = value.isoformat() if hasattr(value, "isoformat") else value
        return payload

    def risk_of(self, payload: Payload, before: Payload | None) -> Risk:
        """The highest class among the fields that change; of a new entry, its list's."""
        if before is None:
            return self.risk
        changed = (spec.risk for name, spec in self.fields.items() if payload.get(name) != before.get(name))
        return max(changed, default=Risk.ROUTINE)


_register: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Add a list. Its slug must be free, its fields must be those of its table, all of them classed."""
    if kind.slug in RESERVED or kind.slug in _register:
        raise ValueError(f"{kind.slug!r} is taken")
    columns = {f.name for f in kind.model._meta.concrete_fields}
    if missing := set(kind.fields) - columns:
        raise ValueError(f"{kind.slug}: no column for {sorted(missing)}")
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
