"""The volunteers' own sheets of February and March 2020, replayed: what they called reviewed in the end is public.

The events are not ours to ship; without them the test is skipped.
"""

import json
from typing import Any

import pytest

from supplies import replay
from supplies.replay import Happening, Outcome, Replay
from supplies.replay.report import NEVER
from tests import shared_data
from verification import kinds
from verification.models import Event, Submission
from verification.sop import Action, Status

APPROVED = "已审核"
# Columns that are not kept.
IGNORED = {"七尾巴猫的核实"}
# The sheet that went back and forth with every commit, and the longest list: they say the least.
LEFT_OUT_WHEN_SHORT = {"hospital/hubei/yichangshi", "travel_hotel/data"}

Key = tuple[str, str, str]


@pytest.fixture
def happenings(request: pytest.FixtureRequest) -> list[Happening]:
    """What happened to the lists; with --long to all of them."""
    with shared_data.real_file("events.jsonl").open(encoding="utf-8") as lines:
        events = list(replay.read(lines))
    return [e for e in events if request.config.option.long or e.sheet not in LEFT_OUT_WHEN_SHORT]


def test_replay_of_real_sheets_ends_as_they_stood(happenings, db):
    stage = Replay(replay.enrol(), keep_both=True)
    outcomes = stage.play(happenings)
    told = {(t["list"], t["sheet"], t["key"]): t for t in replay.report(outcomes, stage.records)}
    wanted = _last_approved(happenings)
    assert {key: _kept(t["row"]) for key, t in told.items() if t["row"]} == wanted
    assert {key for key, t in told.items() if t["state"] == NEVER} == _never_approved(happenings)
    assert not [(o.happening.key, o.what, o.errors) for o in outcomes if o.what not in _FINE]
    assert not Submission.objects.filter(status=Status.ENTERED).exists()
    _steps_were_taken_by_others()


# What may become of an event: published, waiting for a review nobody gives, taken down, said already.
_FINE = {Status.PUBLISHED, Status.COLLECTED, Status.WITHDRAWN, "gone", "unchanged"}


def _kept(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in IGNORED}


def _last_approved(happenings: list[Happening]) -> dict[Key, dict[str, Any]]:
    """The rows that stand in the end, as they were when last called reviewed."""
    rows: dict[Key, dict[str, Any]] = {}
    for h in happenings:
        key = (h.list, h.sheet, h.key)
        if h.action == "remove":
            rows.pop(key, None)
        elif h.row and h.row.get("审核状态") == APPROVED:
            rows[key] = _kept(dict(h.row))
    return rows


def _never_approved(happenings: list[Happening]) -> set[Key]:
    every = {(h.list, h.sheet, h.key) for h in happenings}
    return every - {
        (h.list, h.sheet, h.key) for h in happenings if h.row and h.row.get("审核状态") == APPROVED
    }


def _steps_were_taken_by_others() -> None:
    """Of every published version; and where the risk asks for it by two."""
    published = Event.objects.filter(action=Action.PUBLISH).values_list("submission", flat=True)
    rows = Submission.objects.filter(pk__in=published)
    assert rows.count() == len(set(published))
    for row in rows:
        assert row.verified_by_id not in row.authors
        assert row.entered_by_id not in row.authors
        assert row.risk == 0 or row.verified_by_id != row.entered_by_id


def test_report_names_every_key_once(happenings, db):
    few = happenings[:40]
    stage = Replay(replay.enrol(), keep_both=True)
    outcomes: list[Outcome] = stage.play(few)
    lines = list(replay.report(outcomes, stage.records))
    assert len({(t["sheet"], t["key"]) for t in lines}) == len(lines) == len({(h.sheet, h.key) for h in few})
    assert json.loads(json.dumps(lines, ensure_ascii=False)) == lines
    assert {t["list"] for t in lines} <= {"hospital", *(spec.slug for spec in kinds.every())}
