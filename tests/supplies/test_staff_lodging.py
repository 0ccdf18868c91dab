"""Staff lodging: how many it takes is unknown unless somebody said."""

import pytest

from supplies.lists.staff_lodging import EXAMPLE, STAFF_LODGING
from tests.supplies.list_walks import (
    assert_both_ways,
    assert_page_and_json_agree,
    assert_shown,
    canonical,
    walked,
)
from verification.refusals import InvalidPayload

SHEET = "doctor_hotel/hubei/wuhanshi"
ROW = {
    "酒店名称": "江城青年酒店(医院路店)",
    "酒店辖区（县区级）": "武昌区",
    "酒店地址": "医院路16号",
    "酒店可提供房间数": 0,
    "酒店可接待人数": 0,
    "联系人": "甄不存",
    "联系方式": [{"name": "", "tel": "13800000000"}, {"name": "", "tel": "027-85550116"}],
    "发布时间": "2020-01-24T16:00:00.000Z",
    "信息发布源链接": "https://hotel.example/16",
    "备注": "",
    "审核状态": "已审核",
}


def lodging(**changes):
    return STAFF_LODGING.clean(EXAMPLE | changes)


def test_the_form_reads_json_and_pages_alike():
    assert lodging() == assert_page_and_json_agree(STAFF_LODGING, EXAMPLE)
    assert (lodging()["rooms"], lodging(rooms=None, guests="")["rooms"]) == (35, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"organisation_name": ""}, "organisation_name"),
        ({"place": ""}, "place"),
        ({"rooms": 0}, "rooms"),
        ({"rooms": "很多"}, "rooms"),
        ({"guests": -5}, "guests"),
        ({"remarks": "微信 zhen_bucun"}, "remarks"),
    ],
)
def test_the_form_refuses_at_the_field(changes, field):
    with pytest.raises(InvalidPayload) as refusal:
        lodging(**changes)
    assert set(refusal.value.errors) == {field}


def test_a_row_goes_in_and_comes_out_as_it_was():
    payload = assert_both_ways(STAFF_LODGING, ROW, SHEET)
    assert (payload["place"], payload["area"], payload["address"]) == ("420106", "", "医院路16号")
    assert (payload["rooms"], payload["guests"]) == (None, None)
    assert (payload["contact_person"], payload["contact_phone"]) == ("甄不存", "13800000000")
    assert payload["office_line"] == "027-85550116"


def test_no_rooms_are_an_unknown_number_and_come_out_as_they_were_written():
    told = assert_both_ways(STAFF_LODGING, ROW | {"酒店可提供房间数": 35, "酒店可接待人数": ""}, SHEET)
    assert (told["rooms"], told["guests"]) == (35, None)
    assert canonical(STAFF_LODGING, told)["酒店可提供房间数"] == 35
    assert "酒店可接待人数" not in canonical(STAFF_LODGING, told)
    odd = assert_both_ways(STAFF_LODGING, ROW | {"酒店可提供房间数": "约30间"}, SHEET)
    assert odd["rooms"] is None
    assert "约30间" in odd["private_note"]


def test_a_person_stands_in_their_own_column_again():
    again = canonical(STAFF_LODGING, assert_both_ways(STAFF_LODGING, ROW, SHEET))
    assert again["联系人"] == "甄不存"
    assert {entry["name"] for entry in again["联系方式"]} == {""}


def test_a_csv_row_reads_as_the_same():
    flat = ROW | {"酒店可提供房间数": "0", "酒店可接待人数": "0", "联系方式": "13800000000 | 027-85550116"}
    theirs, ours = assert_both_ways(STAFF_LODGING, flat, SHEET), assert_both_ways(STAFF_LODGING, ROW, SHEET)
    assert theirs | {"as_written": {}} == ours | {"as_written": {}}


@pytest.mark.parametrize(
    ("sheet", "district", "address", "place", "area"),
    [
        (SHEET, "", "", "420100", ""),
        ("doctor_hotel/hubei/huangshishi", "黄石大冶市", "", "420281", ""),
        (SHEET, "光谷高新区", "", "420100", "光谷高新区"),
        ("", "青山区", "湖北省武汉市青山区和平大道1091号", "420107", ""),
        ("", "青山区", "冶金大道2号", "", "青山区"),
    ],
)
def test_the_place_is_what_district_sheet_and_address_say_for_certain(sheet, district, address, place, area):
    row = ROW | {"酒店辖区（县区级）": district, "酒店地址": address}
    payload = assert_both_ways(STAFF_LODGING, row, sheet)
    assert (payload["place"], payload["area"]) == (place, area)


def test_identity_tells_the_branches_of_a_chain_apart():
    one, other = lodging(), lodging(organisation_name="江城青年酒店（长堤店）")
    assert STAFF_LODGING.identity(one) != STAFF_LODGING.identity(other)
    assert STAFF_LODGING.identity(one) == STAFF_LODGING.identity(
        lodging(organisation_name="江城青年酒店(医院路店)")
    )


def test_private_particulars_are_not_public():
    public = str(STAFF_LODGING.public(assert_both_ways(STAFF_LODGING, ROW, SHEET)))
    assert not any(word in public for word in ("13800000000", "甄不存", "已审核"))


def test_facets_say_whether_it_told_how_many():
    assert STAFF_LODGING.facets(lodging()).tokens == ("capacity:yes",)
    assert STAFF_LODGING.facets(lodging(rooms=None, guests=None)).tokens == ("capacity:no",)
    assert STAFF_LODGING.facets(lodging()).places == ("420000", "420100", "420106")


def test_an_unknown_number_is_said_in_words():
    assert STAFF_LODGING.fields["rooms"].empty
    assert STAFF_LODGING.show("rooms", None) == ""
    assert STAFF_LODGING.show("rooms", 1200) == "1,200"


def test_the_public_reads_it_without_what_is_private(database, volunteer, reviewer, other_reviewer):
    data = EXAMPLE | {
        "contact_person": "甄不存",
        "contact_phone": "13800001234",
        "private_note": "夜间请打值班电话",
    }
    public = walked("staff-lodging", data, volunteer, reviewer, other_reviewer)
    assert_shown(public, ["江城青年酒店", "医院路16号", "35"], ["甄不存", "13800001234", "夜间请打"])
