"""The words of reasons: edited by coordinators, shown everywhere; switched off for new decisions only."""

import pytest
from django.utils.translation import override

from tests import builders, people
from tests.signing_in import sign_in
from verification import counting, presenting, reasons
from verification.models import ReasonWords
from verification.people import make_coordinator
from verification.refusals import ReasonMissing
from verification.sop import REASONS, Action, Reason


@pytest.fixture
def desk(client, database):
    user = people.make_person("desk")
    make_coordinator(user=user, by=people.registrar())
    people.give_factor(user)
    sign_in(client, user)
    return client


def edit(desk, code, **changes):
    return desk.post(f"/admin/verification/reasonwords/{code}/change/", changes)


def test_every_reason_can_be_edited(db):
    assert set(ReasonWords.objects.values_list("code", flat=True)) == set(Reason.values)


def test_words_are_shown_everywhere_and_name_their_editor(desk, volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    builders.taken_down(reviewer, record, reason=Reason.NEED_MET)
    before = desk.get(f"/en/needs/{record.uid}/")
    assert "the need has been met" in before.content.decode()
    answer = edit(desk, "need_met", words_en="met in full", words_zh="已足额满足", how_to_fix_en="Thank you.")
    assert answer.status_code == 302
    after = desk.get(f"/en/needs/{record.uid}/", headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 410
    assert "met in full" in after.content.decode()
    assert "已足额满足" in desk.get(f"/needs/{record.uid}/").content.decode()
    with override("en"):
        (choice,) = presenting.choices([Reason.NEED_MET])
    assert choice == {"value": "need_met", "label": "met in full", "fix": "Thank you."}
    assert ReasonWords.history.filter(code="need_met").latest().history_user.pseudonym == "desk-7"
    edit(desk, "need_met", words_en="", words_zh="")
    with override("en"):
        assert reasons.words("need_met") == "the need has been met"
    assert reasons.words("no such code") == "no such code"


def test_a_reason_switched_off_is_offered_and_taken_no_more(desk, volunteer, reviewer):
    earlier = builders.returned_need(volunteer, reviewer, reason=Reason.UNCLEAR)
    assert edit(desk, "unclear", off="on").status_code == 302
    assert Reason.UNCLEAR not in reasons.offered(Action.RETURN)
    with override("en"):
        assert "unclear" not in {choice["value"] for choice in presenting.choices(REASONS[Action.RETURN])}
        assert reasons.words("unclear") == "amount, unit or item is unclear"
    with pytest.raises(ReasonMissing):
        builders.returned_need(volunteer, reviewer, reason=Reason.UNCLEAR, organisation_name="江城第八医院")
    earlier.refresh_from_db()
    assert earlier.status == "returned"
    edit(desk, "unclear")
    again = builders.returned_need(
        volunteer, reviewer, reason=Reason.UNCLEAR, organisation_name="江城第九号医院"
    )
    assert again.status == "returned"


@pytest.mark.parametrize("code", ["superseded", "record_changed", "same_record", "renderer_changed"])
def test_what_the_machine_says_is_never_switched_off(code, desk):
    assert edit(desk, code, off="on").status_code == 200
    assert not ReasonWords.objects.get(pk=code).off


def test_an_action_keeps_at_least_one_reason(desk):
    *most, last = (code.value for code in REASONS[Action.REJECT] if code not in reasons.ALWAYS)
    for code in most:
        assert edit(desk, code, off="on").status_code == 302
    answer = edit(desk, last, off="on")
    assert answer.status_code == 200
    assert "off" in answer.context["adminform"].form.errors


def test_take_down_asks_for_a_reason_that_is_on(desk, volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    before = counting.list_version("reasons")
    edit(desk, "need_met", off="on")
    assert counting.list_version("reasons") == before + 1
    with pytest.raises(ReasonMissing):
        builders.taken_down(reviewer, record, reason=Reason.NEED_MET)
