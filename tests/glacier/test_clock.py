"""The clock: publishes what was approved at once, numbers events, outlives the database's cutting it off."""

import pytest
from django.db import connection

from glacier.management.commands import clock
from glacier.runner import commands
from glacier.runner.processes import Program, wait_until
from tests import builders
from verification import attempts, journal, outbox, publishing, pulses
from verification.models import Attempt, Leaf, Outbox, Public, Unsequenced


def test_clock_publishes_what_was_approved_and_numbers_events(volunteer, reviewer):
    builders.approve(builders.submit_need(volunteer), reviewer)
    assert clock.tick()
    assert Public.objects.count() == 1
    assert Leaf.objects.count() == 4
    clock.tend()
    assert set(pulses.last_beats()) == {"clock"}


def test_clock_with_nothing_to_do_waits(volunteer):
    builders.submit_need(volunteer)
    assert not clock.tick()
    assert Leaf.objects.count() == 1


def test_clock_does_not_turn_around_what_cannot_be_published(volunteer, reviewer, monkeypatch):
    """What failed is not taken again at once; nor would the clock hurry if it were."""
    submission = builders.approve(builders.submit_need(volunteer), reviewer)
    with monkeypatch.context() as patch:
        patch.setattr(publishing.preparing, "prepare", None)
        assert not clock.tick()
    assert not clock.tick()
    assert Attempt.objects.get().tries == 1
    attempts.forget([submission.pk])
    assert clock.tick()
    assert Public.objects.count() == 1


def test_clock_leaves_nothing_for_look_ups_to_read_beside_the_indexes(volunteer, reviewer):
    builders.published_need(volunteer, reviewer)
    assert clock.merge_pending() > 0
    builders.submit_need(volunteer, organisation_name="江城第四医院")
    clock.tend()
    assert clock.merge_pending() == 0


@pytest.fixture
def running_clock(committed_db, tmp_path):
    """A real clock on the test's own database."""
    program = Program("clock", commands.clock(), tmp_path / "clock.log", {"DATABASE_URL": committed_db.url})
    program.start()
    assert wait_until(lambda: "clock" in pulses.last_beats(), 60), program.last_words()
    yield program
    program.kill()


def test_clock_wakes_at_once_outlives_a_cut_connection_and_stops_when_told(
    running_clock, volunteer, reviewer
):
    builders.approve(builders.submit_need(volunteer), reviewer)
    assert wait_until(lambda: Public.objects.exists() and not Unsequenced.objects.exists(), 60)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    again = builders.approve(builders.submit_need(volunteer, organisation_name="江城第四医院"), reviewer)
    assert wait_until(lambda: Public.objects.filter(pk=again.record).exists(), 60), running_clock.last_words()
    assert running_clock.running()
    running_clock.ask_to_stop()
    assert wait_until(lambda: not running_clock.running(), 60)


def test_second_clock_stands_by(running_clock, committed_db, tmp_path, volunteer):
    """Two clocks: one ticks; when it goes the other takes over."""
    other = Program("other", commands.clock(), tmp_path / "other.log", {"DATABASE_URL": committed_db.url})
    other.start()
    try:
        builders.submit_need(volunteer)
        assert wait_until(lambda: not Unsequenced.objects.exists(), 60)
        running_clock.kill()
        builders.submit_need(volunteer, organisation_name="江城第四医院")
        assert wait_until(lambda: not Unsequenced.objects.exists(), 60), other.last_words()
        assert journal.sequence() == 0
        assert publishing.publish_due().taken == 0
    finally:
        other.kill()


def test_clock_delivers_the_mail_that_nobody_else_did(running_clock, db_mail):
    """No worker runs here: within seconds the clock takes over, in the thread beside its ticks."""
    assert wait_until(lambda: Outbox.objects.filter(sent_at__isnull=False).exists(), 60)
    assert running_clock.running()


@pytest.fixture
def db_mail(committed_db):
    outbox.put([outbox.mail(to="reader@people.example", subject="a", text="b", language="en")])
