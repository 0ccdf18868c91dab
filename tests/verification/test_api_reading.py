"""The API's public side: lists, records, history, changes. No cookie, few queries, tags that change in time."""

import json

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.builders import approve, need_payload, publish, published_need, submit_need, taken_down
from verification import counting, journal, statements, workflow
from verification.listing import Listing
from verification.models import Public
from verification.sop import Reason, State

LIST = "/api/v1/needs/"


@pytest.fixture
def reader() -> Client:
    """Somebody without any cookie."""
    return Client()


@pytest.fixture
def row(volunteer, reviewer) -> Public:
    return published_need(volunteer, reviewer)


def correct(row: Public, by, verifier, enterer, data) -> Public:
    sent = workflow.submit(kind="needs", data=data, by=by, record=row.uid)
    return publish(approve(sent, verifier, enterer))


def test_api_list_is_made_of_the_stored_bodies(reader, row):
    response = reader.get(LIST)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response.json() == {
        "results": [json.loads(row.body)],
        "next": None,
        "previous": None,
        "version": counting.list_version("needs"),
    }
    assert row.body in response.content.decode()


def test_api_public_answers_touch_no_cookie_and_no_session(reader, row):
    reader.cookies["sessionid"] = "x" * 32
    reader.cookies["csrftoken"] = "y" * 32
    for path in (
        "/api/v1/",
        LIST,
        f"{LIST}{row.uid}/",
        f"{LIST}{row.uid}/history/",
        "/api/v1/changes/",
        "/api/schema/",
        "/api/docs/",
        f"{LIST}?q=x",
        "/api/v1/nothing/",
        "/api/nothing",
    ):
        response = reader.get(path)
        assert not response.cookies, path
        assert "Cookie" not in response.headers.get("Vary", ""), path
        assert "no-store" not in response.headers.get("Cache-Control", ""), path


def test_api_list_is_found_unchanged_in_one_query(reader, row, django_assert_num_queries):
    tag = reader.get(LIST)["ETag"]
    for known in (tag, f'"other", {tag}'):
        with django_assert_num_queries(1):
            response = reader.get(LIST, headers={"If-None-Match": known})
        assert response.status_code == 304
        assert response.content == b""
        assert response["ETag"] == tag


@pytest.mark.parametrize("number", [1, 3])
def test_api_reading_asks_few_queries_at_any_size(
    reader, volunteer, reviewer, django_assert_num_queries, number
):
    rows = [published_need(volunteer, reviewer, organisation_name=f"江城第{n}医院") for n in range(number)]
    journal.sequence()
    for path, queries in (
        ("/api/v1/", 1),
        (LIST, 1),
        (f"{LIST}?q=江城&urgency=high&limit=2", 1),
        (f"{LIST}{rows[0].uid}/", 1),
        (f"{LIST}{rows[0].uid}/history/", 3),
        ("/api/v1/changes/", 2),
    ):
        with django_assert_num_queries(queries):
            assert reader.get(path).status_code == 200, path


def test_api_list_changes_its_tag_with_every_publication_and_take_down(
    reader, row, volunteer, reviewer, other_reviewer
):
    tags = [reader.get(LIST)["ETag"]]
    correct(row, volunteer, reviewer, other_reviewer, need_payload(remarks="新的备注"))
    tags.append(reader.get(LIST)["ETag"])
    taken_down(reviewer, row)
    tags.append(reader.get(LIST)["ETag"])
    assert len(set(tags)) == 3
    assert reader.get(LIST, headers={"If-None-Match": tags[0]}).json()["results"] == []


def test_api_no_cache_keeps_an_answer_longer_than_half_a_minute(reader, row):
    for path in (LIST, f"{LIST}{row.uid}/", f"{LIST}{row.uid}/history/", "/api/v1/changes/"):
        control = reader.get(path)["Cache-Control"]
        seconds = {
            name: int(value or 0)
            for name, _, value in (part.strip().partition("=") for part in control.split(","))
        }
        assert seconds["max-age"] == 0
        assert seconds["s-maxage"] == 1
        assert seconds["s-maxage"] + seconds["stale-while-revalidate"] <= 30
        assert "public" in seconds


def test_api_list_pages_follow_their_links_both_ways(reader, volunteer, reviewer):
    for n in range(5):
        published_need(volunteer, reviewer, organisation_name=f"江城第{n}医院")
    wanted = [str(row.uid) for row in Listing.parse("needs", QueryDict("sort=newest")).page().rows]
    first = reader.get(f"{LIST}?sort=newest&limit=2").json()
    assert first["previous"] is None
    second = reader.get(first["next"]).json()
    third = reader.get(second["next"]).json()
    assert third["next"] is None
    assert [r["uid"] for page in (first, second, third) for r in page["results"]] == wanted
    assert reader.get(third["previous"]).json()["results"] == second["results"]
    back = reader.get(reader.get(third["previous"]).json()["previous"]).json()
    assert back["results"] == first["results"]
    assert back["previous"] is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("palce=420100", "palce"),
        ("place=1", "place"),
        ("q=院", "q"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=-1", "limit"),
        ("limit=1e3", "limit"),
        ("limit=٣", "limit"),
        ("urgency=x&urgency=y", "urgency"),
    ],
)
def test_api_list_names_the_parameter_it_cannot_read(reader, db, query, field):
    response = reader.get(f"{LIST}?{query}")
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["code"] == "bad_query"
    assert field in error["fields"]
    assert error["request_id"] == response["X-Request-Id"]


