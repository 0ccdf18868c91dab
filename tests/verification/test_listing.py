"""Reading lists: what an address shows, page by page, both ways, and by which index."""

import itertools
import json
import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from tests.builders import line, published_need, taken_down
from verification import frequencies, listing_sql, paging, sieves
from verification.copying_out import copied_out
from verification.listing import Listing
from verification.models import Public
from verification.refusals import BadCursor, BadQuery, NotFound
from verification.sop import Freshness

NOW = datetime(2020, 2, 20, tzinfo=UTC)


def listed(query: str = "", limit: int = 50) -> list[str]:
    """The titles a view shows."""
    page = Listing.parse("needs", QueryDict(query), strict=True).page(limit=limit)
    titles = dict(Public.objects.values_list("uid", "title"))
    return [titles[UUID(row.uid)] for row in page.rows]


def tokens_of(chance: random.Random) -> list[str]:
    return ["place:420000", *(["江城"] if chance.random() < 0.3 else [])]


def make_rows(number: int, *, seed: int = 1, freshness: str | None = None) -> None:
    """Public rows with many ties, for paging only: no workflow makes thousands of them in a test's time."""
    chance = random.Random(seed)
    rows = []
    for _ in range(number):
        moment = NOW - timedelta(hours=chance.randrange(4))
        uid = UUID(int=chance.getrandbits(128), version=4)
        tokens = tokens_of(chance)
        rows.append(
            Public(
                uid=uid,
                kind="needs",
                version=1,
                state="live",
                title="某院",
                body=json.dumps({"uid": str(uid)}),
                tokens=tokens,
                sieve=sieves.sieve(tokens),
                urgency=chance.choice([1, 2, 3]),
                unmet_since=moment - timedelta(hours=chance.randrange(3)),
                verified_at=moment,
                published_at=moment,
                freshness=freshness or chance.choice(Freshness.values),
                due_at=moment,
                overdue_at=moment,
                stale_at=moment,
            )
        )
    Public.objects.bulk_create(rows)


def copied(view: Listing, chunk: int) -> list[str]:
    """The view as downloads read it, with so many rows at a time."""
    return [json.loads(row.body)["uid"] for rows in copied_out(view, chunk=chunk) for row in rows]


def expected(view: Listing) -> list[str]:
    """The same view by brute force."""
    orders = {
        "urgency": lambda r: (-r.urgency, r.unmet_since, r.uid),
        "unmet": lambda r: (r.unmet_since, r.uid),
        "newest": lambda r: (r.verified_at, r.uid),
    }
    rows = [
        r
        for r in Public.objects.filter(state="live", kind="needs")
        if set(view.tokens) <= set(r.tokens)
        and (r.freshness == view.freshness if view.freshness else view.stale or r.freshness != "stale")
        and (not view.urgency or r.urgency == {"critical": 3, "high": 2, "normal": 1}[view.urgency])
    ]
    return [str(r.uid) for r in sorted(rows, key=orders[view.sort], reverse=view.sort == "newest")]


VIEWS = [
    "&".join(part for part in parts if part)
    for parts in itertools.product(
        ["sort=urgency", "sort=unmet", "sort=newest"],
        ["", "stale=1", "freshness=due"],
        ["", "q=江城", "urgency=high", "q=江城&urgency=critical"],
    )
]


@pytest.mark.parametrize("query", VIEWS)
def test_listing_pages_forth_and_back_over_ties(db, query):
    make_rows(120)
    view = Listing.parse("needs", QueryDict(query), strict=True)
    wanted = expected(view)
    pages, cursor = [], ""
    while True:
        page = view.page(cursor, limit=7)
        pages.append([row.uid for row in page.rows])
        if not page.next_cursor:
            break
        cursor = page.next_cursor
    assert [uid for uids in pages for uid in uids] == wanted
    back = []
    while page.previous_cursor:
        page = view.page(page.previous_cursor, limit=7)
        back.insert(0, [row.uid for row in page.rows])
    assert back == pages[:-1]
    assert copied(view, 9) == wanted


