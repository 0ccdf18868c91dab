"""Couriers: routes, terms and notices. Carriers and people are invented."""

import pytest

from supplies import markup, sheets
from supplies.lists.couriers import COURIERS, EXAMPLE
from tests.supplies.list_walks import (
    assert_both_ways,
    assert_page_and_json_agree,
    assert_shown,
    canonical,
    errors_of,
    read,
    walked,
)

pytestmark = pytest.mark.django_db  # the catalogue stands in the database

EARLY = {
    "物流名称": "江城快运",
    "物流区域": "武汉寄入",
    "联系方式": [{"name": "", "tel": "95000"}],
    "发布时间": "2020-01-24T16:00:00.000Z",
    "发布链接": "https://courier.example/1",
    "备注": "无",
    "审核状态": "已审核",
}
LATE = {
    "物流名称": "江城快运",
    "出发地": "全国",
    "目的地": "武汉",
    "联系方式": [{"name": "", "tel": "13800001234;0713-8500000"}],
    "发布时间": "2020-01-24T16:00:00.000Z",
    "发布链接": "https://courier.example/1",
    "是否接受个人捐赠": False,
    "备注": None,
    "审核状态": "已审核",
    "七尾巴猫的核实": 1,
    "物流区域": None,
    "电话备注": "甄不存,贾设备",
    "官网网址": "https://courier.example/",
    "下单地址": "",
    "在线客服网址": "",
    "公告文本标题": "关于开通绿色通道的公告",
    "公告文本": "<p>免费运输。</p>\n<p>请拨打<strong>027-85550100</strong>/ 13800001234。</p><script>x()</script>",
    "绿色通道": True,
}


def test_the_form_takes_what_a_page_and_what_the_api_sends():
    payload = assert_page_and_json_agree(COURIERS, EXAMPLE)
    assert (payload["departure"], payload["private_gifts"], payload["green_channel"]) == ("全国", "no", "yes")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"organisation_name": ""}, "organisation_name"),
        ({"departure": "", "destination": ""}, "destination"),
        ({"order_link": "javascript:alert(1)"}, "order_link"),
        ({"private_gifts": "perhaps"}, "private_gifts"),
        ({"notice": "请联系王某 13800001234"}, "notice"),
        ({"notice": "<p>微信号：jiangcheng_001</p>"}, "notice"),
    ],
)
def test_the_form_refuses(changes, wrong):
    assert wrong in errors_of(COURIERS, EXAMPLE | changes)


def test_a_notice_in_html_becomes_its_words():
    html = "<p>第一&nbsp;条<br>第二条</p><style>p{}</style><img src=x onerror=alert(1)><ul><li>甲</li><li>乙</li></ul>"
    notice = COURIERS.clean(EXAMPLE | {"notice": html})["notice"]
    assert notice == "第一 条\n第二条\n甲\n乙"
    assert markup.plain_text("价格 a<b 且 c>d，不变") == "价格 a<b 且 c>d，不变"


@pytest.mark.parametrize("row", [EARLY, LATE])
def test_rows_of_the_sheets_come_back_as_they_were(row):
    assert_both_ways(COURIERS, row)


def test_a_row_is_read_into_typed_fields():
    payload = read(COURIERS, LATE)
    assert payload["office_line"] == "0713-8500000"
    assert (payload["contact_phone"], payload["contact_person"]) == ("13800001234", "")
    assert (payload["private_gifts"], payload["green_channel"]) == ("no", "yes")
    assert payload["phone_note"] == "甄不存,贾设备"
    assert payload["notice"] == "免费运输。\n请拨打027-85550100/ 138****1234。"
    assert "公告文本: 13800001234" in payload["private_note"]
    assert payload["source_dated"] == "2020-01-25"
    assert canonical(COURIERS, payload)["是否接受个人捐赠"] == "否"
    assert read(COURIERS, EARLY)["remarks"] == ""


def test_the_same_row_from_csv_reads_alike():
    row = LATE | {
        "联系方式": "13800001234;0713-8500000",
        "是否接受个人捐赠": "False",
        "绿色通道": "True",
        "物流区域": "",
    }
    from_csv, from_json = read(COURIERS, row), read(COURIERS, LATE)
    assert from_csv | {"as_written": {}} == from_json | {"as_written": {}}


def test_what_is_surely_no_number_of_ours_is_for_the_reviewers_only():
    contacts = [
        {"name": "电话", "tel": "00971-42299666"},
        {"name": "联系人一", "tel": "07848738078"},
        {"name": "某人微信", "tel": "22985446"},
        {"name": "地址", "tel": "Alon Tower 6789139, Tel Aviv"},
        {"name": "邮箱", "tel": "someone@courier.example"},
        {"name": "", "tel": "057179743392,83424"},
        {"name": "", "tel": "11183"},
        {"name": "", "tel": "950616"},
    ]
    payload = read(COURIERS, EARLY | {"联系方式": contacts})
    assert payload["office_line"] == "0571-79743392、11183、950616"
    assert (payload["contact_person"], payload["contact_phone"]) == ("", "")
    for kept in ("00971-42299666", "07848738078", "22985446", "6789139", "someone@courier.example", "83424"):
        assert kept in payload["private_note"]


def test_a_volunteers_private_mark_is_not_kept():
    payload = read(COURIERS, LATE)
    assert "七尾巴猫的核实" not in payload["as_written"]
    assert "七尾巴猫的核实" not in sheets.written(COURIERS, payload)


def test_one_carrier_stands_once_for_each_route():
    paris, tokyo = (read(COURIERS, EARLY | {"物流区域": area}) for area in ("巴黎 Paris", "东京 Tokyo"))
    assert COURIERS.identity(paris) != COURIERS.identity(tokyo)
    assert COURIERS.identity(read(COURIERS, LATE)) == COURIERS.identity(
        read(COURIERS, LATE | {"物流区域": "佛山、西安"})
    )
    assert COURIERS.identity(read(COURIERS, EARLY | {"物流名称": "无"})) == ""


def test_it_is_found_by_the_places_of_its_route():
    facets = COURIERS.facets(read(COURIERS, LATE | {"出发地": "贵州"}))
    assert {"520000", "420000", "420100"} <= set(facets.places)
    assert facets.tokens == ("private_gifts:no", "green_channel:yes")
    assert COURIERS.facets(read(COURIERS, EARLY | {"物流区域": "全国"})).places == ()


def test_the_public_never_sees_who_answers(database, volunteer, reviewer, other_reviewer):
    data = EXAMPLE | {
        "contact_person": "甄不存",
        "contact_phone": "13800001234",
        "phone_note": "贾设备接夜班",
    }
    public = walked("couriers", data, volunteer, reviewer, other_reviewer)
    assert_shown(public, ["江城快运", "courier.example/order"], ["甄不存", "13800001234", "贾设备"])