@pytest.mark.parametrize("cursor", ["x", "a.b", "%00", "%ED%A0%80", "W10.x", "中.文"])
def test_api_list_refuses_a_cursor_it_did_not_write(reader, db, cursor):
    response = reader.get(f"{LIST}?cursor={cursor}")
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "bad_cursor"


def test_api_record_as_it_stands(reader, row):
    response = reader.get(f"{LIST}{row.uid}/")
    assert response.status_code == 200
    assert response.content.decode() == row.body
    again = reader.get(f"{LIST}{row.uid}/", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_api_record_taken_down_answers_410_with_what_stays(reader, row, reviewer):
    tag = reader.get(f"{LIST}{row.uid}/")["ETag"]
    taken_down(reviewer, row)
    response = reader.get(f"{LIST}{row.uid}/", headers={"If-None-Match": tag})
    assert response.status_code == 410
    tombstone = response.json()
    assert tombstone["state"] == "withdrawn"
    assert tombstone["gone"]["reason"] == Reason.NEED_MET
    assert "lines" not in tombstone
    assert "delivery_address" not in response.content.decode()


def test_api_record_merged_leads_to_its_root(reader, row, volunteer, reviewer):
    root = published_need(volunteer, reviewer, organisation_name="江城第七医院")
    # Merging comes later; what a reader of the API must see of it stands already.
    Public.objects.filter(pk=row.uid).update(
        state=State.MERGED, merged_into=root.uid, gone_at=row.published_at
    )
    response = reader.get(f"{LIST}{row.uid}/")
    assert response.status_code == 302
    assert response["Location"].endswith(f"{LIST}{root.uid}/")
    assert response.json() == {"uid": str(row.uid), "merged_into": str(root.uid)}


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/needs/00000000-0000-4000-8000-000000000000/",
        "/api/v1/needs/00000000-0000-4000-8000-000000000000/history/",
        "/api/v1/donations/00000000-0000-4000-8000-000000000000/",
        "/api/v1/nothing/",
        "/api/v1/needs/not-a-uid/",
        "/api/v2/needs/",
        "/api/v2/needs",
        "/api/%00",
    ],
)
def test_api_unknown_addresses_answer_404_in_the_one_shape(reader, db, path):
    response = reader.get(path)
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


def test_api_addresses_without_their_last_slash_lead_on(reader, row):
    response = reader.get("/api/v1/needs?q=江城&limit=1")
    assert response.status_code == 301
    assert reader.get(response["Location"]).json()["results"][0]["uid"] == str(row.uid)
    assert reader.post("/api/v1/submissions").status_code == 404
    assert reader.get("/api/")["Location"] == "/api/docs/"


def test_api_record_of_a_submission_that_is_not_public_is_unknown(reader, volunteer):
    sent = submit_need(volunteer)
    assert reader.get(f"{LIST}{sent.record}/").status_code == 404
    assert reader.get(f"{LIST}{sent.record}/history/").status_code == 404
    assert reader.get(f"{LIST}{sent.uid}/").status_code == 404


def test_api_history_says_who_when_why_and_what_changed(reader, row, volunteer, reviewer, other_reviewer):
    changed = need_payload(remarks="请送西门")
    changed["lines"][0]["amount"] = "8000个"
    correct(row, volunteer, reviewer, other_reviewer, changed)
    taken_down(reviewer, row)
    journal.sequence()
    history = reader.get(f"{LIST}{row.uid}/history/").json()
    gone, second, first = history["entries"]
    assert (gone["action"], gone["version"], gone["reason"], gone["by"]) == (
        "take_down",
        3,
        "need_met",
        reviewer.pseudonym,
    )
    assert (second["version"], first["version"]) == (2, 1)
    assert first["changes"] == []
    assert second["verified"]["by"] == reviewer.pseudonym
    assert second["verified"]["grounds"] == ["call_back"]
    changes = {(c["field"], c["line"]): (c["old"], c["new"]) for c in second["changes"]}
    assert changes[("remarks", None)] == ("可送至东门", "请送西门")
    old, new = changes[("amount", 1)]
    assert (old["low"], new["low"]) == (5000, 8000)
    assert gone["seq"] > second["seq"] > first["seq"] > 0


