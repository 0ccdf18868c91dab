"""Bad sheets: no fault of ours, nothing changed in silence, never much memory."""

import subprocess
import sys
from functools import cache

import pytest

from supplies.files import reading
from supplies.imported import ACCEPTED, ImportRow
from supplies.importing import imports
from tests.supplies import bad_sheets
from tests.supplies.bad_sheets import FILES, FINE, ROWS
from tests.supplies.sheet_files import sent, told, verdicts
from verification.models import Public, Submission
from verification.sop import Status

MEMORY = 512 << 10  # kilobytes
EVERY = {**FILES, **ROWS, **FINE}


# A small process between us and the child: what a child is said to have used begins with its parent's size.
LAUNCHER = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={})
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak_memory(content: bytes) -> int:
    """The most memory the child that reads it ever had, in kilobytes."""
    command = [sys.executable, "-c", LAUNCHER, *reading.COMMAND]
    told = subprocess.run(command, cwd=reading.TOP, input=content, capture_output=True, check=True)
    return int(told.stdout)


@cache
def content_of(name: str) -> bytes:
    """The file; large ones take a while to make."""
    return EVERY[name][0]()


def accounted(batch):
    n = imports.counts(batch)
    return batch.rows == n["accepted"] + n["held"] + n["refused"]


def test_there_are_enough_bad_sheets():
    assert len(EVERY) >= 120
    assert len(FILES) + len(ROWS) >= 60


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_refused_as_a_whole(name, volunteer):
    words = FILES[name][1]
    batch = sent(content_of(name), volunteer)
    if name == "one cell of 9 MB":
        assert verdicts(batch)[-1] == "refused"
        assert verdicts(batch)[:-1] == ["new"] * 4
        return
    assert batch.stage == "refused"
    assert words in batch.problem
    assert not ImportRow.objects.exists()
    assert not Submission.objects.exists()
    assert batch.content is None


@pytest.mark.parametrize("name", ROWS)
def test_a_bad_row_is_held_or_refused_and_leaves_the_others_alone(name, volunteer):
    verdict = ROWS[name][1]
    batch = sent(content_of(name), volunteer)
    assert not batch.problem
    assert accounted(batch)
    assert verdicts(batch)[-1] in verdict.split()
    assert told(batch)
    assert verdicts(batch)[:4] == ["new"] * 4
    assert Submission.objects.count() == 4
    assert set(Submission.objects.values_list("status", flat=True)) == {Status.COLLECTED}


@pytest.mark.parametrize("name", FINE)
def test_what_looks_odd_is_read_right(name, volunteer):
    says = FINE[name][1]
    batch = sent(content_of(name), volunteer)
    assert not batch.problem
    assert accounted(batch)
    assert verdicts(batch) == ["new"] * 5, told(batch)
    assert set(Submission.objects.values_list("status", flat=True)) == {Status.COLLECTED}
    assert not Public.objects.exists()
    payload = Submission.objects.latest("pk").payload
    amount = next(line for line in payload["lines"] if line["item"] == "protective-suit")["amount"]
    read = {**payload, "amount": amount["low"]}
    assert {field: read[field] for field in says} == says


@pytest.mark.parametrize("name", [*FILES, *(name for name in FINE if "million" in name)])
def test_reading_a_sheet_never_costs_much_memory(name):
    assert peak_memory(content_of(name)) < MEMORY


def test_accepted_rows_say_what_the_sheet_says(volunteer):
    """Value by value, under the sheet's own headers."""
    batch = sent(bad_sheets.as_csv(bad_sheets.NINTH), volunteer)
    assert set(verdicts(batch)) <= set(ACCEPTED)
    for cells, submission in zip(bad_sheets.NINTH, Submission.objects.order_by("pk"), strict=True):
        written = {h: c for h, c in zip(bad_sheets.HEADERS, cells, strict=True) if c}
        assert submission.payload["as_written"] == written
