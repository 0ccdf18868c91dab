"""Two records of one list made one: the duplicate leads to the root, both histories stay, and it can be undone."""

import json
from datetime import timedelta

import pytest
from django.db import Error, IntegrityError, connection, transaction
from django.utils import timezone

from supplies.lists.needs import Need
from tests import builders, people
from tests.fingerprints import refused
from tests.verification.test_publishing import recount
from verification import confirming, counting, feed, history, inbox, journal, publishing, uniting, workflow
from verification import people as core_people
from verification.journal import acting
from verification.models import Event, Public, Submission, TakeDown
from verification.refusals import (
    AlreadyGone,
    FreshFactorNeeded,
    MergedAway,
    NotAllowed,
    NotFound,
    NotMerged,
    NotReviewer,
    OtherInstitution,
    Outdated,
    OwnOrganisation,
    ReasonMissing,
    TwinMissing,
)
from verification.sop import Action, Freshness, Reason, Role, State, Status

SAME = {"reason": Reason.SAME_RECORD}


@pytest.fixture
def keep(volunteer, reviewer):
    return builders.published_need(volunteer, reviewer, organisation_name="江城第三医院")


@pytest.fixture
def twin(volunteer, reviewer):
    return builders.published_need(volunteer, reviewer, organisation_name="江城第三人民医院")


@pytest.fixture
def third(volunteer, reviewer):
    return builders.published_need(volunteer, reviewer, organisation_name="江城三院")


def merged(twin, keep, by, **more):
    return uniting.merge(twin.uid, into=keep.uid, by=by, fresh_factor=True, **SAME | more)


def stored(record):
    return Public.objects.get(pk=record.uid)


def counters_are_right():
    assert counting.counts("needs") == recount()
    return True


def test_merging_leaves_a_tombstone_that_leads_to_the_root(twin, keep, reviewer):
    version = counting.list_version("needs")
    row = merged(twin, keep, reviewer, public_note="同一家医院", note="电话核对过")
    found = stored(twin)
    assert (found.state, found.version, found.merged_into) == (State.MERGED, 2, keep.uid)
    assert (found.tokens, found.title, found.gone_reason) == ([], twin.title, Reason.SAME_RECORD)
    body = json.loads(found.body)
    assert set(body) == {"uid", "kind", "version", "state", "title", "gone", "merged_into"}
    assert (body["state"], body["merged_into"]) == (State.MERGED, str(keep.uid))
    assert row.body == found.body
    assert stored(keep).body == keep.body
    need = Need.objects.get(uid=twin.uid)
    assert (need.state, need.version, need.organisation_name) == (State.MERGED, 2, twin.title)
    assert counting.list_version("needs") == version + 1
    assert counters_are_right()
    assert counting.counts("needs")["live"] == 1


def test_merging_is_one_event_on_each_record(twin, keep, reviewer):
    merged(twin, keep, reviewer, public_note="同一家医院", note="电话核对过")
    gone, root = Event.objects.get(action=Action.MERGE), Event.objects.get(action=Action.ABSORB)
    assert (gone.record, gone.related, gone.version) == (twin.uid, keep.uid, 2)
    assert (root.record, root.related, root.version) == (keep.uid, twin.uid, None)
    for event in (gone, root):
        assert (event.actor, event.role, event.reason) == (reviewer, Role.REVIEWER, Reason.SAME_RECORD)
        assert (event.public_text, event.private_text) == ("同一家医院", "电话核对过")
    assert [e.action for e in history.of_record(keep.uid)] == [Action.ABSORB, Action.PUBLISH]
    assert [e.action for e in history.of_record(twin.uid)] == [Action.MERGE, Action.PUBLISH]
    assert history.of_record(keep.uid)[0].related == twin.uid


def test_merging_is_told_to_whoever_keeps_a_copy(twin, keep, reviewer):
    merged(twin, keep, reviewer)
    while journal.sequence():
        pass
    found, _following = feed.changes(0)
    assert [change.uid for change in found] == [keep.uid, twin.uid]
    assert json.loads(found[1].body)["merged_into"] == str(keep.uid)


