"""What is handed out where nobody decides anything real: the demonstration, tests, benchmarks, and the replay of
what happened long ago, in which who did what stands in the story and cannot be drawn.

It is written down as what it is. On an installation in earnest it reaches only people who can never sign in.
"""

from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone

from verification import leases, people
from verification.journal import acting
from verification.models import User
from verification.refusals import NotHanded, NotReviewer
from verification.sop import Given


def take(submission_ids: Sequence[int], *, by: User) -> int:
    """Put exactly these into the hands of a reviewer who plays a part; returns the fence.

    Who may not decide about one of them still may not: the policy says so at the step. Refused: NotReviewer,
    NotHanded where this is in earnest, and what `leases.give` refuses.
    """
    with acting(by=by, reason="rehearsed"):
        if not people.standing(by, now=timezone.now()).is_reviewer:
            raise NotReviewer()
        if not settings.DEMO and by.has_usable_password():
            raise NotHanded()
        return leases.give(submission_ids, to=by, given=Given.REHEARSED)
