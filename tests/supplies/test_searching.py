"""Searching across lists: what an address finds, and that it finds public words only."""

import json
import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import builders
from tests.signing_in import sign_in
from verification import frequencies, kinds, paging, sieves
from verification.models import Public
from verification.refusals import BadCursor, BadQuery
from verification.searching import Search

NOW = datetime(2020, 2, 20, tzinfo=UTC)
LISTS = ["needs", "gifts", "clinics-of-a-test"]


@pytest.fixture
def lists(monkeypatch):
    """Two more lists, made as the first is."""
    from dataclasses import replace

    needs = kinds.get("needs")
    more = [replace(needs, slug=slug) for slug in LISTS[1:]]
    monkeypatch.setattr(kinds, "_register", {"needs": needs} | {spec.slug: spec for spec in more})


def make_rows(number, *, seed=1):
    """Public rows of several lists, with ties; for reading only."""
    chance = random.Random(seed)
    rows = []
    for n in range(number):
        kind, moment = LISTS[n % len(LISTS)], NOW - timedelta(hours=chance.randrange(6))
        place = chance.choice(["420100", "420500"])
        tokens = ["place:420000", f"place:{place}", *(["江城"] if chance.random() < 0.4 else [])]
        uid = UUID(int=chance.getrandbits(128), version=4)
        rows.append(
            Public(
                uid=uid,
                kind=kind,
                version=1,
                state="live",
                title="某院",
                body=json.dumps({"uid": str(uid), "kind": kind, "title": "某院"}),
                tokens=tokens,
                sieve=sieves.sieve(tokens),
                unmet_since=moment,
                verified_at=moment,
                published_at=moment,
                freshness=chance.choice(["fresh", "due", "overdue", "stale"]),
                due_at=moment,
                overdue_at=moment,
                stale_at=moment,
            )
        )
    Public.objects.bulk_create(rows)


def expected(view):
    rows = Public.objects.live().filter(tokens__contains=view.tokens)
    if view.kind:
        rows = rows.filter(kind=view.kind)
    if not view.stale:
        rows = rows.exclude(freshness="stale")
    return [str(uid) for uid in rows.order_by("-verified_at", "-uid").values_list("uid", flat=True)]


QUERIES = [
    "q=江城",
    "q=江城&kind=gifts",
    "city=420500",
    "q=江城&place=420100&stale=1",
    "province=420000&kind=needs",
]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("rare", [True, False])
@pytest.mark.parametrize("ahead", [1, 300])
def test_searching_pages_both_ways_through_all_lists(query, rare, ahead, lists, db, monkeypatch):
    monkeypatch.setattr(frequencies, "rare", lambda tokens: rare)
    monkeypatch.setattr(paging, "AHEAD", ahead)
    make_rows(240)
    view = Search.parse(QueryDict(query), strict=True)
    seen, cursor, pages = [], "", []
    while True:
        page = view.page(cursor, limit=7)
        pages.append([row.uid for row in page.rows])
        seen += pages[-1]
        if not page.next_cursor:
            break
        cursor = page.next_cursor
    assert seen == expected(view)
    back = []
    while page.previous_cursor:
        page = view.page(page.previous_cursor, limit=7)
        back.append([row.uid for row in page.rows])
    assert back[::-1] == pages[:-1]


def test_searching_leaves_out_what_is_out_of_date_and_what_is_gone(volunteer, reviewer):
    stale = builders.published_need(volunteer, reviewer)
    gone = builders.published_need(volunteer, reviewer, organisation_name="江城第四医院")
    there = builders.published_need(volunteer, reviewer, organisation_name="江城第五医院")
    builders.submit_need(volunteer, organisation_name="江城第六医院")
    builders.taken_down(reviewer, gone)
    Public.objects.filter(pk=stale.pk).update(freshness="stale")

    def found(query):
        return {row.uid for row in Search.parse(QueryDict(query), strict=True).page().rows}

    assert found("q=江城") == {str(there.uid)}
    assert found("q=江城&stale=1") == {str(there.uid), str(stale.uid)}
    assert found("q=江城&city=420500") == set()


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("q=江", {"q"}),
        ("q=" + "江城" * 31, {"q"}),
        ("q=江城&kind=secrets", {"kind"}),
        ("q=江城&place=999999", {"place"}),
        ("q=江城&stale=2", {"stale"}),
        ("q=江城&contact_phone=1", {"contact_phone"}),
        ("q=江城&q=武汉", {"q"}),
        ("item=n95-mask", {"item"}),
    ],
)
def test_searching_refuses_what_it_cannot_read(query, wrong, db):
    with pytest.raises(BadQuery) as refused:
        Search.parse(QueryDict(query), strict=True)
    assert set(refused.value.errors) == wrong
    assert Search.parse(QueryDict(query)).problems.keys() <= wrong