def test_merging_is_for_reviewers_who_belong_to_neither(
    twin, keep, clerk, hospital, volunteer, stranger, coordinator, reviewer, alliance
):
    own = builders.published_need(clerk, reviewer, organisation_name=hospital.name)
    for person in (clerk, volunteer, stranger, coordinator):
        with refused(NotReviewer):
            merged(own, keep, person)
    insider = people.make_reviewer("insider", alliance)
    core_people.add_member(user=insider, organisation=hospital, by=people.registrar())
    for pair in ((own, keep), (keep, own)):
        with refused(OwnOrganisation):
            merged(*pair, insider)
    merged(twin, keep, insider)


def test_merging_asks_for_a_reason_and_two_live_records_of_one_list(twin, keep, third, reviewer):
    for reason in ("", Reason.MISTAKE):
        with refused(ReasonMissing):
            merged(twin, keep, reviewer, reason=reason)
    with refused(TwinMissing):
        merged(twin, twin, reviewer)
    with refused(FreshFactorNeeded):
        uniting.merge(twin.uid, into=keep.uid, by=reviewer, **SAME)
    with refused(NotFound):
        uniting.merge(twin.uid, into=Submission(record=None).uid, by=reviewer, fresh_factor=True, **SAME)
    builders.taken_down(reviewer, third)
    for pair in ((third, keep), (keep, third)):
        with refused(AlreadyGone):
            merged(*pair, reviewer)
    Public.objects.filter(pk=twin.uid).update(kind="gifts")
    with refused(NotFound):
        merged(twin, keep, reviewer)


def test_merging_always_leads_to_the_root(twin, keep, third, reviewer):
    merged(third, twin, reviewer)
    merged(twin, keep, reviewer)
    assert {row.merged_into for row in Public.objects.exclude(pk=keep.uid)} == {keep.uid}
    assert json.loads(stored(third).body)["merged_into"] == str(keep.uid)
    assert stored(third).version == 2


def test_merging_into_a_merged_record_is_merging_into_its_root(twin, keep, third, reviewer):
    merged(twin, keep, reviewer)
    assert merged(third, twin, reviewer).merged_into == keep.uid


def test_merging_never_goes_in_a_circle(twin, keep, reviewer):
    merged(twin, keep, reviewer)
    with refused(TwinMissing):
        merged(keep, twin, reviewer)
    with refused(MergedAway):
        merged(twin, keep, reviewer)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ("state = 'merged', gone_at = now()", "public_merged_somewhere"),
        ("merged_into = '{keep}'", "public_merged_somewhere"),
        ("state = 'merged', gone_at = now(), merged_into = uid", "merged into a root|into_itself"),
        ("state = 'merged', gone_at = now(), merged_into = '{nothing}'", "merged into a root"),
        ("state = 'merged', gone_at = now(), merged_into = '{part}'", "merged into a root"),
    ],
)
def test_merged_records_are_kept_in_order_by_the_database(twin, keep, third, reviewer, change, wrong):
    merged(third, keep, reviewer)
    names = {"keep": keep.uid, "part": third.uid, "nothing": "00000000-0000-4000-8000-000000000000"}
    with pytest.raises(Error, match=wrong), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE verification_public SET {change.format(**names)} WHERE uid = %s", [twin.uid])
    with pytest.raises(Error, match="merged into a root"), transaction.atomic():
        Public.objects.filter(pk=keep.uid).update(
            state=State.MERGED, gone_at=timezone.now(), merged_into=twin.uid
        )


def test_merging_carries_a_reason_in_the_database_too(twin, keep, reviewer):
    merged(twin, keep, reviewer)
    with pytest.raises(IntegrityError, match="event_reason_given"), transaction.atomic():
        event = Event.objects.get(action=Action.MERGE)
        event.pk, event.reason = None, ""
        event.save(force_insert=True)


def test_merging_sends_back_what_was_verified_for_the_duplicate(
    twin, keep, stranger, reviewer, other_reviewer
):
    at_twin, at_keep = (
        builders.verify(
            builders.submit_need(
                stranger, record=record.uid, organisation_name=record.title, remarks="送西门"
            ),
            reviewer,
        )
        for record in (twin, keep)
    )
    merged(twin, keep, other_reviewer)
    for submission, status in ((at_twin, Status.COLLECTED), (at_keep, Status.VERIFIED)):
        submission.refresh_from_db()
        assert submission.status == status
    sent_back = Event.objects.get(action=Action.SEND_BACK)
    assert (sent_back.submission, sent_back.reason) == (at_twin, Reason.RECORD_CHANGED)


