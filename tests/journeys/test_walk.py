"""The walk of one hospital need, in Chinese, on a telephone and on a wide screen, with the real worker."""

import csv
import io
import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import walking
from tests.journeys.walking import chinese
from verification.models import Public
from verification.sop import Ground

pytestmark = pytest.mark.browser

WIDTHS = [pytest.param(390, id="telephone"), pytest.param(1440, id="wide")]


@pytest.mark.parametrize("width", WIDTHS)
def test_walk_from_a_pasted_message_to_the_public_and_back(
    visit, celery_worker, hospital, clerk, reviewer, other_reviewer, width
):
    office, desk, public = visit(clerk, width=width), visit(reviewer, width=width), visit(width=width)

    report_a_need(office)
    walking.take_next(desk)
    expect(desk.locator("#pane-entry")).to_contain_text("江城第九医院（已认证）")
    walking.verify(desk, Ground.OFFICIAL_NOTICE, Ground.CALL_BACK)
    walking.enter(desk)

    waited = walking.seen(public, "/needs/", lambda page: page.locator(".rows > li").count() == 1)
    assert waited < 5
    row = words(public, ".rows > li")
    assert re.search("江城第九医院.*N95口罩 5,000 件 防护服 数量未知", row)
    assert re.search("核实 · 依据：官方公告、电话回访 · 实名审核员 reviewer-7（核实联盟） 医院自报", row)
    uid = Public.objects.get().uid
    assert in_api(public) == in_csv(public) == {str(uid): 1}

    correct(office, uid)
    public.goto(f"/needs/{uid}/")
    expect(public.locator("article")).to_contain_text("第 1 版")
    expect(public.locator("article")).to_contain_text("5,000 件")
    walking.take_next(desk)
    expect(desk.locator(".lines .changed del")).to_contain_text("5,000 件")
    walking.verify(desk)
    walking.enter(desk)
    walking.seen(public, f"/needs/{uid}/", lambda page: "第 2 版" in page.inner_text("article header"))
    public.click("#history summary")
    expect(public.locator("#history del")).to_contain_text("5,000 件")
    expect(public.locator("#history ins")).to_contain_text("8,000 件")
    assert in_api(public) == in_csv(public) == {str(uid): 2}

    take_down(desk, uid)
    answer = public.goto(f"/needs/{uid}/")
    assert answer.status == 410
    expect(public.locator("main")).to_contain_text("需求已满足")
    public.goto("/needs/")
    assert public.locator(".rows > li").count() == 0
    assert in_api(public) == in_csv(public) == {}

    look_again(visit(other_reviewer, width=width))
    bring_back(office, uid)
    walking.take_next(desk)
    walking.verify(desk)
    walking.enter(desk)
    walking.seen(public, f"/needs/{uid}/", lambda page: "第 4 版" in page.inner_text("main"))
    assert in_api(public) == in_csv(public) == {str(uid): 4}


def words(page: Page, selector: str) -> str:
    """What is read there, spaces evened out."""
    return " ".join(page.inner_text(selector).split())


def report_a_need(page: Page) -> None:
    page.goto("/submit/needs/")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    page.locator("[name=organisation_name]").press_sequentially("江城第九")
    page.check("#organisation-matches label:has-text('江城第九医院') input")
    expect(page.locator("[name=organisation_name]")).to_have_value("江城第九医院")
    expect(page.locator("[name=place]")).to_have_value("湖北 / 武汉 / 武昌区")
    walking.go_on(page)
    page.fill("[name=paste]", "N95口罩 5000个，防护服若干")
    preview = page.locator("#lines-preview li")
    expect(preview).to_have_count(2)
    expect(preview.nth(0)).to_contain_text("5,000 件")
    expect(preview.nth(1)).to_contain_text("数量未知")
    page.click(".paste-act button")
    expect(page.locator("[data-line]")).to_have_count(2)
    page.select_option("[name=urgency]", "critical")
    walking.finish(
        page,
        delivery_address="江城区长堤路1号",
        office_line="027-85550100",
        contact_person="甄不存",
        contact_phone="13800000000",
    )
    expect(page.locator("h1")).to_have_text(chinese("Check your answers"))
    expect(page.locator(".answers").nth(1)).to_contain_text(re.compile("N95口罩.*5,000 件", re.S))
    walking.send(page)
    expect(page.locator("h1")).to_contain_text(chinese("Received, thank you"))


def correct(page: Page, uid) -> None:
    page.goto(f"/needs/{uid}/")
    page.click(f"a[href$='?record={uid}']")
    page.wait_for_url(f"**?record={uid}")  # loaded, with the script that asks one question a page
    walking.go_on(page)
    page.fill("[name=lines-0-amount]", "8000个")
    walking.finish(page)
    walking.send(page)


def take_down(page: Page, uid) -> None:
    page.goto(f"/needs/{uid}/")
    page.click("aside summary")
    page.click(f"a[href$='/review/takedown/{uid}/']")
    page.select_option("[name=reason]", "need_met")
    page.fill("[name=note]", "院方来电")
    page.click("button.danger")
    page.wait_for_url(f"**/needs/{uid}/")


def look_again(page: Page) -> None:
    page.goto("/review/")
    expect(page.locator("#take-downs")).to_contain_text("江城第九医院")
    page.click("#take-downs button")
    page.wait_for_load_state()
    expect(page.locator("#take-downs")).to_have_count(0)


def bring_back(page: Page, uid) -> None:
    page.goto(f"/needs/{uid}/")
    page.click(f"a[href$='?record={uid}']")
    expect(page.locator("h1")).to_contain_text(chinese("Bring back: %(title)s", title="江城第九医院"))
    walking.go_on(page)
    walking.finish(page)
    walking.send(page)


def in_api(page: Page) -> dict[str, int]:
    answer = page.request.get("/api/v1/needs/")
    assert answer.ok
    return {found["uid"]: found["version"] for found in answer.json()["results"]}


def in_csv(page: Page) -> dict[str, int]:
    answer = page.request.get("/needs.csv")
    assert answer.ok
    rows = csv.DictReader(io.StringIO(answer.text().lstrip("\ufeff")))
    return {row["记录"]: int(row["版本"]) for row in rows}