@pytest.mark.parametrize(("few", "ahead"), [(0, 1), (0, 10), (0, 300), (10_000, 1)])
@pytest.mark.parametrize(
    "query", ["q=江城", "q=江城&stale=1&sort=newest", "place=420000&sort=unmet", "q=江城&urgency=high"]
)
def test_listing_finds_the_same_whichever_way_it_searches(db, monkeypatch, query, few, ahead):
    """By the index, along the order, or by the index after all; with sieves and without."""
    make_rows(150)
    no_sieves_for(Public.objects.filter(urgency=2))
    know_frequencies(monkeypatch, few=few)
    monkeypatch.setattr(paging, "AHEAD", ahead)
    view = Listing.parse("needs", QueryDict(query), strict=True)
    found, cursor = [], ""
    while True:
        page = view.page(cursor, limit=7)
        found += [row.uid for row in page.rows]
        if not (cursor := page.next_cursor):
            break
    assert found == copied(view, 7) == expected(view)


def no_sieves_for(rows):
    """As rows are that something else than a publication wrote."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE verification_public SET sieve = %s WHERE uid = ANY (%s)",
            [sieves.ANYTHING, list(rows.values_list("pk", flat=True))],
        )


def know_frequencies(monkeypatch, *, few):
    """Statistics of this moment, and from how many rows on a token is common."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE verification_public")
    monkeypatch.setattr(frequencies, "_read", frequencies._Read(0, {}, 0))
    monkeypatch.setattr(frequencies, "FEW", few)


@pytest.mark.parametrize(
    ("sort", "index"),
    [("urgency", "public_urgency"), ("unmet", "public_unmet"), ("newest", "public_verified")],
)
def test_listing_merges_index_scans_from_behind_the_cursor(db, sort, index):
    make_rows(3000)
    view = Listing.parse("needs", QueryDict(f"sort={sort}"))
    for key in (None, view.page(limit=200).rows[-1].key):
        plan = plan_of(view, key)
        assert plan.count(f"using {index}") == 3
        assert "Merge Append" in plan
        assert "Seq Scan" not in plan
        assert "Sort Method" not in plan
        if key:
            assert plan.count("ROW(") >= 3


def test_listing_search_looks_along_the_order_without_fetching_what_it_passes_over(db):
    make_rows(3000)
    with connection.cursor() as cursor:
        # Of rows nobody else can see yet an index alone promises nothing, and three thousand are soon read.
        cursor.execute("SET LOCAL enable_seqscan = off")
    for query, index in (
        ("q=江城", "public_urgency"),
        ("q=江城&urgency=high&sort=newest", "public_verified"),
    ):
        plan = plan_of(Listing.parse("needs", QueryDict(query)), None)
        assert len(re.findall(f"Index Only Scan(?: Backward)? using {index}", plan)) == 3, plan
        assert "Sort Method" not in plan
        assert "Seq Scan" not in plan


def test_listing_search_for_what_is_rare_asks_the_gin_index_alone(db, monkeypatch):
    make_rows(3000)
    know_frequencies(monkeypatch, few=100)
    view = Listing.parse("needs", QueryDict("q=罕见"))
    assert frequencies.rare(view.tokens)
    assert not frequencies.rare(["江城"])
    assert frequencies.rare(["江城", "罕见"])
    plan = explained(listing_sql.matches(view._ask(None, 51)), view._values(None))
    assert "Bitmap Index Scan on public_tokens" in plan
    assert "Seq Scan" not in plan
    with CaptureQueriesContext(connection) as asked:
        assert view.page().rows == []
    assert len(asked) == 1


def plan_of(view: Listing, key, limit: int = 51) -> str:
    return explained(listing_sql.page(replace(view._ask(key, limit), ahead=500)), view._values(key))


def explained(statement: str, values) -> str:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE verification_public")
        cursor.execute("EXPLAIN (ANALYZE, COSTS OFF) " + statement, values)
        return "\n".join(row[0] for row in cursor.fetchall())


def test_listing_filters_by_place_item_and_words(volunteer, reviewer):
    published_need(volunteer, reviewer, organisation_name="江城第三医院")
    published_need(
        volunteer,
        reviewer,
        organisation_name="汉川县人民医院",
        place="420984",
        lines=[line("goggles")],
        urgency="critical",
    )
    assert listed() == ["汉川县人民医院", "江城第三医院"]
    assert listed("sort=unmet") == ["江城第三医院", "汉川县人民医院"]
    assert listed("place=420100") == ["江城第三医院"]
    assert listed("province=420000&city=420900") == ["汉川县人民医院"]
    assert listed("county=420984") == ["汉川县人民医院"]
    assert listed("province=420000&item=goggles") == ["汉川县人民医院"]
    assert listed("urgency=high") == ["江城第三医院"]
    assert listed("q=人民") == ["汉川县人民医院"]
    assert listed("q=武汉") == ["江城第三医院"]
    assert listed("q=武汉 第三") == ["江城第三医院"]
    assert listed("q=医院") == ["汉川县人民医院", "江城第三医院"]
    assert listed("q=不存") == []


