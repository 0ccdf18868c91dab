"""A story of invented events, replayed through the real door; a real worker publishes.

What must come out stands in `expected.json`, written by hand: `outcomes` event by event, `records` with
what is public in the end and all that happened to each.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from glacier.runner.processes import Program, wait_until
from supplies import catalogue, replay
from supplies.lists.needs import NEEDS, NeedForm
from supplies.parts import PublicTextField
from supplies.replay import Happening, Outcome, Replay
from tests.people import make_member, make_person, make_reviewer
from verification import history, journal, kinds
from verification.kinds import Payload
from verification.models import Event, Leaf, Public, Submission
from verification.sop import Status

HERE = Path(__file__).parent
STORY = HERE / "events.jsonl"
EXPECTED = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))


class SecondForm(NeedForm):
    """The form as it is after the story's deployment: no need without an address."""

    delivery_address = PublicTextField(max_length=300)


def upgrade_1(payload: Payload) -> Payload:
    """The second form wants a unit with every exact amount; the first took the usual one for granted."""
    usual = {item.code: item.unit for item in catalogue.items()}

    def with_unit(line: dict[str, Any]) -> dict[str, Any]:
        exact = line["amount"]["kind"] == "exact"
        return {**line, "unit": line["unit"] or (usual[line["item"]] if exact else "")}

    return {**payload, "lines": [with_unit(line) for line in payload["lines"]]}


class Stage:
    """The story on stage: who plays whom, and the deployment in the middle of it."""

    def __init__(self, worker: Program, change_form: Callable[[], None], cast: dict[str, Any]) -> None:
        self.worker, self.change_form = worker, change_form
        self.publish = self.wait_for_worker
        hooks = {"deploy_begins": self.deploy_begins, "deploy_ends": self.deploy_ends}
        self.replay = Replay(cast, publish=lambda: self.publish(), hooks=hooks)

    def wait_for_worker(self) -> None:
        """Nobody but the worker publishes; it was told by the bell."""
        if not wait_until(lambda: not Submission.objects.filter(status=Status.ENTERED).exists(), 120):
            pytest.fail(f"the worker did not publish:\n{self.worker.last_words(40)}")

    def deploy_begins(self, _happening: Happening) -> None:
        self.worker.kill()
        self.publish = lambda: None

    def deploy_ends(self, _happening: Happening) -> None:
        self.change_form()
        self.publish = replay.publish_all


@pytest.fixture
def played(
    celery_worker: Program, federation, alliance, team, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Replay, list[Outcome]]]:
    """The whole story, played once."""
    cast = {
        "importer": make_person("importer"),
        "volunteer": make_member("volunteer", team),
        "verifier": make_reviewer("verifier", alliance),
        "colleague": make_reviewer("colleague", alliance),
        "enterer": make_reviewer("enterer", federation),
    }
    second = replace(NEEDS, schema=2, form=SecondForm, upgrades={1: upgrade_1})
    stage = Stage(celery_worker, lambda: monkeypatch.setitem(kinds._register, "needs", second), cast)
    with STORY.open(encoding="utf-8") as lines:
        yield stage.replay, stage.replay.play(replay.read(lines))


def test_story_ends_as_written(played: tuple[Replay, list[Outcome]]):
    story, outcomes = played
    assert [_told(outcome) for outcome in outcomes] == EXPECTED["outcomes"]
    seen = {key: _record(story, sheet, key) for sheet, key in story.records}
    assert seen == EXPECTED["records"]
    assert {p.pk for p in Public.objects.all()} <= set(story.records.values())
    _nothing_private_is_public()
    _journal_is_whole()


def _told(outcome: Outcome) -> str:
    words = [outcome.happening.action, outcome.happening.key, outcome.what]
    return " ".join(words + ([f"as-v{outcome.flagged}"] if outcome.flagged else []))


def _record(story: Replay, sheet: str, key: str) -> dict[str, Any]:
    uid = story.records[sheet, key]
    public = Public.objects.filter(pk=uid).first()
    body = json.loads(public.body) if public else {}
    return {
        "version": public.version if public else 0,
        "state": public.state if public else "never public",
        "place": body.get("place", ""),
        "lines": [_line(line) for line in body.get("lines", ())],
        "submissions": list(
            Submission.objects.filter(record=uid).order_by("pk").values_list("status", flat=True)
        ),
        "journal": " ".join(Event.objects.filter(record=uid).order_by("pk").values_list("action", flat=True)),
        "returned_to": [e.returned_to for e in history.of_record(uid)[::-1] if e.returned_to],
    }


def _line(line: dict[str, Any]) -> str:
    amount = line["amount"]
    return f"{line['item']} {amount['kind']} {amount['low']} {amount['high']} {line['unit']}".strip()


def _nothing_private_is_public() -> None:
    written = [*Public.objects.values_list("body", flat=True), *Event.objects.values_list("body", flat=True)]
    for private in ("15400000001", "15400000002", "联系人甲", "夜里请打"):
        assert not any(private in text for text in written)


def _journal_is_whole() -> None:
    while journal.sequence():
        pass
    numbers = list(Leaf.objects.order_by("event").values_list("seq", flat=True))
    assert numbers == list(range(1, Event.objects.count() + 1))
