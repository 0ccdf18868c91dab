"""The page on which a reviewer decides many entries of one sender: one checklist, true of each that is ticked."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import builders
from tests.signing_in import sign_in
from verification import leases, workflow
from verification.models import Event, Lease, Submission
from verification.sop import Action, Reason, Status

VERIFY = {"answers": [k for k, v in builders.VERIFY_ANSWERS.items() if v is True], "grounds": ["call_back"]}
ENTER = {"answers": list(builders.ENTER_ANSWERS)}


@pytest.fixture
def desk(reviewer):
    client = Client(headers={"Accept-Language": "en"})
    sign_in(client, reviewer)
    return client


@pytest.fixture
def sent(volunteer):
    return [another(volunteer, number, name) for number, name in enumerate(("东湖", "西山", "南岭"))]


@pytest.fixture
def held(sent, reviewer):
    """The first of them is drawn."""
    builders.claim(sent[0], reviewer)
    return sent


def another(by, number, name, **changes):
    """A need that has nothing in common with the others but its sender."""
    return builders.submit_need(
        by,
        organisation_name=f"{name}医院",
        office_line=f"027-8555010{number}",
        contact_phone=f"1380000000{number}",
        contact_person=f"甄不存{number}",
        delivery_address=f"{name}路{number + 1}号",
        source_link=f"https://hospital.example/notice/{number}",
        **changes,
    )


def address(submission):
    return f"/en/review/{submission.uid}/together/"


def opened(desk, submission):
    """The fence and the uids that are ticked as the page opens, for whoever holds the entry."""
    page = desk.get(address(submission)).content.decode()
    (fence,) = re.findall(r'name="fence" value="(\d+)"', page)
    return fence, re.findall(r'name="entries" value="([0-9a-f-]+)" checked', page)


def decide(desk, submission, action, fence, entries, shown=None, **answers):
    body = {"action": action, "fence": fence, "entries": entries, "shown": shown or entries, **answers}
    return desk.post(address(submission), body)


def standing(rows):
    return [Submission.objects.get(pk=row.pk).status for row in rows]


def test_together_verifies_and_enters_all_that_are_ticked(desk, held):
    fence, ticked = opened(desk, held[0])
    assert set(ticked) == {str(s.uid) for s in held}
    assert Lease.objects.count() == len(held)
    done = decide(desk, held[0], "verify", fence, ticked, **VERIFY)
    assert (done.status_code, done["Location"]) == (302, address(held[0]))
    assert standing(held) == [Status.VERIFIED] * 3
    fence, ticked = opened(desk, held[0])
    assert decide(desk, held[0], "enter", fence, ticked, **ENTER)["Location"] == "/en/review/"
    assert standing(held) == [Status.ENTERED] * 3
    assert Event.objects.filter(action=Action.ENTER).count() == 3


def test_together_leaves_what_is_not_ticked_to_others(desk, held):
    fence, ticked = opened(desk, held[0])
    chosen = [uid for uid in ticked if uid != str(held[1].uid)]
    decide(desk, held[0], "verify", fence, chosen, shown=ticked, **VERIFY)
    assert standing(held) == [Status.VERIFIED, Status.COLLECTED, Status.VERIFIED]
    assert not Lease.objects.filter(submission=held[1]).exists()


def test_together_one_refusal_undoes_all_and_stands_beside_its_entry(desk, held, volunteer):
    fence, ticked = opened(desk, held[0])
    workflow.advance([held[1].pk], Action.WITHDRAW, by=volunteer, reason=Reason.MISTAKE)
    refused = decide(desk, held[0], "verify", fence, ticked, **VERIFY)
    page = refused.content.decode()
    assert refused.status_code == 409
    assert re.findall(r'id="why-([0-9a-f-]+)"', page) == [str(held[1].uid)]
    again = re.findall(r'name="entries" value="([0-9a-f-]+)" checked', page)
    assert set(again) == {str(held[0].uid), str(held[2].uid)}
    assert standing(held) == [Status.COLLECTED, Status.WITHDRAWN, Status.COLLECTED]
    assert decide(desk, held[0], "verify", fence, again, **VERIFY).status_code == 302


def test_together_asks_for_the_whole_checklist_once(desk, held):
    fence, ticked = opened(desk, held[0])
    refused = decide(desk, held[0], "verify", fence, ticked, answers=[], grounds=["call_back"])
    page = refused.content.decode()
    assert (refused.status_code, page.count('class="error" role="alert"'), page.count('id="why-')) == (
        422,
        1,
        0,
    )
    assert set(re.findall(r'name="entries" value="([0-9a-f-]+)" checked', page)) == set(ticked)
    assert decide(desk, held[0], "verify", fence, [], shown=ticked, **VERIFY).status_code == 409
    assert standing(held) == [Status.COLLECTED] * 3


def test_together_does_not_tick_what_may_be_there_already(desk, held, volunteer):
    twin = another(volunteer, 0, "东湖", remarks="又一份")
    _fence, ticked = opened(desk, held[0])
    assert set(ticked) == {str(held[1].uid), str(held[2].uid)}
    assert Lease.objects.filter(submission=twin).exists()


def test_together_is_of_routine_entries_of_one_sender_that_one_may_decide(
    desk, sent, stranger, reviewer, other_reviewer
):
    another(stranger, 3, "北原")
    builders.claim(sent[2], other_reviewer)
    builders.claim(sent[0], reviewer)
    _fence, ticked = opened(desk, sent[0])
    assert set(ticked) == {str(sent[0].uid), str(sent[1].uid)}
    for not_drawn in (sent[1], another(reviewer, 4, "中州")):
        leases.release(not_drawn.pk, by=reviewer)
        assert desk.get(address(not_drawn))["Location"] == "/en/review/"


@pytest.mark.parametrize("action", ["publish", "return", "edit", ""])
def test_together_takes_two_steps_only(desk, held, action):
    fence, ticked = opened(desk, held[0])
    assert decide(desk, held[0], action, fence, ticked, **VERIFY).status_code == 403
    assert decide(desk, held[0], "verify", "", ticked, **VERIFY).status_code == 409


def test_together_is_for_reviewers(sent, volunteer, stranger):
    for person in (volunteer, stranger):
        client = Client()
        sign_in(client, person)
        assert client.get(address(sent[0])).status_code == 403
        assert client.post(address(sent[0]), {"action": "verify"}).status_code == 403


def test_together_is_offered_on_the_workbench_and_asks_the_same_at_any_length(
    desk, sent, volunteer, reviewer
):
    assert "/together/" not in desk.get(f"/en/review/{sent[0].uid}/").content.decode()
    builders.claim(sent[0], reviewer)
    assert "/together/" in desk.get(f"/en/review/{sent[0].uid}/").content.decode()
    spent = []
    for more in ((), ("北原", "中州", "上河", "下沙")):
        for number, name in enumerate(more, 3):
            another(volunteer, number, name)
        with CaptureQueriesContext(connection) as queries:
            desk.get(address(sent[0])).getvalue()
        spent.append(len(queries))
    assert spent[0] == spent[1]
