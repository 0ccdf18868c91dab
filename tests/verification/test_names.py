"""Names of institutions: one house under many spellings, and never two houses under one."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared_data import rows_of
from verification import names

LIKE_ENOUGH = 0.9


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("黄石第二医院", "黄石市第二医院"),
        ("鄂东医养集团黄石市第二医院", "黄石市第二医院"),
        ("黄石市阳新县疾控中心", "阳新县疾病预防控制中心"),
        ("邢台平乡县人民医院", "平乡县人民医院"),
        ("嘉兴桐乡市第九医院", "桐乡市第九医院"),
        ("庆阳镇原县中医院", "镇原县中医院"),
        ("天津河北区儿童医院", "河北区儿童医院"),
        ("湖北省蕲春县医院", "蕲春县人民医院"),
        ("黄冈麻城市妇幼保健院", "麻城市妇幼保健院"),
        ("湖北省罗田县人民医院", "黄冈市罗田县人民医院"),
        ("鄂州市中医医院", "鄂州市中医院"),
        ("武昌医院", "武汉市武昌医院"),
        ("武汉市九医院", "武汉市第九医院"),
        ("武汉市第9医院", "武汉市第九医院"),
        ("武汉市第四人民医院", "武汉市第四医院"),
        ("湖北省中西医结合医院", "湖北省中西医结合医院（新华医院)"),
        ("宜昌市仁和医院(三峡大学附属仁和医院)", "三峡大学附属仁和医院"),
        ("华南科技大学同济医学院附属协和医院", "华中科技大学同济医学院附属协和医院"),
        (" 武汉市 中心医院", "武汉市中心医院"),
    ],
)
def test_similarity_of_one_institution_is_high(one, other):
    assert names.similarity(one, other) >= LIKE_ENOUGH
    assert names.best_matches(one, ["武汉市金银潭医院", other])[0][0] == other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("天门市红十字会", "仙桃市红十字会"),
        ("湖北省红十字会", "武汉市红十字会"),
        ("武汉市红十字会", "武汉市红十字会医院"),
        ("宜昌市第一人民医院", "宜昌市第二人民医院"),
        ("宜昌市第一人民医院", "荆门市第一人民医院"),
        ("黄州区人民医院", "黄梅县人民医院"),
        ("武汉市江夏区人民医院", "武汉市蔡甸区人民医院"),
        ("武汉市江夏区人民医院", "武汉市人民医院"),
        ("黄冈市妇幼保健院", "黄冈麻城市妇幼保健院"),
        ("天门市妇幼保健院", "天门市第一人民医院"),
        ("武汉大学人民医院", "武汉大学中南医院"),
        ("武汉大学人民医院", "武汉大学人民医院东院"),
        ("武汉市中心医院", "武汉市中心医院麻醉科"),
        ("湖北省第三人民医院", "武汉市第三医院"),
        ("麻城市盐田河镇中心卫生院", "蕲春县刘河镇卫生院"),
        ("", "武汉市中心医院"),
    ],
)
def test_similarity_of_two_institutions_is_low(one, other):
    assert names.similarity(one, other) < LIKE_ENOUGH


def test_core_of_spellings_is_one():
    assert names.core("黄石第二医院") == names.core("湖北省黄石市第2医院")
    assert names.core("黄石市第二医院") != names.core("黄石市第五医院")


def test_normalise_keeps_letters_and_digits():
    assert names.normalise(" Ａ（武汉）·\x00\u200b第1 医院 ") == "a武汉第1医院"


def test_similarity_real_red_cross_societies_are_all_different():
    societies = sorted(
        {row["医院名称"].strip() for row in rows_of("hospital") if "红十字会" in row["医院名称"]}
    )
    assert len(societies) > 8
    assert all(names.similarity(one, other) < LIKE_ENOUGH for one, other in combinations(societies, 2))


def test_similarity_real_names_alike_are_the_known_ones():
    real = sorted({row["医院名称"].strip() for row in rows_of("hospital")})
    alike = [pair for pair in combinations(real, 2) if names.similarity(*pair) >= LIKE_ENOUGH]
    assert len(alike) == 19
    assert ("武汉市汉口医院", "武汉汉口医院") in alike
    for one, other in alike:
        assert set(one) & set("二三四五六八") == set(other) & set("二三四五六八")


def test_best_matches_are_likest_first_and_few():
    candidates = ["武汉市第四医院", "武汉市第四人民医院", "武汉市第五医院", "武汉市第四医院"]
    assert names.best_matches("武汉第四医院", candidates) == [
        ("武汉市第四医院", 1.0),
        ("武汉市第四人民医院", 0.9),
    ]
    assert len(names.best_matches("武汉第四医院", candidates, limit=1)) == 1


def test_bigrams_of_chinese_and_latin():
    assert list(names.bigrams("武汉市，N95 口罩 3M x")) == ["武汉", "汉市", "n9", "95", "口罩", "3m", "x"]
    assert list(names.bigrams("Ｎ９５n95")) == ["n9", "95", "5n"]


@pytest.mark.parametrize(
    ("query", "grams"), [("同济", ["同济"]), ("N95 罩", ["n9", "95"]), ("罩", ["罩"]), ("，", []), ("", [])]
)
def test_query_bigrams(query, grams):
    assert names.query_bigrams(query) == grams


@given(st.text(max_size=40), st.text(max_size=40))
def test_similarity_is_symmetric_and_between_0_and_1(one, other):
    assert 0 <= names.similarity(one, other) <= 1
    assert names.similarity(one, other) == names.similarity(other, one)


@given(st.text(st.sampled_from("武汉市第一医院口罩"), max_size=20), st.integers(0, 20), st.integers(2, 20))
def test_query_bigrams_of_a_part_are_in_the_whole(text, start, length):
    part = text[start : start + length]
    assert len(part) < 2 or set(names.query_bigrams(part)) <= set(names.bigrams(text))
