"""The machine's own step, entered to published, for a whole batch: the one door's narrow side.

`workflow.advance` takes a step for people, who send ids and whatever they bring. Publishing has locked the rows,
compared them with their records and brings nothing; what is asked here is what is left to ask.
"""

from collections.abc import Sequence

from verification import journal
from verification.models import User
from verification.refusals import MachineOnly, WrongStatus
from verification.sop import TRANSITIONS, Action, Role
from verification.taking import Due
from verification.writing import Script, Statement

# What failed before begins afresh. A lease cannot stand: entering ended it, and nobody claims what is entered.
_MOVE = """
WITH forgotten AS (DELETE FROM verification_attempt WHERE submission_id = ANY(%(ids)s))
UPDATE verification_submission
   SET status = %(target)s, closed_at = clock_timestamp(), closed_by_id = %(by)s
 WHERE id = ANY(%(ids)s) AND status = ANY(%(sources)s)
"""


def publish(script: Script, rows: Sequence[Due], bodies: Sequence[str], *, by: User) -> None:
    """Have all of these stamped as published, with one event each that keeps its body.

    The caller holds the locks of submissions and records, has compared the versions, and acts (`journal.acting`).
    Refused: MachineOnly; when the script is sent, WrongStatus where one of them does not stand at *entered*.
    """
    transition = TRANSITIONS[Action.PUBLISH]
    # The whole of policies.POLICY[PUBLISH]; a test sees to it that it stays so.
    if not by.is_robot:
        raise MachineOnly()
    values = {
        "ids": [row.pk for row in rows],
        "by": by.pk,
        "target": transition.target,
        "sources": sorted(transition.sources),
    }
    script.run(Statement(_MOVE, values, len(rows), WrongStatus()))
    journal.note(
        script,
        [
            {
                "kind": r.kind,
                "submission_id": r.pk,
                "record": r.record,
                "version": r.base_version + 1,
                "policy": r.policy,
                "body": b,
            }
            for r, b in zip(rows, bodies, strict=True)
        ],
        action=Action.PUBLISH,
        by=by,
        role=Role.ROBOT,
    )
