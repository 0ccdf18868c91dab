"""Corporate gifts: amounts in the sheets' ten thousands and in people's words, kept in yuan."""

from decimal import Decimal

import pytest

from supplies import sheets
from supplies.lists.corporate_gifts import CORPORATE_GIFTS, EXAMPLE, read_yuan
from tests.supplies.list_walks import (
    assert_both_ways,
    assert_page_and_json_agree,
    assert_shown,
    canonical,
    walked,
)
from verification.refusals import InvalidPayload

ROW = {
    "企业名称": "长堤实业集团",
    "企业类型": "民营",
    "企业所在省": "浙江",
    "企业所在市": "杭州",
    "捐款金额（万元）": 500,
    "捐款时间": "2020-01-24T16:00:00.000Z",
    "摘要": "设立医疗物资专项基金。",
    "链接": "https://company.example/news/28",
    "备注": "",
    "审核状态": "已审核",
}


def gift(**changes):
    return CORPORATE_GIFTS.clean(EXAMPLE | changes)


def test_the_form_reads_json_and_pages_alike():
    assert gift() == assert_page_and_json_agree(CORPORATE_GIFTS, EXAMPLE)
    assert gift(amount=5_000_000) == gift(amount="500万") == gift(amount="5,000,000.00元") == gift()
    assert gift(amount="")["amount"] is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"organisation_name": ""}, "organisation_name"),
        ({"amount": "很多"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1000万美元"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "9" * 18}, "amount"),
        ({"amount": "0.001"}, "amount"),
        ({"amount": ["5"]}, "amount"),
        ({"given_on": "2020-13-01"}, "given_on"),
        ({"company_type": "secret"}, "company_type"),
        ({"summary": "请转账至 6222 0000 0000 0000 000"}, "summary"),
    ],
)
def test_the_form_refuses_at_the_field(changes, field):
    with pytest.raises(InvalidPayload) as refusal:
        gift(**changes)
    assert set(refusal.value.errors) == {field}


@pytest.mark.parametrize(
    ("text", "unit", "yuan"),
    [
        ("500", 10_000, "5000000"),
        ("500", 1, "500"),
        ("10亿", 10_000, "1000000000"),
        ("1.5亿元", 1, "150000000"),
        ("500元", 10_000, "500"),
        ("３００万", 1, "3000000"),
        ("￥2,000", 1, "2000"),
        ("0.00001", 10_000, "0.1"),
    ],
)
def test_an_amount_is_read_as_it_is_meant(text, unit, yuan):
    assert read_yuan(text, unit=unit) == Decimal(yuan)


def test_a_row_goes_in_and_comes_out_as_it_was():
    payload = assert_both_ways(CORPORATE_GIFTS, ROW)
    assert (payload["amount"], payload["company_type"]) == ("5000000", "private")
    assert (payload["place"], payload["given_on"]) == ("330100", "2020-01-25")
    assert payload["source_dated"] is None


def test_a_row_written_afresh_differs_in_its_surface_only():
    again = canonical(CORPORATE_GIFTS, assert_both_ways(CORPORATE_GIFTS, ROW))
    changed = {header: cell for header, cell in again.items() if cell != ROW[header]}
    assert changed == {"企业所在省": "浙江省", "企业所在市": "杭州市"}
    assert canonical(CORPORATE_GIFTS, gift(amount="15000"))["捐款金额（万元）"] == 1.5


@pytest.mark.parametrize("cell", ["", 0, None, "-"])
def test_nobody_said_how_much(cell):
    payload = assert_both_ways(CORPORATE_GIFTS, ROW | {"捐款金额（万元）": cell})
    assert payload["amount"] is None
    assert CORPORATE_GIFTS.show("amount", payload["amount"]) == ""


def test_another_currency_is_no_yuan_and_the_sender_is_asked():
    reading = sheets.read(CORPORATE_GIFTS, ROW | {"捐款金额（万元）": "1000万美元"})
    assert [doubt.header for doubt in reading.doubts] == ["捐款金额（万元）"]
    payload = CORPORATE_GIFTS.clean(reading.given)
    assert payload["amount"] is None
    assert "1000万美元" in payload["private_note"]


def test_a_csv_row_reads_as_the_same():
    theirs = assert_both_ways(CORPORATE_GIFTS, ROW | {"捐款金额（万元）": "500"})
    ours = assert_both_ways(CORPORATE_GIFTS, ROW)
    assert theirs | {"as_written": {}} == ours | {"as_written": {}}


def test_identity_is_the_company_and_the_day():
    assert CORPORATE_GIFTS.identity(gift()) == CORPORATE_GIFTS.identity(gift(amount="600万"))
    assert CORPORATE_GIFTS.identity(gift()) != CORPORATE_GIFTS.identity(gift(given_on="2020-02-01"))
    assert CORPORATE_GIFTS.identity(gift(organisation_name="-")) == ""


def test_facets_find_it_by_kind_and_seat():
    facets = CORPORATE_GIFTS.facets(gift())
    assert (facets.tokens, facets.places) == (("company_type:private",), ("330000", "330100"))
    assert CORPORATE_GIFTS.facets(gift(place="", company_type="")).places == ()


def test_private_particulars_are_not_public():
    public = str(
        CORPORATE_GIFTS.public(assert_both_ways(CORPORATE_GIFTS, ROW | {"备注": "联系甄不存13800000000"}))
    )
    assert not any(word in public for word in ("13800000000", "甄不存", "已审核"))


def test_the_public_reads_it_without_what_is_private(database, volunteer, reviewer, other_reviewer):
    data = EXAMPLE | {"private_note": "甄不存说的", "as_written": {"审核状态": "待核"}}
    public = walked("corporate-gifts", data, volunteer, reviewer, other_reviewer)
    assert_shown(public, ["长堤实业集团", "呼吸机"], ["甄不存", "待核"])
