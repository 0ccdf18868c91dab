"""Telephone numbers and private particulars. Every number here is invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplies import contacts


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("13800001234", [("mobile", "13800001234")]),
        ("１３８ 0000 1234", [("mobile", "13800001234")]),
        ("+86 138-0000-1234", [("mobile", "13800001234")]),
        ("8613800001234", [("mobile", "13800001234")]),
        ("0086 13800001234", [("mobile", "13800001234")]),
        ("138000 01234", [("mobile", "13800001234")]),
        ("027-85000000", [("office", "027-85000000")]),
        ("(027)85000000", [("office", "027-85000000")]),
        ("02785000000", [("office", "027-85000000")]),
        ("0713- 8500000", [("office", "0713-8500000")]),
        ("0716—3000000", [("office", "0716-3000000")]),
        ("+86 27 85000000", [("office", "027-85000000")]),
        ("85000000", [("office", "85000000")]),
        ("027-85000000转8012", [("office", "027-85000000转8012")]),
        ("027-85000000-8012", [("office", "027-85000000转8012")]),
        ("027-85000000/85000001", [("office", "027-85000000"), ("office", "027-85000001")]),
        ("400-800-0000", [("service", "400-800-0000")]),
        ("4008000000", [("service", "400-800-0000")]),
        ("顺丰95338", [("service", "95338")]),
        ("刘13800001234；李 13900001234、", [("mobile", "13800001234"), ("mobile", "13900001234")]),
        ("值班 0724-6000000（捐赠）\n13800001234", [("office", "0724-6000000"), ("mobile", "13800001234")]),
    ],
)
def test_read_phones_as_written(text, numbers):
    assert [(phone.kind, phone.text) for phone in contacts.read_phones(text)] == numbers


@pytest.mark.parametrize(
    "text",
    ["", "139****6667", "1380000123", "138000012345", "20200203", "430000", "N95 5000个", "GB19083-2010"],
)
def test_read_phones_finds_none_where_there_is_none(text):
    assert contacts.read_phones(text) == []


def test_without_phones_keeps_every_other_word():
    assert (
        contacts.without_phones("王老师 13800001234（设备科） 139****6667") == "王老师 （设备科） 139****6667"
    )


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("138 0000 1234", "138****1234"),
        ("027-85000000转8012", "027-****0000"),
        ("85000000", "****0000"),
        ("400-800-0000", "400-800-0000"),
        ("abc", "***"),
    ],
)
def test_mask_hides_the_middle(number, masked):
    assert contacts.mask(number) == masked


def test_is_mobile_only_of_one_number_alone():
    assert contacts.is_mobile(" 138-0000-1234 ")
    assert not contacts.is_mobile("027-85000000")
    assert not contacts.is_mobile("王老师 13800001234")
    assert not contacts.is_mobile("13800001234 13900001234")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("请联系13800001234", [("mobile", "13800001234")]),
        ("写信到 someone@example.org", [("mail", "someone@example.org")]),
        ("微信：invented_name1", [("messenger", "invented_name1")]),
        ("QQ 100000001", [("messenger", "100000001")]),
        ("账号：4000 0000 0000 0000 000", [("account", "4000 0000 0000 0000 000")]),
        ("身份证 11010519491231002X", [("identity", "11010519491231002X")]),
        ("捐赠热线027-85000000，标准GB 19083-2010，需5000个", []),
        ("https://example.org/a/1234567890123456/?page=1", []),
        ("", []),
    ],
)
def test_find_private_in_public_words(text, found):
    assert [(private.kind, private.text) for private in contacts.find_private(text)] == found


@given(st.text(st.sampled_from("0123456789 -+()转/@.a微信：*"), max_size=40))
def test_find_private_never_raises_and_points_into_the_text(text):
    for private in contacts.find_private(text):
        assert text[private.start : private.end] == private.text
    for phone in contacts.read_phones(text):
        assert contacts.mask(phone.text) != phone.number or phone.kind == "service"


@given(st.integers(10**8, 10**9 - 1))
def test_read_phones_mobile_reads_back_from_its_own_form(rest):
    number = f"13{rest}"
    assert [phone.text for phone in contacts.read_phones(f"王{number}，")] == [number]
