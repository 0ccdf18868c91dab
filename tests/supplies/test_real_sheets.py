"""The volunteers' own sheets: every row accounted for, nothing twice, what slipped is refused."""

import pytest

from supplies import sheets
from supplies.importing import imports
from tests.shared_data import real_file
from tests.supplies.sheet_files import judged, sent
from verification.models import Submission
from verification.refusals import NotFound
from verification.sop import Origin, Status

SHEETS = {
    "hospital": "hospital.xlsx",
    "clinic": "clinic.csv",
    "doctor_hotel": "doctor_hotel.csv",
    "donation": "donation.csv",
    "factory": "factory.csv",
    "logistical": "logistical.csv",
    "travel_hotel": "travel_hotel.csv",
}
# Rows in the file. Of the hospitals seven stand twice, and say different things.
ROWS = {
    "hospital": 155,
    "clinic": 36,
    "doctor_hotel": 102,
    "donation": 41,
    "factory": 17,
    "logistical": 22,
    "travel_hotel": 361,
}


EARLY = {"early-DemandOfHubei.csv": 89, "early-DemandOfWuhan.csv": 42}


def content_of(name: str) -> bytes:
    """A file of the real data; skips where there is none, or where its list is not there."""
    return real_file(name).read_bytes()


def known(name: str) -> str:
    try:
        return sheets.list_named(name).slug
    except NotFound:
        pytest.skip(f"no list {name} yet")


@pytest.mark.parametrize("name", SHEETS)
def test_every_row_of_a_real_sheet_has_a_verdict_and_a_second_import_adds_nothing(name, volunteer):
    content = content_of(f"sheets/{SHEETS[name]}")
    known(name)
    first = sent(content, volunteer, kind=name)
    assert not first.problem
    n = imports.counts(first)
    assert n["pending"] == 0
    assert first.rows == ROWS[name] == n["accepted"] + n["held"] + n["refused"]
    submissions = Submission.objects.count()
    assert submissions == n["sent"] == n["new"] + n["correction"]
    assert set(Submission.objects.values_list("status", "origin")) <= {(Status.COLLECTED, Origin.IMPORT)}

    second = sent(content, volunteer, kind=name)
    m = imports.counts(second)
    assert second.pk != first.pk
    assert (m["new"], m["correction"], Submission.objects.count()) == (0, 0, submissions)
    assert m["unchanged"] == n["accepted"]
    assert (m["held"], m["refused"]) == (n["held"], n["refused"])
    assert imports.counts(first)["open"] == 0


@pytest.mark.parametrize(
    ("kind", "name"),
    [("hospital", "column-shift-hospital-huanggang.csv"), ("logistical", "column-shift-logistics.csv")],
)
def test_a_sheet_whose_columns_slipped_is_refused_as_a_file(kind, name, volunteer):
    content = content_of(f"incidents/{name}")
    known(kind)
    batch = judged(content, volunteer, kind=kind)
    assert batch.stage == "refused"
    assert not batch.lines.exists()
    assert "headers" in batch.problem or "columns" in batch.problem


@pytest.mark.parametrize("name", ["early-DemandOfHubei.csv", "early-DemandOfWuhan.csv"])
def test_the_early_tables_are_never_misread(name, volunteer):
    batch = sent(content_of(f"sheets/{name}"), volunteer, kind="hospital")
    n = imports.counts(batch)
    # What names nothing that is wanted goes in without a line; all the others wait for their sender's answer.
    assert batch.rows == EARLY[name] == n["held"] + n["refused"] + n["sent"]
    assert [s.payload["lines"] for s in Submission.objects.all()] == [[]] * n["sent"]
