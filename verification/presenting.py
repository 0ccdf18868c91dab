"""Payloads, differences and events in words: shapes templates can show without deciding anything."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from verification import history, reasons
from verification.history import Change, Entry
from verification.kinds import ORGANISATION, Kind, Payload
from verification.models import Event, Organisation, Public, Submission
from verification.rendering import exact
from verification.sop import Action, Origin, Reason, Role

Row = dict[str, Any]


def register_row(spec: Kind, found: Submission, before: Payload | None = None) -> list[Row]:
    """Which organisation of the register a submission is about: the public reads that one's name."""
    if "organisation" not in spec.fields:
        return []
    value, old = _registered(found.organisation), ""
    if before is not None:
        was = (
            Organisation.objects.filter(uid=before["organisation"]).first()
            if before.get("organisation")
            else None
        )
        old = _registered(was)
    changed = before is not None and old != value
    label = spec.fields["organisation"].label
    return [
        {
            "name": "organisation",
            "label": label,
            "value": value,
            "old": old,
            "changed": changed,
            "private": False,
        }
    ]


def _registered(organisation: Organisation | None) -> str:
    if organisation is None:
        return _("not in the register")
    return _("%(name)s (proven)") % {"name": organisation.name} if organisation.proven else organisation.name


def rows(spec: Kind, payload: Payload, before: Payload | None = None) -> list[Row]:
    """Every field but the lines: label, words, the words before, and whether it is private."""
    shown = []
    for name, field in spec.fields.items():
        if name in ("lines", "organisation"):
            continue
        value = spec.show(name, payload.get(name))
        old = spec.show(name, before.get(name)) if before is not None else value
        if not (value or old) and _only_for_programs(spec, name):
            continue
        shown.append(
            {
                "name": name,
                "label": field.label,
                "value": value,
                "old": old,
                "changed": old != value,
                "private": not field.public,
                "cells": _cells(payload.get(name), before.get(name) if before is not None else None),
                # A private field of a correction that its sender, who cannot see it, did not touch.
                "kept": not field.public and payload.get(name) is None,
            }
        )
    return shown


def public_words(spec: Kind, payload: Payload, names: Sequence[str]) -> list[Row]:
    """The public fields among these, or all that are given where none is named: label and words."""
    public = [n for n, field in spec.fields.items() if field.public and n not in ("lines", *ORGANISATION)]
    wanted = [n for n in public if n in names] if names else [n for n in public if payload.get(n)]
    return [{"label": spec.fields[n].label, "value": spec.show(n, payload.get(n))} for n in wanted]


def apart(shown: Sequence[Row]) -> tuple[list[Row], list[str]]:
    """The rows that say something, and the labels of those that do not."""
    said = [row for row in shown if row["value"] or row["changed"] or row["kept"]]
    return said, [str(row["label"]) for row in shown if row not in said]


def _cells(value: Any, old: Any) -> list[Row]:
    """A row of a sheet as a table of two columns, with the cell before where that was another."""
    if not isinstance(value, Mapping):
        return []
    before = old if isinstance(old, Mapping) else value
    cells = [(header, _cell(value.get(header)), _cell(before.get(header))) for header in {**value, **before}]
    return [
        {"label": header, "value": now, "old": then if then != now else ""}
        for header, now, then in cells
        if now or then
    ]


