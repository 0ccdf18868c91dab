"""Exact identity decides: two new entries about one thing are not both entered."""

from tests import builders
from verification import duplicates


def test_rivals_of_several_cost_as_much_as_of_one(volunteer, reviewer, django_assert_num_queries):
    needs = [
        builders.verify(builders.submit_need(volunteer, organisation_name=f"江城{n}医院"), reviewer)
        for n in "甲乙丙"
    ]
    for some in (needs[:1], needs):
        with django_assert_num_queries(4):
            assert duplicates.rivals(some) == {}
