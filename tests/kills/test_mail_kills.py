"""A sender killed with -9 between the mail server's word and the mark: sent again under one delivery id, not lost."""

import os
import signal
import subprocess
import sys

import pytest
from django.utils import timezone

from glacier.runner.bootstrap import TOP
from glacier.runner.processes import wait_until
from tests import mail_server
from verification import outbox
from verification.models import Outbox

SENDER = "import django; django.setup(); from verification import outbox; print(outbox.send_due().sent)"


@pytest.fixture
def post():
    with mail_server.running() as server:
        yield server


def sender(post, url) -> "subprocess.Popen[bytes]":
    env = {**os.environ, "DATABASE_URL": url, "EMAIL_URL": f"smtp://127.0.0.1:{post.port}"}
    return subprocess.Popen([sys.executable, "-c", SENDER], cwd=TOP, env=env)


def test_sender_killed_between_sending_and_marking_sends_again_and_loses_nothing(post, committed_db):
    outbox.put(
        [outbox.mail(to=f"{n}@people.example", subject=f"{n}", text="text", language="en") for n in range(5)]
    )
    running = []

    def kill(message):
        if message["Subject"] == "2":
            os.kill(running[-1].pid, signal.SIGKILL)

    post.on_mail = kill
    running.append(sender(post, committed_db.url))
    assert running[-1].wait(120) == -signal.SIGKILL
    assert [message["Subject"] for message in post.received] == ["0", "1", "2"]
    assert Outbox.objects.filter(sent_at=None).count() == 3
    # Nobody else tries while the dead one might still be speaking to the server.
    assert outbox.take() == []

    post.on_mail = lambda message: None
    Outbox.objects.filter(sent_at=None).update(next_try=timezone.now())
    running.append(sender(post, committed_db.url))
    assert running[-1].wait(120) == 0
    assert wait_until(lambda: not Outbox.objects.filter(sent_at=None).exists(), 10)
    twice = [message for message in post.received if message["Subject"] == "2"]
    assert len(twice) == 2
    assert len({message["Message-ID"] for message in twice}) == 1
    assert sorted(message["Subject"] for message in post.received) == ["0", "1", "2", "2", "3", "4"]
    assert Outbox.objects.get(subject="2").tries == 2
