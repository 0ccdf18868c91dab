"""The journal: events in commit order with verifiable leaves, and the bell that rings after commit."""

import json
import os
import socket
import subprocess
import sys

import pytest
import redis
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from glacier.runner.bootstrap import TOP
from tests import builders
from tests.crowd import Meanwhile
from verification import journal
from verification.models import Event, Leaf, Unsequenced
from verification.sop import Action, Role


def note(by, **fields):
    """An event of no consequence."""
    return journal.append(
        [journal.new_event(Action.SUBMIT, by=by, role=Role.SUBMITTER, kind="needs", **fields)]
    )[0]


def numbers():
    return list(Leaf.objects.order_by("seq").values_list("seq", "event"))


def test_leaves_are_numbered_from_one_without_gaps(volunteer, reviewer):
    builders.published_need(volunteer, reviewer)
    assert journal.sequence() == 4
    events = Event.objects.order_by("pk").values_list("pk", flat=True)
    assert numbers() == list(enumerate(events, 1))
    assert not Unsequenced.objects.exists()
    assert journal.sequence() == 0
    note(volunteer)
    assert journal.sequence() == 1
    assert numbers()[-1][0] == 5


def test_leaves_are_given_in_portions(stranger):
    for _ in range(7):
        note(stranger)
    assert [journal.sequence(limit=3) for _ in range(4)] == [3, 3, 1, 0]
    assert [seq for seq, _event in numbers()] == [1, 2, 3, 4, 5, 6, 7]


def test_leaves_can_be_verified_by_whoever_holds_the_events(volunteer, reviewer):
    builders.published_need(volunteer, reviewer)
    journal.sequence()
    for leaf in Leaf.objects.select_related("event"):
        assert bytes(leaf.hash) == journal.leaf_hash(leaf.seq, leaf.event)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reason", "x"),
        ("public_text", "x"),
        ("private_text", "x"),
        ("body", "{}"),
        ("actor_id", 3),
        ("answers", {"a": 1}),
    ],
)
def test_leaves_tell_an_altered_event(stranger, name, value):
    event = note(stranger)
    event.refresh_from_db()
    before = journal.leaf_hash(1, event)
    setattr(event, name, value)
    assert journal.leaf_hash(1, event) != before


def test_leaves_commit_to_texts_that_may_be_erased(stranger):
    """The tree keeps the commitment; without its salt a short text cannot be guessed from it."""
    one, two = note(stranger, private_text="yes"), note(stranger, private_text="yes")
    assert bytes(one.private_salt) != bytes(two.private_salt)
    assert len(one.private_salt) == len(one.public_salt) == 16


def test_late_commit_gets_its_number_when_it_is_there(committed_db, stranger):
    """An event with a lower id that commits later is numbered later: who read up to 1 does not miss it."""
    with transaction.atomic():
        late = note(stranger)
        assert Meanwhile(lambda: note(stranger)).outcome() is not None
        assert Meanwhile(journal.sequence).outcome() == 1
        assert numbers() != []
        assert late.pk not in dict(map(reversed, numbers()))
    assert journal.sequence() == 1
    assert numbers()[-1] == (2, late.pk)


def test_sequencers_take_turns(committed_db, stranger):
    note(stranger)
    with transaction.atomic():
        assert journal.sequence() == 1
        assert Meanwhile(journal.sequence).outcome() == 0
    note(stranger)
    assert journal.sequence() == 1
    assert [seq for seq, _event in numbers()] == [1, 2]


def test_rolled_back_events_leave_no_gap(committed_db, stranger):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        note(stranger)
        raise ZeroDivisionError
    kept = note(stranger)
    journal.sequence()
    assert numbers() == [(1, kept.pk)]


@pytest.fixture
def waiting_messages():
    """How many messages wait at the broker."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as store:
        yield lambda: store.llen("celery")


def test_bell_rings_after_commit_only(committed_db, volunteer, reviewer, waiting_messages):
    submission = builders.verify(builders.submit_need(volunteer), reviewer)
    fence = builders.claim(submission, reviewer)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        builders.enter(submission, reviewer, fence=fence)
        raise ZeroDivisionError
    assert waiting_messages() == 0
    with transaction.atomic():
        builders.enter(submission, reviewer)
        assert waiting_messages() == 0
    assert waiting_messages() == 1, "one ring for one step"


def test_bell_says_only_look_now(committed_db, volunteer, reviewer):
    """No id in the message: it may be lost, doubled or late."""
    submission = builders.approve(builders.submit_need(volunteer), reviewer)
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as store:
        message = store.lindex("celery", 0).decode()
    assert journal.BELL in message
    assert str(submission.uid) not in message


RING = """
import sys, time, django
django.setup()
from verification import journal
journal.ring()  # the first also loads what it needs
start = time.monotonic()
journal.ring()
print(time.monotonic() - start, journal.bell_failures, file=sys.stderr)
"""


@pytest.fixture
def silent_port():
    """A port where somebody takes the call and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize("broker", ["gone", "refusing", "silent"])
def test_bell_that_cannot_be_rung_costs_a_second_and_is_counted(broker, silent_port, tmp_path):
    address = {
        "gone": f"redis+socket://{tmp_path}/no.sock",
        "refusing": "redis://127.0.0.1:1/0",
        "silent": f"redis://127.0.0.1:{silent_port}/0",
    }[broker]
    env = {**os.environ, "CELERY_BROKER_URL": address, "REDIS_URL": address}
    done = subprocess.run(
        [sys.executable, "-c", RING], env=env, cwd=TOP, capture_output=True, text=True, check=True
    )
    seconds, failures = done.stderr.split()
    assert failures == "2"
    assert float(seconds) < {"gone": 0.3, "refusing": 0.3, "silent": 1.3}[broker]


def test_bell_that_cannot_be_rung_does_not_undo_the_approval(committed_db, volunteer, reviewer, monkeypatch):
    def fail(*args, **kwargs):
        raise ConnectionError("the broker is down")

    monkeypatch.setattr(journal.current_app, "send_task", fail)
    before = journal.bell_failures
    submission = builders.approve(builders.submit_need(volunteer), reviewer)
    submission.refresh_from_db()
    assert submission.status == "entered"
    assert journal.bell_failures == before + 1


_WORDS = st.text(st.characters(codec="utf-8"), max_size=8)
_IN_BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=4),
    max_leaves=12,
)


@given(_IN_BODIES)
def test_canonical_text_is_that_of_the_standard_library(value):
    """Whatever reads the journal in another language finds the same bytes; numbers of any length among them."""
    told = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert journal.canonical(value) == told
