"""A form being filled in: new, a correction, an answer to a return. Nothing is stored until it is sent."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _

from verification import kinds, organisations, presenting
from verification.forms import LineForm, LinesField, rows_of
from verification.kinds import Kind, Payload, Section
from verification.models import Organisation, Public, Record, Submission
from verification.refusals import NotFound, WrongStatus
from verification.sop import HIDING, Intent, State, Status

Data = Mapping[str, Any]
# Stages at which what was typed is judged; before, it is only carried along.
_JUDGED = ("check", "send")


class Draft:
    """The form of one list, what it starts from, and what was typed into it."""

    def __init__(
        self,
        spec: Kind,
        start: Payload,
        *,
        record: Public | None = None,
        submission: Submission | None = None,
    ) -> None:
        self.spec = spec
        self.start = start
        self.record = record
        self.submission = submission
        self.form: forms.Form = spec.form(initial=start)
        self.typed: Data | None = None
        self.stored: Record | None = None
        self.paste = ""
        self.unread: list[str] = []
        self._rows: list[dict[str, Any]] = _rows_of_payload(spec, start)

    def bind(self, data: Data | None, step: str) -> None:
        """Take what was typed: judged at *check* and *send*; *read* puts pasted lines into the table.

        A message that was pasted and not yet put into the table is put there before it is judged.
        """
        if data is None:
            return
        self.typed = data
        self.paste = str(data.get("paste", ""))
        self._rows = rows_of(data, "lines")
        judged = step in _JUDGED
        if step == "read" or (judged and self.paste.strip() and not self._rows):
            self._add_pasted()
            data = {**_flat(data), "lines": self._rows}
        if step == "add_line":
            self._rows.append(_empty_row(self._rows))
        if judged:
            self.form = self.spec.filled_in(data, self.stored)
            self.form.is_valid()
        else:
            self.form = self.spec.form(initial=_flat(data))

    @property
    def valid(self) -> bool:
        """Whether everything typed was judged and fits."""
        return self.form.is_bound and self.form.is_valid()

    @property
    def payload(self) -> Payload:
        """The payload of a valid draft. A private field left blank in a correction stays as it is."""
        payload: Payload = self.form.payload()  # type: ignore[attr-defined]
        if self.record is None:
            return payload
        return {name: value for name, value in payload.items() if value or self.spec.fields[name].public}

    def value(self, name: str) -> str:
        """What stands in a field now."""
        source = self.typed if self.typed is not None else self.start
        return str(source.get(name) or "")

    def add_errors(self, errors: Mapping[str, Sequence[str]]) -> None:
        """Show a refusal of the whole at its fields."""
        for name, sentences in errors.items():
            self.form.add_error(name if name in self.form.fields else None, list(sentences))

    def sections(self) -> list[dict[str, Any]]:
        """The parts of the form in order of asking."""
        parts = self.spec.sections or (Section("all", self.spec.label_one, tuple(self.form.fields)),)
        return [
            {
                "id": part.id,
                "title": part.title,
                "intro": part.intro,
                "fields": [self.form[name] for name in part.fields if name not in ("organisation", "lines")],
                "organisation": "organisation" in part.fields,
                "lines": "lines" in part.fields,
            }
            for part in parts
        ]

    def fields(self) -> list[forms.BoundField]:
        """All fields in order of asking: what does not fit is listed as one comes upon it."""
        asked = [name for part in self.spec.sections for name in part.fields if name in self.form.fields]
        return [self.form[name] for name in (*asked, *(n for n in self.form.fields if n not in asked))]

    def answers(self) -> list[dict[str, Any]]:
        """A valid draft's answers, part by part, to be checked before sending."""
        rows = {row["name"]: row for row in presenting.rows(self.spec, self.payload)}
        if chosen := _chosen(self.payload):
            rows["organisation"] = {"label": self.form["organisation"].label, "value": chosen.name}
        rows["lines"] = {
            "label": self.form.fields["lines"].label if "lines" in self.form.fields else "",
            "value": self.spec.show("lines", self.payload.get("lines")),
            "lines": presenting.lines(self.payload, spec=self.spec),
        }
        return [
            {
                "section_id": part.id,
                "title": part.title,
                "rows": [rows[name] for name in part.fields if name in rows and rows[name]["label"]],
            }
            for part in self.spec.sections
        ]

    def matches(self) -> list[dict[str, Any]]:
        """Organisations that go by the name typed."""
        name = self.value("organisation_name") if self.typed is not None else ""
        return matches(self.spec, organisations.search(name)) if name else []

    def organisation(self) -> str:
        """The organisation that is chosen; before anything was, the one that goes by the very name typed."""
        if self.typed is None or "organisation" in self.typed:
            return self.value("organisation")
        return the_one_meant(self.value("organisation_name"))

    def line_context(self) -> dict[str, Any]:
        """What the table of lines shows."""
        field = self.form.fields.get("lines")
        if not isinstance(field, LinesField):
            return {}
        own = [str(e) for e in self.form.errors.get("lines", [])] if self.form.is_bound else []
        shown = [self._editable(field.line_form, row) for row in self._rows or [_empty_row([])]]
        return {
            "lines": shown,
            "empty_line": self._editable(field.line_form, {"index": "__n__"}),
            "lines_error": "" if any(line["wrong"] for line in shown) else " ".join(own),
            "suggestions": field.line_form.suggestions(),
            "words": self.spec.words,
            "pasting": self.spec.paste is not None,
            "paste": self.paste,
            "preview": [],
            "unread": self.unread,
        }

    def preview(self, text: str) -> dict[str, Any]:
        """What was read out of pasted text, and what was not."""
        if self.spec.paste is None:
            return {"read": [], "unread": []}
        read, unread = self.spec.paste(text)
        return {
            "read": [{**line["line"], "text": line["text"], "doubt": line["doubt"]} for line in read],
            "unread": unread,
        }

    def _add_pasted(self) -> None:
        """Add what can be read to the table; what cannot stays in the box."""
        if self.spec.paste is None:
            return
        self._rows = [row for row in self._rows if any(row[name] for name in row if name not in _NOT_TYPED)]
        read, self.unread = self.spec.paste(self.paste)
        self.paste = "，".join(self.unread)
        for line in read:
            self._rows.append({**_empty_row(self._rows), **line["line"], "amount": line["text_amount"]})

    def _editable(self, line_form: type[LineForm], row: Mapping[str, Any]) -> dict[str, Any]:
        """A line of the editor: its fields in two groups, judged where the whole is."""
        prefix, judged = f"lines-{row['index']}", self.form.is_bound and bool(self._rows)
        typed = {name: value for name, value in row.items() if name in line_form.base_fields}
        shown = line_form(
            {f"{prefix}-{name}": value for name, value in typed.items()} if judged else None,
            initial=typed,
            prefix=prefix,
            auto_id="%s",
        )
        read = shown.cleaned_data.get("amount") if judged and shown.is_valid() else None
        if read:
            words = self.spec.show("line_amount", shown.cleaned_data)
            shown.fields["amount"].help_text = _("read as %(read)s") % {"read": words}
        first = line_form.first_row()
        more = [shown[name] for name in shown.fields if name not in first]
        return {
            "index": row["index"],
            "no": row.get("no") or "",
            "main": [shown[name] for name in first],
            "more": more,
            "open": any(field.errors or field.value() not in (None, "", False) for field in more),
            "wrong": bool(shown.errors) if judged else False,
        }


