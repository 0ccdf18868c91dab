"""Privileged acts in words: what the coordinators' audit, its file and everybody's own page say of each."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from verification import kinds, reasons
from verification.audit import Named
from verification.csv_cells import cell
from verification.models import Event
from verification.rendering import exact
from verification.sop import Action, Role

Row = dict[str, Any]

# Acts that take several people say which step of them an event is.
_STEPS: Final[Mapping[str, str | Promise]] = {
    "proposed": gettext_lazy("proposed"),
    "confirmed": gettext_lazy("confirmed by a second person"),
    "done": gettext_lazy("carried out"),
    "withdrawn": gettext_lazy("the proposal was withdrawn"),
    "declined": gettext_lazy("declined"),
    "revoked": gettext_lazy("taken back"),
}


def in_words(events: Sequence[Event], names: Named) -> list[Row]:
    """Each act as pages show it."""
    return [_row(event, names) for event in events]


def _row(event: Event, names: Named) -> Row:
    action = Action(event.action)
    record = names.records.get(event.record) if event.record else None
    return {
        "id": event.pk,
        "at": exact(event.at),
        "action": action.value,
        "sentence": str(action.label),
        "step": str(_STEPS.get(event.answers.get("step", ""), "")),
        "by": event.actor.pseudonym,
        "role": str(Role(event.role).label),
        "person": names.people.get(event.person, "") if event.person else "",
        "organisation": names.organisations.get(event.organisation, "") if event.organisation else "",
        "list": str(kinds.get(event.kind).label_one) if event.kind else "",
        "record": str(event.record or ""),
        "record_url": reverse("record", kwargs={"kind": record.kind, "uid": record.uid}) if record else "",
        "changed": _changed(event.answers),
        "reason": reasons.words(event.reason) if event.reason else "",
        "text": event.public_text,
    }


def _changed(answers: Mapping[str, Any]) -> str:
    """What an edit of a table touched: the table, the row's code, the fields by their names."""
    try:
        model = apps.get_model(answers.get("table", ""))
    except (LookupError, ValueError):
        return ""
    fields = [_field(model, name) for name in answers.get("fields", ())]
    words = [str(model._meta.verbose_name), answers.get("row", ""), *fields]
    return " · ".join(filter(None, words))


def _field(model: type[Model], name: str) -> str:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return name
    return str(_BESIDE.get(name) or getattr(field, "verbose_name", name))


# What is edited beside a row, in tables of its own.
_BESIDE: Final[Mapping[str, str | Promise]] = {"aliases": gettext_lazy("other names")}


_COLUMNS: Final[Mapping[str, str | Promise]] = {
    "id": gettext_lazy("Number"),
    "at": gettext_lazy("Time"),
    "action": gettext_lazy("Code"),
    "sentence": gettext_lazy("What was done"),
    "step": gettext_lazy("Step"),
    "by": gettext_lazy("Who"),
    "role": gettext_lazy("Role"),
    "person": gettext_lazy("Person concerned"),
    "organisation": gettext_lazy("Organisation concerned"),
    "list": gettext_lazy("Entry of"),
    "record": gettext_lazy("Record"),
    "changed": gettext_lazy("What was changed"),
    "reason": gettext_lazy("Reason"),
    "text": gettext_lazy("Public note"),
}


def csv_head() -> str:
    """The first line of the file; with the mark by which spreadsheets know UTF-8."""
    return "\ufeff" + ",".join(cell(str(label)) for label in _COLUMNS.values()) + "\r\n"


def csv_lines(events: Sequence[Event], names: Named) -> Iterator[str]:
    """A line for each act, nothing in it that a spreadsheet would run; times with their zone."""
    for event in events:
        row = _row(event, names) | {"at": timezone.localtime(event.at).isoformat(timespec="seconds")}
        yield ",".join(cell(row[name]) for name in _COLUMNS) + "\r\n"
