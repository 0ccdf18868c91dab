"""The policy in words: what each class asks for, what each list's fields count as, what another version changes."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from verification import kinds, rules
from verification.kinds import Kind
from verification.models import Policy
from verification.rendering import exact
from verification.rules import ClassRules, Rules
from verification.sop import SOP_VERSION, Risk

Row = dict[str, Any]

LABELS: Final[Mapping[str, str | Promise]] = {
    "people": gettext_lazy("Who takes the two steps"),
    "outsiders": gettext_lazy("From outside"),
    "call_back": gettext_lazy("Call-back"),
    "cooling_new": gettext_lazy("Cooling-off, new entry"),
    "cooling_change": gettext_lazy("Cooling-off, change"),
    "note": gettext_lazy("Note that it changed"),
}


def of_class(told: ClassRules) -> Row:
    """What a class asks for, rule by rule."""
    return {name: _said(name, getattr(told, name)) for name in LABELS}


def _said(name: str, value: Any) -> str:
    if name == "people":
        return _("two people") if value == 2 else _("one person may take both")
    if name == "outsiders":
        return (
            _("both from outside the author's and each other's organisation") if value else _("not asked for")
        )
    if name == "call_back":
        return _("the institution is called back on a public line") if value else _("not asked for")
    if name == "note":
        return _hours(value) if value else _("no note")
    return _hours(value) if value else _("none: public within a second")


def _hours(number: int) -> str:
    return ngettext("%(n)d hour", "%(n)d hours", number) % {"n": number}


def classes(now: Rules) -> list[Row]:
    """Every class with its rules, from the least to the most dangerous."""
    return [
        {"name": risk.name.lower(), "label": risk.label, **of_class(now.classes[risk])}
        for risk in sorted(Risk)
    ]


def lists(now: Rules) -> list[Row]:
    """Of every list, of which class a new entry is, and a change of each field."""
    return [
        {
            "kind": spec.slug,
            "label": spec.label,
            "new": now.of_new(spec).label,
            "fields": [
                {"label": risk.label, "fields": [spec.fields[name].label for name in names]}
                for risk in sorted(Risk, reverse=True)
                if (names := [name for name in spec.fields if now.of_field(spec, name) == risk])
            ],
        }
        for spec in kinds.every()
    ]


def differences(before: Rules, after: Rules) -> list[Row]:
    """What the later one changes: what it is about, the words before, the words after."""
    found = []
    for risk in sorted(Risk):
        old, new = of_class(before.classes[risk]), of_class(after.classes[risk])
        for name, words in LABELS.items():
            if old[name] != new[name]:
                found.append({"label": f"{risk.label} · {words}", "old": old[name], "new": new[name]})
    for spec in kinds.every():
        found += _of_list(spec, before, after)
    return found


def _of_list(spec: Kind, before: Rules, after: Rules) -> list[Row]:
    pairs = [(_("new entry"), before.of_new(spec), after.of_new(spec))]
    pairs += [
        (str(f.label), before.of_field(spec, n), after.of_field(spec, n)) for n, f in spec.fields.items()
    ]
    changed = [(what, old, new) for what, old, new in pairs if old != new]
    return [
        {"label": f"{spec.label} · {what}", "old": old.label, "new": new.label} for what, old, new in changed
    ]


def versions(rows: list[Policy]) -> list[Row]:
    """The history, newest first: who proposed and adopted what, why, and what it changed against what was in force."""
    shown: list[Row] = []
    before: Rules | None = None
    for row in sorted(rows, key=lambda one: one.version):
        read = rules.read_leniently(row.version, row.content)
        shown.append(
            {
                "row": row,
                "changes": differences(before, read) if before else [],
                "proposed_by": row.proposed_by.pseudonym,
                "adopted_by": row.adopted_by.pseudonym if row.adopted_by else "",
                "declined_by": row.declined_by.pseudonym if row.declined_by else "",
                "shipped": row.proposed_by.is_robot,
            }
        )
        before = read if row.adopted_at else before
    return shown[::-1]


def as_json(row: Policy, now: Rules) -> Row:
    """The policy in force for programs: as it is written, and the class of every field of every list."""
    return {
        "version": row.version,
        "fingerprint": row.fingerprint,
        "adopted_at": exact(row.adopted_at),
        "reason": row.reason,
        "sop_version": SOP_VERSION,
        "classes": row.content["classes"],
        "lists": {
            spec.slug: {
                "new": now.of_new(spec).name.lower(),
                "fields": {name: now.of_field(spec, name).name.lower() for name in spec.fields},
            }
            for spec in kinds.every()
        },
    }
