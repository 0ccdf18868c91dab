"""What our own mails say: in their reader's language, to nobody else, and nothing that is private."""

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import builders, people
from tests.people import PASSWORD
from tests.test_pages import signed_in
from verification import attempts, mailing, publishing
from verification.models import MailChoice, Outbox, User

PRIVATE = ("甄不存", "13800000000", "夜间请打值班电话")


def sent_to(user):
    return list(Outbox.objects.filter(address=user.email).order_by("pk"))


def assert_nothing_private(one):
    for word in PRIVATE:
        assert word not in one.text + one.subject


@pytest.mark.parametrize(
    ("language", "subject", "page"),
    [("zh-hans", "已公开：江城第三医院", "/needs/"), ("en", "Public now: 江城第三医院", "/en/needs/")],
)
def test_sender_is_told_when_it_is_public_in_their_language(language, subject, page, volunteer, reviewer):
    mailing.choose(by=volunteer, language=language)
    record = builders.published_need(volunteer, reviewer)
    (one,) = sent_to(volunteer)
    assert (one.subject, one.language) == (subject, language)
    assert f"{page}{record.uid}/" in one.text
    assert one.submission == volunteer.submissions.get().pk
    assert_nothing_private(one)
    assert not sent_to(reviewer)


def test_a_batch_is_one_mail_for_each_sender_and_one_statement(volunteer, stranger, reviewer):
    for number in range(25):
        by = stranger if number % 5 == 0 else volunteer
        builders.approve(builders.submit_need(by, organisation_name=f"江城{number}号医院"), reviewer)
    with CaptureQueriesContext(connection) as queries:
        publishing.publish_due()
    assert sum("verification_outbox" in query["sql"] for query in queries) == 1
    (mine,), (theirs,) = sent_to(volunteer), sent_to(stranger)
    assert "20" in mine.subject
    assert mine.text.count("/needs/") == 20
    assert "5" in theirs.subject
    assert "江城0号医院" not in mine.text


def test_a_mail_names_so_many_and_counts_the_others(volunteer, reviewer):
    for number in range(23):
        builders.approve(builders.submit_need(volunteer, organisation_name=f"江城{number}号医院"), reviewer)
    publishing.publish_due()
    (one,) = sent_to(volunteer)
    assert one.text.count("/needs/") == mailing.NAMED
    assert "另有 3 条" in one.text


def test_who_switched_it_off_is_told_nothing_of_publications_but_of_returns(volunteer, reviewer):
    mailing.choose(by=volunteer, language="en", when_published=False)
    builders.published_need(volunteer, reviewer)
    assert not sent_to(volunteer)
    builders.returned_need(volunteer, reviewer, organisation_name="江城第四医院")
    (one,) = sent_to(volunteer)
    assert one.subject == "A reviewer asks you about: 江城第四医院"
    assert one.event


def test_what_cannot_be_published_tells_nobody_that_it_was(volunteer, reviewer, monkeypatch):
    builders.approve(builders.submit_need(volunteer), reviewer)
    with monkeypatch.context() as patch:
        patch.setattr(publishing.counting, "add_changes", lambda script, *_: script.run(broken()))
        publishing.publish_due()
    assert not Outbox.objects.exists()


def broken():
    return publishing.writing.Statement("SELECT 1/0", [])


def test_coordinators_are_told_of_what_is_parked(volunteer, reviewer, coordinator):
    one = builders.approve(builders.submit_need(volunteer), reviewer)
    for _ in range(attempts.TRIES - 1):
        attempts.note_failures({one.pk: "ValueError: 13800000000"})
    assert not Outbox.objects.exists()
    assert attempts.note_failures({one.pk: "ValueError: 13800000000"}) == 1
    (told,) = sent_to(coordinator)
    assert "/admin/verification/attempt/" in told.text
    assert_nothing_private(told)
    assert Outbox.objects.count() == 1


def test_own_page_keeps_what_somebody_wants(volunteer):
    browser = signed_in(volunteer)
    page = browser.get("/me/").content.decode()
    assert 'name="when_published"' in page
    assert volunteer.pseudonym in page
    assert browser.post("/me/", {"language": "en"}).headers["Location"] == "/me/"
    choice = MailChoice.objects.get(user=volunteer)
    assert (choice.language, choice.when_published) == ("en", False)
    assert browser.post("/me/", {"language": "xx"}).status_code == 200
    choice.refresh_from_db()
    assert choice.language == "en"


def test_corner_is_for_the_script_and_for_whoever_is_not_signed_in(volunteer, client):
    browser = signed_in(volunteer)
    assert "<html" not in browser.get("/me/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in client.get("/me/").content.decode()
    assert client.post("/me/", {"language": "en"}).headers["Location"].startswith("/accounts/login/")
    assert not MailChoice.objects.exists()


@pytest.fixture
def own_backend(settings):
    """As everywhere but in Django's tests."""
    settings.EMAIL_BACKEND = "verification.outbox.Backend"


@pytest.mark.parametrize(("prefix", "language"), [("", "zh-hans"), ("/en", "en")])
def test_who_signs_up_is_written_to_in_the_language_of_the_page(prefix, language, db, client, own_backend):
    answer = client.post(
        f"{prefix}/accounts/signup/", {"email": f"new-{language}@people.example", "password1": PASSWORD}
    )
    assert answer.status_code == 302
    user = User.objects.get(email=f"new-{language}@people.example")
    assert user.mail_choice.language == language
    (one,) = sent_to(user)
    assert one.language == language
    assert f"{prefix}/accounts/confirm-email/" in one.text
    assert mail.outbox == []


def test_who_changes_a_password_is_told_so(volunteer, own_backend):
    browser: Client = signed_in(volunteer)
    typed = {"oldpassword": PASSWORD, "password1": "other-snow-88-pass", "password2": "other-snow-88-pass"}
    assert browser.post("/en/accounts/password/change/", typed).status_code == 302
    (one,) = sent_to(volunteer)
    assert one.subject == "Glacier: your password was changed"
    assert "other-snow" not in one.text


def test_robots_and_closed_accounts_are_never_written_to(volunteer, reviewer):
    with publishing.acting(by=people.registrar()):
        User.objects.filter(pk=volunteer.pk).update(is_active=False)
    builders.published_need(volunteer, reviewer)
    assert not sent_to(volunteer)
    assert mailing.readers([volunteer.pk, people.registrar().pk]) == {}