def test_merging_leaves_what_was_collected_to_be_rejected_or_marked(twin, keep, stranger, reviewer):
    waiting = builders.submit_need(stranger, record=twin.uid, organisation_name=twin.title, remarks="送西门")
    merged(twin, keep, reviewer)
    fence = builders.claim(waiting, reviewer)
    with refused(Outdated):
        workflow.advance(
            [waiting.pk], Action.VERIFY, by=reviewer, fence=fence, answers=builders.VERIFY_ANSWERS
        )
    with refused(MergedAway):
        workflow.advance([waiting.pk], Action.REBASE, by=reviewer, fence=fence)
    (marked,) = workflow.advance(
        [waiting.pk],
        Action.MARK_DUPLICATE,
        by=reviewer,
        fence=fence,
        events={waiting.pk: {"related": keep.uid}},
        **SAME,
    )
    assert marked.status == Status.DUPLICATE


def test_merged_records_take_no_more_submissions(twin, keep, clerk, reviewer, stranger):
    merged(twin, keep, reviewer)
    with refused(MergedAway):
        builders.submit_need(stranger, record=twin.uid, organisation_name=twin.title, remarks="送西门")
    with refused(MergedAway):
        confirming.ask(twin.uid, by=stranger)
    with refused(MergedAway):
        publishing.request_withdrawal(twin.uid, by=stranger, reason=Reason.NEED_MET)
    with refused(AlreadyGone):
        publishing.take_down(twin.uid, by=reviewer, reason=Reason.NEED_MET)


def keyed(by, reviewer, key, **changes):
    sent = workflow.submit(
        kind="needs", data=builders.need_payload(**changes), by=by, source="sheet", source_key=key
    )
    return builders.publish(builders.approve(sent, reviewer))


@pytest.mark.parametrize("root_has_a_key", [True, False])
def test_merged_records_source_key_is_that_of_the_root(
    twin, keep, volunteer, reviewer, other_reviewer, root_has_a_key
):
    """What comes again from the duplicate's sheet is a correction of the root, and can be published."""
    one = keyed(volunteer, reviewer, "1", organisation_name="江城第七医院")
    root = keyed(volunteer, reviewer, "2", organisation_name="江城七院") if root_has_a_key else keep
    merged(one, root, reviewer)
    again = workflow.submit(
        kind="needs",
        data=builders.need_payload(organisation_name="江城第七医院", remarks="送西门"),
        by=volunteer,
        source="sheet",
        source_key="1",
    )
    assert (again.record, again.base_version) == (root.uid, 1)
    assert builders.publish(builders.approve(again, reviewer, other_reviewer)).version == 2
    back = uniting.unmerge(one.uid, by=reviewer, fresh_factor=True, reason=Reason.MISTAKE)
    keys = dict(Need.objects.values_list("uid", "source_key"))
    assert (keys[back.uid], keys[root.uid]) == ("1", "2" if root_has_a_key else "")


def test_merge_is_looked_at_by_a_second_person(twin, keep, clerk, hospital, reviewer, other_reviewer):
    merged(twin, keep, reviewer)
    now = timezone.now()
    assert not inbox.take_downs_to_look_at(core_people.standing(reviewer, now=now)).exists()
    (waiting,) = inbox.take_downs_to_look_at(core_people.standing(other_reviewer, now=now))
    with refused(NotAllowed):
        publishing.second_look(waiting.pk, by=reviewer)
    assert publishing.second_look(waiting.pk, by=other_reviewer).looked_by == other_reviewer
    assert history.of_record(twin.uid)[0].action == Action.SECOND_LOOK


def test_merge_is_looked_at_from_outside_the_roots_organisation_too(
    twin, clerk, hospital, reviewer, alliance
):
    own = builders.published_need(clerk, reviewer, organisation_name=hospital.name)
    merged(twin, own, reviewer)
    insider = people.make_reviewer("insider", alliance)
    core_people.add_member(user=insider, organisation=hospital, by=people.registrar())
    with refused(OwnOrganisation):
        publishing.second_look(TakeDown.objects.get().pk, by=insider)