def new(spec: Kind) -> Draft:
    """An empty form."""
    return Draft(spec, {})


def correction(spec: Kind, record: UUID) -> Draft:
    """The form filled with a record as it is, to be corrected, or brought back where it was taken down."""
    row = Public.objects.filter(pk=record, kind=spec.slug).exclude(state=State.MERGED).first()
    if row is None:
        raise NotFound()
    stored = spec.model._default_manager.select_related("organisation").get(uid=record)
    payload = spec.payload_of(stored)
    # What was taken down because it showed something private is shown to nobody again.
    start = {} if row.gone_reason in HIDING else _without_private(spec, payload)
    draft = Draft(spec, start, record=row)
    draft.stored = stored
    return draft


def of_submission(submission: Submission, *, start: Payload | None = None) -> Draft:
    """The form filled with what was sent, or with `start`: to be put right by its sender, or reworded by a reviewer."""
    if submission.status not in (
        Status.RETURNED,
        Status.COLLECTED,
        Status.VERIFIED,
    ) or submission.intent not in (Intent.NEW, Intent.CORRECTION):
        raise WrongStatus()
    spec = kinds.get(submission.kind)
    base = Public.objects.filter(pk=submission.record).first() if submission.base_version else None
    draft = Draft(spec, start or submission.payload, record=base, submission=submission)
    draft.stored = spec.model._default_manager.filter(uid=submission.record).first()
    return draft


def matches(spec: Kind, found: Sequence[Organisation]) -> list[dict[str, Any]]:
    """Organisations to choose from."""
    return [
        {"uid": str(o.uid), "name": o.name, "place": spec.show("place", o.place), "why": ""} for o in found
    ]


def the_one_meant(name: str) -> str:
    """The uid of the one organisation that goes by exactly this name, or "": chosen for whoever types it."""
    found = organisations.the_one_named(name) if name.strip() else None
    return str(found.uid) if found else ""


def _chosen(payload: Payload) -> Organisation | None:
    """The organisation of the register that was chosen in the form."""
    uid = payload.get("organisation")
    return Organisation.objects.filter(uid=uid).first() if uid else None


def _without_private(spec: Kind, payload: Payload) -> Payload:
    """Anybody may correct a record, so what is private in it starts out empty."""
    return {name: value for name, value in payload.items() if spec.fields[name].public}


def _rows_of_payload(spec: Kind, payload: Payload) -> list[dict[str, Any]]:
    rows = []
    for index, line in enumerate(payload.get("lines") or ()):
        amount = {"amount": _as_typed(spec, line["amount"])} if "amount" in line else {}
        rows.append({**line, "index": index, **amount})
    return rows


def _as_typed(spec: Kind, amount: Mapping[str, Any]) -> str:
    """The amount as it was written, where that still reads as the same; a sheet's "1" stands for any number."""
    try:
        read = deepcopy(spec.line_form.base_fields["amount"]).clean(amount["text"])
    except forms.ValidationError:
        read = {}
    same = all(read.get(name) == amount[name] for name in ("kind", "low", "high"))
    return str(amount["text"]) if same else spec.show("amount", amount)


# What a row of the editor holds besides what was typed into it.
_NOT_TYPED = frozenset({"index", "no"})


def _empty_row(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"index": max((row["index"] for row in rows), default=-1) + 1}


def _flat(data: Data) -> dict[str, Any]:
    return {name: data[name] for name in data if not name.startswith("lines")}
