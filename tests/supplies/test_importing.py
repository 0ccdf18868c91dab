"""Imports: through the door and no further, each row once, whoever is killed or comes at the same time."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from glacier.runner.processes import wait_until
from supplies import tasks
from supplies.imported import Answer, Import, ImportRow
from supplies.importing import answers, imports, judging, sending
from tests import builders
from tests.crowd import all_at_once
from tests.fingerprints import fingerprint, refused
from tests.people import make_person
from tests.supplies.sheet_files import GOOD, as_csv, as_xlsx, judged, row, sent, told, verdicts, work
from verification import publishing, workflow
from verification.models import Public, Robot, Submission, User
from verification.refusals import NotAllowed, NotFound, WrongStatus
from verification.sop import Action, Intent, Reason, Status

TOP = Path(__file__).parents[2]


def publish_all(verifier, enterer):
    """Everything that waits is verified, entered by another person, and published."""
    for submission in Submission.objects.filter(status=Status.COLLECTED).order_by("pk"):
        builders.approve(submission, verifier, enterer)
    publishing.publish_due()


def many(n: int) -> list[list[str]]:
    return [
        row(医院名称=f"江城第{number}百医院", 联系方式=f"027-8{number:07d}") for number in range(1, n + 1)
    ]


# What becomes of rows


def test_rows_are_submitted_and_never_approved_whatever_they_claim(volunteer):
    sent(as_csv([row(审核状态="已审核")]), volunteer)
    (submission,) = Submission.objects.all()
    assert (submission.status, submission.origin, submission.authors) == (
        "collected",
        "import",
        [volunteer.pk],
    )
    assert "已审核" in submission.payload["private_note"]
    assert not Public.objects.exists()


def test_the_same_file_twice_adds_nothing_before_and_after_publication(volunteer, reviewer, other_reviewer):
    sent(as_csv(GOOD), volunteer)
    again = sent(as_csv(GOOD), volunteer)
    assert verdicts(again) == ["unchanged"] * 4
    publish_all(reviewer, other_reviewer)
    assert Public.objects.live().count() == 4
    after = sent(as_csv(GOOD), volunteer)
    assert (verdicts(after), Submission.objects.count()) == (["unchanged"] * 4, 4)


@pytest.mark.parametrize(("schema", "sent_remarks"), [(0, "as the form had it"), (1, "可送东门")])
def test_a_row_is_read_again_only_where_its_form_has_changed_since(volunteer, schema, sent_remarks):
    batch = judged(as_csv([row()]), volunteer)
    (line,) = ImportRow.objects.filter(batch=batch)
    line.payload["remarks"] = "as the form had it"
    line.schema += schema
    line.save()
    imports.accept(batch, by=volunteer, ring_bell=False)
    work(batch)
    (submission,) = Submission.objects.all()
    assert submission.payload["remarks"] == sent_remarks
    assert not ImportRow.objects.exclude(payload=None).exists()


def test_a_changed_row_corrects_what_waits(volunteer):
    sent(as_csv([row()]), volunteer)
    batch = sent(as_csv([row(防护服="900")]), volunteer)
    assert verdicts(batch) == ["correction"]
    (submission,) = Submission.objects.all()
    assert {line["amount"]["low"] for line in submission.payload["lines"]} == {5000, 900}


def test_a_changed_row_corrects_what_is_public_and_going_back_withdraws_it(
    volunteer, reviewer, other_reviewer
):
    sent(as_csv([row()]), volunteer)
    publish_all(reviewer, other_reviewer)
    assert verdicts(sent(as_csv([row(防护服="900")]), volunteer)) == ["correction"]
    waiting = Submission.objects.get(intent=Intent.CORRECTION)
    assert waiting.record == Public.objects.get().pk
    assert verdicts(sent(as_csv([row()]), volunteer)) == ["unchanged"]
    waiting.refresh_from_db()
    assert waiting.status == Status.WITHDRAWN


def test_a_returned_row_is_sent_again(volunteer, reviewer):
    sent(as_csv([row()]), volunteer)
    (submission,) = Submission.objects.all()
    return_it(submission, reviewer)
    sent(as_csv([row(防护服="900")]), volunteer)
    submission.refresh_from_db()
    assert (submission.status, Submission.objects.count()) == ("collected", 1)


def return_it(submission, reviewer):
    fence = builders.claim(submission, reviewer)
    workflow.advance(
        [submission.pk], Action.RETURN, by=reviewer, fence=fence, reason=Reason.UNCLEAR, note="?"
    )


def test_what_was_taken_down_is_not_brought_back_unasked(volunteer, reviewer, other_reviewer):
    sent(as_csv([row()]), volunteer)
    publish_all(reviewer, other_reviewer)
    builders.taken_down(reviewer, Public.objects.get())
    batch = sent(as_csv([row()]), volunteer)
    assert verdicts(batch) == ["held"]
    assert "taken down" in told(batch)[0]


def test_rows_about_the_same_thing_that_differ_are_both_held_and_repeats_add_nothing(volunteer):
    batch = sent(as_csv([row(), row(防护服="900"), GOOD[1], GOOD[1]]), volunteer)
    assert verdicts(batch) == ["held", "held", "new", "unchanged"]
    assert Submission.objects.count() == 1


def test_a_held_row_waits_once_however_often_it_comes(volunteer):
    content = as_csv([*GOOD, row(医院名称="江城第九医院", 防护服="5箱20个")])
    first, second = sent(content, volunteer), sent(content, volunteer)
    assert (imports.counts(first)["held"], imports.counts(second)["held"]) == (1, 1)
    assert (imports.counts(first)["open"], imports.counts(second)["open"]) == (0, 1)


def test_an_answered_row_is_not_asked_about_again(volunteer):
    content = as_csv([*GOOD, row(医院名称="江城第九医院", 防护服="5箱20个")])
    batch = sent(content, volunteer)
    send_anyway(batch, 5, volunteer)
    assert verdicts(sent(content, volunteer)) == ["unchanged"] * 5


def send_anyway(batch, number, by):
    return answers.answer(batch, number, Answer.SEND, by=by)


def test_two_people_with_the_same_sheet_stay_apart(volunteer, stranger):
    """Nobody learns from a verdict what somebody else has sent."""
    sent(as_csv(GOOD), volunteer)
    assert verdicts(sent(as_csv(GOOD), stranger)) == ["new"] * 4


def test_what_others_made_public_is_asked_about(volunteer, stranger, reviewer, other_reviewer):
    sent(as_csv(GOOD), volunteer)
    publish_all(reviewer, other_reviewer)
    batch = sent(as_csv(GOOD), stranger)
    assert verdicts(batch) == ["held"] * 4
    assert Submission.objects.filter(submitted_by=stranger).count() == 0


def test_a_row_does_not_find_out_what_somebody_else_has_written_in_private(
    volunteer, clerk, reviewer, other_reviewer
):
    """Not even of an entry that began with this person's own row."""
    sent(as_csv([row(联系方式="13800000001")]), volunteer)
    publish_all(reviewer, other_reviewer)
    record = Public.objects.get()
    theirs = {
        **builders.correction_payload(**Submission.objects.get().payload),
        "contact_phone": "13800000002",
    }
    workflow.submit(kind="needs", data={**theirs, "remarks": "夜间可收"}, by=clerk, record=record.pk)
    publish_all(reviewer, other_reviewer)
    guesses = [row(备注="夜间可收", 联系方式=f"1380000000{n}") for n in range(4)]
    for guess in guesses:
        assert verdicts(judged(as_csv([guess]), volunteer)) == ["correction"]
    assert verdicts(sent(as_csv([guesses[2]]), volunteer)) == ["correction"]
    assert verdicts(sent(as_csv([guesses[2]]), volunteer)) == ["unchanged"]


