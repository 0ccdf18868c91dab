"""The control arm: the ordinary way. A Celery task per record with its id in the message, and no clock.

The web process runs under `control_settings`, which sends such a message after each approval; the worker
runs this application, which knows no other task.
"""

from collections.abc import Sequence
from functools import partial

import django
from celery import Celery
from django.apps import AppConfig
from django.db import transaction

from verification.sop import Action

app = Celery("control")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_acks_late = True
app.conf.task_reject_on_worker_lost = True

TASK = "tests.kills.control.publish_one"


@app.task(name=TASK)
def publish_one(submission: int) -> None:
    """Publish this one."""
    django.setup()
    from verification import publishing, taking

    due = taking.DUE
    taking.DUE = due.replace(" ORDER BY", f" AND s.id = {int(submission)} ORDER BY")
    try:
        publishing.publish_due()
    finally:
        taking.DUE = due


class ControlConfig(AppConfig):
    """After each approval a message with its id, sent on commit as everybody does."""

    name = "tests.kills"
    label = "kills"

    def ready(self) -> None:
        from verification import journal

        append = journal.append

        def append_and_send(events: Sequence) -> list:
            written = append(events)
            for event in written:
                if event.action == Action.ENTER:
                    send = partial(app.send_task, TASK, [event.submission_id])
                    transaction.on_commit(send, robust=True)
            return written

        journal.append = append_and_send
