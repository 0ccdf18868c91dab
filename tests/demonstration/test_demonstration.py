"""The demonstration: loaded once, whole, by the real workflow, and harmless."""

import io
import json
import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from glacier import demonstration
from glacier.demonstration import contents
from supplies import catalogue, places
from tests.fingerprints import fingerprint
from tests.people import make_person
from verification import kinds
from verification.models import Event, Public, Submission
from verification.sop import Action, Intent, Risk, State, Status

EVERYBODY = ["clerk", "volunteer", "reviewer-one", "reviewer-two", "coordinator"]


def load() -> str:
    out = io.StringIO()
    call_command("demonstration", stdout=out)
    return out.getvalue().strip()


def test_demonstration_shows_every_state_and_loads_once(db):
    assert load() == "loaded"
    _every_state_is_there()
    _nothing_private_is_public()
    _everybody_can_sign_in()
    before = fingerprint()
    assert load() == "there already"
    assert fingerprint() == before


def _every_state_is_there() -> None:
    stand = Counter(Submission.objects.values_list("status", flat=True))
    assert stand.keys() == set(Status.values)
    cooling = Submission.objects.filter(status=Status.ENTERED)
    assert not cooling.filter(due_at__lte=timezone.now()).exists(), "what is approved and due is published"
    assert cooling.filter(due_at__gt=timezone.now() + timedelta(hours=23), risk=Risk.DANGEROUS).exists()
    assert stand[Status.COLLECTED] >= 12
    assert stand[Status.VERIFIED] >= 4
    public = Counter(Public.objects.values_list("state", flat=True))
    assert public[State.LIVE] >= 35
    assert public[State.WITHDRAWN] >= 1
    intents = Submission.objects.filter(status__in=[Status.COLLECTED, Status.VERIFIED])
    assert set(intents.values_list("intent", flat=True)) == set(Intent.values)
    assert set(intents.values_list("risk", flat=True)) == set(Risk.values)
    changed = [
        json.loads(body).get("changed") for body in Public.objects.live().values_list("body", flat=True)
    ]
    assert [note[0]["fields"] for note in changed if note] == [["delivery_address"]]
    gone = Event.objects.filter(action=Action.TAKE_DOWN).values("record")
    assert Public.objects.live().filter(pk__in=gone).exists(), "one was brought back"
    needs = Public.objects.live().filter(kind="needs")
    live = needs.values_list("place", flat=True)
    assert {"420100", "429004", "429005", "429006"} <= {_town(place) for place in live}
    assert len({place[:4] for place in live if place.startswith("42") and place[:4] != "4290"}) >= 9
    bodies = [json.loads(body) for body in needs.values_list("body", flat=True)]
    amounts = [line["amount"]["kind"] for body in bodies for line in body["lines"]]
    assert set(amounts) == {"unknown", "exact", "at_least", "range", "as_many"}
    shown = set(Public.objects.live().values_list("kind", flat=True))
    assert shown == {spec.slug for spec in kinds.every() if contents.of_list(spec.slug)}


def _town(place: str) -> str:
    return place if places.get(place).stands_alone else place[:4] + "00"


def _nothing_private_is_public() -> None:
    shown = "".join(body for body in Event.objects.values_list("body", flat=True) if body)
    for spec, row in rows():
        for name, field in spec.fields.items():
            assert field.public or not row.get(name) or str(row[name]) not in shown, (spec.slug, name)


def _everybody_can_sign_in() -> None:
    for name in EVERYBODY:
        email = f"{name}@glacier.example"
        assert authenticate(username=email, password=demonstration.PASSWORD)
        assert EmailAddress.objects.get(email=email).verified


def test_demonstration_is_refused_where_others_live(db):
    make_person("stranger")
    with pytest.raises(CommandError, match="GLACIER_DEMO=0"):
        load()
    assert not Submission.objects.exists()


def test_demonstration_is_refused_where_there_is_none(db, settings):
    settings.DEMO = False
    with pytest.raises(CommandError):
        load()
    assert not Submission.objects.exists()


def test_demonstration_prints_its_accounts():
    out = io.StringIO()
    call_command("demonstration", accounts=True, stdout=out)
    for name in EVERYBODY:
        assert f"{name}@glacier.example" in out.getvalue()
    assert demonstration.PASSWORD in out.getvalue()
    assert "协调员" in out.getvalue()
    assert "coordinator:" in out.getvalue()


def test_demonstration_says_the_code_with_which_a_reviewer_comes_in(db, settings):
    settings.DEMO = True
    load()
    client = Client()
    account = next(a for a in client.get(reverse("account_login")).context["demo_accounts"] if a["code"])
    step = client.post(
        reverse("account_login"), {"login": account["email"], "password": demonstration.PASSWORD}
    )
    client.post(step.headers["Location"], {"code": account["code"]})
    assert client.get(reverse("inbox")).status_code == 200
    out = io.StringIO()
    call_command("demonstration", accounts=True, stdout=out)
    assert re.search(r"code now: \d{6}", out.getvalue())


@pytest.mark.parametrize(("page", "demo", "shown"), [
    ("account_login", True, True),
    ("account_login", False, False),
    ("account_signup", True, False),
])  # fmt: skip
def test_demonstration_accounts_are_shown_where_one_signs_in(db, settings, page, demo, shown):
    settings.DEMO = demo
    content = Client().get(reverse(page)).content.decode()
    assert (demonstration.PASSWORD in content) == shown


def rows() -> list[tuple[kinds.Kind, dict[str, Any]]]:
    """What every list is shown with."""
    return [(spec, row) for spec in kinds.every() for row in contents.of_list(spec.slug)]


def test_demonstration_contacts_cannot_be_dialled():
    for _spec, row in rows():
        for name in ("contact_phone", "office_line"):
            for number in filter(None, row.get(name, "").split("、")):
                assert re.fullmatch(r"1540000\d{4}|0\d{2,3}-900\d{4,5}|400-900-\d{4}", number), row


def test_demonstration_names_only_what_exists():
    items = {item.code for item in catalogue.items()}
    houses = {row["name"] for row in contents.read("organisations")}
    for spec, row in rows():
        assert {line["item"] for line in row.get("lines", ()) if "item" in line} <= items
        places_named = [row[n] for n, f in spec.fields.items() if f.shown_as == "place" and row.get(n)]
        assert all(places.exists(code) or places.find(code) for code in places_named), row
    assert all(places.exists(row["place"]) for row in contents.read("organisations"))
    assert {row["of"] for row in contents.read("after") if "list" not in row} <= houses


def test_demonstration_reads_any_list(db):
    assert contents.of_list("no-such-list") == []
    assert len(contents.of_list("needs")) >= 60
