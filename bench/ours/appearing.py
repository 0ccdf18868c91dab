"""How long after the last approval the public sees it: the bell, a worker that takes what is due."""

import time
from statistics import median
from typing import Any

from django.db import connection

from bench.ours.reviewing import ANSWERS, free, reviewers
from bench.stopwatch import Stopwatch
from verification import rehearsing, workflow
from verification.models import Public
from verification.sop import CHECKLISTS, Action

_SET_ASIDE = "UPDATE verification_submission SET status = 'withdrawn' WHERE status = 'entered'"


def set_aside() -> None:
    """What waits for publication does not wait any more: nobody shall publish it meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(_SET_ASIDE)
        cursor.execute("SET session_replication_role = origin")


def appear(count: int) -> dict[str, Any]:
    """Enter so many, one after the other, each seen before the next."""
    watch, user, taken = Stopwatch(), reviewers()[-2], []
    answers = dict.fromkeys(CHECKLISTS[Action.ENTER], True)
    for pk in free(count):
        fence = rehearsing.take([pk], by=user)
        (row,) = workflow.advance([pk], Action.VERIFY, by=user, fence=fence, answers=ANSWERS)
        with watch:
            workflow.advance([pk], Action.ENTER, by=user, fence=fence, answers=answers)
            begun = time.perf_counter()
            while not Public.objects.filter(pk=row.record).exists():
                time.sleep(0.001)
                if time.perf_counter() - begun > 30:
                    raise RuntimeError("nothing was published")
        taken.append(time.perf_counter() - begun)
    # By the middle one: a straggler is told by the p99.
    return {**watch.done(count), "seconds": median(taken) * count, "taken": taken}
