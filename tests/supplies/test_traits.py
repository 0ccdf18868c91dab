"""Telephones and addresses as traits: each written one way only."""

import pytest

from supplies.traits import account_trait, address_trait, contact_traits, phone_trait


@pytest.mark.parametrize(
    ("one", "other", "place"),
    [
        ("湖北省黄冈市武穴市刊江大道216号", "武穴市刊江大道 216 号", "421182"),
        (
            "湖北省天门市竟陵街道人民大道东1号",
            "湖北省天门市人民大道东１号天门市第一人民医院物资供应科",
            "429006",
        ),
        ("湖北省宜昌市西陵区樵湖一路60号医院设备部", "湖北省宜昌市樵湖一路60号", "420500"),
        ("武汉中山大道215号", "中山大道215号（设备处）", "420100"),
        ("江岸区惠济路五号", "武汉市江岸区惠济路5号", "420102"),
    ],
)
def test_one_address_is_one_trait(one, other, place):
    assert address_trait(one, place) == address_trait(other, place) != ()


@pytest.mark.parametrize(
    "text", ["", None, "黄冈市红十字会", "湖北省荆门市屈家岭管理区", "1号楼", "号", "武汉市3号"]
)
def test_an_address_that_says_too_little_is_no_trait(text):
    assert address_trait(text, "420100") == ()


def test_one_street_in_two_cities_is_two():
    assert address_trait("人民大道1号", "420106") != address_trait("人民大道1号", "420200")
    assert address_trait("人民大道1号", "420106") == address_trait("人民大道1号", "420100")


def test_telephones_lose_extension_and_way_of_writing():
    assert phone_trait("(027)85550100转8012", "+86 138 0000 0000") == ("027-85550100", "13800000000")
    assert phone_trait("85550100", "12320", "", None) == ()


def test_traits_of_a_payload():
    payload = {
        "office_line": "027-85550100",
        "contact_phone": None,
        "place": "420106",
        "address": "长堤路1号",
    }
    assert contact_traits(payload, address="address") == {
        "phone": ("027-85550100",),
        "address": ("420100|长堤路1",),
    }
    assert contact_traits({}) == {}


def test_accounts_are_one_however_they_are_spaced():
    assert account_trait(["0000 1111 2222", "０００011112222", "12"]) == ("000011112222",)