def test_csv_and_xlsx_of_the_same_rows_say_the_same(volunteer):
    rows = [[*cells[:2], *(int(c) if c.isdecimal() else c for c in cells[2:4]), *cells[4:]] for cells in GOOD]
    sent(as_csv(GOOD), volunteer)
    batch = sent(as_xlsx(rows), volunteer, name="sheet.xlsx")
    assert set(verdicts(batch)) <= {"unchanged", "correction"}
    assert Submission.objects.count() == 4


# Whoever is killed


class Killed(BaseException):
    pass


@pytest.mark.parametrize("moment", range(4))
def test_whoever_goes_on_after_a_kill_neither_loses_nor_doubles_a_row(monkeypatch, volunteer, moment):
    monkeypatch.setattr(judging, "BATCH", 3)
    monkeypatch.setattr(sending, "BATCH", 3)
    batch = judged(as_csv(many(10)), volunteer)
    imports.accept(batch, by=volunteer, ring_bell=False)
    send, calls = sending._settle, []

    def dying(*args):
        calls.append(1)
        if len(calls) == 2 + 3 * moment:
            raise Killed
        send(*args)

    monkeypatch.setattr(sending, "_settle", dying)
    if moment < 3:
        with pytest.raises(Killed):
            work(batch)
    work(batch)
    assert batch.stage == "done"
    assert Submission.objects.count() == 10
    assert Submission.objects.values("source_key").distinct().count() == 10
    assert imports.counts(batch)["sent"] == 10


