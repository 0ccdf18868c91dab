"""The workbench's fold in which a reviewer words an entry anew: proposed with a return, or applied."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from verification import drafts, presenting
from verification.drafts import Draft
from verification.kinds import Payload
from verification.models import Submission
from verification.refusals import Incomplete, InvalidPayload, Refused, Unchanged
from verification.sop import REASONS, WAITING, Action, Intent

# What the fold's two buttons say: return it with this wording, or apply it and become an author.
PROPOSE = "propose"
BUTTONS = frozenset({PROPOSE, Action.EDIT.value})


def asked(data: Mapping[str, Any]) -> bool:
    """Whether what was posted comes out of the fold: one of its buttons, or a step of its form."""
    return data.get("action", "") in BUTTONS or "step" in data


def told_in_the_fold(refused: Refused, data: Mapping[str, Any]) -> bool:
    """Whether the fold itself says what was refused, beside what was typed."""
    return asked(data) and isinstance(refused, Incomplete | InvalidPayload | Unchanged)


def worded(found: Submission, data: QueryDict) -> Payload:
    """The payload that was typed into the fold; InvalidPayload names the fields that do not fit."""
    draft = _draft(found, data)
    if not draft.valid:
        raise InvalidPayload({name: [str(e) for e in errors] for name, errors in draft.form.errors.items()})
    return draft.payload


def _draft(found: Submission, data: QueryDict | None) -> Draft:
    draft = drafts.of_submission(found)
    if data is not None:
        draft.bind(data, "send" if data.get("action") else data.get("step", ""))
    return draft


def fold(
    request: HttpRequest, found: Submission, lease: Mapping[str, Any] | None, refused: Refused | None = None
) -> SafeString | str:
    """The fold, ready to show: for whoever holds the entry, and where something typed must not be lost."""
    data = request.POST if request.method == "POST" and asked(request.POST) else None
    mine = bool(lease and lease["mine"])
    worded = found.status in WAITING and found.intent in (Intent.NEW, Intent.CORRECTION)
    if not worded or not (mine or data):
        return ""
    draft = _draft(found, data)
    if isinstance(refused, InvalidPayload) and draft.valid:
        draft.add_errors(refused.errors)
    typed: Mapping[str, Any] = data or {}
    context = {
        "kind": found.kind,
        "lease": lease,
        "open": data is not None,
        "form": draft.form,
        "fields": draft.fields(),
        "sections": draft.sections(),
        "matches": draft.matches(),
        "organisation_value": draft.organisation(),
        "reasons": presenting.choices(REASONS[Action.RETURN]),
        "reason": typed.get("reason", ""),
        "how_to_fix": typed.get("how_to_fix", ""),
        "said": str(refused) if isinstance(refused, Incomplete | Unchanged) else "",
        **draft.line_context(),
    }
    return render_to_string("_wording.html", context, request)
