"""Clinics: what the advice is about, and a way in that may be no link."""

import pytest

from supplies import sheets
from supplies.lists.clinics import CLINICS, EXAMPLE
from tests.supplies.list_walks import (
    assert_both_ways,
    assert_page_and_json_agree,
    assert_shown,
    canonical,
    walked,
)
from verification.refusals import InvalidPayload

ROW = {
    "义诊单位或个人": "江城第三医院互联网门诊",
    "联系方式": [{"name": "", "tel": "4009-000-151"}],
    "发布时间": "2020-01-24T16:00:00.000Z",
    "官方链接": "https://hospital.example/clinic",
    "备注": "免费问诊",
    "审核状态": "已审核",
    "类型": 3,
}


def clinic(**changes):
    return CLINICS.clean(EXAMPLE | changes)


def test_the_form_reads_json_and_pages_alike():
    assert clinic() == assert_page_and_json_agree(CLINICS, EXAMPLE)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"organisation_name": ""}, "organisation_name"),
        ({"organisation_name": "甄医生 13800000000"}, "organisation_name"),
        ({"advice": ""}, "advice"),
        ({"advice": "teeth"}, "advice"),
        ({"access": "加微信 zhen_bucun"}, "access"),
    ],
)
def test_the_form_refuses_at_the_field(changes, field):
    with pytest.raises(InvalidPayload) as refusal:
        clinic(**changes)
    assert set(refusal.value.errors) == {field}


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (0, "covid"),
        (1, "counselling"),
        (2, "other"),
        (3, "both"),
        ("3", "both"),
        ("心理咨询", "counselling"),
        ("", ""),
    ],
)
def test_the_type_is_read_by_its_number_or_its_word(code, advice):
    assert assert_both_ways(CLINICS, ROW | {"类型": code})["advice"] == advice


def test_a_row_goes_in_and_comes_out_as_it_was():
    payload = assert_both_ways(CLINICS, ROW)
    assert (payload["office_line"], payload["source_dated"]) == ("400-900-0151", "2020-01-25")
    assert canonical(CLINICS, payload)["类型"] == 3


def test_a_row_of_before_there_was_a_type_gets_no_column_it_had_not():
    early = {header: cell for header, cell in ROW.items() if header != "类型"}
    assert assert_both_ways(CLINICS, early)["advice"] == ""
    later = assert_both_ways(CLINICS, early) | {"advice": "covid"}
    assert sheets.written(CLINICS, later) == early | {"类型": 0}


def test_an_unknown_type_goes_to_the_reviewers():
    payload = assert_both_ways(CLINICS, ROW | {"类型": "牙科"})
    assert payload["advice"] == ""
    assert "牙科" in payload["private_note"]


def test_words_where_a_link_should_be_are_the_way_in():
    payload = assert_both_ways(CLINICS, ROW | {"官方链接": "微信公众号搜索江城三院   "})
    assert (payload["source_link"], payload["access"]) == ("", "微信公众号搜索江城三院")
    assert canonical(CLINICS, payload)["官方链接"] == "微信公众号搜索江城三院"
    private = assert_both_ways(CLINICS, ROW | {"官方链接": "加微信13800000000"})
    assert private["access"] == ""
    assert "13800000000" in private["private_note"]


def test_a_csv_row_reads_as_the_same():
    flat = ROW | {"联系方式": "4009-000-151", "类型": "3"}
    theirs, ours = assert_both_ways(CLINICS, flat), assert_both_ways(CLINICS, ROW)
    assert theirs | {"as_written": {}} == ours | {"as_written": {}}


def test_whoever_serves_both_is_found_under_each():
    assert CLINICS.facets(clinic(advice="both")).tokens == (
        "advice:covid",
        "advice:counselling",
        "advice:both",
    )
    assert CLINICS.facets(clinic()).tokens == ("advice:covid",)
    assert CLINICS.facets(assert_both_ways(CLINICS, ROW | {"类型": ""})).tokens == ()


def test_identity_is_who_gives_the_advice():
    assert CLINICS.identity(clinic()) == CLINICS.identity(clinic(advice="counselling"))
    assert CLINICS.identity(clinic(organisation_name="-")) == ""


def test_private_particulars_are_not_public():
    row = ROW | {"联系方式": [{"name": "甄不存", "tel": "13800000000"}]}
    public = str(CLINICS.public(assert_both_ways(CLINICS, row)))
    assert not any(word in public for word in ("13800000000", "甄不存", "已审核"))


def test_the_public_reads_it_without_what_is_private(database, volunteer, reviewer, other_reviewer):
    data = EXAMPLE | {
        "contact_person": "甄不存",
        "contact_phone": "13800001234",
        "private_note": "夜间请打值班电话",
    }
    public = walked("clinics", data, volunteer, reviewer, other_reviewer)
    assert_shown(public, ["江城第三医院互联网门诊", "在线问诊"], ["甄不存", "13800001234", "夜间请打"])