def _cell(value: Any) -> str:
    """A cell as it came: its text, its number; a list of them, one after the other."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return "\n".join(words for one in value if (words := _cell(one)))
    return "" if value is None else str(value)


def _only_for_programs(spec: Kind, name: str) -> bool:
    """Nobody is told that they left out what no page asks for."""
    field = spec.form.base_fields.get(name)
    return field is not None and field.widget.is_hidden


def lines(payload: Payload, before: Payload | None = None, spec: Kind | None = None) -> list[Row]:
    """The lines, each saying whether it was added, changed or removed against the version before.

    With `spec`, each says itself in words: what it is about, and its other fields with their labels; a changed
    line names every field that differs but the amount, which stands beside the old one.
    """
    now = {line["no"]: line for line in payload.get("lines") or ()}
    then = {line["no"]: line for line in (before or {}).get("lines") or ()} if before is not None else now
    shown = []
    for number in sorted({*now, *then}):
        new, old = now.get(number), then.get(number)
        if new is None:
            shown.append({**(old or {}), "change": "removed", "old": None})
        elif old is None:
            shown.append({**new, "change": "added", "old": None})
        elif new == old:
            shown.append({**new, "change": "", "old": None})
        else:
            was = _line_changes(spec, old, new) if spec else []
            shown.append({**new, "change": "changed", "old": old, "was": was})
    return [{**line, **_line_in_words(spec, line)} for line in shown] if spec and spec.line_form else shown


def _line_in_words(spec: Kind, line: Mapping[str, Any]) -> Row:
    """What a line is about, and its other fields but amount, standard and note, which stand apart."""
    first = spec.line_form.first_row()[0]
    apart = {first, "line", "standard", "note"} | (_ONE_AMOUNT if "amount" in line else set())
    said = {n: spec.show(n, line.get(n)) for n in spec.line_columns if n not in apart}
    facts = [{"label": spec.line_columns[name], "words": words} for name, words in said.items() if words]
    return {"what": spec.show(first, line.get(first)), "facts": facts}


def sides(spec: Kind, here: Payload, there: Payload) -> list[Row]:
    """Two entries side by side, in the public fields in which they differ; the lines in one piece."""
    shown = []
    for name, field in spec.fields.items():
        if field.public and name not in ORGANISATION:
            one, other = _side(spec, name, here.get(name)), _side(spec, name, there.get(name))
            if one != other:
                shown.append({"label": field.label, "here": one, "there": other})
    return shown


def _side(spec: Kind, name: str, value: Any) -> str:
    if name == "lines":
        return "\n".join(spec.show("line", line) for line in value or ())
    return spec.show(name, value)


# Shown together, as one amount, beside the amount before.
_ONE_AMOUNT = frozenset({"amount", "unit", "pack_size", "no"})


def _line_changes(spec: Kind, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Row]:
    names = [name for name in {**new, **old} if name not in _ONE_AMOUNT and new.get(name) != old.get(name)]
    return [
        {
            "label": spec.line_columns.get(name, name),
            "old": spec.show(name, old.get(name)),
            "new": spec.show(name, new.get(name)),
        }
        for name in names
    ]


def changes(spec: Kind, found: Sequence[Change]) -> tuple[list[Row], list[Row]]:
    """Differences in words: those of content, and those of form only (spaces, width)."""
    real: list[Row] = []
    format_only: list[Row] = []
    for change in found:
        row = {
            "label": _label(spec, change),
            "old": _value(spec, change, 0),
            "new": _value(spec, change, 1),
        }
        (format_only if change.format_only else real).append(row)
    return real, format_only


def _label(spec: Kind, change: Change) -> str:
    if change.line is None:
        # What a body says besides the list's own fields.
        common = {"organisation": _("institution"), "origin": _("origin")}
        field = spec.fields.get(change.field)
        return common.get(change.field) or (str(field.label) if field else change.field)
    what = spec.line_columns.get(change.field, change.field)
    parts = [_("Line %(number)d") % {"number": change.line}, spec.show("item", change.item)]
    if change.field != "line":
        parts.append(str(what))
    return " · ".join(part for part in parts if part)


def _value(spec: Kind, change: Change, side: int) -> str:
    """The value before (0) or after (1), in words; an amount with the unit of its line."""
    value = (change.old, change.new)[side]
    if change.field == "organisation" and isinstance(value, Mapping):
        return organisation_words({"organisation": value})
    if change.field == "origin" and value in Origin.values:
        return str(Origin(value).label)
    if change.field == "amount" and change.lines:
        return spec.show("line_amount", change.lines[side])
    return spec.show(change.field, value)


def organisation_words(body: Mapping[str, Any]) -> str:
    """The organisation a body names, and whether it is proven."""
    named = body["organisation"]
    shown = str(named.get("name", ""))
    return _("%(name)s (proven)") % {"name": shown} if named.get("proven") else shown


def of_record(spec: Kind, entries: Iterable[Entry]) -> list[Row]:
    """A record's history as the timeline shows it, newest first."""
    return [_record_entry(spec, entry) for entry in entries]


