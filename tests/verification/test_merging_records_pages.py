"""Merging two records by page, what their addresses answer, and what programs read of it."""

import pytest
from django.test import Client

from tests import builders
from tests.signing_in import sign_in
from verification import owner_links, uniting
from verification.models import Event, Public, TakeDown
from verification.sop import Action, Reason, State

BACKEND = "django.contrib.auth.backends.ModelBackend"
BOTH = ["", "/en"]


@pytest.fixture
def keep(volunteer, reviewer):
    return builders.published_need(volunteer, reviewer, organisation_name="江城第三医院")


@pytest.fixture
def twin(clerk, hospital, reviewer):
    lines = [builders.line("goggles", "30副")]
    return builders.published_need(
        clerk, reviewer, organisation_name="江城第三医院 ", place="420102", lines=lines
    )


@pytest.fixture
def merged(twin, keep, reviewer):
    return uniting.merge(twin.uid, into=keep.uid, by=reviewer, fresh_factor=True, reason=Reason.SAME_RECORD)


def signed_in(user) -> Client:
    client = Client()
    sign_in(client, user)
    return client


@pytest.mark.parametrize("prefix", BOTH)
def test_merge_page_shows_any_other_record_side_by_side(twin, keep, reviewer, prefix):
    desk = signed_in(reviewer)
    page = desk.get(f"{prefix}/review/merge/{twin.uid}/?other=https://glacier.example/needs/{keep.uid}/")
    text = page.content.decode()
    assert page.status_code == 200
    assert str(keep.uid) in text
    assert ("护目镜" if not prefix else "goggles") in text.lower()
    assert Event.objects.filter(action=Action.MERGE).count() == 0
    for other in ("nothing", twin.uid, "00000000-0000-4000-8000-000000000000"):
        page = desk.get(f"/en/review/merge/{twin.uid}/?other={other}")
        assert "No entry of this list stands at that address." in page.content.decode()


def test_merge_page_proposes_what_is_alike(volunteer, reviewer, keep):
    twin = builders.published_need(volunteer, reviewer, organisation_name="江城第三醫院")
    text = signed_in(reviewer).get(f"/review/merge/{keep.uid}/").content.decode()
    assert f'name="into" value="{twin.uid}"' in text


def test_merging_asks_for_a_fresh_factor_before_and_after(twin, keep, reviewer):
    desk, page = Client(), f"/review/merge/{twin.uid}/"
    sign_in(desk, reviewer, ago=900)
    assert desk.get(page).headers["Location"].startswith("/accounts/2fa/reauthenticate/")
    answer = desk.post(page, {"into": keep.uid, "reason": Reason.SAME_RECORD, "note": "同一家"})
    assert answer.status_code == 403
    assert answer.context["factor_asked"]
    assert "同一家" in answer.content.decode()
    assert Event.objects.filter(action=Action.MERGE).count() == 0


def test_merge_page_merges_and_leads_to_what_happened(twin, keep, reviewer):
    sent = {"into": str(keep.uid), "reason": Reason.SAME_RECORD, "note": "电话核对过"}
    desk = signed_in(reviewer)
    answer = desk.post(f"/review/merge/{twin.uid}/", sent)
    assert (answer.status_code, answer["Location"]) == (302, f"/needs/{twin.uid}/history/")
    assert Public.objects.get(pk=twin.uid).state == State.MERGED
    assert desk.get(f"/review/merge/{twin.uid}/").status_code == 404


def test_merge_page_says_why_not(twin, keep, reviewer):
    desk = signed_in(reviewer)
    for sent, status in (
        ({"into": "", "reason": Reason.SAME_RECORD}, 404),
        ({"into": str(twin.uid), "reason": Reason.SAME_RECORD}, 422),
        ({"into": str(keep.uid), "reason": "because"}, 422),
    ):
        answer = desk.post(f"/review/merge/{twin.uid}/", sent)
        assert answer.status_code == status
        assert 'role="alert"' in answer.content.decode()
    assert Public.objects.live().count() == 2


def test_merge_pages_are_for_reviewers(twin, keep, clerk, stranger, coordinator, client, reviewer):
    assert client.get(f"/review/merge/{twin.uid}/").status_code == 302
    for person in (clerk, stranger, coordinator):
        assert signed_in(person).get(f"/review/merge/{twin.uid}/").status_code == 403
        answer = signed_in(person).post(f"/review/merge/{twin.uid}/", {"into": str(keep.uid)})
        assert answer.status_code == 403
    uniting.merge(twin.uid, into=keep.uid, by=reviewer, fresh_factor=True, reason=Reason.SAME_RECORD)
    for person in (clerk, stranger, coordinator):
        assert signed_in(person).get(f"/review/unmerge/{twin.uid}/").status_code == 403


