"""Time passes, and the machine is killed between two statements of what it does."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from unittest import mock

import psycopg
from django.db import connection
from hypothesis import strategies as st

from tests.machine.moves import REVIEWERS, ROW, WHY
from tests.machine.promises import Broken
from tests.machine.stage import Stage, move, work_through
from verification import publishing, taking, uniting
from verification.models import Public
from verification.sop import Action, Reason, State

HOURS = st.sampled_from([0.2, 3, 30, 200 * 24])

# Everything that is asked of the clock is as long ago as that, what was done as well as what is due: so the clock
# jumps. Nobody does it, so nothing is written of it, and what is never changed by anybody is changed nevertheless.
_JUMPS = (
    "SET LOCAL session_replication_role = replica;"
    + ";".join(
        f"UPDATE verification_{table} SET "
        + ", ".join(f"{name} = {name} - %(by)s::interval" for name in names)
        for table, names in {
            "lease": ["until"],
            "attempt": ["next_try"],
            "handing": ["at"],
            "event": ["at"],
            "grant": ["proposed_at"],
            "submission": ["submitted_at", "verified_at", "entered_at", "due_at", "closed_at"],
            "reviewer": ["asked_at", "checked_at", "confirmed_at", "expires_at", "suspended_at"],
            "policy": ["proposed_at", "adopted_at", "declined_at"],
        }.items()
    )
    + "; SET LOCAL session_replication_role = origin"
)


def jump(hours: float) -> None:
    """The clock jumps."""
    with connection.cursor() as cursor:
        cursor.execute(_JUMPS, {"by": f"{hours} hours"})


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def killed_at(statement: int) -> Iterator[None]:
    """Before its n-th statement the process dies, once: PostgreSQL undoes the transaction that is open, no more."""
    left, execute = statement, psycopg.Cursor.execute

    def until_then(cursor, query, *given, **more):
        nonlocal left
        parts = query.split(";\n") if isinstance(query, str) else [query]
        before, left = left, left - len(parts)
        if not 0 < before <= len(parts):
            return execute(cursor, query, *given, **more)
        if parts[0].startswith(("RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")):
            # What stands here for the end of a transaction: a commit that never came takes everything back.
            execute(cursor, parts[0].replace("RELEASE", "ROLLBACK TO"))
        if before > 1:  # amid what is sent in one go
            execute(cursor, ";\n".join(parts[: before - 1]), *given, **more)
        raise Killed

    with suppress(Killed), mock.patch.object(psycopg.Cursor, "execute", until_then):
        yield


class Accidents(Stage):
    """Time passes; the machine is killed."""

    @move(7, first=st.integers(3, 6))
    def a_day_goes_by(self, first):
        """What waited is worked through, cools off, and is published."""
        work_through(self.people, first, enter=True)
        jump(30)
        self.publish_due()

    @move(hours=HOURS)
    def time_passes(self, hours):
        jump(hours)

    @move(statement=st.integers(1, 22))
    def kill_the_publisher(self, statement):
        """Nothing is half done, and the next one does it all."""
        jump(100)
        with killed_at(statement):
            publishing.publish_due()
        self.every_promise_holds()
        self.publish_due()
        if taking.due().exists():
            raise Broken("after a kill the next one finishes", taking.due().first())

    @move(statement=st.integers(1, 30), number=ROW, who=REVIEWERS, other=ROW, merges=st.booleans())
    def kill_who_takes_away(self, statement, number, who, other, merges):
        """A record that is taken down, or merged, is so wholly or not at all; what was killed is done again."""
        row, by = self.one(Public, number, state=State.LIVE), self.people[who]
        if row is None:
            return
        root = self.one(Public, other)

        def act():
            if merges:
                uniting.merge(row.pk, into=root.pk, by=by, reason=Reason.SAME_RECORD, fresh_factor=True)
            else:
                publishing.take_down(row.pk, by=by, reason=WHY[Action.TAKE_DOWN][0], fresh_factor=True)

        with killed_at(statement):
            self.attempt(act)
        self.every_promise_holds()
        self.attempt(act)
