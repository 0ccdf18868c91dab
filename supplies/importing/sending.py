"""Accepted rows through the door, some at a time. Never approved: each is a submission like any other."""

from typing import Final

from supplies.imported import SENT, Import, ImportRow, Verdict
from supplies.importing import comparing, writing
from supplies.importing.comparing import Standing
from verification import duplicates, kinds, workflow
from verification.journal import acting
from verification.kinds import Kind, Payload
from verification.models import Submission, User
from verification.refusals import InvalidPayload, Refused, Unchanged
from verification.sop import Action, Intent, Origin, Reason, Status
from verification.submitting import Sent

BATCH: Final = 500
_SENT: Final = ("verdict", "reasons", "submission_id", "given", "payload", "cells", "marks", "candidates")


def send_some(batch: Import) -> int:
    """Submit the next accepted rows after the cursor; returns the number of the last one."""
    rows = batch.lines.filter(number__gt=batch.cursor, verdict__in=SENT, submission=None)
    taken = list(rows.order_by("number")[:BATCH])
    if not taken:
        return batch.rows
    send(kinds.get(batch.kind), taken, by=batch.by, request_id=batch.uid.hex)
    return taken[-1].number


def send(spec: Kind, rows: list[ImportRow], *, by: User, request_id: str) -> None:
    """Submit these rows, each by itself: what is refused for one leaves the others as they are.

    One person's rows go one batch after another, so that no key is ever sent twice.
    """
    with acting(by=by, reason=Action.SUBMIT, request_id=request_id):
        duplicates.hold([comparing.source_of(by)])
        known = comparing.look_up(spec, by, [(row.key, row.digest) for row in rows])
        there = [comparing.standing(known, row.key) for row in rows]
        said = [
            (row.given or {}, _payload(spec, row), stands) for row, stands in zip(rows, there, strict=True)
        ]
        same = comparing.say_the_same(spec, said)
        going: list[tuple[ImportRow, Standing]] = []
        for row, stands, repeats in zip(rows, there, same, strict=True):
            if repeats or stands.changes_what_waits:
                _settle(spec, row, stands, _changed(spec, row, stands, by, same=repeats), by)
            else:
                going.append((row, stands))
        sent = [_sent(spec, row, stands, by) for row, stands in going]
        taken = workflow.submit_many(sent, kind=spec.slug, by=by, origin=Origin.IMPORT)
        for (row, stands), answer in zip(going, taken, strict=True):
            _settle(spec, row, stands, answer, by)
        writing.update(rows, _SENT)


def _sent(spec: Kind, row: ImportRow, there: Standing, by: User) -> Sent:
    data = comparing.proposed(spec, row.given or {}, owned=there.base is None or there.owned)
    if there.base is not None and not there.owned:
        return Sent(data, record=there.base.pk)
    payload = _payload(spec, row)
    return Sent(data, source=comparing.source_of(by), source_key=row.key, payload=payload, schema=spec.schema)


def _payload(spec: Kind, row: ImportRow) -> Payload | None:
    """What the list's form of today made of the row when it was judged."""
    return row.payload if row.schema == spec.schema else None


def _changed(spec: Kind, row: ImportRow, there: Standing, by: User, *, same: bool) -> Submission | Refused:
    """What waits under this row's key says now what the row says; Unchanged where it does already."""
    waiting = there.waiting
    if same or waiting is None:
        return Unchanged()
    data = comparing.proposed(spec, row.given or {}, owned=there.base is None or there.owned)
    action = Action.RESUBMIT if waiting.status == Status.RETURNED else Action.EDIT
    try:
        return workflow.advance([waiting.pk], action, by=by, data=data)[0]
    except Refused as refusal:
        return refusal


def _settle(spec: Kind, row: ImportRow, there: Standing, answer: Submission | Refused, by: User) -> None:
    """Write into the row what became of it."""
    if isinstance(answer, Submission):
        row.submission = answer
        row.verdict = Verdict.CORRECTION if there.base or there.latest else Verdict.NEW
        row.cells, row.marks, row.given, row.payload, row.candidates = [], {}, None, None, []
    elif isinstance(answer, Unchanged):
        row.verdict = Verdict.UNCHANGED
        if there.waiting is not None and there.waiting.intent == Intent.CORRECTION:
            # The row went back to what is public: what waited for review is not meant any more.
            workflow.advance([there.waiting.pk], Action.WITHDRAW, by=by, reason=Reason.SUPERSEDED)
    elif isinstance(answer, InvalidPayload):
        row.verdict = Verdict.REFUSED
        row.reasons = [
            {
                "header": str(spec.fields[name].label) if name in spec.fields else "",
                "text": "",
                "reason": text,
            }
            for name, texts in answer.errors.items()
            for text in texts
        ]
    else:
        row.verdict = Verdict.HELD
        row.reasons = [{"header": "", "text": row.title, "reason": str(answer)}, *row.reasons]
