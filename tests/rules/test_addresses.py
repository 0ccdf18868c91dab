"""Addresses: what became of a record is told by its address, and nothing is told of what is nobody's business."""

from dataclasses import replace
from uuid import uuid4

import pytest

from tests import builders
from tests.routes import routes
from tests.signing_in import sign_in
from verification import kinds
from verification.models import Public
from verification.sop import Reason, State


@pytest.fixture
def record(volunteer, reviewer):
    return builders.published_need(volunteer, reviewer)


def test_addresses_of_a_merged_record_lead_on_for_now(client, record, volunteer, reviewer):
    """302 and never 301: a merge is reversible."""
    into = builders.published_need(volunteer, reviewer, organisation_name="江城第四医院")
    Public.objects.filter(pk=record.uid).update(
        state=State.MERGED, merged_into=into.uid, gone_at=record.published_at
    )
    for prefix in ("", "/en"):
        answer = client.get(f"{prefix}/needs/{record.uid}/")
        assert (answer.status_code, answer["Location"]) == (302, f"{prefix}/needs/{into.uid}/")
    answer = client.get(f"/api/v1/needs/{record.uid}/")
    assert answer.status_code in (200, 302)
    assert str(into.uid) in answer.content.decode() + answer.get("Location", "")


def test_addresses_of_a_withdrawn_record_say_what_it_was_and_why_it_is_gone(client, record, reviewer):
    builders.taken_down(reviewer, record, reason=Reason.NEED_MET)
    for path, why in (
        (f"/needs/{record.uid}/", "需求"),
        (f"/en/needs/{record.uid}/", "the need has been met"),
    ):
        answer = client.get(path)
        page = answer.content.decode()
        assert answer.status_code == 410
        assert record.title in page
        assert why in page
        assert "2" in page
    assert client.get(f"/api/v1/needs/{record.uid}/").status_code == 410


def test_addresses_of_the_unknown_and_of_what_is_not_yours_are_404(client, record, volunteer, stranger):
    submission = builders.submit_need(volunteer, organisation_name="江城第四医院")
    sign_in(client, stranger)
    for path in (
        f"/needs/{uuid4()}/",
        f"/needs/{submission.record}/",
        f"/needs/{submission.uid}/",
        f"/wishes/{record.uid}/",
        "/wishes/",
        "/wishes.csv",
        f"/mine/{submission.uid}/",
        f"/mine/{uuid4()}/",
        f"/mine/{submission.uid}/edit/",
        f"/api/v1/submissions/{submission.uid}/",
        f"/api/v1/needs/{submission.record}/",
    ):
        assert client.get(path).status_code == 404, path


def test_addresses_are_no_names_of_lists():
    """A list's address stands beside these, so no list may be called like one of them."""
    first = {route.split("/")[0] for route in routes() if "<" not in route.split("/")[0]} - {""}
    assert first <= kinds.RESERVED | {"static"}
    assert not {spec.slug for spec in kinds.every()} & kinds.RESERVED
    api = {
        route.split("/")[2]
        for route in routes()
        if route.startswith("api/v1/") and "<" not in route.split("/")[2]
    }
    assert not {spec.slug for spec in kinds.every()} & api
    for name in sorted(kinds.RESERVED):
        with pytest.raises(ValueError, match="taken"):
            kinds.register(replace(kinds.get("needs"), slug=name))
