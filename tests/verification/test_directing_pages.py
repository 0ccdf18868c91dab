"""The coordinators' pages: handing an entry over, and who decides together; for nobody else."""

import pytest
from django.test import Client

from tests import builders
from tests.signing_in import sign_in
from verification.models import Event, Lease
from verification.sop import Action, Given, Reason


@pytest.fixture
def office(coordinator):
    client = Client(headers={"Accept-Language": "en"})
    sign_in(client, coordinator)
    return client


def form(sent, to, **changes):
    return {"submission": sent.uid, "to": to.pk, "reason": Reason.MUST_NOT_WAIT, "note": "请尽快"} | changes


def test_direct_page_finds_by_address_and_by_words_and_hands_over(office, volunteer, reviewer):
    sent = builders.submit_need(volunteer, organisation_name="江城第七医院")
    builders.submit_need(volunteer, organisation_name="江城第八医院")
    for asked in (f"https://glacier.example/review/{sent.uid}/", str(sent.uid), "第七"):
        page = office.get("/en/review/direct/", {"q": asked}).content.decode()
        assert page.count('name="submission"') == 1
        assert "江城第七医院" in page
    done = office.post("/en/review/direct/", form(sent, reviewer))
    assert (done.status_code, done["Location"]) == (302, "/en/review/direct/")
    assert (Lease.objects.get().holder, Lease.objects.get().given) == (reviewer, Given.DIRECTED)
    desk = Client(headers={"Accept-Language": "en"})
    sign_in(desk, reviewer)
    assert "A coordinator handed it to you" in desk.get("/en/review/").content.decode()
    page = desk.get(f"/en/review/{sent.uid}/").content.decode()
    assert "Handed to reviewer-7 by a coordinator, not by chance: it must not wait for its turn" in page
    assert "请尽快" in page


def test_direct_page_says_why_not_and_keeps_what_was_typed(office, volunteer, reviewer):
    own = builders.submit_need(reviewer, organisation_name="江城第七医院")
    refused = office.post("/en/review/direct/", form(own, reviewer, q="第七"))
    page = refused.content.decode()
    assert refused.status_code == 403
    assert "You wrote part of this entry" in page
    assert "请尽快" in page
    assert office.post("/en/review/direct/", form(own, reviewer, submission="x")).status_code == 404
    assert office.post("/en/review/direct/", {"submission": own.uid}).status_code == 403
    assert not Event.objects.filter(action=Action.DIRECT).exists()


@pytest.mark.parametrize("page", ["direct", "pairs"])
@pytest.mark.parametrize("who", ["reviewer", "volunteer", "clerk", "stranger"])
def test_pages_of_coordinators_are_for_nobody_else(request, who, page):
    client = Client()
    sign_in(client, request.getfixturevalue(who))
    assert client.get(f"/review/{page}/").status_code == 403
    assert client.post(f"/review/{page}/").status_code in (403, 405)


def test_next_is_handed_over_by_post_alone(volunteer, reviewer):
    sent = builders.submit_need(volunteer)
    desk = Client()
    sign_in(desk, reviewer)
    assert desk.get("/review/next/")["Location"] == "/review/"
    assert desk.get(f"/review/{sent.uid}/").status_code == 200
    assert not Lease.objects.exists()
    assert desk.post("/review/next/")["Location"] == f"/review/{sent.uid}/"
    assert Lease.objects.get().given == Given.DRAWN
    assert desk.post("/review/next/")["Location"] == "/review/"
