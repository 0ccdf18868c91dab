"""When a record leaves the public, taken down or merged: its tombstone, and what stood for it."""

from copy import copy
from uuid import UUID

from django.utils import timezone

from verification import counting, kinds, rendering, workflow
from verification.models import Public, Submission, User
from verification.sop import HIDING, Action, Reason, State, Status


def send_back_others(record: UUID, *, by: User, request_id: str = "") -> None:
    """What was verified or entered for this record was verified against what no longer stands."""
    standing = Submission.objects.filter(record=record, status__in=[Status.VERIFIED, Status.ENTERED])
    ids = list(standing.values_list("pk", flat=True))
    if ids:
        workflow.advance(ids, Action.SEND_BACK, by=by, reason=Reason.RECORD_CHANGED, request_id=request_id)


def bury(row: Public, *, state: State, reason: str, into: UUID | None = None) -> None:
    """Leave a tombstone of the record as its next version, and nothing else. The caller holds its lock."""
    before = copy(row)
    row.version, row.state, row.tokens, row.merged_into = row.version + 1, state, [], into
    row.gone_at, row.gone_reason = timezone.now(), reason
    row.title = "" if reason in HIDING else row.title
    row.body = rendering.tombstone(row, gone_at=row.gone_at, reason=reason)
    row.save(
        update_fields=[
            "version",
            "state",
            "title",
            "tokens",
            "gone_at",
            "gone_reason",
            "merged_into",
            "body",
        ]
    )
    records = kinds.get(row.kind).model._default_manager.filter(uid=row.uid)
    records.update(version=row.version, state=state)
    counting.note_changes([(before, row)])