def test_api_history_changes_its_tag_when_it_gets_its_numbers(reader, row):
    path = f"{LIST}{row.uid}/history/"
    before = reader.get(path)
    assert before.json()["entries"][0]["seq"] is None
    journal.sequence()
    after = reader.get(path, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert after.json()["entries"][0]["seq"]
    assert reader.get(path, headers={"If-None-Match": after["ETag"]}).status_code == 304


def test_api_changes_come_once_in_order_and_end_with_a_tombstone(reader, volunteer, reviewer):
    one = published_need(volunteer, reviewer, organisation_name="江城第一医院")
    two = published_need(volunteer, reviewer, organisation_name="江城第二医院")
    journal.sequence()
    feed = reader.get("/api/v1/changes/?after=0").json()
    assert [c["record"]["uid"] for c in feed["changes"]] == [str(one.uid), str(two.uid)]
    taken_down(reviewer, one)
    journal.sequence()
    later = reader.get(f"/api/v1/changes/?after={feed['next']}&kind=needs").json()
    assert [(c["record"]["uid"], c["record"]["state"]) for c in later["changes"]] == [
        (str(one.uid), "withdrawn")
    ]
    assert "lines" not in later["changes"][0]["record"]
    end = reader.get(f"/api/v1/changes/?after={later['next']}").json()
    assert end == {"changes": [], "next": later["next"]}


def test_api_changes_shows_a_take_down_to_caches_before_it_has_its_number(reader, row, reviewer):
    journal.sequence()
    before = reader.get("/api/v1/changes/?after=0")
    taken_down(reviewer, row)
    after = reader.get("/api/v1/changes/?after=0", headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert [change["record"]["state"] for change in after.json()["changes"]] == ["withdrawn"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("after=x", "after"),
        ("after=-1", "after"),
        ("after=99999999999999999999", "after"),
        ("after=1.5", "after"),
        ("kind=nothing", "kind"),
        ("since=3", "since"),
        ("after=%00", "after"),
    ],
)
def test_api_changes_names_what_it_cannot_read(reader, db, query, field):
    response = reader.get(f"/api/v1/changes/?{query}")
    assert response.status_code == 400
    assert list(response.json()["error"]["fields"]) == [field]


def test_api_changes_after_the_largest_number_are_none(reader, db):
    assert reader.get(f"/api/v1/changes/?after={2**63 - 1}").json() == {"changes": [], "next": 2**63 - 1}


def test_api_index_leads_everywhere(reader, row):
    index = reader.get("/api/v1/", headers={"Accept-Language": "en"}).json()
    (needs,) = [entry for entry in index["lists"] if entry["kind"] == "needs"]
    assert needs["version"] == counting.list_version("needs")
    for address in (needs["records"], needs["csv"], index["changes"], index["schema"], index["docs"]):
        assert reader.get(address).status_code == 200, address
    assert reader.get(index["submissions"]).status_code == 401
    assert reader.get("/api/v1/")["Vary"] == "Accept-Language"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_api_public_addresses_are_for_reading_only(reader, row, method):
    response = getattr(reader, method)(f"{LIST}{row.uid}/")
    assert response.status_code == 405
    assert response.json()["error"]["code"] == "method_not_allowed"
    assert response["Allow"] == "GET, HEAD, OPTIONS"


def test_api_public_answers_may_be_read_by_pages_elsewhere(reader, row):
    response = reader.get(LIST, headers={"Origin": "https://elsewhere.example"})
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response
    asked = reader.options(LIST)
    assert asked.status_code == 204
    assert "If-None-Match" in asked["Access-Control-Allow-Headers"]


def test_api_head_answers_like_get_without_a_body(reader, row):
    response = reader.head(LIST)
    assert response.status_code == 200
    assert response["ETag"] == reader.get(LIST)["ETag"]


def test_api_a_failing_database_is_told_as_such(reader, row, monkeypatch):
    from django.db import OperationalError

    def away(*asked, **how):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(statements, "rows", away)
    response = reader.get(LIST)
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "unavailable"
    assert response["Retry-After"]
    assert "server closed" not in response.content.decode()


def test_api_a_fault_of_ours_answers_500_in_the_one_shape(reader, row, monkeypatch):
    def broken(*asked, **how):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(statements, "rows", broken)
    response = reader.get(LIST)
    assert response.status_code == 500
    error = response.json()["error"]
    assert error["code"] == "failed"
    assert error["request_id"] == response["X-Request-Id"]
    assert "secret" not in response.content.decode()


def test_api_errors_speak_the_language_asked_for(reader, db):
    chinese = reader.get("/api/v1/nothing/").json()["error"]["message"]
    english = reader.get("/api/v1/nothing/", headers={"Accept-Language": "en-GB,en"}).json()["error"][
        "message"
    ]
    assert english.isascii()
    assert not chinese.isascii()


def test_api_list_shows_no_private_field(reader, row):
    with CaptureQueriesContext(connection):
        texts = [
            reader.get(path).content.decode()
            for path in (LIST, f"{LIST}{row.uid}/", f"{LIST}{row.uid}/history/", "/api/v1/changes/")
        ]
    for text in texts:
        for private in ("甄不存", "13800000000", "夜间请打值班电话", "contact_person", "private_note"):
            assert private not in text