def _record_entry(spec: Kind, entry: Entry) -> Row:
    real, format_only = changes(spec, entry.changes)
    verified = (entry.body or {}).get("verified", {}) if entry.action == Action.PUBLISH else {}
    return {
        "seq": entry.seq,
        "at": exact(entry.at),
        "action": entry.action,
        "sentence": _sentence(entry),
        "person": verified or person_of(entry),
        "version": entry.version,
        "reason": reason_words(entry.reason),
        # Of the two records that were made one, the other.
        "other_url": _history_url(spec, entry.related) if entry.related else "",
        "how_to_fix": "",
        "note": entry.text,
        "grounds": verified.get("grounds", []),
        "changes": real,
        "format_changes": format_only,
    }


def person_of(entry: Entry) -> Row:
    """Who did it, in public words; whoever used an owner link has no name."""
    if entry.by_link:
        return {"by": "", "role": entry.role, "organisation": _("through its owner link")}
    return {"by": entry.by, "role": entry.role, "organisation": ""}


def _history_url(spec: Kind, uid: UUID) -> str:
    return reverse("record_history", kwargs={"kind": spec.slug, "uid": uid})


_SENTENCES: Final[Mapping[Action, str | Promise]] = {
    Action.PUBLISH: gettext_lazy("Published."),
    Action.TAKE_DOWN: gettext_lazy("Taken down."),
    Action.SECOND_LOOK: gettext_lazy("A second person looked at it and found it right."),
    Action.RERENDER: gettext_lazy("Shown anew; nothing in it changed."),
    Action.CONFIRM: gettext_lazy("Confirmed as still true."),
    Action.MERGE: gettext_lazy("Merged into another entry."),
    Action.ABSORB: gettext_lazy("Another entry was merged into this one."),
    Action.UNMERGE: gettext_lazy("An entry of its own again."),
    Action.LET_GO: gettext_lazy("An entry that was merged into this one stands by itself again."),
}


def _sentence(entry: Entry) -> str:
    if entry.returned_to is not None:
        return _("Published; it says again what version %(version)d said.") % {"version": entry.returned_to}
    return str(_SENTENCES[entry.action])


def of_submission(events: Iterable[Event], *, for_reviewer: bool) -> list[Row]:
    """A submission's life, newest first. Notes between reviewers are shown to reviewers only."""
    shown = []
    for event in events:
        if event.action == Action.DOUBT and not for_reviewer:
            continue  # nothing became of it
        to_submitter = event.action in (Action.RETURN, Action.REJECT)
        note = event.private_text if for_reviewer and not to_submitter else ""
        role = _("you") if not for_reviewer and event.role == Role.SUBMITTER else ""
        shown.append(
            {
                "at": exact(event.at),
                "action": event.action,
                "sentence": Action(event.action).label,
                "person": {"by": event.actor.pseudonym, "role": event.role, "organisation": role},
                "version": event.version,
                "reason": reason_words(event.reason),
                "how_to_fix": event.private_text if to_submitter else "",
                "note": note or event.public_text,
                "grounds": event.answers.get("grounds", []),
                "changes": None,
                "format_changes": [],
            }
        )
    return shown[::-1]


def reason_words(code: str) -> str:
    """The words for a reason code; the code itself where it is none of ours."""
    return reasons.words(code)


def difference(spec: Kind, before: Payload, after: Payload) -> tuple[list[Row], list[Row]]:
    """What a submission changes against what is published, in words."""
    return changes(spec, history.compare(before, after))


def rewording(spec: Kind, sent: Payload, proposed: Payload) -> tuple[list[Row], list[Row]]:
    """What a proposed wording changes against what was sent, in words, private fields included."""
    return changes(spec, history.compare(_named(spec, sent), _named(spec, proposed)))


def _named(spec: Kind, payload: Payload) -> Payload:
    """The payload with its organisation by name, and words where something private stays as the record has it."""
    left = {n: _("left as it is") for n, v in payload.items() if v is None and not spec.fields[n].public}
    uid = payload.get("organisation")
    found = Organisation.objects.filter(uid=uid).first() if uid else None
    named = {"organisation": {"name": _registered(found)}} if "organisation" in payload else {}
    return {**payload, **named, **left}


def choices(codes: Iterable[Reason]) -> list[Row]:
    """Reason codes for a select, those switched off left out; `fix` is what one may write to the sender."""
    return [
        {"value": code.value, "label": reasons.words(code), "fix": reasons.how_to_fix(code)}
        for code in codes
        if not reasons.is_off(code)
    ]


def body(row: Public) -> Row:
    """A public row as templates show it: its body, with the freshness stored beside it."""
    return {**json.loads(row.body), "freshness": row.freshness, "uid": str(row.uid)}
