"""Merging, undoing, confirming and taking down at the same moment: refused by name or done, never half done."""

from itertools import permutations

import pytest

from supplies.lists.needs import Need
from tests import builders, people
from tests.crowd import all_at_once
from tests.verification.test_publishing import recount
from verification import confirming, counting, publishing, uniting
from verification.models import Public
from verification.refusals import Refused
from verification.sop import Reason, State

ROUNDS = 3


@pytest.fixture
def records(committed_db, clerk, hospital, volunteer, reviewer):
    own = builders.published_need(clerk, reviewer, organisation_name=hospital.name)
    others = [
        builders.published_need(volunteer, reviewer, organisation_name=f"江城第{n}医院") for n in (12, 13)
    ]
    return [own, *others]


def everything_holds():
    for row in Public.objects.all():
        need = Need.objects.get(uid=row.uid)
        assert (need.version, need.state) == (row.version, row.state)
        if row.merged_into:
            assert Public.objects.get(pk=row.merged_into).merged_into is None
    assert counting.counts("needs") == recount()


def none_failed(outcomes):
    faults = [o for o in outcomes if isinstance(o, Exception) and not isinstance(o, Refused)]
    assert not faults, faults


def test_merging_in_a_ring_at_once_leaves_one_root(records, reviewer, other_reviewer, federation):
    desks = [reviewer, other_reviewer, people.make_reviewer("third", federation)]
    uids = [record.uid for record in records]
    for _round in range(ROUNDS):
        pairs = list(permutations(uids, 2))

        def merging(pair, desk):
            return lambda: uniting.merge(
                pair[0], into=pair[1], by=desk, fresh_factor=True, reason=Reason.SAME_RECORD
            )

        none_failed(all_at_once([merging(pair, desks[n % 3]) for n, pair in enumerate(pairs)]))
        everything_holds()
        assert Public.objects.live().exists()
        gone = list(Public.objects.filter(state=State.MERGED).values_list("pk", flat=True))
        assert gone

        def undoing(uid, desk):
            return lambda: uniting.unmerge(uid, by=desk, fresh_factor=True, reason=Reason.MISTAKE)

        none_failed(all_at_once([undoing(uid, desk) for uid in gone for desk in desks[:2]]))
        everything_holds()
        assert Public.objects.live().count() == 3


def test_confirming_merging_and_taking_down_at_once_is_one_after_the_other(
    records, clerk, hospital, reviewer, other_reviewer
):
    own, other, _third = records
    builders.approve(
        builders.submit_need(clerk, record=own.uid, organisation_name=hospital.name, remarks="送西门"),
        reviewer,
    )
    acts = [
        lambda: confirming.confirm(own.uid, by=clerk),
        lambda: confirming.confirm(own.uid, by=clerk),
        publishing.publish_due,
        lambda: uniting.merge(
            other.uid, into=own.uid, by=reviewer, fresh_factor=True, reason=Reason.SAME_RECORD
        ),
        lambda: publishing.take_down(own.uid, by=other_reviewer, reason=Reason.NEED_MET, fresh_factor=True),
        lambda: uniting.merge(
            own.uid, into=other.uid, by=reviewer, fresh_factor=True, reason=Reason.SAME_RECORD
        ),
    ]
    none_failed(all_at_once(acts))
    everything_holds()