def test_searching_takes_no_cursor_of_another_search(lists, db):
    make_rows(60)
    cursor = Search(q="江城").page(limit=3).next_cursor
    for other in (Search(q="江城", kind="needs"), Search(q="武汉"), Search(q="江城", stale=True)):
        with pytest.raises(BadCursor):
            other.page(cursor, limit=3)


PAGES = ["/search/?q=江城", "/en/search/?q=江城"]


def test_search_page_is_public_and_tagged(client, volunteer, reviewer, stranger):
    builders.published_need(volunteer, reviewer)
    sign_in(client, stranger)
    for path in ("/search/", "/lists/", *PAGES, "/api/v1/search/?q=江城"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert not answer.cookies, path
        assert "Cookie" not in answer.get("Vary", ""), path
        assert "public" in answer["Cache-Control"], path
        assert client.get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    tags = {client.get(path)["ETag"] for path in PAGES}
    assert len(tags) == 2
    builders.published_need(volunteer, reviewer, organisation_name="江城第四医院")
    assert not tags & {client.get(path)["ETag"] for path in PAGES}


def test_search_page_shows_what_was_found_with_its_list(client, volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    for path, label in zip(PAGES, ("物资需求", "Needs"), strict=True):
        page = client.get(path).content.decode()
        assert f"/needs/{record.uid}/" in page
        assert label in page
    english = client.get("/en/search/?q=N95").content.decode()
    assert f"/needs/{record.uid}/" in english


@pytest.mark.parametrize(
    "query", ["", "q=江", "q=没有这一家", "q=江城&kind=nothing", "q=江城&cursor=", "kind=needs", "q=%00江城"]
)
def test_search_page_takes_any_words(query, client, volunteer, reviewer):
    builders.published_need(volunteer, reviewer)
    assert client.get(f"/search/?{query}").status_code == 200
    assert client.get("/search/?q=江城&cursor=x").status_code == 400


def test_search_api_answers_bodies_and_refuses_the_rest(client, volunteer, reviewer):
    records = [
        builders.published_need(volunteer, reviewer, organisation_name=f"江城第{n}医院").uid
        for n in (3, 4, 5)
    ]
    first = client.get("/api/v1/search/?q=江城&limit=2").json()
    rest = client.get(first["next"]).json()
    assert [row["uid"] for row in first["results"] + rest["results"]] == [str(u) for u in reversed(records)]
    assert rest["next"] is None
    assert client.get(rest["previous"]).json()["results"] == first["results"]
    everything = client.get("/api/v1/search/?kind=needs").json()["results"]
    assert [row["uid"] for row in everything] == [str(u) for u in reversed(records)]
    assert client.get("/api/v1/search/").json()["results"] == everything
    for query in ("q=江", "q=江城&sort=urgency", "q=江城&cursor=x"):
        assert client.get(f"/api/v1/search/?{query}").status_code == 400, query


@pytest.mark.parametrize("mark", ["甄不存", "13800000000", "夜间请打值班电话", "甄不"])
def test_searching_finds_nothing_by_what_is_private(mark, client, volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    assert str(record.uid) in client.get("/api/v1/search/?q=江城第三").content.decode()
    for path in ("/search/", "/api/v1/search/"):
        assert str(record.uid) not in client.get(path, {"q": mark}).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_search_and_overview_ask_the_same_at_any_length(rows, client, volunteer, reviewer):
    for n in range(rows):
        builders.published_need(volunteer, reviewer, organisation_name=f"江城第{n + 3}医院")
    spent = {}
    for path in ("/lists/", "/search/", "/search/?q=江城", "/api/v1/search/?q=江城", "/submit/"):
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        spent[path] = len(asked)
    assert spent == {
        "/lists/": 1,
        "/search/": 1,
        "/search/?q=江城": 2,
        "/api/v1/search/?q=江城": 2,
        "/submit/": 0,
    }


def test_overview_tells_how_each_list_stands(client, volunteer, reviewer):
    page = client.get("/en/lists/").content.decode()
    assert "nothing published yet" in page
    record = builders.published_need(volunteer, reviewer)
    page = client.get("/en/lists/").content.decode()
    assert "last published" in page
    assert timezone.localtime(record.published_at).strftime("%Y-%m-%dT%H") in page
    report = client.get("/en/submit/").content.decode()
    for spec in kinds.every():
        assert f'href="/en/{spec.slug}/"' in page
        assert f'href="/en/submit/{spec.slug}/"' in report