def test_unmerging_brings_the_record_back_as_it_was(twin, keep, reviewer, other_reviewer):
    before = json.loads(twin.body)
    merged(twin, keep, reviewer)
    version = counting.list_version("needs")
    uniting.unmerge(
        twin.uid, by=other_reviewer, fresh_factor=True, reason=Reason.MISTAKE, public_note="两家医院"
    )
    found = stored(twin)
    assert (found.state, found.version, found.merged_into, found.gone_at) == (State.LIVE, 3, None, None)
    assert json.loads(found.body) == before | {"version": 3}
    assert sorted(found.tokens) == sorted(twin.tokens)
    assert (found.verified_at, found.unmet_since) == (twin.verified_at, twin.unmet_since)
    need = Need.objects.get(uid=twin.uid)
    assert (need.state, need.version) == (State.LIVE, 3)
    assert counting.list_version("needs") == version + 1
    assert counters_are_right()
    back, root = Event.objects.get(action=Action.UNMERGE), Event.objects.get(action=Action.LET_GO)
    assert (back.record, back.related, back.version, back.body) == (twin.uid, keep.uid, 3, found.body)
    assert (root.record, root.related, root.reason) == (keep.uid, twin.uid, Reason.MISTAKE)
    assert TakeDown.objects.get().looked_by == other_reviewer
    assert not history.of_record(twin.uid)[0].changes


def test_unmerging_by_whoever_merged_needs_no_second_look(twin, keep, reviewer):
    merged(twin, keep, reviewer)
    uniting.unmerge(twin.uid, by=reviewer, fresh_factor=True, reason=Reason.MISTAKE)
    assert not TakeDown.objects.exists()


def test_unmerging_makes_nothing_fresh_that_grew_old(twin, keep, reviewer):
    merged(twin, keep, reviewer)
    with transaction.atomic(), journal.acting(by=reviewer, reason="time passes"):
        Need.objects.filter(uid=twin.uid).update(verified_at=timezone.now() - timedelta(days=5))
    with refused(FreshFactorNeeded):
        uniting.unmerge(twin.uid, by=reviewer, reason=Reason.MISTAKE)
    assert (
        uniting.unmerge(twin.uid, by=reviewer, fresh_factor=True, reason=Reason.MISTAKE).freshness
        == Freshness.OVERDUE
    )


def test_unmerging_is_for_reviewers_with_a_reason(twin, keep, reviewer, volunteer, clerk):
    with refused(NotMerged):
        uniting.unmerge(twin.uid, by=reviewer, fresh_factor=True, reason=Reason.MISTAKE)
    merged(twin, keep, reviewer)
    for person in (volunteer, clerk):
        with refused(NotReviewer):
            uniting.unmerge(twin.uid, by=person, fresh_factor=True, reason=Reason.MISTAKE)
    with refused(ReasonMissing):
        uniting.unmerge(twin.uid, by=reviewer, fresh_factor=True, reason=Reason.SAME_RECORD)


def test_unmerged_records_are_corrected_and_merged_like_any_other(twin, keep, stranger, reviewer):
    waiting = builders.submit_need(stranger, record=twin.uid, organisation_name=twin.title, remarks="送西门")
    merged(twin, keep, reviewer)
    uniting.unmerge(twin.uid, by=reviewer, fresh_factor=True, reason=Reason.MISTAKE)
    fence = builders.claim(waiting, reviewer)
    (fresh,) = workflow.advance([waiting.pk], Action.REBASE, by=reviewer, fence=fence)
    assert fresh.base_version == 3
    row = builders.publish(builders.approve(fresh, reviewer))
    assert (row.version, json.loads(row.body)["remarks"]) == (4, "送西门")
    assert merged(row, keep, reviewer).version == 5


def test_what_one_institution_says_does_not_vanish_behind_another(clerk, hospital, volunteer, reviewer):
    other = people.make_organisation("江城第八医院", hospital.kind, place=people.WUHAN)
    one = builders.published_need(volunteer, reviewer, organisation_name=hospital.name)
    two = builders.published_need(volunteer, reviewer, organisation_name=other.name)
    with refused(OtherInstitution):
        merged(one, two, reviewer)
    with acting(by=people.registrar(), reason="the same house"):
        other.merged_into = hospital
        other.save()
    merged(one, two, reviewer)
