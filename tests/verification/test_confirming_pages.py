"""Still true, by page and by API: one tap for who is signed in, a secret link for who has no account."""

import json
import logging
import re

import pytest
from django.test import Client

from tests import builders
from tests.api_callers import SUBMISSIONS, code
from tests.fingerprints import fingerprint
from tests.signing_in import sign_in
from tests.verification.test_confirming import ANSWERS
from verification import confirming, journal, owner_links
from verification.models import Event, OwnerLink, Public, Submission, TakeDown
from verification.sop import Action, Intent, Reason, State, Status

BACKEND = "django.contrib.auth.backends.ModelBackend"
BOTH = ["", "/en"]


@pytest.fixture
def record(clerk, hospital, reviewer):
    return builders.published_need(clerk, reviewer, organisation_name=hospital.name)


def signed_in(user) -> Client:
    client = Client()
    sign_in(client, user)
    return client


def confirmations():
    return Event.objects.filter(action=Action.CONFIRM)


@pytest.mark.parametrize("prefix", BOTH)
def test_confirming_page_changes_nothing_before_it_is_sent(record, clerk, stranger, prefix):
    for person in (clerk, stranger):
        page = signed_in(person).get(f"{prefix}/mine/confirm/{record.uid}/")
        assert page.status_code == 200
        assert record.title in page.content.decode()
    assert not confirmations().exists()


def test_confirming_page_believes_its_own_organisation_at_once(record, clerk):
    answer = signed_in(clerk).post(f"/mine/confirm/{record.uid}/", follow=True)
    assert answer.status_code == 200
    assert confirmations().get().actor == clerk
    assert not Submission.objects.filter(intent=Intent.CONFIRMATION).exists()


def test_confirming_page_sends_what_others_say_to_review(record, stranger):
    reader = signed_in(stranger)
    answer = reader.post(f"/mine/confirm/{record.uid}/", {"note": "我打过电话"})
    found = Submission.objects.get(intent=Intent.CONFIRMATION)
    assert answer["Location"] == f"/mine/{found.uid}/received/"
    for prefix in BOTH:
        for path in (f"/mine/{found.uid}/received/", f"/mine/{found.uid}/", "/mine/"):
            assert reader.get(prefix + path).status_code == 200
    page = reader.get(f"/en/mine/{found.uid}/").content.decode()
    assert "that the entry count as still true" in page
    assert "我打过电话" in page
    assert f"/en/mine/{found.uid}/edit/" not in page


def test_confirming_page_is_for_live_records_and_people_who_signed_in(record, reviewer, client, stranger):
    assert client.get(f"/mine/confirm/{record.uid}/").status_code == 302
    builders.taken_down(reviewer, record)
    assert signed_in(stranger).get(f"/mine/confirm/{record.uid}/").status_code == 404


@pytest.mark.parametrize("prefix", BOTH)
def test_confirmation_on_the_workbench_is_one_decision(record, stranger, other_reviewer, prefix):
    found = confirming.ask(record.uid, by=stranger, note="我打过电话")
    desk = signed_in(other_reviewer)
    taken = desk.post(f"{prefix}/review/next/")
    assert (taken.status_code, taken["Location"]) == (302, f"{prefix}/review/{found.uid}/")
    page = desk.get(f"{prefix}/review/{found.uid}/").content.decode()
    assert 'value="confirm"' in page
    assert "我打过电话" in page
    for other in ("verify", "enter", "return", "take_down"):
        assert f'name="action" value="{other}"' not in page
    fence = re.search(r'name="fence" value="(\d+)"', page)[1]
    sent = {"action": "confirm", "fence": fence, "answers": ["source_opened", "true_now"]}
    answer = desk.post(f"{prefix}/review/{found.uid}/", sent)
    assert answer.status_code == 422
    answer = desk.post(f"{prefix}/review/{found.uid}/", sent | {"grounds": ["call_back"]})
    assert (answer.status_code, answer["Location"]) == (302, f"{prefix}/review/")
    found.refresh_from_db()
    assert found.status == Status.PUBLISHED
    page = signed_in(stranger).get(f"/en/mine/{found.uid}/").content.decode()
    assert "A reviewer looked, and found it still true." in page
    assert Client().get(f"/needs/{record.uid}/").status_code == 200


