"""What the public reads is byte for byte what it always was; `bodies.json` keeps it, for every list."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import UUID

from tests import builders
from verification import kinds, publishing, workflow
from verification.journal import acting
from verification.kinds import Kind
from verification.models import Event, Organisation, Public
from verification.sop import Action

KEPT = Path(__file__).with_name("bodies.json")
HOUSE = UUID("9a3c5a4e-0000-4000-8000-000000000001")
# Each time is another one; that it is exact to the second is looked at elsewhere.
MOMENT = re.compile(r"(?<=\")\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ(?=\")")
ROW = ("kind", "version", "state", "title", "identity", "place", "urgency", "freshness", "tokens")


def shown(spec: Kind, record: UUID) -> dict[str, Any]:
    """The body, the public row's columns and the typed record's, without what is drawn anew each time."""
    row = Public.objects.get(pk=record)
    stored = spec.model._default_manager.get(uid=record)
    columns = ("version", "state", "origin", "source", "source_key", "last_line", *spec.fields)
    kept = {name: kinds.plain(getattr(stored, name)) for name in columns if name != "organisation"}
    kept["organisation"] = str(stored.organisation.uid) if stored.organisation else None
    assert Event.objects.filter(record=record, action=Action.PUBLISH).latest("pk").body == row.body
    return {
        "body": MOMENT.sub("MOMENT", row.body).replace(str(record), "UID"),
        "row": {name: getattr(row, name) for name in ROW},
        "record": kept,
    }


def walked(spec: Kind, by, verifier, enterer, **more) -> UUID:
    submission = workflow.submit(kind=spec.slug, by=by, **more)
    return builders.publish(builders.approve(submission, verifier, enterer)).uid


def test_bodies_are_what_they_always_were(volunteer, hospital, reviewer, other_reviewer, settings):
    """Of every list: an entry, its correction by somebody who does not see what is private, one of a house."""
    settings.SECRET_KEY = "the digests in the tokens are made under it"
    with acting(by=volunteer, reason="known by one uid in every run"):
        Organisation.objects.filter(pk=hospital.pk).update(uid=HOUSE)
    found = {}
    people = (volunteer, reviewer, other_reviewer)
    for spec in kinds.every():
        first = walked(spec, *people, data=spec.example, source="sheet", source_key="one")
        found[f"{spec.slug}, new"] = shown(spec, first)
        public = {n: v for n, v in spec.example.items() if spec.fields[n].public} | {"remarks": "改"}
        walked(spec, *people, data=public, record=first)
        found[f"{spec.slug}, corrected"] = shown(spec, first)
        named = {**spec.example, "organisation_name": hospital.name, "organisation": str(HOUSE)}
        house = walked(spec, *people, data=named)
        found[f"{spec.slug}, of a house"] = shown(spec, house)
        with acting(by=volunteer, reason="renamed"):
            Organisation.objects.filter(pk=hospital.pk).update(name="江城第十医院")
        publishing.rerender([house], reason="renamed")
        found[f"{spec.slug}, shown anew"] = {
            "body": MOMENT.sub("MOMENT", Public.objects.get(pk=house).body).replace(str(house), "UID"),
            "tokens": Public.objects.get(pk=house).tokens,
        }
        with acting(by=volunteer, reason="renamed"):
            Organisation.objects.filter(pk=hospital.pk).update(name=hospital.name)
    kept = json.loads(KEPT.read_text())
    assert set(found) == set(kept)
    for name, now in found.items():
        assert now == kept[name], name
