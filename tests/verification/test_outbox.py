"""The outbox: what is committed is sent at least once, what is rolled back never, and nobody's mail by two at once."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone, translation

from tests import mail_server
from tests.test_pages import signed_in
from verification import health, journal, outbox, tasks
from verification.models import Event, Outbox
from verification.sop import Action

READER = "reader@people.example"


@pytest.fixture
def post():
    """A mail server."""
    with mail_server.running() as server:
        yield server


@pytest.fixture
def to_post(post, settings):
    """Mail goes there, as in an installation that has one."""
    settings.MAIL_IS_SHOWN = False
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", post.port, 5
    return post


def write(number=1, **fields):
    """So many mails in the outbox."""
    mails = [
        outbox.mail(
            to=READER, subject=f"第{n}封", text="打开 https://here.example/secret-7", language="zh-hans"
        )
        for n in range(number)
    ]
    for one in mails:
        for name, value in fields.items():
            setattr(one, name, value)
    outbox.put(mails)
    return mails


def mail_service():
    """What /status/ says of it."""
    with translation.override("en"):
        (service,) = [one for one in health.services() if one["name"] == "Mail"]
    return service["good"], service["words"]


def make_due():
    """What waits for its next try, or is held by a sender that is gone, is due now."""
    Outbox.objects.update(next_try=timezone.now() - timedelta(minutes=1))


def test_mail_is_sent_once_under_its_delivery_id_and_its_text_forgotten(to_post, db):
    (written,) = write()
    assert outbox.send_due() == outbox.Outcome(sent=1)
    assert outbox.send_due() == outbox.Outcome()
    (message,) = to_post.received
    assert message["To"] == READER
    assert message["Subject"] == "第0封"
    assert message["Message-ID"].startswith(f"<{written.uid}@")
    assert message["Content-Language"] == "zh-hans"
    assert "secret-7" in message.get_content()
    row = Outbox.objects.get()
    assert row.sent_at
    assert (row.text, row.tries, row.last_error) == ("", 1, "")


def test_mail_that_is_rolled_back_is_never_sent(to_post, db):
    with pytest.raises(RuntimeError), transaction.atomic():
        write()
        raise RuntimeError
    assert outbox.send_due() == outbox.Outcome()
    assert to_post.received == []


def test_mail_rings_only_after_commit(db, django_capture_on_commit_callbacks, monkeypatch):
    rung = []
    monkeypatch.setattr(journal, "ring", rung.append)
    with django_capture_on_commit_callbacks(execute=True):
        write(2)
        assert rung == []
    assert rung == ["verification.tasks.send_mail"]
    assert tasks.send_mail.name == outbox.BELL


def test_whatever_django_sends_lands_in_the_outbox_in_the_readers_language(db, settings):
    settings.EMAIL_BACKEND = "verification.outbox.Backend"
    with translation.override("en"):
        EmailMessage("A\nb", "text", to=["a@people.example"], bcc=["b@people.example"]).send()
    rows = Outbox.objects.order_by("pk").values_list("address", "subject", "text", "language")
    assert list(rows) == [
        ("a@people.example", "A b", "text", "en"),
        ("b@people.example", "A b", "text", "en"),
    ]
    with pytest.raises(ValueError, match="text"):
        EmailMessage("A", "b", to=["a@people.example"], attachments=[("a", b"b", "image/png")]).send()
    assert mail.outbox == []


def test_server_that_is_away_costs_one_try_and_leaves_the_others(to_post, db):
    to_post.shutdown()
    to_post.server_close()
    write(3)
    assert outbox.send_due() == outbox.Outcome(failed=1)
    first, second, third = Outbox.objects.order_by("pk")
    assert (first.tries, second.tries, third.tries) == (1, 0, 0)
    assert "ConnectionRefused" in first.last_error
    assert first.next_try > timezone.now()
    assert second.next_try <= timezone.now() + timedelta(seconds=1), "given back"


def test_server_that_comes_back_gets_what_waited(to_post, db, settings):
    settings.EMAIL_PORT = 1
    write()
    assert outbox.send_due().failed == 1
    settings.EMAIL_PORT = to_post.port
    assert outbox.send_due() == outbox.Outcome(), "not at once"
    make_due()
    assert outbox.send_due() == outbox.Outcome(sent=1)
    assert Outbox.objects.get().tries == 2


def test_mail_is_parked_after_eight_tries_and_says_why_without_what_is_private(to_post, db):
    to_post.refuse = "554 no such reader: " + READER
    write()
    pauses = []
    for number in range(1, outbox.TRIES + 1):
        assert outbox.send_due() == outbox.Outcome(failed=1, parked=int(number == outbox.TRIES))
        row = Outbox.objects.get()
        pauses.append(round((row.next_try - timezone.now()).total_seconds()))
        make_due()
    assert pauses[:7] == [10, 40, 160, 640, 2560, 7200, 7200]
    assert row.parked_at
    assert "554" in row.last_error
    assert READER not in row.last_error
    assert outbox.send_due() == outbox.Outcome()
    assert mail_service() == (False, "1 given up after the last try")


def test_one_that_is_refused_holds_up_no_other(to_post, db):
    def refuse_first(message):
        to_post.refuse = "554 no" if message["Subject"] == "第0封" else ""

    to_post.on_mail = refuse_first
    write(3)
    assert outbox.send_due() == outbox.Outcome(sent=2, failed=1)


def test_sender_killed_at_its_last_try_leaves_a_mail_that_is_parked(to_post, db):
    write(tries=outbox.TRIES)
    assert outbox.send_due() == outbox.Outcome()
    assert Outbox.objects.get().parked_at
    assert to_post.received == []


def test_mail_parked_is_tried_again_when_somebody_says_so(to_post, coordinator):
    (one,) = write(tries=8, parked_at=timezone.now())
    assert outbox.send_due() == outbox.Outcome()
    assert outbox.try_again([one.pk], by=coordinator) == 1
    assert outbox.try_again([one.pk], by=coordinator) == 0
    told = Event.objects.get(action=Action.TRY_AGAIN)
    assert (told.actor, told.kind, told.role) == (coordinator, "", "coordinator")
    assert outbox.send_due() == outbox.Outcome(sent=1)


def test_mail_of_a_month_ago_is_forgotten(db):
    long_ago = timezone.now() - outbox.KEPT - timedelta(hours=1)
    write(sent_at=long_ago)
    write(parked_at=long_ago)
    write(sent_at=timezone.now())
    write(created_at=long_ago)
    assert outbox.forget() == 2
    assert Outbox.objects.count() == 2


def test_without_a_server_mail_waits(db, settings):
    settings.MAIL_TRANSPORT = ""
    write()
    assert outbox.send_due() == outbox.Outcome()
    assert Outbox.objects.get().tries == 0
    assert mail_service() == (False, "no mail server is set up")


def test_demonstration_shows_its_mail_and_no_other_site_does(db, client, settings):
    write()
    assert outbox.send_due() == outbox.Outcome(sent=1)
    assert "secret-7" in client.get("/demo/mail/").content.decode()
    settings.MAIL_IS_SHOWN = False
    assert client.get("/demo/mail/").status_code == 404


def test_admin_shows_nobody_what_a_mail_says(db, coordinator):
    (one,) = write()
    coordinator.is_superuser = True
    with journal.acting(by=coordinator):
        coordinator.save()
    desk: Client = signed_in(coordinator)
    for path in ("", f"{one.pk}/change/", f"{one.pk}/history/", "?q=secret"):
        answer = desk.get(f"/admin/verification/outbox/{path}", follow=True)
        assert answer.status_code == 200
        assert "secret-7" not in answer.content.decode()


def test_mail_without_a_reader_or_words_is_refused_by_the_database(db):
    for fields in ({"address": ""}, {"text": ""}, {"language": "xx"}, {"channel": "pigeon"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            write(**fields)


def test_senders_side_by_side_never_send_one_mail_twice(to_post, committed_db):
    write(60)
    outcomes = []

    def send():
        outcomes.append(outbox.send_due())
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(one.sent for one in outcomes) == 60
    assert set(Counter(message["Message-ID"] for message in to_post.received).values()) == {1}
    assert len(to_post.received) == 60


def test_sender_that_took_too_long_leaves_a_mail_to_whoever_has_it_now(to_post, committed_db):
    write()
    slow = outbox.take()
    make_due()
    assert outbox.send_due().sent == 1
    outcome = outbox.Outcome()
    assert outbox._send(slow[0], mail.get_connection(outbox.settings.MAIL_TRANSPORT), outcome)
    assert outcome == outbox.Outcome()
    assert len(to_post.received) == 1
