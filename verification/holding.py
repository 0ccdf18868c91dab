"""What a step is decided on, held: the records, the submissions and the leases, locked, with who asks.

One statement, written by hand because its order is the point: every writer locks organisation, record,
submission, lease, each by id. Each part asks for the one before it, which makes it wait; a row that changed
while we waited is read as it is now.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS

from verification import in_force, people, statements
from verification.models import Submission, User
from verification.people import Standing
from verification.refusals import NotFound, WrongStatus, raise_first
from verification.rules import Rules

# What `likeness` keeps is for an index alone.
_FIELDS = [field for field in Submission._meta.concrete_fields if field.name != "likeness"]
_NAMES = [field.attname for field in _FIELDS]
_COLUMNS = [str(field.column) for field in _FIELDS]
_RECORD, _BASE_VERSION = _NAMES.index("record"), _NAMES.index("base_version")

_HOLD = f"""
WITH wanted AS MATERIALIZED (
    SELECT id, record FROM verification_submission
     WHERE id = ANY(%(ids)s::bigint[]) OR uid = ANY(%(uids)s::uuid[])
), base AS MATERIALIZED (
    SELECT uid, version FROM verification_public
     WHERE uid = ANY(ARRAY(SELECT record FROM wanted) || %(records)s::uuid[])
     ORDER BY uid FOR UPDATE
), held AS MATERIALIZED (
    SELECT {", ".join(_COLUMNS)} FROM verification_submission
     WHERE id = ANY(ARRAY(SELECT id FROM wanted)) AND (SELECT count(*) FROM base) >= 0
     ORDER BY id FOR UPDATE
), lease AS MATERIALIZED (
    SELECT submission_id FROM verification_lease
     WHERE submission_id = ANY(ARRAY(SELECT id FROM held))
       AND holder_id = %(user)s::bigint AND fence = %(fence)s::bigint AND until > clock_timestamp()
     ORDER BY submission_id FOR NO KEY UPDATE
), bonds AS MATERIALIZED (
    SELECT json_agg(json_build_array(member, kind, proven, id)) AS bonds
      FROM ({people.BONDS}) AS bond (member, kind, proven, id)
)
SELECT held.*, base.version, lease.submission_id IS NOT NULL, policy.version, policy.fingerprint,
       CASE WHEN held.id = (SELECT min(id) FROM held) THEN bonds.bonds END
  FROM held
  LEFT JOIN base ON base.uid = held.record
  LEFT JOIN lease ON lease.submission_id = held.id
 CROSS JOIN bonds
 CROSS JOIN ({in_force.IN_FORCE}) AS policy
 ORDER BY held.id
"""  # noqa: S608 (names of columns, and a statement of ours)
_REST = len(_FIELDS)


@dataclass(frozen=True)
class Held:
    """Submissions in the order of their ids, with the versions of the records they are about (0: none yet).

    `leased` are the ids of those the person holds now under the fence presented; `rules` the policy in force.
    """

    rows: list[Submission]
    versions: dict[UUID, int]
    leased: frozenset[int]
    who: Standing
    rules: Rules


def hold(
    named: Collection[int] | Collection[UUID],
    *,
    by: User,
    now: datetime,
    fence: int | None = None,
    records: Collection[UUID] = (),
) -> Held:
    """Lock the submissions of these ids, or of these uids, until the transaction ends, and the records they are
    about, as well as `records`. NotFound where one of them is not there.

    Who names them by uid asks from outside: NotFound too for what they may not see, which is what others sent,
    unless they are a reviewer in force.
    """
    uids = [name for name in named if isinstance(name, UUID)]
    values = {
        "ids": [name for name in named if not isinstance(name, UUID)],
        "uids": uids,
        "records": list(records),
        "fence": fence,
        **people.asked_for(by, now=now),
    }
    found = statements.rows(_HOLD, values)
    who = people.standing_from(by, (found[0][-1] if found else None) or ())
    rows = [_submission(row) for row in found]
    seen = {row.uid for row in rows if who.is_reviewer or row.submitted_by_id == by.pk}
    raise_first({uid: NotFound() for uid in uids if uid not in seen})
    if not found or len(found) < len(set(named)):
        raise NotFound()
    if any(row[_BASE_VERSION] and row[_REST] is None for row in found):
        raise WrongStatus()  # brought onto another record while we waited for the first
    versions = {row[_RECORD]: row[_REST] or 0 for row in found}
    leased = frozenset(row[0] for row in found if row[_REST + 1])
    return Held(rows, versions, leased, who, in_force.known(*found[0][_REST + 2 : _REST + 4]))


def _submission(row: Sequence[Any]) -> Submission:
    return Submission.from_db(DEFAULT_DB_ALIAS, _NAMES, row[:_REST])
