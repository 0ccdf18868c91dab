"""Writing a step into submissions: the statement behind `workflow.advance`, which alone calls it."""

from collections.abc import Sequence
from functools import cache

from verification import statements
from verification.models import Submission, User
from verification.sop import TERMINAL, TRANSITIONS, Action

# Which stamp a step leaves, beside that of being closed.
_STAMPS = {
    Action.VERIFY: "verified",
    Action.TAKE_DOWN: "verified",
    Action.CONFIRM: "verified",
    Action.ENTER: "entered",
}
_KINDS = ("verified", "entered", "closed")
_COLUMNS = [f"{kind}_{half}" for kind in _KINDS for half in ("at", "by_id")]

VOID = dict.fromkeys(_COLUMNS)


@cache
def _statement(action: Action) -> str:
    """The new status, with who and when; and the end of leases, which are locked after their submissions."""
    transition = TRANSITIONS[action]
    left = {_STAMPS.get(action), "closed" if transition.target in TERMINAL else None}
    values = dict.fromkeys(_COLUMNS, "NULL") if transition.voids_steps else {}
    for kind in left - {None}:
        values |= {f"{kind}_at": "clock_timestamp()", f"{kind}_by_id": "%(by)s::bigint"}
    stamps = "".join(f", {column} = {value}" for column, value in values.items())
    return f"""
WITH ended AS (
    DELETE FROM verification_lease WHERE submission_id = ANY(%(ended)s::bigint[])
)
UPDATE verification_submission SET status = '{transition.target}'{stamps} WHERE id = ANY(%(ids)s::bigint[])
RETURNING id, {", ".join(_COLUMNS)}
"""  # noqa: S608 (names of columns, a status)


def stamp(rows: Sequence[Submission], action: Action, *, by: User, ended: Sequence[int]) -> None:
    """Write the step into the rows, which the caller holds, and end the leases of those that `ended` names.

    One statement, whatever their number; the rows given are as the database has them now.
    """
    values = {"ids": [row.pk for row in rows], "ended": list(ended), "by": by.pk}
    written = {pk: stamps for pk, *stamps in statements.rows(_statement(action), values)}
    for row in rows:
        row.status = TRANSITIONS[action].target
        for column, value in zip(_COLUMNS, written[row.pk], strict=True):
            setattr(row, column, value)
