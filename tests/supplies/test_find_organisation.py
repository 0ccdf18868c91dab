"""`manage.py find_organisation` and what it rests on."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command

from tests.people import make_organisation
from verification import finding
from verification.models.people import OrganisationKind


@pytest.fixture
def register(db) -> None:
    """A few invented houses: two towns have a hospital of one name, one house has several names."""
    hospital = OrganisationKind.HOSPITAL
    make_organisation("江城市第一医院", hospital, place="420104", aliases=("江城市中西医结合医院", "一医院"))
    make_organisation("江城市第七医院", hospital, place="420106")
    make_organisation("春山县人民医院", hospital, place="421121")
    make_organisation("仁和医院", hospital, place="420502")
    make_organisation("仁和医院", hospital, place="420802")


@pytest.fixture
def ask(register, monkeypatch: pytest.MonkeyPatch):
    """Calls the command as a shell would."""

    def ask(text: str | bytes) -> list[dict[str, Any]]:
        given = text.encode() if isinstance(text, str) else text
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
        out = io.StringIO()
        call_command("find_organisation", stdout=out)
        return [json.loads(line) for line in out.getvalue().splitlines()]

    return ask


@pytest.mark.parametrize(
    ("text", "name", "match"),
    [
        ("江城市第一医院", "江城市第一医院", "name"),
        ("  江城市第一医院　", "江城市第一医院", "name"),
        ("江城市中西医结合医院", "江城市第一医院", "alias"),
        ("江城第一医院", "江城市第一医院", "similar"),
        ("湖北省春山县人民医院", "春山县人民医院", "similar"),
        ("江城市第三医院", None, None),
        ("仁和医院", None, None),
        ("仁和医院\t湖北宜昌", "仁和医院", "name"),
        ("仁和医院\t420800", "仁和医院", "name"),
        ("仁和医院\t420106", None, None),
        ("", None, None),
        ("-", None, None),
        ("无", None, None),
    ],
)
def test_find_organisation_says_which_and_how_surely(ask, text, name, match):
    (answer,) = ask(f"{text}\n")
    assert (answer["name"], answer["match"]) == (name, match)
    assert (answer["uid"] is None) == (name is None)
    assert answer["text"] == text.partition("\t")[0]


def test_find_organisation_of_a_shared_name_offers_both(ask):
    (answer,) = ask("仁和医院\n")
    assert [c["place"] for c in answer["candidates"]] == ["420502", "420802"]


def test_find_organisation_never_takes_one_number_for_another(ask):
    (answer,) = ask("江城市第十一医院\n")
    assert answer["match"] is None


def test_find_organisation_in_an_unreadable_place_leaves_the_choice(ask):
    (answer,) = ask("江城市第七医院\t那边\n")
    assert answer["uid"] is None
    assert answer["problem"] == "place"
    assert [c["name"] for c in answer["candidates"]] == ["江城市第七医院"]


def test_find_organisation_answers_every_line(ask):
    answers = ask("江城市第七医院\r\n\n".encode() + b"\xff\xfe\n" + "一医院".encode())
    assert [a["match"] for a in answers] == ["name", None, None, "alias"]


def test_find_organisation_costs_one_query_for_a_known_name(register, django_assert_num_queries):
    known = finding.known_names()
    with django_assert_num_queries(1):
        finding.find("江城市第七医院", among=known)
