"""Sending in by API and following one's own: what is taken in, and what nobody else sees."""

import json
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tests.api_callers import SUBMISSIONS, Caller, code
from tests.builders import (
    need_payload,
    published_need,
    returned_need,
    submit_need,
    verify,
)
from verification.journal import acting
from verification.models import ApiToken, Event, Reviewer, Submission


def test_api_submit_takes_in_a_need(volunteer, by_token):
    response = by_token(volunteer).post(
        SUBMISSIONS, {"kind": "needs", "payload": need_payload(), "note": "急"}
    )
    assert response.status_code == 201
    sent = Submission.objects.get()
    assert response["Location"].endswith(f"{SUBMISSIONS}{sent.uid}/")
    body = response.json()
    assert (body["status"], body["intent"], body["origin"], body["record"]) == (
        "collected",
        "new",
        "volunteer",
        None,
    )
    assert body["payload"]["lines"][0]["amount"]["low"] == 5000
    event = Event.objects.get(submission=sent)
    assert event.private_text == "急"
    assert event.request_id == response["X-Request-Id"]
    assert "no-store" in response["Cache-Control"]


def test_api_submit_twice_under_one_number_is_one_submission(volunteer, by_token):
    caller, body = by_token(volunteer), {"kind": "needs", "payload": need_payload(), "uid": str(uuid4())}
    first, second = caller.post(SUBMISSIONS, body), caller.post(SUBMISSIONS, body)
    assert first.status_code == second.status_code == 201
    assert first.json()["uid"] == second.json()["uid"] == body["uid"]
    assert Submission.objects.count() == 1


def test_api_submit_under_somebody_elses_number_is_not_found(volunteer, stranger, by_token):
    sent = submit_need(volunteer)
    body = {"kind": "needs", "payload": need_payload(), "uid": str(sent.uid)}
    assert by_token(stranger).post(SUBMISSIONS, body).status_code == 404


def test_api_submit_corrects_a_record(volunteer, reviewer, by_token):
    row = published_need(volunteer, reviewer)
    body = {"kind": "needs", "record": str(row.uid), "payload": need_payload(remarks="新的备注")}
    response = by_token(volunteer).post(SUBMISSIONS, body)
    assert response.json()["intent"] == "correction"
    assert response.json()["record"] == str(row.uid)


def test_api_submit_of_what_the_list_says_already_is_refused(volunteer, reviewer, by_token):
    row = published_need(volunteer, reviewer)
    public = {
        k: v
        for k, v in need_payload().items()
        if k not in ("contact_person", "contact_phone", "private_note")
    }
    response = by_token(volunteer).post(
        SUBMISSIONS, {"kind": "needs", "record": str(row.uid), "payload": public}
    )
    assert (response.status_code, code(response)) == (409, "unchanged")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "kind"),
        ({"kind": "nothing", "payload": {}}, 400, "kind"),
        ({"kind": "needs"}, 400, "payload"),
        ({"kind": "needs", "payload": []}, 400, "payload"),
        ({"kind": "needs", "payload": {}}, 422, "organisation_name"),
        ({"kind": "needs", "payload": need_payload(place="999999")}, 422, "place"),
        ({"kind": "needs", "payload": need_payload(lines="x")}, 422, "lines"),
        ({"kind": "needs", "payload": need_payload(lines=[1])}, 422, "lines"),
        ({"kind": "needs", "payload": need_payload(organisation_name={"a": 1})}, 422, "organisation_name"),
        ({"kind": "needs", "payload": need_payload(source_dated=7)}, 422, "source_dated"),
        ({"kind": "needs", "payload": need_payload(), "intent": "new"}, 400, "intent"),
        ({"kind": "needs", "intent": "withdrawal"}, 400, "record"),
        ({"kind": "needs", "payload": need_payload(), "uid": "x"}, 400, "uid"),
        ({"kind": "needs", "payload": need_payload(), "record": [1]}, 400, "record"),
        ({"kind": "needs", "payload": need_payload(), "note": "字" * 2001}, 400, "note"),
        ([], 400, "non_field_errors"),
        ("text", 400, "non_field_errors"),
        (None, 400, "non_field_errors"),
    ],
)
def test_api_submit_names_the_field_that_does_not_fit(volunteer, by_token, body, status, field):
    response = by_token(volunteer).post(SUBMISSIONS, json.dumps(body))
    assert response.status_code == status, response.content
    assert field in response.json()["error"]["fields"]
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ("{", 400, "parse_error"),
        (b"\xff\xfe{}", 400, "parse_error"),
        ('{"kind": NaN}', 400, "parse_error"),
        ('{"kind": 1e999}', 400, "parse_error"),
        ('{"kind": %s}' % ("9" * 5000), 400, "parse_error"),
        ('{"kind": "needs\\u0000"}', 400, "parse_error"),
        ('{"kind\\u0000": "needs"}', 400, "parse_error"),
        ('{"kind": "\\ud800"}', 400, "parse_error"),
        ("[" * 100_000, 400, "parse_error"),
        ("[" * 50 + "]" * 50, 400, "parse_error"),
        ('{"a":' * 30 + "1" + "}" * 30, 400, "parse_error"),
        (" " * (1024 * 1024 + 1), 413, "too_big"),
    ],
)
def test_api_bodies_that_are_no_good_are_refused_before_anything_else(
    volunteer, by_token, body, status, expected
):
    response = by_token(volunteer).post(SUBMISSIONS, body)
    assert (response.status_code, code(response)) == (status, expected)


