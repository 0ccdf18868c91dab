"""Accepted rows through the door, some at a time. Never approved: each is a submission like any other."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from supplies.imported import SENT, Import, ImportRow, Verdict
from supplies.importing import comparing
from supplies.importing.comparing import Standing
from verification import duplicates, kinds, workflow
from verification.journal import acting
from verification.kinds import Kind
from verification.models import Submission, User
from verification.refusals import InvalidPayload, Refused, Unchanged
from verification.sop import Action, Intent, Origin, Reason, Status

BATCH: Final = 100


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
        for row in rows:
            _send_one(spec, row, by, comparing.standing(known, row.key))
        write(rows, ["verdict", "reasons", "submission", "given", "cells", "marks", "candidates"])


def write(rows: Sequence[ImportRow], columns: Sequence[str]) -> None:
    """Write these columns of the rows, in one statement."""
    ImportRow.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=columns, batch_size=500
    )


def _send_one(spec: Kind, row: ImportRow, by: User, there: Standing) -> None:
    try:
        row.submission = _act(spec, row.given or {}, row.key, by, there)
        row.verdict = Verdict.CORRECTION if there.base or there.latest else Verdict.NEW
        row.cells, row.marks, row.given, row.candidates = [], {}, None, []
    except Unchanged:
        row.verdict = Verdict.UNCHANGED
        if there.waiting is not None and there.waiting.intent == Intent.CORRECTION:
            # The row went back to what is public: what waited for review is not meant any more.
            workflow.advance([there.waiting.pk], Action.WITHDRAW, by=by, reason=Reason.SUPERSEDED)
    except InvalidPayload as refusal:
        row.verdict = Verdict.REFUSED
        row.reasons = [
            {
                "header": str(spec.fields[name].label) if name in spec.fields else "",
                "text": "",
                "reason": text,
            }
            for name, texts in refusal.errors.items()
            for text in texts
        ]
    except Refused as refusal:
        row.verdict = Verdict.HELD
        row.reasons = [{"header": "", "text": row.title, "reason": str(refusal)}, *row.reasons]


def _act(spec: Kind, given: Mapping[str, Any], key: str, by: User, there: Standing) -> Submission:
    """What waits under this key is changed; whatever else is submitted."""
    if comparing.says_the_same(spec, given, there):
        raise Unchanged()
    data = comparing.proposed(spec, given, owned=there.base is None or there.owned)
    waiting = there.waiting
    if waiting is not None and waiting.status == Status.RETURNED:
        return workflow.advance([waiting.pk], Action.RESUBMIT, by=by, data=data)[0]
    if waiting is not None and waiting.intent == Intent.NEW:
        return workflow.advance([waiting.pk], Action.EDIT, by=by, data=data)[0]
    about: dict[str, Any] = {"source": comparing.source_of(by), "source_key": key}
    if there.base is not None and not there.owned:
        about = {"record": there.base.pk}
    return workflow.submit(kind=spec.slug, data=data, by=by, origin=Origin.IMPORT, **about)