def command_on(file: Path, by) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "manage.py", "import_sheet", "needs", str(file), "--by", by.email],
        cwd=TOP,
        env=os.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def alone() -> bool:
    """Whether nobody but this process has a connection to the test's database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        (others,) = cursor.fetchone()
    return not others


def test_a_process_killed_again_and_again_finishes_with_every_row_once(committed_db, volunteer, tmp_path):
    file = tmp_path / "needs.csv"
    file.write_bytes(as_csv(many(250)))
    for _kill in range(3):
        before = (ImportRow.objects.count(), Submission.objects.count())
        process = command_on(file, volunteer)
        while (ImportRow.objects.count(), Submission.objects.count()) == before and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
    # PostgreSQL hears of a death a moment later; until then the dead hold what they were at.
    assert wait_until(alone, 30)
    for batch in Import.objects.exclude(stage="done"):
        work(batch)
        if batch.stage == "ready":
            imports.accept(batch, by=volunteer, ring_bell=False)
            work(batch)
    assert command_on(file, volunteer).wait() == 0
    assert Submission.objects.count() == 250
    assert Submission.objects.values("source_key").distinct().count() == 250
    for batch in Import.objects.filter(stage="done"):
        n = imports.counts(batch)
        assert batch.rows == n["accepted"] + n["held"] + n["refused"] == 250


def test_workers_at_the_same_time_send_each_row_once(committed_db, volunteer):
    batch = judged(as_csv(many(60)), volunteer)
    imports.accept(batch, by=volunteer, ring_bell=False)
    outcomes = all_at_once([tasks.go_on_importing] * 6)
    assert outcomes == [None] * 6
    work(batch)
    assert Submission.objects.count() == 60


def test_celery_does_it_when_it_is_asked(committed_db, celery_worker, volunteer):
    batch = imports.receive(
        kind="needs", file_name="n.csv", content=as_csv(GOOD), by=volunteer, language="en"
    )
    wait_for(batch, "ready")
    imports.accept(batch, by=volunteer)
    wait_for(batch, "done")
    assert Submission.objects.count() == 4


def wait_for(batch: Import, stage: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        batch.refresh_from_db()
        if batch.stage == stage:
            return
        time.sleep(0.1)
    pytest.fail(f"still {batch.stage}")


def test_cancelling_while_rows_are_sent_undoes_the_batch_at_work(monkeypatch, volunteer):
    batch = judged(as_csv(GOOD), volunteer)
    imports.accept(batch, by=volunteer, ring_bell=False)
    send = sending._settle

    def cancelled_meanwhile(*args):
        send(*args)
        Import.objects.filter(pk=batch.pk).update(stage="cancelled")

    monkeypatch.setattr(sending, "_settle", cancelled_meanwhile)
    assert imports.take_step(only=batch.pk)
    assert Submission.objects.count() == 0


def test_our_own_fault_ends_the_import_with_a_word(monkeypatch, volunteer):
    monkeypatch.setattr(judging.verdicts, "judge", lambda *args, **more: 1 / 0)
    batch = judged(as_csv(GOOD), volunteer)
    assert (batch.stage, Submission.objects.count()) == ("cancelled", 0)
    assert "our side" in batch.problem


# Who may, and what is kept


def test_no_robot_and_nobody_deactivated_imports(volunteer):
    for nobody in (User.objects.robot(Robot.PUBLISHER), make_person("gone", is_active=False)):
        with refused(NotAllowed):
            imports.receive(kind="needs", file_name="x", content=b"x", by=nobody)
    with refused(NotFound):
        imports.receive(kind="nothing", file_name="x", content=b"x", by=volunteer)


def test_one_person_has_a_few_imports_at_a_time(volunteer):
    for number in range(imports.AT_ONCE):
        imports.receive(kind="needs", file_name="x", content=f"{number}".encode(), by=volunteer)
    with refused(imports.TooMany):
        imports.receive(kind="needs", file_name="x", content=b"one more", by=volunteer)


def test_only_its_sender_acts_on_an_import(volunteer, stranger):
    batch = judged(as_csv(GOOD), volunteer)
    for act in (imports.accept, imports.cancel, imports.close):
        with refused(NotFound):
            act(batch, by=stranger)
    with refused(NotFound):
        imports.own(batch.uid, stranger)
    imports.close(batch, by=volunteer)
    with refused(WrongStatus):
        imports.accept(batch, by=volunteer)


def test_what_rows_say_is_forgotten_a_week_later(volunteer):
    batch = sent(as_csv([*GOOD, row(医院名称="")]), volunteer)
    assert batch.lines.exclude(cells=[]).count() == 1  # what was sent is dropped at once
    assert imports.sweep() == 0
    Import.objects.update(changed_at=timezone.now() - timedelta(days=8))
    assert imports.sweep() == 1
    assert not ImportRow.objects.exclude(cells=[], given=None, payload=None, reasons=[]).exists()
    n = imports.counts(batch)
    assert (n["accepted"], n["refused"]) == (4, 1)


# The command


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("import_sheet", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_submits_and_says_what_became_of_each_row(volunteer, tmp_path):
    file = tmp_path / "hospital.csv"
    file.write_bytes(
        as_csv([*GOOD, row(医院名称="江城第九医院", 防护服="5箱20个"), row(医院名称="")], "gb18030")
    )
    told = run("hospital", str(file), "--by", volunteer.email)
    assert "6 rows = 4 accepted (4 new, 0 corrections, 0 unchanged) + 1 held + 1 refused" in told
    assert "5箱20个" in told
    assert "line 7" in told
    assert Submission.objects.count() == 4
    assert "0 new, 0 corrections, 4 unchanged" in run("needs", str(file), "--by", volunteer.pseudonym)
    assert Submission.objects.count() == 4


def test_a_dry_run_leaves_nothing_behind(volunteer, tmp_path):
    file = tmp_path / "needs.csv"
    file.write_bytes(as_csv(GOOD))
    before = fingerprint()
    assert "4 accepted (4 new" in run("needs", str(file), "--by", volunteer.email, "--dry-run")
    assert fingerprint() == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing", "{file}", "--by", "{mail}"], "nothing"),
        (["needs", "/nowhere.csv", "--by", "{mail}"], "nowhere"),
        (["needs", "{file}", "--by", "nobody@people.example"], "nobody@people.example"),
        (["needs", "{slipped}", "--by", "{mail}"], "not fit"),
    ],
)
def test_the_command_names_what_is_wrong(volunteer, tmp_path, arguments, words):
    (tmp_path / "good.csv").write_bytes(as_csv(GOOD))
    (tmp_path / "slipped.csv").write_bytes(as_csv([["", *cells[:-1]] for cells in GOOD]))
    names = {"file": tmp_path / "good.csv", "slipped": tmp_path / "slipped.csv", "mail": volunteer.email}
    with pytest.raises(CommandError, match=words):
        run(*(argument.format(**names) for argument in arguments))
    assert Submission.objects.count() == 0


@pytest.mark.parametrize("stage", ["judging", "sending"])
def test_a_step_costs_the_same_queries_however_many_rows(volunteer, stage):
    spent = []
    for n in (2, 30):
        batch = imports.receive(
            kind="needs", file_name="x", content=as_csv(many(n)), by=volunteer, ring_bell=False
        )
        imports.take_step(only=batch.pk)
        if stage == "sending":
            imports.take_step(only=batch.pk)
            imports.accept(batch, by=volunteer, ring_bell=False)
        with CaptureQueriesContext(connection) as queries:
            imports.take_step(only=batch.pk)
        spent.append(len(queries))
    assert spent[0] == spent[1]
    assert spent[0] <= {"judging": 18, "sending": 27}[stage]
