"""The volunteers' own hospital sheets of February 2020, replayed: what stood in them in the end is public.

The events are not ours to ship. WUHAN2020 names the folder that holds events.jsonl.
"""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from supplies import replay, sheets
from supplies.lists.needs import NEEDS, Need
from supplies.replay import Happening, Outcome, Replay
from tests.people import make_person, make_reviewer
from verification.models import Submission
from verification.sop import State, Status

Standing = dict[tuple[str, str], Any]

# The sheet that went back and forth with every commit is the longest, and says the least.
LEFT_OUT_WHEN_SHORT = "hospital/hubei/yichangshi"


@pytest.fixture
def hospital_events(request: pytest.FixtureRequest) -> list[Happening]:
    """What happened in the hospital sheets; with --long in all of them."""
    folder = Path(os.environ.get("WUHAN2020", ""))
    if not (folder / "events.jsonl").is_file() or not os.environ.get("WUHAN2020"):
        pytest.skip("the volunteers' sheets are not here: name their folder in WUHAN2020")
    with (folder / "events.jsonl").open(encoding="utf-8") as lines:
        events = [e for e in replay.read(lines) if e.list == "hospital"]
    return [e for e in events if request.config.option.long or e.sheet != LEFT_OUT_WHEN_SHORT]


def test_replay_of_real_sheets_ends_as_they_stood(hospital_events, federation, alliance, db):
    cast = {
        "importer": make_person("importer"),
        "verifier": make_reviewer("verifier", alliance),
        "enterer": make_reviewer("enterer", federation),
    }
    outcomes = Replay(cast).play(hospital_events)
    standing = _standing(hospital_events)
    live = {(n.source, n.source_key): n for n in Need.objects.filter(state=State.LIVE)}
    assert live.keys() <= standing.keys()
    missing = {key: _last(outcomes, key) for key in standing.keys() - live.keys()}
    assert Counter(missing.values()).keys() <= {"invalid", "duplicate", "collected"}
    differing = {key for key, need in live.items() if not _says(need, *key, standing[key])}
    # A row that lost its approval waits, and what is public stays as it was.
    assert differing == {key for key in live if _last(outcomes, key) == Status.COLLECTED}
    refused = [o for o in outcomes if o.errors]
    assert {field for o in refused for field in o.errors} <= {"lines"}, "rows that need nothing"
    assert not Submission.objects.filter(status=Status.ENTERED).exists()


def _standing(events: list[Happening]) -> Standing:
    rows: Standing = {}
    for event in events:
        rows.pop((event.sheet, event.key), None)
        if event.row is not None:
            rows[event.sheet, event.key] = event.row
    return rows


def _last(outcomes: list[Outcome], key: tuple[str, str]) -> str:
    return [o.what for o in outcomes if (o.happening.sheet, o.happening.key) == key][-1]


def _says(need: Need, sheet: str, _key: str, row: Any) -> bool:
    wanted = NEEDS.clean(sheets.SHEETS["hospital"].read(sheet, row).given)
    public = {**NEEDS.public(wanted), "contact_phone": wanted["contact_phone"]}
    stored = NEEDS.payload_of(need)
    return all(stored[name] == value for name, value in public.items())
