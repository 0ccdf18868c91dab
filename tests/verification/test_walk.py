"""The walk of one need through the SOP, in the words of DESIGN section 7."""

import json

from tests import builders
from verification import publishing
from verification.models import Event, Public
from verification.sop import Action, Status


def test_walk_of_one_need_ends_in_public(volunteer, reviewer):
    submission = builders.submit_need(volunteer)
    assert submission.status == Status.COLLECTED
    assert builders.verify(submission, reviewer).status == Status.VERIFIED
    assert builders.enter(submission, reviewer).status == Status.ENTERED
    assert not Public.objects.exists()

    outcome = publishing.publish_due()

    assert (outcome.taken, outcome.published, outcome.parked) == (1, 1, 0)
    row = Public.objects.get()
    assert row.pk == submission.record
    assert json.loads(row.body)["version"] == row.version == 1
    actions = Event.objects.filter(submission=submission).order_by("pk").values_list("action", flat=True)
    assert list(actions) == [Action.SUBMIT, Action.VERIFY, Action.ENTER, Action.PUBLISH]