# By API.


def test_api_confirmation_waits_or_counts_at_once(record, clerk, stranger, by_session, by_token):
    asked = {"kind": "needs", "intent": "confirmation", "record": str(record.uid)}
    answer = by_session(stranger).post(SUBMISSIONS, asked)
    assert (answer.status_code, answer.json()["intent"]) == (201, "confirmation")
    answer = by_token(clerk).post(SUBMISSIONS, asked)
    assert (answer.status_code, answer.json()["intent"]) == (201, "confirmation")
    assert not confirmations().exists()
    answer = by_session(clerk).post(SUBMISSIONS, asked)
    assert answer.status_code == 200
    assert answer.json() == json.loads(Public.objects.get().body)
    assert answer.json()["clocks"]["confirmed"]
    assert by_session(clerk).post(SUBMISSIONS, {**asked, "record": None}).status_code == 400


def test_api_confirmation_is_carried_out_by_a_reviewer(
    record, stranger, other_reviewer, by_session, by_token
):
    found = confirming.ask(record.uid, by=stranger)
    desk = by_session(other_reviewer)
    fence = builders.claim(found, other_reviewer)
    assert code(by_token(other_reviewer).act(found, "confirm", fence=fence)) == "not_found"
    assert code(desk.act(found, "confirm", fence=fence)) == "checklist_incomplete"
    assert code(by_session(stranger).act(found, "confirm", fence=fence, answers=ANSWERS)) == "not_reviewer"
    answer = desk.act(found, "confirm", fence=fence, answers=ANSWERS)
    assert (answer.status_code, answer.json()["status"]) == (200, "published")
    history = Client().get(f"/api/v1/needs/{record.uid}/history/").json()["entries"]
    assert [entry["action"] for entry in history] == ["confirm", "publish"]
    assert Client().get(f"/api/v1/needs/{record.uid}/").json()["verified"]["by"] == other_reviewer.pseudonym


def test_api_changes_bring_a_confirmed_record_again(record, clerk):
    while journal.sequence():
        pass
    last = Client().get("/api/v1/changes/").json()["next"]
    confirming.confirm(record.uid, by=clerk)
    while journal.sequence():
        pass
    found = Client().get(f"/api/v1/changes/?after={last}").json()["changes"]
    assert [change["record"]["clocks"]["confirmed"] is not None for change in found] == [True]


# Through the owner link.


@pytest.fixture
def secret(record, reviewer):
    return owner_links.issue(record.uid, by=reviewer, fresh_factor=True)[0]


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("prefix", BOTH)
def test_opening_an_owner_link_changes_nothing(record, secret, client, prefix, method):
    """Mail programs open what they are sent."""
    before = fingerprint()
    answer = getattr(client, method)(f"{prefix}/owner/{secret}/")
    assert answer.status_code == 200
    assert fingerprint() == before


def test_owner_link_shows_the_record_and_two_buttons(record, secret, client):
    page = client.get(f"/en/owner/{secret}/").content.decode()
    assert record.title in page
    assert 'value="confirm"' in page
    assert 'value="take_down"' in page
    for private in ("甄不存", "13800000000", "夜间请打值班电话"):
        assert private not in page


def test_owner_link_page_confirms(record, secret, client):
    answer = client.post(f"/owner/{secret}/", {"action": "confirm"}, follow=True)
    assert answer.status_code == 200
    assert confirmations().get().related == OwnerLink.objects.get().uid


def test_owner_link_page_takes_down_with_a_reason(record, secret, client):
    answer = client.post(f"/en/owner/{secret}/", {"action": "take_down", "reason": ""})
    assert answer.status_code == 422
    assert Public.objects.get().state == State.LIVE
    sent = {"action": "take_down", "reason": Reason.NEED_MET, "note": "已收到"}
    answer = client.post(f"/en/owner/{secret}/", sent, follow=True)
    assert "This entry is no longer public." in answer.content.decode()
    assert Public.objects.get().state == State.WITHDRAWN
    assert client.get(f"/needs/{record.uid}/").status_code == 410
    assert TakeDown.objects.get().taken_by.is_robot


