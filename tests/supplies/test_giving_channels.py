"""Giving channels: accounts in three columns, and no person's among them. Everything is invented."""

import pytest

from supplies import sheets
from supplies.lists.giving_channels import EXAMPLE, GIVING_CHANNELS, is_person
from tests.supplies.list_walks import (
    assert_both_ways,
    assert_page_and_json_agree,
    assert_shown,
    canonical,
    errors_of,
    read,
    walked,
)
from verification import in_force, workflow
from verification.refusals import Refused
from verification.sop import Intent, Risk

pytestmark = pytest.mark.django_db  # the catalogue stands in the database

ROW = {
    "受赠组织": "江城市红十字会",
    "联系电话": [{"name": "办公室", "tel": "027-85550200"}, {"name": "甄不存", "tel": "13800001234"}],
    "地址": "",
    "邮箱": "office@charity.example",
    "微信公众号": "江城红十字",
    "账户名": "江城市红十字会|江城市慈善总会",
    "开户行": "江城商业银行长堤支行 |江城农业银行",
    "账号": "0000 1111 2222|000011113333",
    "汇款附言": "疫情防控",
    "备注": "行号：000000000000",
    "发布时间": None,
    "官方链接": "https://charity.example/give",
    "当前状态": "进行中",
    "审核状态": "已审核",
}


def test_the_form_takes_what_a_page_and_what_the_api_sends():
    payload = assert_page_and_json_agree(GIVING_CHANNELS, EXAMPLE)
    assert payload["lines"][0]["account_number"] == "000000000000"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"account_name": "甄不存"}, "甄不存"),
        ({"account_name": ""}, ""),
        ({"bank": ""}, ""),
        ({"account_number": "请见官网"}, ""),
        ({"account_number": "12"}, ""),
    ],
)
def test_the_form_refuses_an_account(line, said):
    wrong = errors_of(GIVING_CHANNELS, EXAMPLE | {"lines": [EXAMPLE["lines"][0] | line]})
    assert said in str(wrong["lines"])


def test_the_form_asks_for_an_account_or_the_page_that_says_how():
    assert "lines" in errors_of(GIVING_CHANNELS, EXAMPLE | {"lines": [], "source_link": ""})
    assert errors_of(GIVING_CHANNELS, EXAMPLE | {"lines": []}) == {}
    assert "remarks" in errors_of(GIVING_CHANNELS, EXAMPLE | {"remarks": "也可汇至 6222 0000 1111 2222 333"})


@pytest.mark.parametrize("name", ["甄不存", "欧阳不存", "联系人719", "某老师", "王先生"])
def test_a_person_is_known_by_the_name(name):
    assert is_person(name)


@pytest.mark.parametrize("name", ["慈善会", "武昌慈善总会", "卫生局", "HUBEI CHARITY", "财政所", "腾讯公益"])
def test_an_organisation_is_no_person(name):
    assert not is_person(name)


def test_parallel_accounts_are_lines_and_come_back_parted_by_a_bar():
    payload = assert_both_ways(GIVING_CHANNELS, ROW)
    assert payload["lines"] == [
        {
            "no": 1,
            "account_name": "江城市红十字会",
            "bank": "江城商业银行长堤支行",
            "account_number": "000011112222",
        },
        {"no": 2, "account_name": "江城市慈善总会", "bank": "江城农业银行", "account_number": "000011113333"},
    ]
    assert payload["channel_state"] == "open"
    assert payload["contact_mail"] == "office@charity.example"
    written = canonical(GIVING_CHANNELS, payload)
    assert written["账户名"] == ROW["账户名"]
    assert written["账号"] == "000011112222|000011113333"


@pytest.mark.parametrize(
    "changes",
    [
        {"账号": 559957530551, "账户名": "江城慈善会", "开户行": "江城银行"},
        {"当前状态": None, "联系电话": [], "邮箱": None},
        {"当前状态": "已完成", "发布时间": "2020-01-28T16:00:00.000Z"},
    ],
)
def test_rows_of_the_sheets_come_back_as_they_were(changes):
    assert_both_ways(GIVING_CHANNELS, ROW | changes)


def test_the_same_row_from_csv_reads_alike():
    row = {header: "" if cell is None else cell for header, cell in ROW.items()}
    row["联系电话"] = "办公室：027-85550200 | 甄不存：13800001234"
    assert read(GIVING_CHANNELS, row) | {"as_written": {}} == read(GIVING_CHANNELS, ROW) | {"as_written": {}}


def test_a_persons_account_is_for_the_reviewers_only():
    payload = assert_both_ways(GIVING_CHANNELS, ROW | {"账户名": "甄不存|江城市慈善总会"})
    assert [line["no"] for line in payload["lines"]] == [2]
    assert "甄不存 江城商业银行长堤支行 0000 1111 2222" in payload["private_note"]
    assert "甄不存" not in str(GIVING_CHANNELS.public(payload))


def test_a_row_with_fewer_banks_than_accounts_is_refused():
    given = sheets.read(GIVING_CHANNELS, ROW | {"开户行": "江城商业银行"}).given
    assert "lines" in errors_of(GIVING_CHANNELS, given)


def test_reviewers_are_told_of_accounts_in_another_name():
    notices = GIVING_CHANNELS.notices(read(GIVING_CHANNELS, ROW))
    assert len(notices) == 1
    assert "江城市慈善总会" in notices[0]
    assert GIVING_CHANNELS.notices(read(GIVING_CHANNELS, ROW | {"账户名": "", "开户行": "", "账号": ""}))


def test_identity_is_the_organisation_and_no_placeholder():
    assert GIVING_CHANNELS.identity(read(GIVING_CHANNELS, ROW)) == "江城市红十字会"
    assert GIVING_CHANNELS.identity(read(GIVING_CHANNELS, ROW | {"受赠组织": "区政府"})) == ""


def test_it_is_found_by_seat_and_state():
    facets = GIVING_CHANNELS.facets(read(GIVING_CHANNELS, ROW | {"受赠组织": "襄阳市慈善总会"}))
    assert facets.places == ("420000", "420600")
    assert facets.tokens == ("channel_state:open",)


def test_where_money_goes_is_never_for_one_reviewer(database, volunteer, reviewer, other_reviewer):
    sent = workflow.submit(kind="giving-channels", data=EXAMPLE, by=volunteer)
    assert sent.risk == Risk.DANGEROUS
    with pytest.raises(Refused):
        walked(
            "giving-channels", EXAMPLE | {"organisation_name": "江城基金会"}, volunteer, reviewer, reviewer
        )
    after = GIVING_CHANNELS.clean(EXAMPLE | {"remarks": "请汇至新账号 0000111122"})
    touched = GIVING_CHANNELS.touched(after, GIVING_CHANNELS.clean(EXAMPLE))
    judged = in_force.current().judge("giving-channels", Intent.CORRECTION, touched)
    assert judged.risk == Risk.DANGEROUS


def test_the_public_sees_accounts_and_no_person(database, volunteer, reviewer, other_reviewer):
    data = EXAMPLE | {
        "contact_person": "甄不存",
        "contact_mail": "zhen@charity.example",
        "private_note": "只打电话",
    }
    public = walked("giving-channels", data, volunteer, reviewer, other_reviewer)
    assert_shown(
        public, ["江城慈善会", "江城商业银行长堤支行"], ["甄不存", "zhen@charity.example", "只打电话"]
    )
