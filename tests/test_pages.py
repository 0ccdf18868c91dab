"""Every page by its name, in both languages; and no page that lists things asks more the more there are."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from tests import builders, people
from tests.signing_in import sign_in
from verification import belonging, owner_links, uniting, vouching
from verification import people as core_people
from verification.models import TakeDown
from verification.sop import Reason

LANGUAGES = ["zh-hans", "en"]


def address(name: str, language: str, **parts) -> str:
    with translation.override(language):
        return reverse(name, kwargs=parts)


def signed_in(user) -> Client:
    client = Client()
    sign_in(client, user)
    return client


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_answer_in_their_language(
    language, client, volunteer, team, reviewer, other_reviewer, coordinator
):
    record = builders.published_need(volunteer, reviewer)
    gone = builders.taken_down(
        reviewer, builders.published_need(volunteer, reviewer, organisation_name="江城第四医院")
    )
    waiting = builders.submit_need(volunteer, organisation_name="江城第五医院")
    twin = builders.published_need(volunteer, reviewer, organisation_name="江城第六医院")
    uniting.merge(twin.uid, into=record.uid, by=reviewer, fresh_factor=True, reason=Reason.SAME_RECORD)
    secret, _link = owner_links.issue(record.uid, by=reviewer, fresh_factor=True)
    house, asks = team, people.make_member("asks", team)
    check = vouching.ask(by=asks, organisation=house, legal_name="欧阳某某")
    core_people.add_member(user=reviewer, organisation=house, by=people.registrar(), is_admin=True)
    invited, _made = belonging.invite(organisation=house, email="x@people.example", by=reviewer)
    pages = [
        (client, "home", {}, 200),
        (client, "list", {"kind": "needs"}, 200),
        (client, "list_csv", {"kind": "needs"}, 200),
        (client, "record", {"kind": "needs", "uid": record.uid}, 200),
        (client, "record", {"kind": "needs", "uid": gone.uid}, 410),
        (client, "record", {"kind": "needs", "uid": waiting.uid}, 404),
        (client, "record", {"kind": "needs", "uid": twin.uid}, 302),
        (client, "record_history", {"kind": "needs", "uid": twin.uid}, 200),
        (client, "record_history", {"kind": "needs", "uid": record.uid}, 302),
        (client, "owner", {"token": secret}, 200),
        (client, "owner", {"token": "nothing"}, 404),
        (client, "status", {}, 200),
        (client, "about", {}, 200),
        (client, "rules", {}, 200),
        (client, "me", {}, 200),
        (client, "demo_mail", {}, 200),
        (client, "account_login", {}, 200),
        (client, "account_signup", {}, 200),
        (client, "account_reset_password", {}, 200),
    ]
    sender, desk = signed_in(volunteer), signed_in(other_reviewer)
    pages += [
        (sender, "me", {}, 200),
        (sender, "audit", {}, 403),
        (sender, "audit_export", {}, 405),
        (sender, "tokens", {}, 200),
        (sender, "my_part", {}, 200),
        (sender, "people", {}, 403),
        (sender, "person", {"person": reviewer.pk}, 403),
        (sender, "house", {"uid": house.uid}, 403),
        (client, "invitation", {"token": invited}, 200),
        (client, "invitation", {"token": "nothing"}, 404),
        (sender, "mine", {}, 200),
        (sender, "submission", {"uid": waiting.uid}, 200),
        (sender, "submitted", {"uid": waiting.uid}, 200),
        (sender, "edit", {"uid": waiting.uid}, 200),
        (sender, "submit", {"kind": "needs"}, 200),
        (sender, "organisations", {"kind": "needs"}, 200),
        (sender, "withdrawal", {"uid": record.uid}, 200),
        (sender, "withdrawal", {"uid": gone.uid}, 404),
        (sender, "confirm", {"uid": record.uid}, 200),
        (sender, "confirm", {"uid": gone.uid}, 404),
        (sender, "owner_links", {"uid": record.uid}, 403),
        (sender, "merge", {"uid": record.uid}, 403),
        (sender, "takedown", {"uid": record.uid}, 403),
        (sender, "inbox", {}, 403),
        (sender, "rule", {}, 302),
        (sender, "account_email", {}, 200),
        (desk, "inbox", {}, 200),
        (desk, "people", {}, 200),
        (desk, "person", {"person": reviewer.pk}, 200),
        (desk, "check", {"uid": check.uid}, 200),
        (desk, "check", {"uid": house.uid}, 404),
        (desk, "review", {"uid": waiting.uid}, 200),
        (desk, "together", {"uid": waiting.uid}, 302),
        (desk, "direct", {}, 403),
        (desk, "pairs", {}, 403),
        (signed_in(coordinator), "direct", {}, 200),
        (signed_in(coordinator), "pairs", {}, 200),
        (desk, "review_next", {}, 302),
        (desk, "takedown", {"uid": record.uid}, 200),
        (desk, "owner_links", {"uid": record.uid}, 200),
        (desk, "merge", {"uid": record.uid}, 200),
        (desk, "unmerge", {"uid": twin.uid}, 200),
        (desk, "unmerge", {"uid": record.uid}, 404),
        (desk, "rule", {}, 200),
        (desk, "renew", {"uid": waiting.uid}, 405),
        (desk, "second_look", {"pk": TakeDown.objects.first().pk}, 405),
    ]
    for reader, name, parts, status in pages:
        response = reader.get(address(name, language, **parts))
        assert response.status_code == status, (name, parts)
        assert response.headers["Content-Language"] == language, name


@pytest.mark.parametrize(
    "name", ["submit", "mine", "inbox", "tokens", "my_part", "people", "audit", "account_email"]
)
def test_pages_of_one_person_ask_who_it_is(name, client, db):
    response = client.get(address(name, "zh-hans", **({"kind": "needs"} if name == "submit" else {})))
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/?next=/")


def queries(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


# What each page asks of the database, whatever it shows. A number that rises is a page that grew slower.
# The inbox: who asks (2), how much waits, what is in hand, what cools off, take-downs. My submissions: who asks
# (2), what was sent, what was said of it, what cools off about the houses one speaks for.
PINNED = {"home": 9, "list": 2, "status": 10, "mine": 5, "inbox": 6}


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_that_list_things_ask_the_same_at_any_length(
    rows, volunteer, stranger, reviewer, other_reviewer
):
    for number in range(rows):
        record = builders.published_need(stranger, reviewer, organisation_name=f"江城第{number + 11}医院")
        builders.published_need(
            stranger,
            reviewer,
            record=record.uid,
            organisation_name=f"江城第{number + 11}医院",
            remarks="可送至西门",
        )
        gone = builders.published_need(stranger, reviewer, organisation_name=f"江城第{number + 21}医院")
        builders.taken_down(reviewer, gone)
        builders.submit_need(volunteer, organisation_name=f"江城第{number + 31}医院")
        builders.returned_need(volunteer, reviewer, organisation_name=f"江城第{number + 41}医院")
    found = {
        "home": queries(Client(), "/"),
        "list": queries(Client(), "/needs/"),
        "status": queries(Client(), "/status/"),
        "mine": queries(signed_in(volunteer), "/mine/"),
        "inbox": queries(signed_in(other_reviewer), "/review/"),
    }
    assert found == PINNED


@pytest.mark.parametrize("versions", [1, 3])
def test_a_records_page_asks_the_same_with_any_history(versions, volunteer, reviewer, client):
    record = builders.published_need(volunteer, reviewer)
    for number in range(versions - 1):
        builders.published_need(volunteer, reviewer, record=record.uid, remarks=f"第{number}次")
    assert queries(client, f"/needs/{record.uid}/") == 4


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("query", ["?from=99999999999999999999999", "?from=-1", "?from=x", "?step=nothing"])
def test_the_inbox_takes_any_address(language, query, reviewer):
    assert signed_in(reviewer).get(address("inbox", language) + query).status_code == 200


@pytest.mark.parametrize("query", ["?before=99999999999999999999999", "?before=x", "?before=0", "?before=²"])
def test_my_submissions_take_any_address(query, volunteer):
    builders.submit_need(volunteer)
    assert signed_in(volunteer).get(f"/mine/{query}").status_code == 200


def test_notes_are_kept_without_what_nobody_can_see(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    sender = signed_in(volunteer)
    answer = sender.post(
        f"/mine/withdraw/{record.uid}/", {"reason": "need_met", "note": "\x00昨天\u202e已收到" + "长" * 5000}
    )
    assert answer.status_code == 302
    note = volunteer.submissions.get(intent="withdrawal").events.get().private_text
    assert note.startswith("昨天已收到")
    assert len(note) == 2000