def test_owner_link_page_wants_the_forms_own_token(record, secret):
    careful = Client(enforce_csrf_checks=True)
    assert careful.post(f"/owner/{secret}/", {"action": "confirm"}).status_code == 403
    page = careful.get(f"/owner/{secret}/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    sent = {"action": "confirm", "csrfmiddlewaretoken": token}
    answer = careful.post(f"/owner/{secret}/", sent, headers={"Origin": "http://testserver"})
    assert answer.status_code == 302
    assert confirmations().count() == 1


def test_owner_link_page_is_kept_and_told_by_nobody(record, secret, client):
    answer = client.get(f"/owner/{secret}/")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "strict-origin"
    assert "noindex" in answer["X-Robots-Tag"]
    for path in ("/", f"/needs/{record.uid}/", f"/needs/{record.uid}/history/", "/api/v1/changes/"):
        assert secret not in client.get(path, follow=True).content.decode()


def test_owner_link_is_in_no_log(record, secret, caplog):
    caplog.set_level(logging.DEBUG)
    careful = Client(enforce_csrf_checks=True)
    careful.post(f"/owner/{secret}/", {"action": "confirm"})
    Client().post(f"/owner/{secret}/", {"action": "take_down", "reason": ""})
    Client().get(f"/owner/{secret}x/")
    ours = [r for r in caplog.records if r.name.startswith("django.")]
    assert ours
    assert secret not in "".join(r.getMessage() for r in ours)


def test_owner_link_that_is_dead_says_so_in_plain_words(record, secret, client, reviewer):
    owner_links.revoke(OwnerLink.objects.get().uid, by=reviewer)
    for path in (f"/en/owner/{secret}/", "/en/owner/nothing/"):
        for answer in (client.get(path), client.post(path, {"action": "confirm"})):
            assert answer.status_code == 404
            assert "This link opens nothing" in answer.content.decode()
            assert answer["Referrer-Policy"] == "strict-origin"
    assert not confirmations().exists()


def test_owner_links_are_issued_and_taken_back_on_a_page(record, clerk, client):
    path, desk = f"/mine/links/{record.uid}/", signed_in(clerk)
    page = desk.post(path, {"action": "issue"}).content.decode()
    made = re.search(r"http://testserver(/owner/[\w-]+/)", page)[1]
    assert client.get(made).status_code == 200
    page = desk.get(path).content.decode()
    assert made not in page
    link = OwnerLink.objects.get()
    assert desk.post(path, {"action": "revoke", "link": str(link.uid)}).status_code == 302
    assert client.get(made).status_code == 404
    assert desk.post(path, {"action": "revoke", "link": "nothing"}).status_code == 404
    for prefix in BOTH:
        assert desk.get(prefix + path).status_code == 200


def test_owner_links_page_is_for_reviewers_and_the_organisation_itself(
    record, reviewer, volunteer, stranger, coordinator, client
):
    path = f"/mine/links/{record.uid}/"
    assert client.get(path).status_code == 302
    for person in (volunteer, stranger, coordinator):
        assert signed_in(person).get(path).status_code == 403
        assert signed_in(person).post(path, {"action": "issue"}).status_code == 403
    assert not OwnerLink.objects.exists()
    assert signed_in(reviewer).get(path).status_code == 200


def test_owner_link_of_one_record_revokes_none_of_another(record, volunteer, reviewer, secret):
    other = builders.published_need(volunteer, reviewer, organisation_name="江城第四医院")
    link = OwnerLink.objects.get()
    answer = signed_in(reviewer).post(
        f"/mine/links/{other.uid}/", {"action": "revoke", "link": str(link.uid)}
    )
    assert answer.status_code == 404
    assert owner_links.found(secret) == link


@pytest.mark.parametrize("prefix", BOTH)
def test_pages_name_nobody_for_what_was_done_through_a_link(record, secret, client, prefix):
    client.post(f"/owner/{secret}/", {"action": "confirm"})
    live = client.get(f"{prefix}/needs/{record.uid}/").content.decode()
    client.post(f"/owner/{secret}/", {"action": "take_down", "reason": Reason.NEED_MET})
    gone = client.get(f"{prefix}/needs/{record.uid}/").content.decode()
    for page in (live, gone):
        assert "<b>owner link</b>" not in page
        assert "through its owner link" in page or not prefix
