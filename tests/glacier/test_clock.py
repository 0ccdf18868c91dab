"""The clock: numbers events, publishes what waits too long, outlives the database's cutting it off."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from glacier.management.commands import clock
from glacier.runner import commands
from glacier.runner.processes import Program, wait_until
from tests import builders
from verification import attempts, journal, publishing, pulses
from verification.journal import acting
from verification.models import Attempt, Leaf, Public, Submission, Unsequenced


def age(submission, seconds):
    with acting(by=submission.submitted_by, reason="time passes"):
        Submission.objects.filter(pk=submission.pk).update(
            entered_at=timezone.now() - timedelta(seconds=seconds)
        )


def test_clock_numbers_events_and_leaves_fresh_work_to_celery(volunteer, reviewer):
    builders.approve(builders.submit_need(volunteer), reviewer)
    clock.tick()
    assert Leaf.objects.count() == 3
    assert not Public.objects.exists()
    assert set(pulses.last_beats()) == {"clock"}


def test_clock_publishes_what_waits_longer_than_two_seconds(volunteer, reviewer):
    submission = builders.approve(builders.submit_need(volunteer), reviewer)
    age(submission, 2.5)
    clock.tick()
    assert Public.objects.count() == 1


def test_clock_does_not_turn_around_parked_work(volunteer, reviewer, monkeypatch):
    submission = builders.approve(builders.submit_need(volunteer), reviewer)
    age(submission, 60)
    attempts.note_failures({submission.pk: "broken"})
    assert not clock.overdue()
    Attempt.objects.update(next_try=timezone.now() - timedelta(seconds=1))
    assert clock.overdue()


@pytest.fixture
def running_clock(committed_db, tmp_path):
    """A real clock on the test's own database."""
    program = Program("clock", commands.clock(), tmp_path / "clock.log", {"DATABASE_URL": committed_db.url})
    program.start()
    assert wait_until(lambda: "clock" in pulses.last_beats(), 20), program.last_words()
    yield program
    program.kill()


def test_clock_wakes_at_once_outlives_a_cut_connection_and_stops_when_told(
    running_clock, volunteer, reviewer
):
    start = time.monotonic()
    submission = builders.approve(builders.submit_need(volunteer), reviewer)
    assert wait_until(lambda: not Unsequenced.objects.exists(), 5)
    assert time.monotonic() - start < 1.5, "numbers are given on notification"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert wait_until(lambda: Public.objects.filter(pk=submission.record).exists(), 10), (
        running_clock.last_words()
    )
    assert running_clock.running()
    running_clock.ask_to_stop()
    assert wait_until(lambda: not running_clock.running(), 5)


def test_second_clock_stands_by(running_clock, committed_db, tmp_path, volunteer):
    """Two clocks: one ticks; when it goes the other takes over."""
    other = Program("other", commands.clock(), tmp_path / "other.log", {"DATABASE_URL": committed_db.url})
    other.start()
    try:
        builders.submit_need(volunteer)
        assert wait_until(lambda: not Unsequenced.objects.exists(), 5)
        running_clock.kill()
        builders.submit_need(volunteer, organisation_name="江城第四医院")
        assert wait_until(lambda: not Unsequenced.objects.exists(), 20), other.last_words()
        assert journal.sequence() == 0
        assert publishing.publish_due().taken == 0
    finally:
        other.kill()
