"""Side doors: search, sort, counts, hints and errors know public fields only. A marker in every private field is
looked for everywhere the public can look; nothing may give it away, not even by answering differently."""

import pytest
from django.contrib import admin
from django.db import connection

from tests import builders, people
from tests.routes import public_addresses
from tests.signing_in import sign_in
from verification import journal, kinds, workflow
from verification.models import Counter, Event, Public
from verification.sop import Action, Reason

MARK = "零鹈壹鹕"  # four characters no text of ours has
NUMBER = "13912345678"


@pytest.fixture
def record(volunteer, reviewer):
    """A record whose private fields, notes and returned draft all hold the marker."""
    marked = {
        "contact_person": MARK,
        "contact_phone": NUMBER,
        "private_note": f"{MARK}，夜间{NUMBER}",
    }
    submission = workflow.submit(
        kind="needs", data=builders.need_payload(**marked), by=volunteer, note=f"{MARK}给审核员"
    )
    fence = builders.claim(submission, reviewer)
    workflow.advance(
        [submission.pk], Action.RETURN, by=reviewer, fence=fence, reason=Reason.UNCLEAR, note=f"{MARK}请补"
    )
    data = builders.need_payload(**marked, remarks="已补")
    workflow.advance([submission.pk], Action.RESUBMIT, by=volunteer, data=data, note=MARK)
    submission.refresh_from_db()
    record = builders.publish(builders.approve(submission, reviewer))
    builders.submit_need(volunteer, record=record.uid, remarks=f"未审核{MARK}")
    journal.sequence()
    return record


def assert_silent(answer, path):
    whole = answer.getvalue().decode(errors="replace") + repr(sorted(answer.headers.items()))
    for word in (MARK, MARK[:2], NUMBER, NUMBER[3:]):
        assert word not in whole, path


def test_side_doors_no_public_address_gives_the_marker_away(client, record, stranger):
    for signed_in in (False, True):
        if signed_in:
            sign_in(client, stranger)
        for path in public_addresses(kind="needs", uid=record.uid):
            assert_silent(client.get(path), path)
            assert_silent(client.get(path.rstrip("/") + "x/"), path)
            assert_silent(client.post(path, {"q": "x"}), path)


@pytest.mark.parametrize("word", [MARK, MARK[:2], NUMBER, NUMBER[:7], "鹈壹"])
def test_side_doors_search_finds_public_words_only(client, record, word):
    assert client.get("/api/v1/needs/", {"q": word}).json()["results"] == []
    assert len(client.get("/api/v1/needs/", {"q": "江城"}).json()["results"]) == 1
    page = client.get("/needs/", {"q": word}).content.decode()
    assert str(record.uid) not in page
    assert str(record.uid) not in client.get("/needs.csv", {"q": word}).getvalue().decode()


@pytest.mark.parametrize(
    "name", ["contact_person", "contact_phone", "private_note", "authors", "submitted_by"]
)
def test_side_doors_private_fields_neither_filter_nor_sort(client, record, name):
    """As unknown as a word that means nothing: the same refusal, whatever the value."""
    unknown = client.get("/api/v1/needs/", {"nonsense": MARK})
    for value in (MARK, "x"):
        answer = client.get("/api/v1/needs/", {name: value})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, unknown.json()["error"]["code"])
        assert client.get("/api/v1/needs/", {"sort": name}).status_code == 400
    plain = client.get("/needs/").content
    assert client.get("/needs/", {name: MARK}).status_code == 200
    assert (str(record.uid) in client.get("/needs/", {name: "x"}).content.decode()) == (
        str(record.uid).encode() in plain
    )


def test_side_doors_nothing_the_public_reads_is_made_of_private_fields(record):
    """The rows every list, search, count, feed and download reads from."""
    with connection.cursor() as cursor:
        for table in (Public._meta.db_table, Counter._meta.db_table):
            cursor.execute(f"SELECT string_agg(t::text, '') FROM {table} t")
            (text,) = cursor.fetchone()
            assert MARK not in text
            assert MARK[:2] not in text
            assert NUMBER not in text
    for event in Event.objects.filter(record=record.uid):
        assert MARK not in event.body + event.public_text


def test_side_doors_hints_while_typing_know_public_fields_only(client, record, stranger):
    sign_in(client, stranger)
    for path in ("/submit/needs/", "/submit/needs/organisations/", "/submit/needs/lines/"):
        for data in ({"organisation_name": MARK, "q": MARK}, {"organisation_name": record.title}):
            answer = client.get(path, data)
            text = answer.content.decode().replace(f'value="{MARK}"', "")
            assert MARK not in text
            assert NUMBER not in text
    typed = {**builders.need_payload(), "step": "check", "lines-0-item": "n95-mask", "lines-0-amount": "5"}
    del typed["lines"]
    for name in ("contact_person", "contact_phone", "private_note"):
        typed[name] = ""
    answer = client.post("/submit/needs/", typed)
    assert_silent(answer, "the duplicates shown beside a new entry")
    assert_silent(client.get("/submit/needs/", {"record": record.uid}), "the form of a correction")


def test_side_doors_a_correction_is_no_oracle(record, stranger):
    """Guessing a private value right is answered as guessing it wrong."""
    right = builders.submit_need(stranger, record=record.uid, remarks="改", contact_phone=NUMBER)
    wrong = builders.submit_need(stranger, record=record.uid, remarks="改", contact_phone="13800000001")
    assert (right.risk, right.status) == (wrong.risk, wrong.status)


def test_side_doors_the_sender_of_a_request_sees_nothing_private(client, record, stranger):
    request = builders.withdrawal_request(stranger, record)
    sign_in(client, stranger)
    for path in (
        f"/mine/{request.uid}/",
        "/mine/",
        f"/api/v1/submissions/{request.uid}/",
        "/api/v1/submissions/",
    ):
        assert_silent(client.get(path), path)


def test_side_doors_lists_of_the_admin_show_and_search_no_private_field(client, record):
    private = {name for spec in kinds.every() for name, field in spec.fields.items() if not field.public}
    private |= {"payload", "private_text", "legal_name", "password", "lines"}
    for model, shown in admin.site._registry.items():
        named = {*map(str, shown.list_display), *map(str, shown.search_fields), *map(str, shown.list_filter)}
        assert not private & {name.partition("__")[0].lstrip("=^@") for name in named}, model
    coordinator = people.make_person("coordinator2", is_staff=True, is_superuser=True)
    people.give_factor(coordinator)
    sign_in(client, coordinator)
    for path in ("supplies/need", "verification/submission", "verification/event"):
        for query in ({}, {"q": MARK}):
            answer = client.get(f"/admin/{path}/", query)
            assert answer.status_code == 200, path
            assert MARK not in answer.content.decode().replace(f'value="{MARK}"', ""), path
