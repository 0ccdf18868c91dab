"""The volunteers' hospital sheet as it stood in the end, every row compared with all others."""

import json

import pytest

from supplies import sheets
from tests.shared_data import real_file
from verification import kinds, likeness, workflow
from verification.models import Submission
from verification.sop import Origin


@pytest.fixture
def rows(stranger):
    """Every row sent in; (prefecture, key) of each submission."""
    needs, known = kinds.get("needs"), {}
    for row in json.loads(real_file("final-hospital.json").read_text(encoding="utf-8")):
        given = sheets.read(needs, row["row"], row["sheet"]).given
        sent = workflow.submit(
            kind="needs",
            data=given,
            by=stranger,
            origin=Origin.IMPORT,
            source=row["sheet"],
            source_key=row["key"],
        )
        known[sent.record] = (row["sheet"].rpartition("/")[2], row["key"])
    return known


@pytest.fixture
def pairs(rows):
    """Every pair offered, with the reasons, best first."""
    found = {}
    everyone = list(Submission.objects.order_by("pk"))
    for s, candidates in zip(everyone, likeness.of_submissions(everyone).values(), strict=True):
        for c in candidates:
            found[tuple(sorted((rows[s.record], rows[c.uid])))] = c.reasons
    return found


SEVEN = [
    (("huanggangshi", "团风县人民医院"), ("huanggangshi", "团风县人民医院#2")),
    (("huanggangshi", "武穴市第一人民医院"), ("huanggangshi", "武穴市第一人民医院#2")),
    (("huanggangshi", "蕲春县人民医院"), ("huanggangshi", "蕲春县人民医院#2")),
    (("huangshishi", "黄石市第二医院"), ("huangshishi", "黄石市第二医院#2")),
    (("huangshishi", "黄石市第五医院"), ("huangshishi", "黄石市第五医院#2")),
    (("tianmenshi", "天门市妇幼保健院"), ("yichangshi", "天门市妇幼保健院")),
    (("tianmenshi", "天门市第一人民医院"), ("yichangshi", "天门市第一人民医院")),
]
# One house under two spellings.
SPELLINGS = [
    ("三峡大学附属仁和医院", "宜昌市仁和医院(三峡大学附属仁和医院)"),
    ("华中科技大学同济医学院附属同济医院", "武汉同济医院"),
    ("国药葛洲坝中心医院", "葛洲坝中心医院"),
    ("康泰精神病医院", "黄冈市黄州区康泰精神病医院"),
    ("武昌医院", "武汉市武昌医院"),
    ("武汉儿童医院", "湖北省儿童中心"),
    ("武汉市汉口医院", "武汉汉口医院"),
    ("武汉市第四人民医院", "武汉市第四医院"),
    ("湖北省中西医结合医院", "湖北省中西医结合医院（新华医院)"),
    ("湖北省蕲春县医院", "蕲春县人民医院"),
    ("湖北省蕲春县医院", "蕲春县人民医院#2"),
    ("鄂东医疗集团黄石市中心医院", "黄石市中心医院"),
]
# Two that share an address: for a person to say that they are two.
NEIGHBOURS = [
    ("京山市慈善总会", "京山市红十字会"),
    ("华中科技大学同济医学院附属同济医院", "长治医学院附属和平医院 医疗队前往武汉同济医院"),
    ("武汉同济医院", "长治医学院附属和平医院 医疗队前往武汉同济医院"),
    ("武汉大学人民医院", "武汉大学人民医院（器官移植科）"),
]


def test_real_hospitals_that_are_the_same_are_offered_and_no_others(rows, pairs):
    assert [pair for pair in SEVEN if pair not in pairs] == []
    assert {pairs[pair][0] for pair in SEVEN} == {likeness.SAME_IDENTITY}
    said = {tuple(name for _sheet, name in pair): why for pair, why in pairs.items() if pair not in SEVEN}
    assert sorted(said) == sorted(SPELLINGS + NEIGHBOURS)
    assert {why for pair in NEIGHBOURS for why in said[pair]} == {likeness.SAME_TRAIT["address"]}
    # The Red Cross societies of thirteen towns are thirteen.
    societies = {at for at in rows.values() if "红十字会" in at[1] and "医院" not in at[1]}
    assert len(societies) == 13
    assert [pair for pair in pairs if set(pair) <= societies] == []
