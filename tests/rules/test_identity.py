"""Identity: `source` and `source_key` say where a row came from and what it is called there."""

import pytest

from tests import builders
from tests.fingerprints import refused
from verification import duplicates, kinds, publishing, workflow
from verification.models import Public, Submission
from verification.refusals import Outdated, Unchanged
from verification.sop import Action, Intent, Origin, State, Status

SHEET = {"source": "sheet:needs", "source_key": "江城第三医院|420106", "origin": Origin.IMPORT}


def row(by, **changes):
    """The sheet's row comes in."""
    return workflow.submit(kind="needs", data=builders.need_payload(**changes), by=by, **SHEET)


def test_identity_a_known_row_comes_again_as_a_correction(coordinator, reviewer):
    first = builders.publish(builders.approve(row(coordinator), reviewer))
    again = row(coordinator, remarks="改送西门")
    assert (again.intent, again.record) == (Intent.CORRECTION, first.uid)
    assert builders.publish(builders.approve(again, reviewer)).version == 2
    assert Public.objects.count() == 1


def test_identity_an_equal_row_is_nothing(coordinator, reviewer):
    builders.publish(builders.approve(row(coordinator), reviewer))
    with refused(Unchanged):
        row(coordinator)


def test_identity_a_withdrawn_row_that_comes_again_is_the_same_record(coordinator, reviewer):
    first = builders.publish(builders.approve(row(coordinator), reviewer))
    builders.taken_down(reviewer, first)
    again = builders.publish(builders.approve(row(coordinator), reviewer))
    assert (again.uid, again.version, again.state) == (first.uid, 3, State.LIVE)


def test_identity_stays_with_the_record_when_a_person_corrects_it(coordinator, volunteer, reviewer):
    first = builders.publish(builders.approve(row(coordinator), reviewer))
    builders.published_need(volunteer, reviewer, record=first.uid, remarks="改送西门")
    with refused(Unchanged):
        row(coordinator, remarks="改送西门")
    assert row(coordinator).record == first.uid


def test_identity_known_in_the_meantime_sends_the_second_back(coordinator, reviewer):
    """One key sent twice before either is published: the second is brought onto the record of the first."""
    first, second = row(coordinator), row(coordinator, organisation_name="江城三院", remarks="改送西门")
    builders.publish(builders.approve(first, reviewer))
    fence = builders.claim(second, reviewer)
    with refused(Outdated):
        workflow.advance(
            [second.pk], Action.VERIFY, by=reviewer, fence=fence, answers=builders.VERIFY_ANSWERS
        )
    (rebased,) = workflow.advance([second.pk], Action.REBASE, by=coordinator)
    assert (rebased.record, rebased.intent, rebased.base_version) == (first.record, Intent.CORRECTION, 1)


def test_identity_of_two_approved_at_once_publishes_the_first(coordinator, reviewer):
    first, second = row(coordinator), row(coordinator, organisation_name="江城三院")
    builders.approve(first, reviewer)
    builders.approve(second, reviewer)
    outcome = publishing.publish_due()
    assert (outcome.published, outcome.sent_back) == (1, 1)
    second.refresh_from_db()
    assert second.status == Status.COLLECTED
    assert Public.objects.get().pk == first.record


@pytest.mark.parametrize("name", ["-", "—", "／", " . ", "无", "区政府"])
def test_identity_is_never_a_placeholder(name):
    needs = kinds.get("needs")
    payload = needs.clean(builders.need_payload(organisation_name=name)) | {"organisation": ""}
    assert duplicates.identity_of(needs, payload) == ""


def test_identity_is_the_institution_in_its_place(volunteer, hospital):
    by_name = builders.submit_need(volunteer, organisation_name=hospital.name)
    by_choice = builders.submit_need(volunteer, organisation=str(hospital.uid), organisation_name="九院")
    elsewhere = builders.submit_need(volunteer, organisation_name="江城第三医院", place="420102")
    here = builders.submit_need(volunteer, organisation_name="江城 第三医院")
    same = builders.submit_need(volunteer, organisation_name="江城第三医院")
    assert by_name.identity == by_choice.identity != ""
    assert here.identity == same.identity != elsewhere.identity
    assert Submission.objects.exclude(identity="").count() == 5
