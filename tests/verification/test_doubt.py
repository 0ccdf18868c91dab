"""Left in doubt: the entry goes back to the queue with a note that colleagues read, and nothing else changes."""

from django.utils import timezone

from tests import builders
from tests.fingerprints import refused
from verification import drawing, history, inbox, people, presenting, workflow
from verification.models import Lease
from verification.refusals import LeaseLost, NoteMissing
from verification.sop import Action, Status


def test_doubt_keeps_the_note_for_colleagues_and_gives_the_lease_back(stranger, reviewer, other_reviewer):
    submission = builders.submit_need(stranger)
    fence = builders.claim(submission, reviewer)

    workflow.leave_in_doubt(submission.pk, by=reviewer, fence=fence, note="电话无人接听，明早再打")

    submission.refresh_from_db()
    assert submission.status == Status.COLLECTED
    assert not Lease.objects.exists()
    events = history.of_submission(submission)
    assert events[-1].action == Action.DOUBT
    told = presenting.of_submission(events, for_reviewer=True)
    assert told[0]["note"] == "电话无人接听，明早再打"
    assert "电话" not in str(presenting.of_submission(events, for_reviewer=False))


def test_doubt_leaves_the_entry_to_somebody_else(stranger, reviewer, other_reviewer):
    submission = builders.submit_need(stranger)
    workflow.leave_in_doubt(
        submission.pk, by=reviewer, fence=builders.claim(submission, reviewer), note="来源打不开"
    )

    now = timezone.now()
    assert drawing.window(people.standing(reviewer, now=now)) == []
    assert drawing.window(people.standing(other_reviewer, now=now)) == [submission]
    assert set(inbox.doubts([submission.pk])) == {submission.pk}


def test_doubt_without_a_note_or_a_lease_is_refused(stranger, reviewer):
    submission = builders.submit_need(stranger)
    fence = builders.claim(submission, reviewer)
    with refused(NoteMissing):
        workflow.leave_in_doubt(submission.pk, by=reviewer, fence=fence, note=" ")
    with refused(LeaseLost):
        workflow.leave_in_doubt(submission.pk, by=reviewer, fence=fence - 1, note="有疑问")
