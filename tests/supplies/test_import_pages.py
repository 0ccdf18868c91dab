"""The pages of imports: each sees their own, one tap sends what is clean, every held row can be answered."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from supplies.imported import Import
from supplies.importing import imports
from tests import builders
from tests.privacy import routes
from tests.privacy.visiting import bytes_of
from tests.signing_in import sign_in
from tests.supplies.sheet_files import GOOD, HEADERS, as_csv, judged, row, sent, work
from verification.models import Submission

BACKEND = "django.contrib.auth.backends.ModelBackend"


def signed_in(user) -> Client:
    client = Client()
    sign_in(client, user)
    return client


@pytest.fixture
def browser(volunteer) -> Client:
    return signed_in(volunteer)


def upload(browser, content, name="needs.csv"):
    return browser.post("/submit/needs/sheet/", {"file": SimpleUploadedFile(name, content)})


def page_of(batch) -> str:
    return f"/mine/imports/{batch.uid}/"


def test_a_file_is_sent_judged_and_its_clean_rows_submitted_in_one_tap(browser, volunteer):
    response = upload(browser, as_csv([*GOOD, row(医院名称="")]))
    batch = Import.objects.get(by=volunteer)
    assert (response.status_code, response.url) == (302, page_of(batch))
    waiting = browser.get(page_of(batch)).content.decode()
    assert "<progress" in waiting
    assert 'value="cancel"' in waiting

    work(batch)
    shown = browser.get(page_of(batch)).content.decode()
    assert "江城第一医院" in shown
    assert 'value="accept"' in shown
    assert Submission.objects.count() == 0

    assert browser.post(page_of(batch), {"action": "accept"}).status_code == 302
    work(batch)
    assert Submission.objects.count() == 4
    assert imports.counts(batch)["sent"] == 4


def test_the_table_is_filtered_by_verdict(browser, volunteer):
    batch = judged(as_csv([*GOOD, row(医院名称="", 医院地址="无名路9号")]), volunteer)
    refused = browser.get(page_of(batch), {"verdict": "refused"}).content.decode()
    assert "无名路9号" in refused
    assert "江城第二医院" not in refused
    assert "江城第二医院" in browser.get(page_of(batch), {"verdict": "accepted"}).content.decode()
    assert browser.get(page_of(batch), {"verdict": "nonsense", "after": "x"}).status_code == 200


def test_refused_rows_are_downloaded_with_their_reasons_and_run_no_formula(browser, volunteer):
    batch = judged(as_csv([*GOOD, row(医院名称="", 备注="=cmd|' /C calc'!A0", 医院地址="-5")]), volunteer)
    response = browser.get(f"{page_of(batch)}refused.csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    head, refused = csv.reader(io.StringIO(text))
    assert head[3:] == HEADERS
    assert refused[2] == "6"
    assert refused[3:][HEADERS.index("备注")].startswith("'=cmd")
    assert refused[3:][HEADERS.index("医院地址")] == "-5"
    assert "医院名称" in refused[0]


def test_a_held_row_is_sent_once_its_sender_says_so(browser, volunteer):
    batch = sent(as_csv([*GOOD, row(医院名称="江城第五医院", 防护服="5箱20个")]), volunteer)
    assert imports.counts(batch)["open"] == 1
    assert "5箱20个" in browser.get(page_of(batch), {"verdict": "held"}).content.decode()
    browser.post(f"{page_of(batch)}rows/5/", {"answer": "send"})
    assert Submission.objects.count() == 5
    assert imports.counts(batch)["held"] == 0
    # Asked again, it is neither sent twice nor a fault.
    assert browser.post(f"{page_of(batch)}rows/5/", {"answer": "send"}).status_code == 302
    assert Submission.objects.count() == 5


def test_a_held_row_left_out_counts_as_refused(browser, volunteer):
    batch = sent(as_csv([*GOOD, row(医院名称="江城第五医院", 防护服="5箱20个")]), volunteer)
    browser.post(f"{page_of(batch)}rows/5/", {"answer": "drop"})
    n = imports.counts(batch)
    assert (n["held"], n["refused"], Submission.objects.count()) == (0, 1, 4)


def test_a_possible_duplicate_becomes_a_correction_of_the_entry_it_repeats(
    browser, volunteer, clerk, reviewer, other_reviewer
):
    public = builders.published_need(
        clerk, reviewer, other_reviewer, organisation_name="江城第一医院", place="420102"
    )
    batch = judged(as_csv(GOOD), volunteer)
    found = batch.lines.get(number=1)
    assert found.verdict == "held"
    assert [one["uid"] for one in found.candidates] == [str(public.uid)]
    browser.post(f"{page_of(batch)}rows/1/", {"answer": "correct", "record": str(public.uid)})
    submission = Submission.objects.get(submitted_by=volunteer)
    assert (submission.record, submission.intent, submission.status) == (
        public.uid,
        "correction",
        "collected",
    )


def test_a_row_corrects_only_an_entry_that_was_offered(browser, volunteer, clerk, reviewer, other_reviewer):
    other = builders.published_need(clerk, reviewer, other_reviewer)
    batch = judged(as_csv([*GOOD, row(医院名称="江城第五医院", 防护服="5箱20个")]), volunteer)
    browser.post(f"{page_of(batch)}rows/5/", {"answer": "correct", "record": str(other.uid)})
    assert not Submission.objects.filter(submitted_by=volunteer).exists()


def test_somebody_elses_import_is_not_there(stranger, volunteer):
    batch = judged(as_csv([*GOOD, row(医院名称="", 联系方式="13800009999")]), volunteer)
    theirs = signed_in(stranger)
    for address in ("", "progress/", "refused.csv"):
        assert theirs.get(f"{page_of(batch)}{address}").status_code == 404
    assert theirs.post(page_of(batch), {"action": "accept"}).status_code == 404
    assert theirs.post(f"{page_of(batch)}rows/1/", {"answer": "send"}).status_code == 404
    assert "sheet.csv" not in theirs.get("/mine/imports/").content.decode()
    assert Client().get(page_of(batch)).status_code == 302
    assert Submission.objects.count() == 0


def test_what_is_held_or_refused_is_its_senders_alone(stranger, volunteer, reviewer):
    """At every address there is, by everybody else."""
    held = row(医院名称="隐秘甲医院", 防护服="5箱20个", 备注="隐秘乙")
    batch = sent(
        as_csv([*GOOD, held, row(医院名称="", 医院地址="隐秘丙路", 联系方式="13900007531")]), volunteer
    )
    parts = {"kind": ["needs"], "uid": [batch.uid], "number": [5, 6], "after": [batch.uid], "pk": [batch.pk]}
    parts |= {
        "action": ["verify"],
        "path": ["v1"],
        "key": ["x"],
        "uidb36": ["1"],
        "uidb64": ["MQ"],
        "token": ["x"],
        "person": [volunteer.pk],
        "provider_id": ["x"],
    }
    addresses = [address for address in routes.every(parts) if not address.startswith("/en/")]
    assert page_of(batch) in addresses
    readers = [signed_in(stranger), signed_in(reviewer), Client()]
    for address in addresses:
        for reader in readers:
            text = bytes_of(reader.get(address))
            assert "隐秘" not in text, address
            assert "13900007531" not in text, address
    assert "隐秘" in bytes_of(signed_in(volunteer).get(page_of(batch)))


def test_cancelling_forgets_what_rows_said(browser, volunteer):
    batch = judged(as_csv(GOOD), volunteer)
    browser.post(page_of(batch), {"action": "cancel"})
    batch.refresh_from_db()
    assert batch.stage == "cancelled"
    assert not batch.lines.exclude(cells=[], given=None, payload=None, title="").exists()
    assert browser.post(page_of(batch), {"action": "accept"}).status_code == 302
    assert Submission.objects.count() == 0


@pytest.mark.parametrize("language", ["", "/en"])
def test_every_page_of_imports_is_there_in_both_languages(browser, volunteer, language):
    assert browser.get(f"{language}/mine/imports/").status_code == 200
    assert browser.get(f"{language}/submit/needs/sheet/").status_code == 200
    batch = sent(as_csv([*GOOD, row(医院名称=""), row(医院名称="江城第五医院", 防护服="5箱20个")]), volunteer)
    refused = judged(b"{}", volunteer)
    for one in (batch, refused):
        assert browser.get(f"{language}{page_of(one)}").status_code == 200
        assert browser.get(f"{language}{page_of(one)}progress/").headers["HX-Refresh"] == "true"
    assert refused.file_name in browser.get(f"{language}/mine/imports/").content.decode()


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"{}", b"x" * (11 << 20)])
def test_a_bad_file_is_answered_with_a_sentence(browser, volunteer, content):
    response = upload(browser, content)
    assert response.status_code in (302, 422)
    for batch in Import.objects.all():
        work(batch)
        assert batch.stage == "refused"
        assert browser.get(page_of(batch)).status_code == 200


def test_no_file_chosen_is_said(browser):
    assert browser.post("/submit/needs/sheet/").status_code == 422
    assert browser.get("/submit/nothing/sheet/").status_code == 404


def test_the_same_file_twice_in_a_row_is_one_import(browser, volunteer):
    upload(browser, as_csv(GOOD))
    upload(browser, as_csv(GOOD))
    assert Import.objects.count() == 1


def test_pages_cost_the_same_however_much_there_is(browser, volunteer):
    few = judged(as_csv(GOOD[:3]), volunteer)
    costs = []
    for batch in (few, sent(as_csv([row(医院名称=f"江城第{n}百医院") for n in range(1, 40)]), volunteer)):
        with CaptureQueriesContext(connection) as page:
            browser.get(page_of(batch))
        with CaptureQueriesContext(connection) as listed:
            browser.get("/mine/imports/")
        costs.append((len(page), len(listed)))
    assert costs[0] == costs[1]
    assert max(costs[0]) < 10
