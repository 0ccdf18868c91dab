"""Approved work taken for one publication: its rows locked, passing over what others hold, nobody waited for."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from verification import in_force, kinds
from verification.models import Attempt, Public, Submission
from verification.models.journal import ClockTimestamp
from verification.rules import REPLAY, Rules, shipped
from verification.sop import Status


class Due(NamedTuple):
    """What publishing needs of an approved submission; the rest of the row stays where it is."""

    pk: int
    kind: str
    record: UUID
    base_version: int
    source: str
    source_key: str
    identity: str
    likeness: list[str]
    payload: Any
    schema: int
    origin: str
    organisation_id: int | None
    verified_at: datetime | None
    entered_at: datetime | None
    intent: str
    touched: list[str]
    policy: int
    risk: int
    # The policy in force at this moment: its version, and what it says.
    version: int
    fingerprint: str

    @property
    def rules(self) -> Rules:
        """The rules that bind it now: those in force, for whatever no replay sent in."""
        now = in_force.known(self.version, self.fingerprint)
        return shipped()[REPLAY] if self.policy == REPLAY else now


def due() -> QuerySet[Submission]:
    """Approved submissions whose time has come, without those that failed and wait for their next try, or are parked:
    what `take` takes.
    """
    waiting = Attempt.objects.filter(submission=OuterRef("pk"), next_try__gt=ClockTimestamp())
    known = [spec.slug for spec in kinds.every()]
    ripe = Submission.objects.filter(status=Status.ENTERED, due_at__lte=Now(), kind__in=known)
    return ripe.filter(~Exists(waiting))


# Written by hand: putting it together costs Django more than PostgreSQL has with it. The partial index
# submission_due walks it in order, as far as the time has come; who holds a row keeps it.
DUE = f"""
SELECT s.id, s.kind, s.record, s.base_version, s.source, s.source_key, s.identity, s.likeness, s.payload, s.schema,
       s.origin, s.organisation_id, s.verified_at, s.entered_at, s.intent, s.touched, s.policy, s.risk,
       policy.version, policy.fingerprint
  FROM verification_submission s CROSS JOIN ({in_force.IN_FORCE}) AS policy
 WHERE s.status = 'entered' AND s.due_at <= statement_timestamp() AND s.kind = ANY(%s)
   AND NOT EXISTS (SELECT FROM verification_attempt a
                    WHERE a.submission_id = s.id AND a.next_try > clock_timestamp())
 ORDER BY s.due_at, s.id LIMIT %s FOR UPDATE OF s SKIP LOCKED
"""  # noqa: S608 (a statement of ours)


def take(limit: int) -> tuple[list[Due], dict[UUID, Public]]:
    """The submissions due the longest that nobody else has taken, and the public rows that corrections build on.

    Several publishers side by side get different ones. The submissions are locked before the records, against
    the order every other writer keeps: that is safe for whoever never waits. A correction whose record another
    holds is left for the next time.
    """
    with connection.cursor() as cursor:
        cursor.execute(DUE, [[spec.slug for spec in kinds.every()], limit])
        taken = [Due(*values) for values in cursor.fetchall()]
    rows = [row._replace(payload=json.loads(row.payload)) for row in taken]
    records = [row.record for row in rows if row.base_version]
    if not records:
        return rows, {}
    standing = Public.objects.filter(pk__in=records).order_by("pk").select_for_update(skip_locked=True)
    bases = {base.pk: base for base in standing}
    return [row for row in rows if not row.base_version or row.record in bases], bases


def known_keys(rows: Sequence[Submission | Due]) -> set[tuple[str, str, str]]:
    """Kind, source and key of new entries whose key got a record since they were sent. A query per list."""
    known: set[tuple[str, str, str]] = set()
    new = [row for row in rows if row.base_version == 0 and row.source_key]
    for slug in {row.kind for row in new}:
        mine = [row for row in new if row.kind == slug]
        # By the source too: the index begins with it.
        found = (
            kinds.get(slug)
            .model._default_manager.filter(
                source__in={row.source for row in mine}, source_key__in=[row.source_key for row in mine]
            )
            .exclude(source_key="")
        )  # as the index says it: of long lists PostgreSQL cannot tell
        known.update((slug, *pair) for pair in found.values_list("source", "source_key"))
    return known
