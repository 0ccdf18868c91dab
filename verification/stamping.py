"""Writing a step into submissions: the statement behind `workflow.advance`, which alone calls it."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from verification import statements
from verification.models import Submission, User
from verification.rules import Judged
from verification.sop import TERMINAL, TRANSITIONS, Action

# Which stamp a step leaves, beside that of being closed.
_STAMPS = {
    Action.VERIFY: "verified",
    Action.TAKE_DOWN: "verified",
    Action.CONFIRM: "verified",
    Action.ENTER: "entered",
}
_KINDS = ("verified", "entered", "closed")
_COLUMNS = [*(f"{kind}_{half}" for kind in _KINDS for half in ("at", "by_id")), "due_at"]

# Steps that are judged by the policy in force, and say so.
JUDGED = frozenset({Action.VERIFY, Action.ENTER})

VOID = dict.fromkeys(_COLUMNS)


@cache
def _statement(action: Action) -> str:
    """The new status, with who and when; and the end of leases, which are locked after their submissions.

    One moment for all of a step's stamps: what is due is counted from when it was entered.
    """
    transition = TRANSITIONS[action]
    left = {_STAMPS.get(action), "closed" if transition.target in TERMINAL else None}
    values = dict.fromkeys(_COLUMNS, "NULL") if transition.voids_steps else {}
    for kind in left - {None}:
        values |= {f"{kind}_at": "clock.now", f"{kind}_by_id": "%(by)s::bigint"}
    if action in JUDGED:
        values |= {name: f"judged.{name}" for name in ("policy", "risk", "people", "outsiders")}
    if action == Action.ENTER:
        values["due_at"] = "clock.now + make_interval(hours => judged.hours)"
    stamps = "".join(f", {column} = {value}" for column, value in values.items())
    judged = _JUDGED if action in JUDGED else "unnest(%(ids)s::bigint[]) AS judged (id)"
    return f"""
WITH ended AS (
    DELETE FROM verification_lease WHERE submission_id = ANY(%(ended)s::bigint[])
), clock AS MATERIALIZED (
    SELECT clock_timestamp() AS now
)
UPDATE verification_submission AS s SET status = '{transition.target}'{stamps}
  FROM clock, {judged}
 WHERE s.id = judged.id AND s.id = ANY(%(ids)s::bigint[])
RETURNING s.id, {", ".join(f"s.{column}" for column in _COLUMNS)}
"""  # noqa: S608 (names of columns, a status)


_JUDGED = """
       unnest(%(ids)s::bigint[], %(policy)s::int[], %(risk)s::smallint[], %(people)s::smallint[],
              %(outsiders)s::bool[], %(hours)s::int[]) AS judged (id, policy, risk, people, outsiders, hours)
"""


def stamp(
    rows: Sequence[Submission],
    action: Action,
    *,
    by: User,
    ended: Sequence[int],
    judged: Mapping[int, Judged],
) -> None:
    """Write the step into the rows, which the caller holds, and end the leases of those that `ended` names.

    What was `judged` of them is written with the steps that people take. One statement, whatever their number; the
    rows given are as the database has them now.
    """
    values: dict[str, Any] = {"ids": [row.pk for row in rows], "ended": list(ended), "by": by.pk}
    if action in JUDGED:
        kept = [judged[row.pk].columns() for row in rows]
        values |= {name: [told[name] for told in kept] for name in ("policy", "risk", "people", "outsiders")}
        values["hours"] = [judged[row.pk].rules.cooling(row.intent) for row in rows]
        for row, told in zip(rows, kept, strict=True):
            for name, value in told.items():
                setattr(row, name, value)
    written = {pk: stamps for pk, *stamps in statements.rows(_statement(action), values)}
    for row in rows:
        row.status = TRANSITIONS[action].target
        for column, value in zip(_COLUMNS, written[row.pk], strict=True):
            setattr(row, column, value)
