"""What Celery may do: each task calls one function; running it 0, 1 or n times comes to the same."""

from tests import builders
from verification import publishing, pulses, tasks
from verification.models import Event, Public
from verification.sop import Action


def test_task_publishes_until_nothing_is_due(volunteer, reviewer, monkeypatch):
    for number in range(5):
        need = builders.submit_need(volunteer, organisation_name=f"江城{number}号医院")
        builders.approve(need, reviewer)
    monkeypatch.setattr(publishing.publish_due, "__kwdefaults__", {"limit": 2})
    for _ in range(3):
        tasks.publish_due()
    assert Public.objects.count() == Event.objects.filter(action=Action.PUBLISH).count() == 5


def test_task_does_not_turn_around_what_cannot_be_published(volunteer, reviewer, monkeypatch):
    builders.approve(builders.submit_need(volunteer), reviewer)
    monkeypatch.setattr(publishing.preparing, "prepare", None)
    tasks.publish_due()
    assert not Public.objects.exists()


def test_task_shows_that_the_worker_is_alive(db):
    tasks.heartbeat()
    assert set(pulses.last_beats()) == {"worker"}
