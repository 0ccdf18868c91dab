"""Suppliers: products by kind, papers, places. Companies are invented."""

import pytest

from supplies import sheets
from supplies.lists.suppliers import EXAMPLE, SUPPLIERS
from tests.supplies.list_walks import (
    assert_both_ways,
    assert_page_and_json_agree,
    assert_shown,
    canonical,
    errors_of,
    read,
    walked,
)
from verification import workflow
from verification.sop import Risk

pytestmark = pytest.mark.django_db  # the catalogue stands in the database

ROW = {
    "省": "上海",
    "市": "上海市",
    "厂商名称": "申城生物科技有限公司",
    "口罩类产能": [],
    "头部防护类产能": [],
    "身体防护类产能": [{"specification": "一次性防护服", "value": 500}],
    "手部防护类产能": [],
    "腿部防护类产能": [],
    "消毒药品类产能": [],
    "检测产品类产能": [
        {"specification": "核酸检测试剂盒", "value": 1},
        {"specification": "采样管", "value": "2万支"},
    ],
    "医疗器材类产能": [],
    "其他物资产能": [],
    "资质证明": "国械注准20200000000",
    "厂商地址": "上海市\r\n浦东新区示例路1号",
    "联系方式": [
        {"name": "甄不存", "tel": "某经理 +86 13800001234"},
        {"name": "", "tel": "86(0)21-58550100"},
    ],
    "发布时间": "",
    "信息发布源链接": " https://supplier.example/1",
    "备注": "",
    "审核状态": "已审核",
}


def test_the_form_takes_what_a_page_and_what_the_api_sends():
    payload = assert_page_and_json_agree(SUPPLIERS, EXAMPLE)
    first = payload["lines"][0]
    assert (first["category"], first["amount"]["low"], first["unit"]) == ("masks", 100_000, "piece")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"category": "cars", "product": "救护车"}]}, "lines"),
        ({"lines": [{"category": "masks", "product": "", "amount": "5"}]}, "lines"),
        ({"place": "长堤"}, "place"),
        ({"organisation_name": " "}, "organisation_name"),
        ({"papers": "负责人手机 13800001234"}, "papers"),
    ],
)
def test_the_form_refuses(changes, wrong):
    assert wrong in errors_of(SUPPLIERS, EXAMPLE | changes)


def test_capacities_are_lines_and_come_back():
    payload = assert_both_ways(SUPPLIERS, ROW)
    said = [
        (line["no"], line["category"], line["product"], line["amount"]["kind"]) for line in payload["lines"]
    ]
    assert said == [
        (300, "body", "一次性防护服", "exact"),
        (700, "tests", "核酸检测试剂盒", "unknown"),
        (701, "tests", "采样管", "exact"),
    ]
    assert payload["lines"][2]["amount"]["low"] == 20_000
    assert payload["place"] == "310000"
    assert payload["source_link"] == "https://supplier.example/1"
    assert payload["office_line"] == "021-58550100"
    written = canonical(SUPPLIERS, payload)
    assert written["检测产品类产能"] == ROW["检测产品类产能"]
    assert written["身体防护类产能"] == ROW["身体防护类产能"]


def test_the_same_row_from_csv_reads_alike():
    row = ROW | {
        "身体防护类产能": "一次性防护服:500",
        "检测产品类产能": "核酸检测试剂盒:1 | 采样管：2万支",
        "联系方式": "甄不存：某经理 +86 13800001234 | 86(0)21-58550100",
    }
    row = {header: "" if cell == [] else cell for header, cell in row.items()}
    assert read(SUPPLIERS, row) | {"as_written": {}} == read(SUPPLIERS, ROW) | {"as_written": {}}


def test_a_capacity_that_cannot_be_read_is_asked_about_and_kept():
    reading = sheets.read(SUPPLIERS, ROW | {"口罩类产能": "医用口罩:面议再定 5 或 6 种"})
    assert [doubt.header for doubt in reading.doubts] == ["口罩类产能"]
    assert "口罩类产能: 医用口罩:面议再定 5 或 6 种" in reading.notes


def test_volunteers_remarks_with_their_names_are_for_the_reviewers():
    payload = assert_both_ways(SUPPLIERS, ROW | {"备注": "未录入：无资质证明\r\n处理人：甄不存"})
    assert payload["remarks"] == ""
    assert "处理人：甄不存" in payload["private_note"]


def test_a_town_of_another_province_is_asked_about():
    reading = sheets.read(SUPPLIERS, ROW | {"省": "山西", "市": "西安市"})
    assert [(doubt.header, doubt.text) for doubt in reading.doubts] == [("市", "西安市")]
    assert "市: 西安市" in reading.notes


def test_identity_is_the_company_and_no_placeholder():
    assert SUPPLIERS.identity(read(SUPPLIERS, ROW)) == "申城生物科技有限公司"
    assert SUPPLIERS.identity(read(SUPPLIERS, ROW | {"厂商名称": "未知"})) == ""


def test_it_is_found_by_kind_of_product_and_by_the_catalogue():
    facets = SUPPLIERS.facets(SUPPLIERS.clean(EXAMPLE))
    assert facets.tokens == ("category:body", "category:masks")
    assert facets.items == ("protective-suit", "surgical-mask")
    assert facets.places == ("420000", "420100", "420106")


def test_a_supplier_without_papers_is_pointed_out():
    assert SUPPLIERS.notices(SUPPLIERS.clean(EXAMPLE)) == []
    assert len(SUPPLIERS.notices(SUPPLIERS.clean(EXAMPLE | {"papers": ""}))) == 1


def test_a_supplier_is_dangerous_and_its_person_private(database, volunteer, reviewer, other_reviewer):
    data = EXAMPLE | {"contact_person": "甄不存", "contact_phone": "13800001234", "private_note": "见过执照"}
    assert workflow.submit(kind="suppliers", data=data, by=volunteer).risk == Risk.DANGEROUS
    data["organisation_name"] = "江城第二防护用品有限公司"
    public = walked("suppliers", data, volunteer, reviewer, other_reviewer)
    assert_shown(public, ["医用外科口罩", "鄂械注准20200000000"], ["甄不存", "13800001234", "见过执照"])
