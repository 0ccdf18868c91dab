"""Taking steps by API: who may, what a token may not, and how refusals are told."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api_callers import SUBMISSIONS, code
from tests.builders import (
    ENTER_ANSWERS,
    VERIFY_ANSWERS,
    approve,
    claim,
    need_payload,
    publish,
    published_need,
    returned_need,
    submit_need,
    withdrawal_request,
)
from tests.people import registrar
from verification import publishing
from verification.journal import acting
from verification.models import Event, Public
from verification.sop import Action, Status


def test_api_walks_a_need_from_claim_to_publication(volunteer, reviewer, other_reviewer, by_session):
    sent, caller = submit_need(volunteer), by_session(reviewer)
    assert code(caller.act(sent, "claim")) == "not_handed"
    taken = caller.post(f"{SUBMISSIONS}next/", {}).json()
    assert taken["uid"] == str(sent.uid)
    assert taken["lease"]["mine"]
    fence = taken["lease"]["fence"]
    seen = by_session(other_reviewer).get(f"{SUBMISSIONS}{sent.uid}/").json()["lease"]
    assert (seen["mine"], seen["fence"]) == (False, None)
    assert code(by_session(other_reviewer).act(sent, "claim")) == "lease_taken"
    assert caller.act(sent, "renew", fence=fence).status_code == 200
    verified = caller.act(sent, "verify", fence=fence, answers=VERIFY_ANSWERS, note="已核对")
    assert verified.json()["status"] == "verified"
    fence = caller.act(sent, "claim").json()["lease"]["fence"]
    entered = caller.act(sent, "enter", fence=fence, answers=ENTER_ANSWERS)
    assert (entered.json()["status"], entered.json()["lease"]) == ("entered", None)
    publishing.publish_due()
    done = by_session(volunteer).get(f"{SUBMISSIONS}{sent.uid}/").json()
    assert (done["status"], done["record"]) == ("published", str(sent.record))
    event = Event.objects.get(submission=sent, action=Action.VERIFY)
    assert event.answers["grounds"] == ["call_back"]
    assert event.request_id == verified["X-Request-Id"]


def test_api_a_decision_costs_few_statements(volunteer, reviewer, by_session):
    """Who asks, what is held, the step, the event, the answer; and the transaction around them, named."""
    sent, caller = submit_need(volunteer), by_session(reviewer)
    fence = claim(sent, reviewer)
    with CaptureQueriesContext(connection) as queries:
        assert caller.act(sent, "verify", fence=fence, answers=VERIFY_ANSWERS).status_code == 200
    # In a test the transaction is a savepoint, which reads the names it gives back.
    assert len(queries) <= 10, [query["sql"][:60] for query in queries.captured_queries]


def test_api_who_was_signed_out_decides_nothing_more(volunteer, reviewer, by_session):
    """The person is read with the session, each time: deactivated, or with another password, they are nobody."""
    sent, caller = submit_need(volunteer), by_session(reviewer)
    fence = claim(sent, reviewer)
    other = by_session(reviewer)
    with acting(by=registrar(), reason="left"):
        reviewer.set_password("another one entirely")
        reviewer.save()
    assert caller.act(sent, "verify", fence=fence, answers=VERIFY_ANSWERS).status_code in (401, 403)
    caller = by_session(reviewer)
    assert caller.get(f"{SUBMISSIONS}{sent.uid}/").status_code == 200
    with acting(by=registrar(), reason="left"):
        reviewer.is_active = False
        reviewer.save()
    for one in (caller, other):
        assert one.act(sent, "verify", fence=fence, answers=VERIFY_ANSWERS).status_code in (401, 403)
    sent.refresh_from_db()
    assert sent.status == Status.COLLECTED


@pytest.mark.parametrize(
    ("action", "body", "expected"),
    [
        ("verify", {}, "lease_lost"),
        ("verify", {"fence": 1, "answers": VERIFY_ANSWERS}, "lease_lost"),
        ("renew", {}, "lease_lost"),
        ("renew", {"fence": 2**63 - 1}, "lease_lost"),
        ("distinct", {"other": str(uuid4())}, "lease_lost"),
        ("doubt", {"note": "?"}, "lease_lost"),
        ("enter", {}, "wrong_status"),
        ("resubmit", {"data": need_payload()}, "wrong_status"),
        ("reopen", {"reason": "new_facts"}, "wrong_status"),
        ("withdraw", {"reason": "mistake"}, "not_submitter"),
        ("edit", {"data": need_payload(remarks="x")}, "lease_lost"),
        ("return", {"reason": "unclear"}, "lease_lost"),
        ("distinct", {}, "bad_request"),
        ("edit", {}, "bad_request"),
        ("verify", {"fence": -1}, "bad_request"),
        ("verify", {"fence": 2**63}, "bad_request"),
        ("verify", {"fence": "x"}, "bad_request"),
        ("verify", {"answers": {"true_now": "yes"}}, "bad_request"),
        ("verify", {"answers": {"grounds": "call_back"}}, "bad_request"),
        ("verify", {"answers": {"grounds": ["hearsay"]}}, "bad_request"),
        ("verify", {"answers": []}, "bad_request"),
        ("reject", {"reason": "because"}, "bad_request"),
        ("publish", {}, "not_found"),
        ("send_back", {}, "not_found"),
        ("nothing", {}, "not_found"),
    ],
)
def test_api_steps_are_refused_by_name(volunteer, reviewer, by_session, action, body, expected):
    sent = submit_need(volunteer)
    response = by_session(reviewer).act(sent, action, **body)
    assert code(response) == expected, response.content
    assert response.status_code in (400, 403, 404, 409)
    sent.refresh_from_db()
    assert sent.status == Status.COLLECTED


@pytest.mark.parametrize(
    ("action", "body", "expected"),
    [
        ("verify", {"answers": VERIFY_ANSWERS | {"true_now": False}}, "checklist_incomplete"),
        ("verify", {"answers": VERIFY_ANSWERS | {"grounds": []}}, "ground_missing"),
        ("return", {}, "reason_missing"),
        ("return", {"reason": "unclear"}, "how_to_fix_missing"),
        ("reject", {"reason": "need_met", "note": "x"}, "reason_missing"),
        ("duplicate", {}, "reason_missing"),
    ],
)
def test_api_decisions_that_lack_something_say_what(volunteer, reviewer, by_session, action, body, expected):
    sent = submit_need(volunteer)
    response = by_session(reviewer).act(sent, action, fence=claim(sent, reviewer), **body)
    assert (response.status_code, code(response)) == (422, expected)


def test_api_nobody_claims_their_own_or_their_organisations(reviewer, volunteer, by_session):
    own = submit_need(reviewer)
    assert code(by_session(reviewer).act(own, "claim")) == "own_submission"
    assert code(by_session(volunteer).act(submit_need(volunteer), "claim")) == "not_reviewer"


@pytest.mark.parametrize(
    "action",
    [
        "claim",
        "release",
        "renew",
        "verify",
        "enter",
        "return",
        "reject",
        "duplicate",
        "distinct",
        "doubt",
        "take_down",
        "reopen",
        "rebase",
    ],
)
def test_api_a_token_may_not_decide(reviewer, volunteer, by_token, action):
    own, other = submit_need(reviewer), submit_need(volunteer, organisation_name="江城第五医院")
    fence = claim(other, reviewer)
    body = {"fence": fence, "answers": VERIFY_ANSWERS, "reason": "unclear", "note": "x"}
    caller = by_token(reviewer)
    refused = caller.act(own, action, **body)
    assert (refused.status_code, code(refused)) == (403, "token_may_not_decide")
    # Somebody else's is not even there for a token.
    assert caller.act(other, action, **body).status_code == 404
    other.refresh_from_db()
    assert other.status == Status.COLLECTED


def test_api_a_token_edits_resubmits_and_withdraws_its_owners_own(volunteer, reviewer, by_token):
    caller = by_token(volunteer)
    sent = submit_need(volunteer)
    edited = caller.act(sent, "edit", data=need_payload(remarks="更正"))
    assert edited.json()["payload"]["remarks"] == "更正"
    returned = returned_need(volunteer, reviewer, organisation_name="江城第二医院")
    again = caller.act(
        returned, "resubmit", data=need_payload(organisation_name="江城第二医院", remarks="补充")
    )
    assert again.json()["status"] == "collected"
    gone = caller.act(sent, "withdraw", reason="mistake")
    assert gone.json()["status"] == "withdrawn"


def test_api_a_token_asks_for_a_withdrawal_and_does_not_carry_it_out(
    clerk, volunteer, reviewer, by_token, by_session
):
    row = published_need(volunteer, reviewer, organisation_name="江城第九医院")
    body = {"kind": "needs", "record": str(row.uid), "intent": "withdrawal", "reason": "need_met"}
    asked = by_token(clerk).post(SUBMISSIONS, body)
    assert (asked.status_code, asked.json()["intent"]) == (201, "withdrawal")
    assert Public.objects.get(pk=row.pk).state == "live"
    done = by_session(clerk).post(SUBMISSIONS, body)
    assert (done.status_code, done.json()["state"]) == (200, "withdrawn")
    assert Public.objects.get(pk=row.pk).state == "withdrawn"


def test_api_a_request_to_withdraw_shows_its_sender_nothing_private(volunteer, stranger, reviewer, by_token):
    row = published_need(volunteer, reviewer)
    body = {"kind": "needs", "record": str(row.uid), "intent": "withdrawal", "reason": "no_longer_true"}
    response = by_token(stranger).post(SUBMISSIONS, body)
    assert response.status_code == 201
    for text in (response.content.decode(), by_token(stranger).get(SUBMISSIONS).content.decode()):
        assert "甄不存" not in text
        assert "13800000000" not in text


def test_api_a_reviewer_carries_out_a_request_to_withdraw(volunteer, stranger, reviewer, by_session):
    row = published_need(volunteer, reviewer)
    asked, caller = withdrawal_request(stranger, row), by_session(reviewer)
    fence = claim(asked, reviewer)
    done = caller.act(asked, "take_down", fence=fence, reason="need_met", public_note="已收到物资")
    assert done.json()["status"] == "published"
    gone = Client().get(f"/api/v1/needs/{row.uid}/")
    assert gone.status_code == 410
    entry = Client().get(f"/api/v1/needs/{row.uid}/history/").json()["entries"][0]
    assert (entry["note"], entry["reason"]) == ("已收到物资", "need_met")


def test_api_possible_duplicates_are_named_and_told_apart(volunteer, reviewer, by_session):
    row = published_need(volunteer, reviewer)
    second, caller = submit_need(volunteer), by_session(reviewer)
    fence = claim(second, reviewer)
    caller.act(second, "verify", fence=fence, answers=VERIFY_ANSWERS)
    fence = claim(second, reviewer)
    refused = caller.act(second, "enter", fence=fence, answers=ENTER_ANSWERS)
    assert (refused.status_code, code(refused)) == (409, "possible_duplicate")
    assert refused.json()["error"]["details"]["rivals"] == [str(row.uid)]
    assert caller.act(second, "distinct", fence=fence, other=str(row.uid)).status_code == 200
    assert caller.act(second, "enter", fence=fence, answers=ENTER_ANSWERS).json()["status"] == "entered"


def test_api_a_duplicate_names_its_record(volunteer, reviewer, by_session):
    row = published_need(volunteer, reviewer)
    second, caller = submit_need(volunteer), by_session(reviewer)
    fence = claim(second, reviewer)
    done = caller.act(second, "duplicate", fence=fence, reason="same_record", other=str(row.uid))
    assert done.json()["status"] == "duplicate"
    assert Event.objects.get(submission=second, action=Action.MARK_DUPLICATE).related == row.uid


def test_api_an_outdated_correction_is_rebased_by_its_sender(
    volunteer, stranger, reviewer, other_reviewer, by_session
):
    row = published_need(volunteer, reviewer)
    late = submit_need(stranger, record=row.uid, remarks="晚到的更正")
    publish(approve(submit_need(volunteer, record=row.uid, remarks="先到的更正"), reviewer, other_reviewer))
    refused = by_session(reviewer).act(late, "verify", fence=claim(late, reviewer), answers=VERIFY_ANSWERS)
    assert code(refused) == "outdated"
    moved = by_session(stranger).act(late, "rebase")
    assert (moved.status_code, moved.json()["base_version"]) == (200, 2)


def test_api_lease_taken_says_when_to_ask_again(volunteer, reviewer, other_reviewer, by_session):
    sent = submit_need(volunteer)
    claim(sent, reviewer)
    response = by_session(other_reviewer).act(sent, "claim")
    assert response.status_code == 409
    assert int(response["Retry-After"]) > 0
