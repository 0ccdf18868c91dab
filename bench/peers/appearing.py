"""How long after an approval the public sees it: a Celery task for each record."""

import time
from statistics import median
from typing import Any
from uuid import UUID

from bench.peers.celery import app
from bench.peers.models import Shown, Submission
from bench.stopwatch import Stopwatch


def appear(count: int) -> dict[str, Any]:
    """Approve so many, one after the other, each seen before the next."""
    watch, found = Stopwatch(), list(Submission.objects.filter(status="collected").order_by("-pk")[:count])
    taken = []
    for submission in found:
        submission.status = "entered"
        submission.save()
        record = UUID(submission.payload["record"])
        begun = time.perf_counter()
        with watch:
            app.send_task("bench.peers.tasks.publish", [submission.pk], ignore_result=True)
            while not Shown.objects.filter(pk=record).exists():
                time.sleep(0.001)
                if time.perf_counter() - begun > 30:
                    raise RuntimeError("the peer's worker published nothing")
        taken.append(time.perf_counter() - begun)
    return {**watch.done(len(found)), "seconds": median(taken) * len(found), "taken": taken}
