"""Places: codes, their hierarchy, and the place an address speaks of."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplies import places
from supplies.places.table import places as table
from tests.shared_data import rows_of


def shown(code: str) -> list[str]:
    return [place.shown for place in places.path(code)]


def test_table_holds_34_provinces_and_only_whole_codes():
    assert len(places.children()) == 34
    assert {"710000", "810000", "820000"} <= {place.code for place in places.children()}
    assert all(re.fullmatch(r"[1-8][0-9]{5}", code) for code in table())
    assert not [place.name for place in table().values() if place.name == "市辖区" or "直辖" in place.name]


def test_table_every_place_has_its_parent_and_lies_in_it():
    for place in table().values():
        assert (place.level == "province") == (not place.parent)
        assert not place.parent or places.contains(place.parent, place.code)


def test_path_from_province_to_county():
    assert shown("420102") == ["湖北", "武汉", "江岸区"]
    assert [place.code for place in places.path("420102")] == ["420000", "420100", "420102"]


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("110105", ["北京", "朝阳区"]),
        ("500101", ["重庆", "万州区"]),
        ("429004", ["湖北", "仙桃"]),
        ("429021", ["湖北", "神农架"]),
        ("810002", ["香港", "湾仔区"]),
        ("441900", ["广东", "东莞"]),
        ("422825", ["湖北", "恩施", "宣恩县"]),
        ("710000", ["台湾"]),
    ],
)
def test_path_leaves_out_placeholder_levels(code, path):
    assert shown(code) == path


def test_children_of_hubei_are_its_prefectures_and_direct_cities():
    names = [place.shown for place in places.children("420000")]
    assert len(names) == 17
    assert names[0] == "武汉"
    assert names[-4:] == ["仙桃", "潜江", "天门", "神农架"]


@pytest.mark.parametrize("code", ["", "42", "429000", "420199", "999999", "420101", None])
def test_get_unknown_code_is_refused(code):
    with pytest.raises(places.UnknownPlace):
        places.get(code)
    assert not places.exists(code)


@pytest.mark.parametrize(
    ("code", "beginning"), [("420000", "42"), ("420100", "4201"), ("420106", "420106"), ("429004", "429004")]
)
def test_within_is_how_codes_inside_begin(code, beginning):
    assert places.within(code) == beginning


def test_contains_place_in_place():
    assert places.contains("420000", "429004")
    assert places.contains("420100", "420100")
    assert not places.contains("420100", "420200")


@pytest.mark.parametrize(
    ("code", "chinese", "english"),
    [
        ("420000", "湖北", "Hubei"),
        ("420106", "武昌区", "Wuchang"),
        ("429004", "仙桃", "Xiantao"),
        ("150000", "内蒙古", "Inner Mongolia"),
        ("330382", "乐清市", "乐清市"),
    ],
)
def test_label_in_both_languages(code, chinese, english):
    assert places.label(code) == chinese
    assert places.label(code, "en") == english


def test_english_names_are_of_known_places():
    assert sum(bool(place.name_en) for place in table().values()) == 34 + len(
        [code for code in table() if code.startswith("42") and code != "420000"]
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("湖北武汉江岸区胜利街26号", "420102"),
        ("湖北省武汉市武昌区解放路238号武汉大学人民医院医疗设备处", "420106"),
        ("武汉", "420100"),
        ("江岸区", "420102"),
        ("浙江温州乐清市", "330382"),
        ("长春朝阳区", "220104"),
        ("北京市朝阳区", "110105"),
        ("湖北省江汉区菱角湖路11号", "420103"),
        ("武汉市中山大道215号", "420100"),
        ("中山大道215号武汉市第一医院", "420100"),
        ("荆州市沙市区北京东路196号", "421002"),
        ("荆州市荆州中医院", "421000"),
        ("荆州荆州区", "421003"),
        ("荆门钟祥", "420881"),
        ("黄冈麻城市妇幼保健院", "421181"),
        ("仙桃第一人民医院", "429004"),
        ("湖北；仙桃", "429004"),
        ("恩施", "422800"),
        ("恩施市", "422801"),
        ("恩施州咸丰县人民医院", "422826"),
        ("湖北省长阳县人民医院", "420528"),
        ("荆州市监利县赵家村江城路80号", "421088"),
        ("吉林", "220000"),
        ("吉林市", "220200"),
        ("海南", "460000"),
        ("青海海南州", "632500"),
        ("内蒙古呼和浩特", "150100"),
        ("香港", "810000"),
        ("随州随县", "421321"),
        ("湖北　武汉　硚口区", "420104"),
    ],
)
def test_find_place_in_text(text, code):
    found = places.find(text)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    "text",
    ["", "朝阳区", "鼓楼区", "青山区", "公安局", "中山", "北京东路196号", "江汉大学", "设备科", "市中区"],
)
def test_find_nothing_certain_is_none(text):
    assert places.find(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("江苏鼓楼区", "320000"),
        ("湖北省江汉油田总医院", "420000"),
        ("湖北省武汉市武昌区彭刘杨路241号（首义院区）或 洪山区关山大道216号", "420100"),
        ("武汉市公安局", "420100"),
    ],
)
def test_find_stays_with_the_larger_place_where_the_smaller_is_not_certain(text, code):
    assert places.find(text).code == code


def test_find_of_two_cities_is_none():
    assert places.find("武汉市解放大道1095号 长治市延安南路110号") is None


@given(st.text(st.sampled_from("湖北武汉市江岸区恩施州荆吉林省朝阳中山大道路 仙桃，县"), max_size=30))
def test_find_never_raises(text):
    found = places.find(text)
    assert found is None or places.exists(found.code)


@given(st.sampled_from(sorted(table())))
def test_find_full_path_is_the_place(code):
    names = "".join(place.name for place in places.path(code))
    assert places.find(names).code == code


def test_search_for_the_picker():
    assert [place.code for place in places.search("武汉")] == ["420100"]
    assert places.search("湖北 江")[0].code == "420102"
    assert places.search("wuhan")[0].code == "420100"
    assert places.search("恩施")[0].code == "422800"
    assert places.search("  ") == []
    assert len(places.search("区", limit=7)) == 7


def test_find_real_addresses_never_in_another_city():
    """Where the address gives a district, it is the sheet's district, but for the sheet's own mistakes."""
    wrong = set()
    for row in rows_of("hospital"):
        found, district = places.find(row["医院地址"] or ""), row["区县"] or ""
        if found and found.level == "county" and district.endswith(("区", "县")):
            names = {place.name for place in places.path(found.code)}
            if district not in names and not any(name.startswith(district[:2]) for name in names):
                wrong.add((district, found.name))
    assert wrong <= {("洪山区", "武昌区")}
