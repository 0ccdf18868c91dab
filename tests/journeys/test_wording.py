"""A wording proposed on the workbench, accepted on a telephone; and what a page says where something is missing."""

import pytest
from playwright.sync_api import expect

from tests import builders
from tests.journeys import walking
from tests.journeys.walking import chinese
from verification.sop import Status

pytestmark = pytest.mark.browser


def test_a_proposed_wording_is_accepted_in_one_tap(visit, volunteer, reviewer, other_reviewer):
    submission = builders.submit_need(volunteer)
    desk = visit(reviewer, width=1440)
    walking.take_next(desk)
    desk.keyboard.press("w")
    expect(desk.locator("#step-wording")).to_have_attribute("open", "")
    desk.fill("#lines-0-amount", "100盒")
    desk.select_option("#lines-0-unit", "box")
    desk.select_option("#wording-reason", "unclear")
    desk.click("button[value=propose]")
    expect(desk.locator("#step-wording [role=alert]").first).to_be_visible()
    expect(desk.locator("#lines-0-amount")).to_have_value("100盒")
    desk.fill("#wording-fix", "通知写的是盒")
    desk.click("button[value=propose]")
    expect(desk.locator("[role=status]").first).to_contain_text("江城第三医院")

    sender = visit(volunteer)
    sender.goto(f"/mine/{submission.uid}/")
    expect(sender.locator("ins", has_text="100").first).to_be_visible()
    sender.click("button[value=accept]")
    expect(sender.locator("[role=status]").first).to_be_visible()
    submission.refresh_from_db()
    assert (submission.status, submission.authors) == (Status.COLLECTED, [volunteer.pk, reviewer.pk])

    desk.goto(f"/review/{submission.uid}/")
    assert desk.locator("button[name=action]").count() == 0
    colleague = visit(other_reviewer, width=1440)
    walking.take_next(colleague)
    walking.verify(colleague)
    submission.refresh_from_db()
    assert submission.status == Status.VERIFIED


def test_a_wording_is_applied_without_scripts(visit, volunteer, reviewer):
    submission = builders.submit_need(volunteer)
    desk = visit(reviewer, javascript=False)
    walking.take_next(desk)
    desk.click("#step-wording summary >> nth=0")
    desk.click("#step-wording button[value=add_line]")
    expect(desk.locator("#lines-2-amount")).to_be_visible()
    desk.fill("#id_remarks", "可送至南门")
    desk.click("button[value=edit]")
    submission.refresh_from_db()
    assert (submission.payload["remarks"], submission.authors) == ("可送至南门", [volunteer.pk, reviewer.pk])


def test_a_missing_answer_is_told_in_the_language_of_the_page(visit, volunteer):
    page = visit(volunteer, javascript=True)
    page.goto("/submit/needs/")
    page.click("[data-step-next]")
    said = page.locator("#who .error").first
    expect(said).to_have_text(chinese("This field is required."))
    page.fill("#id_organisation_name", "江城第三医院")
    page.fill("#id_place", "湖北武汉江岸区")
    page.click("[data-step-next]")
    expect(page.locator("#what")).to_be_visible()
    # A box made larger by hand keeps no style that the policy would refuse.
    page.evaluate("document.getElementById('id_paste').style.height = '12rem'")
    page.fill("#id_paste", "N95口罩 5000个")
    page.click("[data-reads]")
    expect(page.locator("#lines-0-amount")).to_have_value("5000个")