@pytest.mark.parametrize("prefix", BOTH)
def test_addresses_of_a_merged_record_lead_on_and_its_history_stays(merged, keep, client, prefix):
    answer = client.get(f"{prefix}/needs/{merged.uid}/")
    assert (answer.status_code, answer["Location"]) == (302, f"{prefix}/needs/{keep.uid}/")
    page = client.get(f"{prefix}/needs/{merged.uid}/history/")
    assert page.status_code == 200
    assert f"{prefix}/needs/{keep.uid}/" in page.content.decode()
    assert (
        client.get(
            f"{prefix}/needs/{merged.uid}/history/", headers={"If-None-Match": page["ETag"]}
        ).status_code
        == 304
    )
    root = client.get(f"{prefix}/needs/{keep.uid}/").content.decode()
    assert f"{prefix}/needs/{merged.uid}/history/" in root
    answer = client.get(f"{prefix}/needs/{keep.uid}/history/")
    assert (answer.status_code, answer["Location"]) == (302, f"{prefix}/needs/{keep.uid}/#history")
    unknown = "00000000-0000-4000-8000-000000000000"
    assert client.get(f"{prefix}/needs/{unknown}/history/").status_code == 404


def test_api_merged_record_leads_to_its_root_and_tells_its_history(merged, keep, client):
    answer = client.get(f"/api/v1/needs/{merged.uid}/")
    assert (answer.status_code, answer["Location"]) == (302, f"http://testserver/api/v1/needs/{keep.uid}/")
    assert answer.json() == {"uid": str(merged.uid), "merged_into": str(keep.uid)}
    for record, action, other in ((merged, "merge", keep), (keep, "absorb", merged)):
        entry = client.get(f"/api/v1/needs/{record.uid}/history/").json()["entries"][0]
        assert (entry["action"], entry["related"], entry["reason"]) == (action, str(other.uid), "same_record")


def test_merged_records_are_in_no_list(merged, keep, client):
    found = client.get("/api/v1/needs/?stale=1").json()["results"]
    assert [record["uid"] for record in found] == [str(keep.uid)]
    assert str(merged.uid) not in client.get("/needs.csv").getvalue().decode()


@pytest.mark.parametrize("prefix", BOTH)
def test_merge_waits_in_the_inbox_of_the_others_and_can_be_undone_there(merged, keep, other_reviewer, prefix):
    desk = signed_in(other_reviewer)
    page = desk.get(f"{prefix}/review/").content.decode()
    assert f"{prefix}/review/unmerge/{merged.uid}/" in page
    assert desk.get(f"{prefix}/review/unmerge/{merged.uid}/").status_code == 200
    assert desk.post(f"{prefix}/review/unmerge/{merged.uid}/", {"reason": ""}).status_code == 422
    answer = desk.post(f"{prefix}/review/unmerge/{merged.uid}/", {"reason": "mistake", "note": "两家"})
    assert (answer.status_code, answer["Location"]) == (302, f"{prefix}/needs/{merged.uid}/")
    assert desk.get(f"{prefix}/needs/{merged.uid}/").status_code == 200
    assert TakeDown.objects.get().looked_by == other_reviewer
    assert desk.get(f"{prefix}/review/unmerge/{merged.uid}/").status_code == 404


def test_owner_link_of_a_merged_record_says_where_it_went(twin, keep, reviewer, client):
    secret, _link = owner_links.issue(twin.uid, by=reviewer, fresh_factor=True)
    uniting.merge(twin.uid, into=keep.uid, by=reviewer, fresh_factor=True, reason=Reason.SAME_RECORD)
    page = client.get(f"/en/owner/{secret}/")
    assert "This entry is part of another one now." in page.content.decode()
    assert client.post(f"/en/owner/{secret}/", {"action": "confirm"}).status_code == 409
    assert signed_in(reviewer).get(f"/mine/links/{twin.uid}/").status_code == 200
    assert signed_in(reviewer).post(f"/mine/links/{twin.uid}/", {"action": "issue"}).status_code == 409
