"""The catalogue: the sheets' columns, names in use, product standards."""

from datetime import date

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from supplies import catalogue, quantities
from tests.shared_data import rows_of

ITEMS = catalogue.items()
OUTBREAK, LATER = date(2020, 2, 1), date(2026, 1, 1)


def test_items_are_the_23_columns_of_the_sheets():
    assert len(ITEMS) == 23
    assert [item.position for item in ITEMS] == list(range(1, 24))
    assert len({item.code for item in ITEMS}) == len({item.header for item in ITEMS}) == 23
    assert {item.group for item in ITEMS} == set(catalogue.Group.values)
    assert {item.unit for item in ITEMS} <= set(quantities.UNITS)


def test_headers_are_those_of_the_real_sheets():
    columns = [name for name in rows_of("hospital")[0] if catalogue.item_of_header(name)]
    assert [catalogue.item_of_header(name) for name in columns] == list(ITEMS)
    assert catalogue.item_of_header("医用防护口罩|N95口罩").code == "n95-mask"
    assert catalogue.item_of_header("备注") is None


def test_items_are_valid_rows():
    for item in ITEMS:
        item.clean_fields()
    for standard in catalogue.standards():
        standard.clean_fields(exclude=["item"])


def test_label_follows_the_language():
    with override("zh-hans"):
        assert catalogue.label("goggles") == "护目镜"
    with override("en"):
        assert catalogue.label("goggles") == "Goggles"
        assert catalogue.label("unheard-of") == "unheard-of"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("N95", "n95-mask"),
        ("n95口罩", "n95-mask"),
        ("Ｎ95　口罩", "n95-mask"),
        ("N95(9132/1860)口罩", "n95-mask"),
        ("医用防护N95", "n95-mask"),
        ("KN95", "n95-mask"),
        ("医用防护口罩 | N95口罩", "n95-mask"),
        ("医用外科口罩，", "surgical-mask"),
        ("surgical masks", "surgical-mask"),
        ("一次性医用口罩", "medical-mask"),
        ("一次性医用防护服（连体带鞋套）", "protective-suit"),
        ("防护衣", "protective-suit"),
        ("XL防护服", "protective-suit"),
        ("护目眼镜", "goggles"),
        ("防护帽/医用帽/圆帽", "medical-cap"),
        ("75酒精", "alcohol-75"),
        ("酒精", "alcohol-75"),
        ("84消毒液", "disinfectant-84"),
        ("碘伏", "povidone-iodine"),
        ("额温枪", "thermometer"),
        ("体温枪", "thermometer"),
        ("医用紫外线消毒车", "uv-disinfection-cart"),
    ],
)
def test_match_item_by_names_in_use(text, code):
    assert catalogue.match_item(text, ITEMS).item.code == code


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("口罩", ["medical-mask", "surgical-mask", "n95-mask"]),
        ("手套", ["latex-gloves"]),
        ("面罩", ["face-shield", "nebulizer-mask"]),
        ("95%酒精", ["alcohol-75"]),
        ("防护服消毒柜", ["protective-suit"]),
        ("N96", []),
        ("84", []),
        ("呼吸机", []),
        ("", []),
    ],
)
def test_match_item_uncertain_names_only_suggest(text, candidates):
    match = catalogue.match_item(text, ITEMS)
    assert match.item is None
    assert [item.code for item in match.candidates] == candidates


def test_match_item_every_name_of_every_item_is_its_own():
    for item in ITEMS:
        for name in (item.name_zh, item.name_en, item.header, *item.synonyms):
            assert catalogue.match_item(name, ITEMS).item == item, name


def test_find_items_leaves_names_inside_longer_words():
    found = list(catalogue.find_items("500个N95口罩, XN95 N950, 84 消毒液", ITEMS))
    assert [mention.match.item.code for mention in found] == ["n95-mask", "disinfectant-84"]


@given(st.text(max_size=60))
def test_match_item_never_raises(text):
    match = catalogue.match_item(text, ITEMS)
    assert match.item is None or not match.candidates
    assert all(0 <= mention.start < mention.end <= len(text) for mention in catalogue.find_items(text, ITEMS))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("GB19083-2010", "GB 19083-2010"),
        ("医用防护口罩GB 19083 2010", "GB 19083-2010"),
        ("yy0469—2011", "YY 0469-2011"),
        ("YY/T 0969－2013", "YY/T 0969-2013"),
        ("YYT0969-2013", "YY/T 0969-2013"),
        ("N95 5000", ""),
        ("GB19083", ""),
    ],
)
def test_read_standard_as_written(text, code):
    assert catalogue.read_standard(text) == code


@pytest.mark.parametrize(
    ("item", "written", "on", "kind", "current"),
    [
        ("n95-mask", "GB19083-2010", OUTBREAK, "fine", ""),
        ("n95-mask", "GB19083-2010", LATER, "replaced", "GB 19083-2023"),
        ("n95-mask", "GB19083-2003", OUTBREAK, "replaced", "GB 19083-2010"),
        ("n95-mask", "GB19083-2003", LATER, "replaced", "GB 19083-2023"),
        ("surgical-mask", "YY0469-2010", OUTBREAK, "replaced", "YY 0469-2011"),
        ("protective-suit", "GB 19082-2003", OUTBREAK, "replaced", "GB 19082-2009"),
        ("medical-mask", "YY/T 0969-2013", LATER, "fine", ""),
        ("protective-suit", "GB 19082-2004", OUTBREAK, "unknown", ""),
        ("goggles", "GB 19082-2009", OUTBREAK, "other_item", ""),
        ("goggles", "国标", OUTBREAK, "unknown", ""),
    ],
)
def test_standard_notice_depends_on_item_and_day(item, written, on, kind, current):
    notice = catalogue.standard_notice(item, written, catalogue.standards(), on)
    assert (notice.kind, notice.replaced_by) == (kind, current)
    assert bool(notice.sentence) == (kind != "fine")


def test_standards_replaced_by_known_standards_of_the_same_item():
    known = {standard.code: standard for standard in catalogue.standards()}
    for standard in known.values():
        assert catalogue.read_standard(standard.code) == standard.code
        if standard.replaced_by:
            assert known[standard.replaced_by].item_id == standard.item_id


class FakeManager:
    """Keeps what the loader would write."""

    def __init__(self) -> None:
        self.rows: dict = {}

    def bulk_create(self, rows, *, update_conflicts, unique_fields, update_fields):
        assert update_conflicts
        assert unique_fields == ["code"]
        assert "code" not in update_fields
        self.rows.update({row.code: row for row in rows})


def test_load_writes_every_row_once_however_often():
    items = type("ItemOfAMigration", (), {"__init__": lambda self, **row: vars(self).update(row)})
    standards = type("StandardOfAMigration", (items,), {})
    items.objects, standards.objects = FakeManager(), FakeManager()
    for _ in range(2):
        catalogue.load(items, standards)
    assert len(items.objects.rows) == 23
    assert set(standards.objects.rows) == {standard.code for standard in catalogue.standards()}
