"""A reviewer's proposed wording: kept with the return it came with, answered by the submitter.

Reviewers do not edit. They propose, and whoever had a hand in what is sent again leaves the steps to others.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from verification import journal, kinds, proposals
from verification.kinds import Kind, Payload
from verification.models import Event, ProposedWording, Public, Submission, User
from verification.refusals import Incomplete, MergedAway, Unchanged, WrongStatus
from verification.sop import REQUESTS, Action, Intent, Status

FORM_ONLY = _("Nothing changes but its form, spaces or the width of characters: its steps stand as they are.")
AS_SENT = _("This is the wording that was sent: change something first.")


_STEPPED = frozenset({Status.VERIFIED, Status.ENTERED})


def propose(spec: Kind, row: Submission, base: Public | None, event: Event, data: Mapping[str, Any]) -> None:
    """Keep what a reviewer proposes with this return, read by the list's own form.

    Refused: InvalidPayload, Unchanged where it says what was sent, or what the list says already.
    """
    if row.intent not in (Intent.NEW, Intent.CORRECTION):
        raise WrongStatus()  # a request has no wording of its own
    content = proposals.content_of(spec, data, base, owns_source=bool(row.source_key))
    if content["payload"] == row.payload:
        raise Unchanged(AS_SENT)
    ProposedWording.objects.create(event=event, payload=content["payload"], schema=content["schema"])


def new_content(
    row: Submission, base: Public | None, action: Action, data: Mapping[str, Any] | None, *, by: User
) -> dict[str, Any]:
    """The columns that an edit, a resubmission or a rebase of this submission changes, with its new authors.

    Refused: MergedAway, Incomplete without `data` (but for a rebase), InvalidPayload; Unchanged too where steps were
    taken and only the form differs.
    """
    spec = kinds.get(row.kind)
    if base and base.merged_into:
        raise MergedAway(into=base.merged_into)
    if base and row.intent in REQUESTS:
        asked = Event.objects.get(submission=row, action=Action.SUBMIT)
        wanted = proposals.request_of(spec, base, Intent(row.intent), asked.reason)
        return wanted | {"base_version": base.version}
    if data is None and action != Action.REBASE:
        raise Incomplete()
    proposed = proposals.brought_up_to_date(spec, row, base) if data is None else data
    owned = proposals.owns_source(spec, row.source, row.source_key, base)
    content = proposals.content_of(spec, proposed, base, owns_source=owned)
    if data is not None:
        if action == Action.EDIT and by.pk != row.submitted_by_id and content["payload"] == row.payload:
            raise Unchanged(AS_SENT)
        if row.status in _STEPPED and _pieces(content["payload"]) == _pieces(row.payload):
            raise Unchanged(FORM_ONLY)  # what was reviewed stays as it was reviewed
        content["authors"] = authors_of(row, content["payload"], by=by.pk)
    return content


def of(submission: Submission) -> ProposedWording | None:
    """The wording that waits for the submitter's answer: it came with the last return, which still stands."""
    if submission.status != Status.RETURNED:
        return None
    returned = Event.objects.filter(submission=submission, action=Action.RETURN).order_by("-pk")[:1]
    return (
        ProposedWording.objects.filter(event__in=returned.values("pk")).select_related("event__actor").first()
    )


def authors_of(row: Submission, payload: Payload, *, by: int) -> list[int]:
    """Everybody who wrote any of `payload`, which `by` sends in place of what the submission holds.

    A change of form only, spaces and the width of characters, makes nobody an author. A reviewer whose
    proposed wording was taken over, as a whole or in part, becomes one.
    """
    old, new = _pieces(row.payload), _pieces(payload)
    if old == new:
        return row.authors
    authors = [*row.authors, by]
    wording = of(row)
    if wording is not None and _takes_over(old, _pieces(wording.payload), new):
        authors.append(wording.event.actor_id)
    return list(dict.fromkeys(authors))


_Pieces = dict[tuple[Any, ...], str]


def _takes_over(old: _Pieces, proposed: _Pieces, new: _Pieces) -> bool:
    """Whether anything that was proposed, and was not so before, is so now."""
    places = {place for place in {*old, *proposed} if old.get(place) != proposed.get(place)}
    return any(new.get(place) == proposed.get(place) for place in places)


def _pieces(payload: Payload) -> _Pieces:
    """Every value, its form apart, by the place it stands at: a field, or a field of the line with that number."""
    pieces: _Pieces = {(name,): _bare(value) for name, value in payload.items() if name != "lines"}
    for line in payload.get("lines") or ():
        pieces |= {("lines", line["no"], name): _bare(value) for name, value in line.items()}
    return pieces


# A space between two figures is content: 12 3 is not 123.
_BETWEEN_FIGURES = re.compile(r"(?<=\d)\s+(?=\d)")


def _bare(value: Any) -> str:
    text = value if isinstance(value, str) else journal.canonical(value)
    parts = _BETWEEN_FIGURES.split(unicodedata.normalize("NFKC", text))
    return " ".join("".join(part.split()) for part in parts)
