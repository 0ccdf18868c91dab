"""What the sender says to a row that is held: send it as it was read, it corrects that entry, leave it out."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from supplies.imported import Answer, Import, ImportRow, Stage, Verdict
from supplies.importing import comparing, sending
from verification import kinds, workflow
from verification.models import User
from verification.refusals import NotFound, WrongStatus
from verification.sop import Origin

# While rows are judged or sent nobody answers for one.
_OPEN = (Stage.READY, Stage.DONE)


def answer(batch: Import, number: int, said: Answer, *, by: User, record: UUID | None = None) -> ImportRow:
    """Take the sender's answer to one held row; `record` is the entry it corrects, one of its candidates.

    Refused: NotFound, WrongStatus where it waits for no answer, and whatever the door refuses.
    """
    with transaction.atomic():
        found = Import.objects.select_for_update().filter(pk=batch.pk, by=by).first()
        if found is None:
            raise NotFound()
        row = ImportRow.objects.select_for_update().filter(batch=found, number=number).first()
        if row is None:
            raise NotFound()
        if found.stage not in _OPEN or row.verdict != Verdict.HELD or row.answer != Answer.NONE:
            raise WrongStatus()
        _take(found, row, said, by, record)
        Import.objects.filter(pk=found.pk).update(changed_at=timezone.now())
    return row


def _take(batch: Import, row: ImportRow, said: Answer, by: User, record: UUID | None) -> None:
    spec, request_id = kinds.get(batch.kind), batch.uid.hex
    row.answer = said
    if said == Answer.SEND:
        sending.send(spec, [row], by=by, request_id=request_id)
    elif said == Answer.CORRECT:
        if str(record) not in {one["uid"] for one in row.candidates}:
            raise NotFound()
        row.submission = workflow.submit(
            kind=spec.slug,
            data=comparing.proposed(spec, row.given or {}, owned=False),
            by=by,
            record=record,
            origin=Origin.IMPORT,
            request_id=request_id,
        )
        row.verdict = Verdict.CORRECTION
        row.cells, row.given, row.payload, row.candidates = [], None, None, []
    elif said == Answer.DROP:
        row.verdict = Verdict.REFUSED
        row.given = row.payload = None
        row.reasons = [{"header": "", "text": row.title, "reason": _("Left out by you.")}, *row.reasons]
    else:
        raise WrongStatus()
    if row.verdict == Verdict.HELD:
        row.answer = Answer.NONE
    row.save()
