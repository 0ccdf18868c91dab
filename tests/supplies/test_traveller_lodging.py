"""Traveller lodging: a house or an office, a place that may be finer than the table of places."""

import pytest

from supplies import sheets
from supplies.lists.traveller_lodging import EXAMPLE, TRAVELLER_LODGING
from tests.supplies.list_walks import (
    assert_both_ways,
    assert_page_and_json_agree,
    assert_shown,
    canonical,
    walked,
)
from verification.refusals import InvalidPayload

ROW = {
    "省份": "云南",
    "市-区": "曲靖市-红开区",
    "联系人(酒店名称或者政府部门）": "江城云上酒店 ",
    "具体地址": "学府路9号",
    "联系方式": [{"name": "", "tel": "0874-85550109"}, {"name": "甄经理", "tel": "13800000000"}],
    "发布时间": "2020-01-27T16:00:00.000Z",
    "官方链接": "https://travel.example/1",
    "备注": "测量体温后入住",
    "审核状态": "已审核",
}


def lodging(**changes):
    return TRAVELLER_LODGING.clean(EXAMPLE | changes)


def test_the_form_reads_json_and_pages_alike():
    assert lodging() == assert_page_and_json_agree(TRAVELLER_LODGING, EXAMPLE)
    assert lodging(place="湖南长沙望城区")["place"] == "430112"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"organisation_name": ""}, "organisation_name"),
        ({"place": ""}, "place"),
        ({"place": "江城"}, "place"),
        ({"address": "长堤路8号，找甄经理13800000000"}, "address"),
        ({"area": ["高新区"]}, "area"),
        ({"source_link": "javascript:alert(1)"}, "source_link"),
    ],
)
def test_the_form_refuses_at_the_field(changes, field):
    with pytest.raises(InvalidPayload) as refusal:
        lodging(**changes)
    assert set(refusal.value.errors) == {field}


def test_a_row_goes_in_and_comes_out_as_it_was():
    payload = assert_both_ways(TRAVELLER_LODGING, ROW)
    assert payload["organisation_name"] == "江城云上酒店"
    assert (payload["place"], payload["area"]) == ("530300", "红开区")
    assert (payload["office_line"], payload["contact_phone"]) == ("0874-85550109", "13800000000")
    assert (payload["contact_person"], payload["source_dated"]) == ("甄经理", "2020-01-28")


def test_a_row_written_afresh_differs_in_its_surface_only():
    again = canonical(TRAVELLER_LODGING, assert_both_ways(TRAVELLER_LODGING, ROW))
    changed = {header: cell for header, cell in again.items() if cell != ROW[header]}
    assert changed == {"省份": "云南省", "联系人(酒店名称或者政府部门）": "江城云上酒店"}
    assert "审核状态" not in again


def test_a_cell_is_written_anew_where_the_record_was_changed():
    payload = assert_both_ways(TRAVELLER_LODGING, ROW) | {"place": "530302", "area": ""}
    row = sheets.written(TRAVELLER_LODGING, payload)
    assert (row["省份"], row["市-区"]) == ("云南省", "曲靖市-麒麟区")
    assert row["具体地址"] == ROW["具体地址"]


def test_a_csv_row_reads_as_the_same():
    flat = ROW | {"联系方式": "0874-85550109 | 甄经理：13800000000"}
    theirs, ours = assert_both_ways(TRAVELLER_LODGING, flat), assert_both_ways(TRAVELLER_LODGING, ROW)
    assert theirs | {"as_written": {}} == ours | {"as_written": {}}


@pytest.mark.parametrize(
    ("province", "city", "place", "area"),
    [
        ("重庆市", "重庆市-渝中区", "500103", ""),
        ("广西省", "南宁市-江南区", "450105", ""),
        ("湖南省", "各区县疾控中心", "430000", "各区县疾控中心"),
        ("云南省", "临沧市-双江自治县", "530925", ""),
        ("四川省", "阿坝州-汶川县", "513221", ""),
        ("湖南省", "", "430000", ""),
        ("云南省", "保山市-腾越镇", "530500", "腾越镇"),
        ("云南省", "昆明市-昆明路街道", "530100", "昆明路街道"),
    ],
)
def test_the_area_is_what_the_place_does_not_say(province, city, place, area):
    payload = assert_both_ways(TRAVELLER_LODGING, ROW | {"省份": province, "市-区": city})
    assert (payload["place"], payload["area"]) == (place, area)


def test_a_row_without_a_name_is_called_after_its_place_and_identifies_nobody():
    payload = assert_both_ways(
        TRAVELLER_LODGING, ROW | {"联系人(酒店名称或者政府部门）": "-", "具体地址": "-"}
    )
    assert (payload["organisation_name"], payload["address"]) == ("", "")
    assert TRAVELLER_LODGING.facets(payload).title == "云南省曲靖市红开区"
    assert TRAVELLER_LODGING.identity(payload) == ""


def test_identity_is_the_house_in_its_place():
    assert TRAVELLER_LODGING.identity(lodging()) == TRAVELLER_LODGING.identity(
        lodging(organisation_name=" 长堤迎宾酒店", address="")
    )
    assert TRAVELLER_LODGING.identity(lodging()) != TRAVELLER_LODGING.identity(lodging(place="430102"))
    assert TRAVELLER_LODGING.identity(lodging(organisation_name="区政府")) == ""


def test_what_gives_somebody_away_never_gets_public():
    payload = assert_both_ways(TRAVELLER_LODGING, ROW | {"备注": "已停业，请打13800000001"})
    public = str(TRAVELLER_LODGING.public(payload))
    assert payload["remarks"] == ""
    assert "13800000001" in payload["private_note"]
    assert not any(word in public for word in ("13800000000", "13800000001", "甄经理", "已审核"))


def test_facets_find_it_by_place_and_words():
    facets = TRAVELLER_LODGING.facets(assert_both_ways(TRAVELLER_LODGING, ROW))
    assert facets.places == ("530000", "530300")
    assert facets.urgency == 0
    assert "学府路9号" in facets.words
    assert facets.traits()["phone"] == ("0874-85550109", "13800000000")


def test_a_row_that_says_neither_who_nor_where_is_refused():
    row = ROW | {"省份": "", "市-区": "", "联系人(酒店名称或者政府部门）": "-", "具体地址": "-"}
    with pytest.raises(InvalidPayload) as refusal:
        TRAVELLER_LODGING.clean(sheets.read(TRAVELLER_LODGING, row).given)
    assert set(refusal.value.errors) == {"organisation_name"}


def test_what_a_sheet_may_leave_out_a_person_is_asked_for():
    fields = TRAVELLER_LODGING.form.base_fields
    assert fields["organisation_name"].required
    assert fields["place"].required


def test_the_public_reads_it_without_what_is_private(database, volunteer, reviewer, other_reviewer):
    data = EXAMPLE | {
        "contact_person": "甄不存",
        "contact_phone": "13800001234",
        "private_note": "夜间请打值班电话",
    }
    public = walked("traveller-lodging", data, volunteer, reviewer, other_reviewer)
    assert_shown(public, ["长堤迎宾酒店", "长堤路8号", "高新区"], ["甄不存", "13800001234", "夜间请打"])
