"""Many decided at once over the API: every rule holds for each, one refusal undoes all and names the culprits."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import builders
from tests.api_callers import SUBMISSIONS, code
from tests.builders import ENTER_ANSWERS, VERIFY_ANSWERS, submit_need
from verification import leases, workflow
from verification.models import Event, Lease, Submission
from verification.sop import Action, Reason, Status


@pytest.fixture
def sent(volunteer):
    return [submit_need(volunteer, organisation_name=f"江城{n}医院") for n in "甲乙丙"]


@pytest.fixture
def held(sent, reviewer):
    """The second of them is in the reviewer's hands."""
    builders.claim(sent[1], reviewer)
    return sent


def ask(caller, action, submissions, **body):
    uids = [str(getattr(one, "uid", one)) for one in submissions]
    return caller.post(f"{SUBMISSIONS}batch/{action}/", {"submissions": uids, **body})


def refused(response):
    return {uid: one["code"] for uid, one in response.json()["error"]["details"]["refused"].items()}


def test_batch_is_claimed_verified_and_entered_together(held, sent, reviewer, by_session):
    caller = by_session(reviewer)
    claimed = ask(caller, "claim", sent).json()
    fence = claimed["fence"]
    assert [one["uid"] for one in claimed["results"]] == [str(s.uid) for s in sent]
    verified = ask(caller, "verify", sent, fence=fence, answers=VERIFY_ANSWERS)
    assert {one["status"] for one in verified.json()["results"]} == {"verified"}
    entered = ask(caller, "enter", sent, fence=fence, answers=ENTER_ANSWERS)
    assert {one["status"] for one in entered.json()["results"]} == {"entered"}
    events = Event.objects.filter(action=Action.VERIFY)
    assert {event.request_id for event in events} == {verified["X-Request-Id"]}
    assert events.count() == len(sent)
    assert not Lease.objects.exists()


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("return", {"reason": "unclear", "note": "请写明数量"}),
        ("reject", {"reason": "false", "note": "医院否认"}),
    ],
)
def test_batch_is_returned_or_rejected_together(held, sent, reviewer, by_session, action, body):
    caller = by_session(reviewer)
    fence = ask(caller, "claim", sent).json()["fence"]
    done = ask(caller, action, sent, fence=fence, **body)
    assert {one["verdict"]["how_to_fix"] for one in done.json()["results"]} == {body["note"]}


def test_batch_refusal_of_some_undoes_all_and_names_them(held, sent, volunteer, reviewer, by_session):
    caller = by_session(reviewer)
    fence = ask(caller, "claim", sent).json()["fence"]
    workflow.advance([sent[1].pk], Action.WITHDRAW, by=volunteer, reason=Reason.MISTAKE)
    Lease.objects.filter(pk=sent[2].pk).delete()
    response = ask(caller, "verify", sent, fence=fence, answers=VERIFY_ANSWERS)
    assert (response.status_code, code(response)) == (409, "wrong_status")
    assert refused(response) == {str(sent[1].uid): "wrong_status", str(sent[2].uid): "lease_lost"}
    assert Submission.objects.get(pk=sent[0].pk).status == Status.COLLECTED
    assert not Event.objects.filter(action=Action.VERIFY).exists()


def test_batch_claim_takes_none_of_what_it_may_not_decide(
    sent, volunteer, reviewer, other_reviewer, by_session
):
    caller, own = by_session(reviewer), submit_need(reviewer, organisation_name="江城丁医院")
    response = ask(caller, "claim", [*sent, own])
    assert (code(response), refused(response)) == ("own_submission", {str(own.uid): "own_submission"})
    response = ask(caller, "claim", sent)
    assert (code(response), refused(response)) == (
        "not_handed",
        dict.fromkeys((str(s.uid) for s in sent), "not_handed"),
    )
    builders.claim(sent[0], reviewer)
    builders.claim(sent[1], other_reviewer)
    response = ask(caller, "claim", sent)
    assert (code(response), refused(response)) == ("not_handed", {str(sent[1].uid): "not_handed"})
    assert set(Lease.objects.filter(holder=reviewer).values_list("given", flat=True)) == {"rehearsed"}


def test_batch_claim_is_in_whole_nobody_picks_among_what_is_alike(held, stranger, reviewer, by_session):
    other = submit_need(stranger, organisation_name="江城丁医院")
    claimed = ask(by_session(reviewer), "claim", [held[1]]).json()
    assert [one["uid"] for one in claimed["results"]] == [str(s.uid) for s in held]
    assert not Lease.objects.filter(submission=other).exists()


def test_batch_entry_names_what_may_be_the_same(volunteer, reviewer, by_session):
    caller = by_session(reviewer)
    twins = [submit_need(volunteer), submit_need(volunteer, remarks="又一份")]
    builders.claim(twins[0], reviewer)
    fence = ask(caller, "claim", twins).json()["fence"]
    assert ask(caller, "verify", twins, fence=fence, answers=VERIFY_ANSWERS).status_code == 200
    response = ask(caller, "enter", twins, fence=fence, answers=ENTER_ANSWERS)
    assert code(response) == "possible_duplicate"
    assert refused(response) == dict.fromkeys((str(t.uid) for t in twins), "possible_duplicate")


@pytest.mark.parametrize("action", ["claim", "verify"])
def test_batch_of_what_one_may_not_see_is_not_there(sent, stranger, reviewer, by_session, action):
    stranger_s = by_session(stranger)
    response = ask(stranger_s, action, sent, fence=1, answers=VERIFY_ANSWERS)
    assert (response.status_code, set(refused(response))) == (404, {str(s.uid) for s in sent})
    nowhere = uuid4()
    response = ask(by_session(reviewer), action, [*sent, nowhere], fence=1, answers=VERIFY_ANSWERS)
    assert (response.status_code, set(refused(response))) == (404, {str(nowhere)})


def test_batch_needs_a_session_and_a_step_that_is_said_of_many(sent, reviewer, by_token, by_session):
    assert code(ask(by_token(reviewer), "verify", sent)) == "token_may_not_decide"
    for action in ("duplicate", "edit", "publish", "take_down", "nothing"):
        assert code(ask(by_session(reviewer), action, sent)) == "not_found"


@pytest.mark.parametrize("uids", [[], ["x"], None, [str(uuid4())] * (leases.PER_REVIEWER + 1)])
def test_batch_has_a_shape(reviewer, by_session, uids):
    response = by_session(reviewer).post(f"{SUBMISSIONS}batch/claim/", {"submissions": uids})
    assert (response.status_code, code(response)) == (400, "bad_request")


def test_batch_of_a_hundred_costs_the_statements_of_one(volunteer, reviewer, by_session):
    caller, spent = by_session(reviewer), []
    for number in (1, leases.PER_REVIEWER):
        sent = [submit_need(volunteer, organisation_name=f"江城{number}之{n}医院") for n in range(number)]
        builders.claim(sent[0], reviewer)
        counted = []
        fence = None
        for action, answers in (("claim", {}), ("verify", VERIFY_ANSWERS), ("enter", ENTER_ANSWERS)):
            with CaptureQueriesContext(connection) as queries:
                answer = ask(caller, action, sent, fence=fence, answers=answers)
            assert answer.status_code == 200, answer.json()
            fence = fence or answer.json()["fence"]
            counted.append(len(queries))
        spent.append(counted)
    assert spent[0] == spent[1]