def test_api_bodies_of_another_type_are_refused(volunteer, by_session):
    response = by_session(volunteer).client.post(SUBMISSIONS, {"kind": "needs"})
    assert (response.status_code, code(response)) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "header", ["", "Bearer nothing", "Bearer ", "Basic eDp5", "Bearer \u00e9", "glacier_x"]
)
def test_api_nobody_in_particular_is_asked_to_sign_in(db, header):
    response = Client().get(SUBMISSIONS, headers={"Authorization": header} if header else {})
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="glacier"'
    assert code(response) in ("not_authenticated", "authentication_failed")
    assert "no-store" in response["Cache-Control"]


def test_api_a_token_taken_back_is_refused_on_the_very_next_request(volunteer, by_token):
    caller = by_token(volunteer)
    assert caller.get(SUBMISSIONS).status_code == 200
    ApiToken.objects.update(revoked_at=timezone.now())
    assert caller.get(SUBMISSIONS).status_code == 401


def test_api_somebody_deactivated_is_refused_by_token_and_by_session(
    volunteer, coordinator, by_token, by_session
):
    callers = [by_token(volunteer), by_session(volunteer)]
    with acting(by=coordinator, reason="left"):
        type(volunteer).objects.filter(pk=volunteer.pk).update(is_active=False)
    assert [caller.get(SUBMISSIONS).status_code for caller in callers] == [401, 401]


def test_api_a_session_needs_the_csrf_token_to_write(volunteer):
    caller = Caller(user=volunteer, check_csrf=True)
    response = caller.post(SUBMISSIONS, {"kind": "needs", "payload": need_payload()})
    assert (response.status_code, code(response)) == (403, "permission_denied")
    caller.client.cookies["csrftoken"] = "a" * 32
    response = caller.post(
        SUBMISSIONS, {"kind": "needs", "payload": need_payload()}, **{"X-CSRFToken": "a" * 32}
    )
    assert response.status_code == 201


def test_api_my_submissions_are_mine_and_come_in_pages(
    volunteer, stranger, by_token, django_assert_num_queries
):
    other = submit_need(stranger)
    sent = [submit_need(volunteer, organisation_name=f"江城第{n}医院") for n in range(22)]
    caller = by_token(volunteer)
    with django_assert_num_queries(3):
        page = caller.get(SUBMISSIONS).json()
    rest = caller.get(page["next"]).json()
    assert rest["next"] is None
    found = [s["uid"] for s in page["results"] + rest["results"]]
    assert found == [str(s.uid) for s in reversed(sent)]
    assert str(other.uid) not in found
    assert by_token(stranger).get(page["next"]).status_code == 400


@pytest.mark.parametrize("number", [1, 3])
def test_api_my_submissions_ask_as_few_queries_at_any_size(
    volunteer, by_token, django_assert_num_queries, number
):
    for n in range(number):
        submit_need(volunteer, organisation_name=f"江城第{n}医院")
    caller = by_token(volunteer)
    with django_assert_num_queries(3):
        assert len(caller.get(SUBMISSIONS).json()["results"]) == number


@pytest.mark.parametrize("query", ["cursor=x", "page=2"])
def test_api_my_submissions_refuse_what_they_cannot_read(volunteer, by_token, query):
    assert by_token(volunteer).get(f"{SUBMISSIONS}?{query}").status_code == 400


def test_api_submission_is_seen_by_its_submitter_and_by_reviewers_only(
    volunteer, stranger, clerk, coordinator, reviewer, by_session, by_token
):
    sent = submit_need(volunteer)
    path = f"{SUBMISSIONS}{sent.uid}/"
    for caller in (by_session(volunteer), by_token(volunteer), by_session(reviewer)):
        assert caller.get(path).json()["payload"]["contact_person"] == "甄不存"
    for caller in (by_session(stranger), by_session(clerk), by_session(coordinator), by_token(reviewer)):
        response = caller.get(path)
        assert response.status_code == 404
        assert "甄不存" not in response.content.decode()
    assert Client().get(path).status_code == 401


def test_api_submission_of_a_suspended_reviewer_is_hidden_at_once(
    volunteer, reviewer, coordinator, by_session
):
    sent = submit_need(volunteer)
    caller = by_session(reviewer)
    with acting(by=coordinator, reason="suspended"):
        Reviewer.objects.update(suspended_at=timezone.now())
    assert caller.get(f"{SUBMISSIONS}{sent.uid}/").status_code == 404


def test_api_submission_tells_the_submitter_the_verdict_and_not_the_reviewers_notes(
    volunteer, reviewer, by_session
):
    returned = returned_need(volunteer, reviewer)
    body = by_session(volunteer).get(f"{SUBMISSIONS}{returned.uid}/").json()
    assert body["verdict"]["how_to_fix"] == "请写明数量"
    assert body["verdict"]["by"] == reviewer.pseudonym
    assert [s["action"] for s in body["steps"]] == ["submit", "return"]
    other = submit_need(volunteer, organisation_name="江城第八医院")
    verify(other, reviewer, note="只给同事看")
    assert "只给同事看" not in by_session(volunteer).get(f"{SUBMISSIONS}{other.uid}/").content.decode()
    assert "只给同事看" in by_session(reviewer).get(f"{SUBMISSIONS}{other.uid}/").content.decode()


def test_api_submission_is_asked_for_in_few_queries(
    volunteer, reviewer, by_session, django_assert_max_num_queries
):
    sent = submit_need(volunteer)
    verify(sent, reviewer)
    caller = by_session(reviewer)
    with django_assert_max_num_queries(10):
        assert caller.get(f"{SUBMISSIONS}{sent.uid}/").status_code == 200
