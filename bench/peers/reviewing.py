"""The peer's approvals, which check nothing: status, who, when, save(), history by signal."""

from typing import Any

from django.utils import timezone

from bench.peers.models import Person, Submission
from bench.stopwatch import Stopwatch


def waiting(count: int) -> dict[str, Any]:
    """The addresses of the next submissions, and who approves them."""
    uids = Submission.objects.filter(status="collected").order_by("pk").values_list("uid", flat=True)[:count]
    return {"paths": [f"/submissions/{uid}/approve/" for uid in uids], "by": Person.objects.earliest("pk").pk}


def approve(count: int) -> dict[str, Any]:
    """Approve so many, one after the other."""
    by = Person.objects.earliest("pk")
    found = list(Submission.objects.filter(status="collected").order_by("-pk")[:count])
    with Stopwatch() as watch:
        for submission in found:
            submission.status, submission.verified_at, submission.verified_by = "verified", timezone.now(), by
            submission.save()
    return watch.done(len(found))
