"""Second factors: who has one, whether a session used it a moment ago, and what asks for that."""

import pytest
from django.test import RequestFactory

from tests import builders
from tests.signing_in import sign_in, used
from verification import factors, owner_links, publishing, rehearsing, workflow
from verification.refusals import FreshFactorNeeded
from verification.sop import Action, Reason, Risk


def asked_by(user, session):
    request = RequestFactory().get("/")
    request.user, request.session = user, session
    return request


def test_factor_of_a_reviewer_is_there_and_of_a_clerk_is_not(reviewer, clerk):
    assert factors.has_factor(reviewer)
    assert not factors.has_factor(clerk)


@pytest.mark.parametrize(("ago", "fresh"), [(0, True), (599, True), (601, False)])
def test_factor_is_fresh_for_ten_minutes_after_its_use(reviewer, ago, fresh):
    assert factors.fresh(asked_by(reviewer, used(reviewer, ago=ago))) is fresh


def test_factor_used_by_another_person_or_a_password_is_not_fresh(reviewer, other_reviewer):
    assert not factors.fresh(asked_by(reviewer, used(other_reviewer)))
    session = used(reviewer)
    session["account_authentication_methods"][0]["method"] = "password"
    assert not factors.fresh(asked_by(reviewer, session))


def test_batch_asks_for_a_fresh_factor_and_one_entry_does_not(volunteer, reviewer):
    rows = [builders.submit_need(volunteer, organisation_name=name) for name in ("江城一院", "江城二院")]
    ids = [row.pk for row in rows]
    fence = rehearsing.take(ids, by=reviewer)
    given = {"by": reviewer, "fence": fence, "answers": builders.VERIFY_ANSWERS}
    with pytest.raises(FreshFactorNeeded):
        workflow.advance(ids, Action.VERIFY, **given)
    workflow.advance(ids[:1], Action.VERIFY, **given)
    workflow.advance(ids[1:], Action.VERIFY, **given, fresh_factor=True)


def test_dangerous_change_asks_for_a_fresh_factor(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    moved = builders.submit_need(volunteer, record=record.uid, delivery_address="江城区长堤路9号")
    assert moved.risk == Risk.DANGEROUS
    with pytest.raises(FreshFactorNeeded):
        builders.verify(moved, reviewer, fresh_factor=False)
    builders.verify(moved, reviewer)


def test_take_down_asks_a_reviewer_for_a_fresh_factor_and_the_house_itself_not(
    clerk, hospital, reviewer, other_reviewer
):
    own = {"organisation": str(hospital.uid), "organisation_name": hospital.name}
    record = builders.published_need(clerk, reviewer, other_reviewer, **own)
    with pytest.raises(FreshFactorNeeded):
        publishing.take_down(record.uid, by=reviewer, reason=Reason.FALSE)
    assert publishing.take_down(record.uid, by=clerk, reason=Reason.NEED_MET).state == "withdrawn"


def test_owner_link_asks_a_reviewer_for_a_fresh_factor(volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    with pytest.raises(FreshFactorNeeded):
        owner_links.issue(record.uid, by=reviewer)
    owner_links.issue(record.uid, by=reviewer, fresh_factor=True)


def test_take_down_page_leads_to_the_factor_and_loses_nothing_typed(client, volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    page = f"/review/takedown/{record.uid}/"
    sign_in(client, reviewer, ago=700)
    asked = client.get(page)
    assert asked.headers["Location"] == f"/accounts/2fa/reauthenticate/?next={page.replace('/', '%2F')}"
    refused = client.post(page, {"reason": "false", "note": "电话里否认了"})
    assert refused.status_code == 403
    assert "电话里否认了" in refused.content.decode()
    record.refresh_from_db()
    assert record.state == "live"