def test_listing_leaves_out_what_was_taken_down(volunteer, reviewer):
    row = published_need(volunteer, reviewer)
    assert listed("q=江城") == [row.title]
    taken_down(reviewer, row)
    assert listed("q=江城") == listed() == listed("stale=1") == []


def test_listing_leaves_out_stale_rows_unless_asked_for(volunteer, reviewer):
    row = published_need(volunteer, reviewer)
    Public.objects.update(freshness=Freshness.STALE)
    assert listed() == listed("freshness=fresh") == []
    assert listed("stale=1") == listed("freshness=stale") == [row.title]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("place=999999", "place"),
        ("place=420100x", "place"),
        ("city=420000", "city"),
        ("province=420100", "province"),
        ("item=nothing", "item"),
        ("urgency=very", "urgency"),
        ("urgency=3", "urgency"),
        ("freshness=old", "freshness"),
        ("stale=yes", "stale"),
        ("sort=price", "sort"),
        ("q=院", "q"),
        ("q=%00", "q"),
        ("q=" + "字" * 61, "q"),
        ("palce=420100", "palce"),
        ("item=goggles&item=n95-mask", "item"),
    ],
)
def test_listing_names_the_parameter_it_cannot_read(query, name):
    with pytest.raises(BadQuery) as refused:
        Listing.parse("needs", QueryDict(query), strict=True)
    assert list(refused.value.errors) == [name]


def test_listing_of_a_page_leaves_out_what_it_cannot_read():
    view = Listing.parse("needs", QueryDict("place=999999&q=院&item=goggles&utm=1&sort=price"))
    assert view.active == {"item": "goggles"}
    assert set(view.problems) == {"place", "q", "sort"}


def test_listing_of_an_unknown_list_is_not_found():
    with pytest.raises(NotFound):
        Listing.parse("nothing", QueryDict(""))


def test_listing_address_says_the_view():
    view = Listing.parse(
        "needs", QueryDict("sort=newest&q= 武汉%20市 &stale=1&province=420000&city=420100&freshness=")
    )
    assert (
        view.query_string()
        == "q=%E6%AD%A6%E6%B1%89+%E5%B8%82&province=420000&city=420100&stale=1&sort=newest"
    )
    assert Listing.parse("needs", QueryDict(view.query_string())) == view
    assert (
        view.without("city").without("q").without("stale").without("sort").query_string() == "province=420000"
    )
    assert view.sorted_by("urgency").query_string(cursor="x", limit="").endswith("stale=1&cursor=x")
    assert view.filters["province"] == "420000"
    assert view.filters["item"] == ""


def test_listing_ignores_what_nobody_sees_in_words(volunteer, reviewer):
    published_need(volunteer, reviewer)
    assert listed("q=江​城") == ["江城第三医院"]


def test_listing_refuses_a_cursor_of_another_view(db):
    make_rows(20, freshness="fresh")
    cursor = Listing.parse("needs", QueryDict("sort=newest")).page(limit=5).next_cursor
    with pytest.raises(BadCursor):
        Listing.parse("needs", QueryDict("")).page(cursor)


def test_listing_page_that_emptied_leads_back(db):
    make_rows(10, freshness="fresh")
    view = Listing.parse("needs", QueryDict(""))
    first = view.page(limit=5)
    Public.objects.exclude(pk__in=[row.uid for row in first.rows]).delete()
    page = view.page(first.next_cursor, limit=5)
    assert page.rows == []
    assert page.next_cursor == ""
    assert [row.uid for row in view.page(page.previous_cursor, limit=5).rows] == [r.uid for r in first.rows][
        :4
    ]


@pytest.mark.parametrize("query", ["", "q=江城", "place=420100&urgency=high", "sort=newest&stale=1"])
def test_listing_asks_one_query_at_any_size(volunteer, reviewer, django_assert_num_queries, query):
    for number in range(3):
        if number in (0, 1):
            with django_assert_num_queries(1):
                Listing.parse("needs", QueryDict(query)).page()
        published_need(volunteer, reviewer, organisation_name=f"江城第{number}医院")
    with django_assert_num_queries(1):
        Listing.parse("needs", QueryDict(query)).page()
