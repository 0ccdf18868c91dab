"""Cursors: (sort key, uid) of a stored column, signed with its filters, so that paging misses and repeats nothing."""

import json
import re
from urllib.parse import urlencode

import pytest

from tests import builders
from verification import publishing
from verification.models import Public


@pytest.fixture
def records(volunteer, reviewer):
    """Three pages and a bit."""
    for number in range(10):
        need = builders.submit_need(
            volunteer, organisation_name=f"江城{number}号医院", lines=[builders.line()]
        )
        builders.approve(need, reviewer)
    publishing.publish_due()
    return list(Public.objects.all())


def follow(client, path):
    """The uids of every page, one list per page."""
    pages = []
    while path:
        answer = client.get(path).json()
        pages.append([row["uid"] for row in answer["results"]])
        path = answer["next"]
    return pages


def test_cursors_walk_a_list_once_though_rows_come_and_go(client, records, volunteer, reviewer):
    first = client.get("/api/v1/needs/?limit=3&sort=newest").json()
    seen = [row["uid"] for row in first["results"]]
    builders.published_need(volunteer, reviewer, organisation_name="江城新医院", lines=[builders.line()])
    gone = Public.objects.get(pk=seen[1])
    builders.taken_down(reviewer, gone)
    rest = [uid for page in follow(client, first["next"]) for uid in page]
    assert not set(seen) & set(rest)
    assert set(seen) | set(rest) == {str(r.pk) for r in records}


@pytest.mark.parametrize("sort", ["urgency", "unmet", "newest"])
def test_cursors_walk_every_order(client, records, sort):
    uids = [uid for page in follow(client, f"/api/v1/needs/?limit=3&sort={sort}") for uid in page]
    assert sorted(uids) == sorted(str(r.pk) for r in records)


def test_cursors_are_good_for_their_own_filters_only(client, records):
    following = client.get("/api/v1/needs/?limit=3&sort=newest").json()["next"]
    cursor = re.search(r"cursor=([^&]+)", following)[1]
    for other in (
        "sort=unmet",
        "sort=newest&item=n95-mask",
        "sort=newest&place=420106",
        "sort=newest&q=江城",
    ):
        answer = client.get(f"/api/v1/needs/?{other}&cursor={cursor}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_cursor")


@pytest.mark.parametrize(
    "harm", [lambda c: c[:-1], lambda c: c[1:], lambda c: c.swapcase(), lambda c: "", lambda c: "1"]
)
def test_cursors_are_signed(client, records, harm):
    following = client.get("/api/v1/needs/?limit=3").json()["next"]
    cursor = harm(re.search(r"cursor=([^&]+)", following)[1])
    answer = client.get("/api/v1/needs/?" + urlencode({"cursor": cursor}))
    assert answer.status_code == (400 if cursor else 200)
    assert json.loads(answer.content)
