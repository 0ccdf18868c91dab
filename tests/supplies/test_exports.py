"""CSV: what people with spreadsheets get, safe to open and true to the list."""

import csv
import io
import json
import sys
import tracemalloc
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supplies import exports
from supplies.csv_columns import Table
from tests.builders import line, published_need, submit_need, taken_down
from verification import kinds
from verification.csv_cells import cell, guarded
from verification.listing import Listing
from verification.models import Public


def table(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.fixture
def reader(db) -> Client:
    return Client()


def test_csv_has_a_row_for_each_line_with_codes_beside_words(reader, volunteer, reviewer):
    row = published_need(volunteer, reviewer)
    first, second = table(reader.get("/en/needs.csv"))
    assert first["record"] == second["record"] == str(row.uid)
    assert (first["place code"], first["province"], first["prefecture"]) == ("420106", "Hubei", "Wuhan")
    assert (first["line"], second["line"]) == ("1", "2")
    assert (first["item code"], first["at least"], first["at most"]) == ("n95-mask", "5000", "5000")
    assert (second["at least"], second["at most"], second["amount as written"]) == ("", "", "若干")
    assert second["amount"] == "Amount unknown"
    assert first["verified by"] == reviewer.pseudonym
    assert first["grounds"] == "call-back by telephone"
    assert first["verified at"].endswith("+08:00")
    assert first["page"].endswith(f"/needs/{row.uid}/")


def test_csv_speaks_the_language_of_its_address_to_the_end(reader, volunteer, reviewer):
    published_need(volunteer, reviewer)
    (chinese, *_), (english, *_) = table(reader.get("/needs.csv")), table(reader.get("/en/needs.csv"))
    assert chinese["省份"] == "湖北"
    assert english["province"] == "Hubei"


def test_csv_filters_and_sorts_as_the_list_does(reader, volunteer, reviewer):
    published_need(volunteer, reviewer, organisation_name="江城第一医院", lines=[line("goggles")])
    published_need(volunteer, reviewer, organisation_name="江城第二医院", urgency="critical")
    names = [r["institution"] for r in table(reader.get("/en/needs.csv"))]
    assert names == ["江城第二医院", "江城第二医院", "江城第一医院"]
    assert [r["institution"] for r in table(reader.get("/en/needs.csv?item=goggles"))] == ["江城第一医院"]
    assert table(reader.get("/en/needs.csv?place=110000")) == []


@pytest.mark.parametrize("query", ["item=nothing", "palce=420100", "cursor=x"])
def test_csv_refuses_what_it_cannot_read(reader, query):
    assert reader.get(f"/needs.csv?{query}").status_code == 400


def test_csv_of_an_unknown_list_is_not_found(reader):
    assert reader.get("/nothing.csv").status_code == 404


def test_csv_holds_nothing_private_nothing_unpublished_and_nothing_taken_down(reader, volunteer, reviewer):
    published_need(volunteer, reviewer)
    submit_need(volunteer, organisation_name="未发布医院")
    taken_down(reviewer, published_need(volunteer, reviewer, organisation_name="已撤下医院"))
    text = b"".join(reader.get("/needs.csv").streaming_content).decode()
    assert "江城第三医院" in text
    for hidden in (
        "甄不存",
        "13800000000",
        "夜间请打值班电话",
        "未发布医院",
        "已撤下医院",
        "contact",
        "联系人",
    ):
        assert hidden not in text


def test_csv_touches_no_cookie_and_is_found_unchanged(reader, volunteer, reviewer, django_assert_num_queries):
    published_need(volunteer, reviewer)
    response = reader.get("/needs.csv")
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")
    assert "public" in response["Cache-Control"]
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="glacier-needs.csv"'
    with django_assert_num_queries(1):
        assert reader.get("/needs.csv", headers={"If-None-Match": response["ETag"]}).status_code == 304


@pytest.mark.parametrize("number", [1, 3])
def test_csv_asks_two_queries_at_any_size(reader, volunteer, reviewer, django_assert_num_queries, number):
    for n in range(number):
        published_need(volunteer, reviewer, organisation_name=f"江城第{n}医院")
    with django_assert_num_queries(2):
        assert len(table(reader.get("/needs.csv"))) == 2 * number


def test_csv_head_answers_without_reading_the_list(reader, volunteer, reviewer, django_assert_num_queries):
    published_need(volunteer, reviewer)
    with django_assert_num_queries(1):
        assert reader.head("/needs.csv")["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize(
    "value",
    [
        "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋cmd", "－cmd", "＠x", " =1",
        "\u3000=1",
        "\u200b=1", "-cmd|' /C calc'!A0", "+86=1", "-5*2", "--5", "﹦1", "=HYPERLINK(\"https://x.example\")",
    ],
)  # fmt: skip
def test_csv_guards_what_a_spreadsheet_would_run(value):
    assert guarded(value) == f"'{value}"


@pytest.mark.parametrize(
    "value",
    [
        "-5", "+86", "+86 27 8555 0100", "+86-27-85550100", "+86（27）8555 0100", "-5.5", "+1 (212) 555-0100",
        "－5", "5-10",
        "江城第三医院", "a=b", "", "100 - 200", "'=1", 5, -5, None, True,
    ],
)  # fmt: skip
def test_csv_leaves_numbers_telephones_and_words_as_they_are(value):
    assert guarded(value) == value


def test_csv_guards_formulas_in_what_people_wrote(reader, volunteer, reviewer):
    published_need(
        volunteer, reviewer, organisation_name="=江城医院", remarks="@全体", lines=[line(note="+急")]
    )
    (row,) = table(reader.get("/en/needs.csv"))
    assert row["institution"] == "'=江城医院"
    assert row["remarks"] == "'@全体"
    assert row["note"] == "'+急"
    assert row["office telephone"] == "027-85550100"


def test_csv_quotes_what_has_commas_quotes_and_line_ends(reader, volunteer, reviewer):
    remarks = '一,"二"\n三'
    published_need(volunteer, reviewer, remarks=remarks, lines=[line()])
    (row,) = table(reader.get("/en/needs.csv"))
    assert row["remarks"].splitlines() == remarks.splitlines()


def test_csv_streams_in_flat_memory(db, volunteer, reviewer):
    body = published_need(volunteer, reviewer).body
    moment = datetime(2020, 2, 1, tzinfo=UTC)
    Public.objects.bulk_create(
        Public(
            uid=UUID(int=n + 1),
            kind="needs",
            version=1,
            state="live",
            body=body,
            tokens=["place:420000"],
            urgency=1,
            unmet_since=moment + timedelta(seconds=n // 7),
            verified_at=moment,
            published_at=moment,
            due_at=moment,
            overdue_at=moment,
            stale_at=moment,
        )
        for n in range(6000)
    )
    pieces = exports.csv_rows("needs", Listing.parse("needs", QueryDict("")))
    next(pieces)
    tracemalloc.start()
    lines = sum(piece.count(b"\r\n") for piece in pieces)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert lines == 2 * 6001
    assert most < 12 * 1024 * 1024


def test_csv_leaves_the_language_of_the_thread_alone(db, volunteer, reviewer):
    published_need(volunteer, reviewer)
    with translation.override("en"):
        pieces = exports.csv_rows("needs", Listing.parse("needs", QueryDict("")))
    with translation.override("zh-hans"):
        text = (next(pieces) + next(pieces)).decode()
        assert translation.get_language() == "zh-hans"
    assert "Hubei" in text


def exported(response):
    return json.loads(b"".join(response.streaming_content))


def test_json_holds_the_bodies_with_uid_and_version_in_the_lists_order(reader, volunteer, reviewer):
    published_need(volunteer, reviewer, organisation_name="江城第一医院", lines=[line("goggles")])
    row = published_need(volunteer, reviewer, organisation_name="江城第二医院", urgency="critical")
    response = reader.get("/needs.json")
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"] == 'attachment; filename="glacier-needs.json"'
    assert response["Access-Control-Allow-Origin"] == "*"
    assert not response.cookies
    whole = exported(response)
    assert [body["title"] for body in whole["records"]] == ["江城第二医院", "江城第一医院"]
    assert (whole["records"][0]["uid"], whole["records"][0]["version"]) == (str(row.uid), 1)
    assert whole["records"][0] == json.loads(row.body)
    some = exported(reader.get("/needs.json?item=goggles&sort=newest"))
    assert [body["title"] for body in some["records"]] == ["江城第一医院"]
    assert some["view"] == {"item": "goggles", "sort": "newest"}
    assert exported(reader.get("/needs.json?place=110000"))["records"] == []


@pytest.mark.parametrize("query", ["item=nothing", "palce=420100", "cursor=x", "sort=worst"])
def test_json_refuses_what_it_cannot_read(reader, query):
    assert reader.get(f"/needs.json?{query}").status_code == 400
    assert reader.get("/nothing.json").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_json_asks_two_queries_at_any_size_and_one_where_unchanged(
    reader, volunteer, reviewer, django_assert_num_queries, number, monkeypatch
):
    monkeypatch.setattr(exports, "CHUNK", 10)
    for n in range(number):
        published_need(volunteer, reviewer, organisation_name=f"江城第{n}医院", remarks='多行\n<b>"字"</b>')
    with django_assert_num_queries(2):
        response = reader.get("/needs.json")
        assert [b["remarks"] for b in exported(response)["records"]] == ['多行\n<b>"字"</b>'] * number
    with django_assert_num_queries(1):
        assert reader.get("/needs.json", headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_json_of_many_pieces_is_whole(reader, volunteer, reviewer, monkeypatch):
    monkeypatch.setattr(exports, "CHUNK", 1)
    for n in range(3):
        published_need(volunteer, reviewer, organisation_name=f"江城第{n}医院")
    assert len(exported(reader.get("/needs.json"))["records"]) == 3


EXPORTED = json.loads(Path(__file__).with_name("exported.json").read_text())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", EXPORTED)
def test_csv_of_every_list_is_byte_for_byte_what_it_always_was(db, settings, kind, language):
    """`exported.json` keeps bodies of each list, of the demonstration and an odd one, and what they became."""
    settings.BASE_URL = "https://glacier.example"
    kept = EXPORTED[kind]
    with translation.override(language):
        table = Table(kinds.get(kind))
        text = table.head()
        for body, freshness in zip(kept["bodies"], ["fresh", "overdue", "stale"], strict=True):
            text += "".join(table.rows(body, freshness))
    assert text.split("\r\n") == kept[language]


def test_csv_of_every_list_is_kept_by_a_test():
    assert set(EXPORTED) == {spec.slug for spec in kinds.every()}


CELLS = st.one_of(
    st.text(),
    st.none(),
    st.integers(),
    st.booleans(),
    st.sampled_from(["-5", "=1", 'a"b', "a,b", "\r", "\n", " "]),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CELLS, min_size=2))
def test_csv_cells_are_written_as_the_standard_library_writes_them(values):
    file = io.StringIO()
    csv.writer(file).writerow([guarded(value) for value in values])
    assert ",".join(cell(value) for value in values) + "\r\n" == file.getvalue()


def test_csv_guard_takes_no_letter_or_digit_for_the_beginning_of_a_formula():
    letters = [chr(n) for n in range(sys.maxunicode + 1) if chr(n).isalnum()]
    assert not {unicodedata.normalize("NFKC", letter) for letter in letters} & set("=+-@\t\r\n")
