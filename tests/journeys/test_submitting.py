"""Sending in: sign up, answer a return, ask that something be taken down; with scripts and without."""

import re

import pytest
from playwright.sync_api import expect

from tests import builders, people
from tests.journeys import walking
from tests.journeys.walking import chinese
from verification.models import Public, Submission
from verification.sop import Reason, Status

pytestmark = pytest.mark.browser


def test_signing_up_confirms_the_address_and_then_sends_something_in(visit, database):
    page = visit()
    page.goto("/submit/needs/")
    page.click("main a[href*='/accounts/signup/']")
    page.fill("[name=email]", "newcomer@people.example")
    page.fill("[name=password1]", people.PASSWORD)
    page.click("main form button")
    page.wait_for_url("**/confirm-email/")

    page.click("main a[href='/demo/mail/']")
    mail = page.locator(".mail").first
    expect(mail).to_contain_text("newcomer@people.example")
    page.goto(re.search(r"https?://\S+/accounts/confirm-email/\S+/", mail.inner_text())[0])
    page.click("main form button")
    if page.locator("[name=login]").is_visible():
        page.fill("[name=login]", "newcomer@people.example")
        page.fill("[name=password]", people.PASSWORD)
        page.click("main form button")
    page.goto("/submit/needs/")
    walking.fill_place(page, name="江城第五医院")
    walking.paste(page, "护目镜200副")
    page.select_option("[name=urgency]", "normal")
    walking.finish(page)
    walking.send(page)

    sent = Submission.objects.get()
    assert (sent.status, sent.origin) == (Status.COLLECTED, "public")
    page.goto("/mine/")
    expect(page.locator(".rows > li")).to_contain_text("江城第五医院")


def test_errors_open_the_question_they_stand_at_and_lose_nothing(visit, volunteer):
    page = visit(volunteer)
    page.goto("/submit/needs/")
    walking.fill_place(page, name="江城第五医院")
    page.select_option("[name=lines-0-item]", "n95-mask")
    page.fill("[name=lines-0-amount]", "5000个")
    page.select_option("[name=urgency]", "high")
    walking.go_on(page)
    page.fill("[name=delivery_address]", "江城区长堤路1号，电话13800000000")
    walking.go_on(page)
    walking.go_on(page)
    page.click("[data-step-send] button")

    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.locator("[name=delivery_address]")).to_be_visible()
    expect(page.locator("[name=delivery_address]")).to_have_value("江城区长堤路1号，电话13800000000")
    expect(page.locator("[name=organisation_name]")).to_be_hidden()
    page.click("[data-error-summary] a")
    expect(page.locator("[name=delivery_address]")).to_be_focused()
    page.fill("[name=delivery_address]", "江城区长堤路1号")
    walking.finish(page)
    walking.send(page)
    assert Submission.objects.get().payload["delivery_address"] == "江城区长堤路1号"


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_a_returned_submission_says_why_and_is_sent_again(visit, volunteer, reviewer, javascript):
    submission = builders.returned_need(volunteer, reviewer, reason=Reason.UNCLEAR)
    page = visit(volunteer, javascript=javascript)
    page.goto("/mine/")
    expect(page.locator(".rows > li")).to_contain_text("请写明数量")
    page.click(".rows h2 a")
    expect(page.locator("main")).to_contain_text(chinese("amount, unit or item is unclear"))
    page.click(f"a[href$='/mine/{submission.uid}/edit/']")
    expect(page.locator(".notice").first).to_contain_text("请写明数量")
    expect(page.locator("[name=place]")).to_have_value("湖北省武汉市武昌区")
    walking.go_on(page)
    page.fill("[name=lines-1-amount]", "300件")
    walking.finish(page)
    page.click("button[value=send]")
    page.wait_for_url(f"**/mine/{submission.uid}/")

    submission.refresh_from_db()
    assert submission.status == Status.COLLECTED
    assert submission.payload["lines"][1]["amount"]["low"] == 300
    expect(page.locator("main")).not_to_contain_text(chinese("A reviewer asks you"))


def test_without_scripts_a_pasted_message_is_read_checked_and_sent(visit, volunteer):
    page = visit(volunteer, javascript=False)
    page.goto("/submit/needs/")
    page.fill("[name=organisation_name]", "江城第五医院")
    page.fill("[name=place]", "湖北武汉武昌区")
    walking.paste(page, "N95口罩 5000个，防护服若干")
    expect(page.locator("[data-line]")).to_have_count(2)
    expect(page.locator("[name=organisation_name]")).to_have_value("江城第五医院")
    page.click("[data-add-line]")
    expect(page.locator("[data-line]")).to_have_count(3)
    page.select_option("[name=urgency]", "high")
    page.click("[data-step-send] button")
    expect(page.locator(".answers").nth(1)).to_contain_text("5,000 件")
    walking.send(page)
    assert len(Submission.objects.get().payload["lines"]) == 2


def test_whoever_corrects_a_record_leaves_what_is_private_in_it(visit, volunteer, stranger, reviewer):
    record = builders.published_need(stranger, reviewer)
    page = visit(volunteer, width=1440)
    page.goto(f"/submit/needs/?record={record.uid}")
    expect(page.locator("[name=contact_phone]")).to_have_value("")
    page.fill("[name=remarks]", "可送至西门")
    walking.finish(page)
    walking.send(page)
    payload = Submission.objects.get(submitted_by=volunteer).payload
    assert payload["contact_phone"] is None
    page.goto(f"/mine/{Submission.objects.get(submitted_by=volunteer).uid}/")
    expect(page.locator("main")).to_contain_text(chinese("left as it is"))
    assert "13800000000" not in page.content()


def test_a_request_to_withdraw_is_carried_out_by_a_reviewer(visit, stranger, volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer)
    page, desk = visit(stranger), visit(reviewer)
    page.goto(f"/needs/{record.uid}/")
    page.click(f"a[href$='/mine/withdraw/{record.uid}/']")
    page.click("main form button")
    expect(page.locator(".error")).to_contain_text(chinese("Choose a reason."))
    page.select_option("[name=reason]", Reason.NEED_MET)
    page.fill("[name=note]", "昨天已收到")
    page.click("main form button")
    page.wait_for_url("**/received/")
    assert Public.objects.get().state == "live"

    walking.take_next(desk)
    expect(desk.locator("main")).to_contain_text("昨天已收到")
    walking.to_decision(desk)
    assert desk.locator("#step-return").count() == 0
    desk.click("button[name=action][value=take_down]")
    desk.wait_for_url("**/review/")
    assert Public.objects.get().state == "withdrawn"
    page.goto(f"/mine/{Submission.objects.get(intent='withdrawal').uid}/")
    expect(page.locator("main")).to_contain_text(chinese("It was taken down, as you asked."))
