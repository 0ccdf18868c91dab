"""What may be the same: exact identity decides, likeness proposes, with the reason."""

from tests import builders
from verification import duplicates, kinds


def candidates(**changes):
    needs = kinds.get("needs")
    payload = needs.clean(builders.need_payload(**changes))
    return duplicates.candidates(needs, {**payload, "organisation": changes.get("organisation", "")})


def test_candidates_are_the_same_institution_in_the_same_place(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    (found,) = candidates(organisation_name="江城 第三医院")
    assert (found.uid, found.reason) == (record.uid, duplicates.SAME_IDENTITY)
    assert candidates(place="420102") == []
    assert candidates(organisation_name="江城第八医院") == []


def test_candidates_of_a_very_similar_name_come_after_the_same(volunteer, reviewer):
    builders.published_need(volunteer, reviewer, organisation_name="江城区第三医院")
    same = builders.published_need(volunteer, reviewer, organisation_name="江城第三医院")
    found = candidates(organisation_name="江城第三医院")
    assert found[0].uid == same.uid
    assert {c.reason for c in found[1:]} <= {duplicates.LIKE_NAME}


def test_candidates_of_the_same_organisation(clerk, hospital, reviewer):
    record = builders.published_need(clerk, reviewer, organisation_name=hospital.name)
    (found,) = candidates(organisation_name="九院", organisation=str(hospital.uid))
    assert found.uid == record.uid


def test_candidates_are_live_records_only(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    builders.submit_need(volunteer, organisation_name="江城第四医院")
    builders.taken_down(reviewer, record)
    assert candidates() == []
    assert candidates(organisation_name="江城第四医院") == []


def test_rivals_of_several_cost_as_much_as_of_one(volunteer, reviewer, django_assert_num_queries):
    needs = [
        builders.verify(builders.submit_need(volunteer, organisation_name=f"江城{n}医院"), reviewer)
        for n in "甲乙丙"
    ]
    for some in (needs[:1], needs):
        with django_assert_num_queries(4):
            assert duplicates.rivals(some) == {}
