"""Donations: who gives what to whom, how far it is. Donors are invented."""

import pytest

from supplies.lists.donations import DONATIONS, EXAMPLE, PRIVATE_PERSON
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

ROW = {
    "捐赠方类型": "团体",
    "捐赠方": "江城校友会",
    "受赠单位": "江城第三医院",
    "省": "湖北省",
    "市": "武汉市",
    "区县": "武昌区",
    "医用防护口罩|N95口罩": "2000个",
    "医用紫外线消毒车": 1,
    "状态": "运送中",
    "运送方式": "物流",
    "承运方": "江城快运",
    "运单号": "JC000000001",
    "发出日期": "2020-02-03",
    "收到日期": "",
    "受赠方确认": "",
    "确认链接": "",
    "联系方式": "甄不存：13800001234",
    "发布时间": "2020-02-02",
    "官方链接": "https://alumni.example/gifts/1",
    "备注": "",
    "审核状态": "待审核",
}


def test_the_form_takes_what_a_page_and_what_the_api_sends():
    payload = assert_page_and_json_agree(DONATIONS, EXAMPLE)
    line = payload["lines"][0]
    assert (line["item"], line["amount"]["low"], line["standard"]) == ("n95-mask", 2000, "GB 19083-2010")
    assert "stock" not in line


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"lines": []}, "lines"),
        ({"organisation_name": ""}, "organisation_name"),
        ({"donor_type": ""}, "donor_type"),
        ({"donor_type": "person", "organisation_name": "甄不存"}, "organisation_name"),
        ({"stage": "lost"}, "stage"),
        ({"recipient_confirms": "yes"}, "recipient_confirms"),
        ({"received_on": "2020-02-05"}, "received_on"),
        ({"stage": "received", "received_on": "2020-02-01"}, "received_on"),
        ({"place": "长堤"}, "place"),
    ],
)
def test_the_form_refuses(changes, wrong):
    assert wrong in errors_of(DONATIONS, EXAMPLE | changes)


def test_a_private_person_is_not_named_in_public():
    payload = DONATIONS.clean(
        EXAMPLE | {"donor_type": "person", "organisation_name": "", "contact_person": "甄不存"}
    )
    assert payload["organisation_name"] == PRIVATE_PERSON
    assert DONATIONS.identity(payload) == ""
    row = read(DONATIONS, ROW | {"捐赠方类型": "个人", "捐赠方": "贾设备"})
    assert (row["organisation_name"], row["contact_person"]) == (PRIVATE_PERSON, "甄不存、贾设备")
    assert "贾设备" not in str(DONATIONS.public(row))


def test_its_own_columns_are_read_and_come_back():
    payload = assert_both_ways(DONATIONS, ROW)
    assert (payload["stage"], payload["way"], payload["donor_type"]) == ("under_way", "carrier", "group")
    assert payload["place"] == "420106"
    assert (payload["sent_on"], payload["received_on"]) == ("2020-02-03", None)
    amounts = {line["item"]: line["amount"]["low"] for line in payload["lines"]}
    assert amounts == {"n95-mask": 2000, "uv-disinfection-cart": 1}
    written = canonical(DONATIONS, payload)
    for header in ("捐赠方类型", "捐赠方", "受赠单位", "省", "市", "区县", "状态", "运送方式", "运单号"):
        assert written[header] == ROW[header]


def test_a_gift_confirming_person_nobody_is_pointed_out():
    received = EXAMPLE | {"stage": "received", "received_on": "2020-02-05", "recipient_confirms": "yes"}
    assert len(DONATIONS.notices(DONATIONS.clean(received))) == 1
    assert DONATIONS.notices(DONATIONS.clean(received | {"confirming_person": "设备科值班员"})) == []


def test_two_gifts_of_one_donor_on_different_days_are_two():
    first, second = (DONATIONS.clean(EXAMPLE | {"source_dated": day}) for day in ("2020-02-02", "2020-02-09"))
    assert DONATIONS.identity(first) != DONATIONS.identity(second)
    assert DONATIONS.identity(first) == DONATIONS.identity(DONATIONS.clean(EXAMPLE | {"stage": "pledged"}))


def test_what_is_open_to_any_hospital_is_found():
    facets = DONATIONS.facets(
        DONATIONS.clean(EXAMPLE | {"recipient_name": "", "stage": "pledged", "place": ""})
    )
    assert facets.tokens == ("stage:pledged", "open_to_any:yes")
    assert facets.places == ()
    assert "open_to_any:no" in DONATIONS.facets(DONATIONS.clean(EXAMPLE)).tokens


def test_the_public_sees_neither_waybill_nor_person(database, volunteer, reviewer, other_reviewer):
    data = EXAMPLE | {"waybill": "JC000000001", "contact_person": "甄不存", "private_note": "晚上来"}
    public = walked("donations", data, volunteer, reviewer, other_reviewer)
    assert_shown(public, ["江城校友会", "江城第三医院"], ["JC000000001", "甄不存", "晚上来"])
