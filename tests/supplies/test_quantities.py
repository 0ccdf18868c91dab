"""Amounts: what people write is read right, or said not to be readable; never wrong."""

import io
import json
import sys
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from supplies import quantities
from supplies.quantities import PROBLEMS, UNITS, Amount
from tests.shared_data import rows_of
from tests.supplies.amounts_written import PACKS, READ, UNREAD

FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}

figures = st.integers(0, 10**12)
units = st.sampled_from(["", *UNITS])
amounts = st.one_of(
    st.builds(lambda n, unit: Amount("", "exact", n, n, unit), figures, units),
    st.builds(lambda n, unit: Amount("", "at_least", n, None, unit), figures, units),
    st.builds(
        lambda ends, unit: Amount("", "range", min(ends), max(ends), unit),
        st.sets(figures, min_size=2, max_size=2),
        units,
    ),
    st.sampled_from([Amount("", "unknown"), Amount("", "as_many")]),
)
# Texts made of what amounts are made of come nearer to the edges than any text does.
likely = st.lists(
    st.sampled_from(
        [
            *"0123456789,.万千百十亿一二两零半几个箱盒套/*-~+≥<()每装共天， ",
            "至少",
            "以上",
            "ml",
            "若干",
            "约",
            "\n",
        ]
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize("text", READ)
def test_parse_amount_as_written(text):
    amount = quantities.parse(text)
    assert amount.readable, amount.problem
    assert (amount.kind, amount.low, amount.high, amount.unit) == READ[text]
    assert amount.text == text


@pytest.mark.parametrize("text", PACKS)
def test_parse_pack_as_written(text):
    amount = quantities.parse(text)
    assert amount.readable, amount.problem
    assert (amount.low, amount.unit, amount.pack_size, amount.pack_unit) == PACKS[text]


@pytest.mark.parametrize("text", UNREAD)
def test_parse_refuses_with_reason(text):
    amount = quantities.parse(text)
    assert (amount.kind, amount.problem) == (None, UNREAD[text])
    assert amount.text == text
    assert amount.reason == str(PROBLEMS[UNREAD[text]])


def test_every_problem_has_a_written_case():
    assert set(UNREAD.values()) == set(PROBLEMS)


@given(st.one_of(st.text(), likely))
def test_parse_never_raises_and_keeps_the_text(text):
    amount = quantities.parse(text)
    assert amount.text == text
    assert (amount.problem is None) == (amount.kind is not None)
    assert amount.problem is None or amount.problem in PROBLEMS


@given(st.one_of(st.text(), likely))
def test_parse_figures_fit_the_kind(text):
    amount = quantities.parse(text)
    fits = {
        None: amount.low is None and amount.high is None,
        "unknown": amount.low is None and amount.high is None,
        "as_many": amount.low is None and amount.high is None,
        "exact": amount.low is not None and amount.low == amount.high,
        "at_least": amount.low is not None and amount.high is None,
        "range": amount.high is not None and amount.low is not None and amount.low < amount.high,
    }
    assert fits[amount.kind]
    assert amount.unit in {"", *UNITS}
    assert amount.pack_size is None or amount.pack_size > 0


@given(likely)
def test_parse_full_width_reads_as_half_width(text):
    wide = quantities.parse(text.translate(FULL_WIDTH))
    half = quantities.parse(text)
    assert (wide.kind, wide.low, wide.high, wide.unit, wide.problem) == (
        half.kind,
        half.low,
        half.high,
        half.unit,
        half.problem,
    )


@given(figures)
def test_parse_plain_and_grouped_figures_agree(number):
    assert quantities.parse(f"{number:,}个").low == quantities.parse(f"{number}个").low == number


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@given(amount=amounts)
def test_show_is_read_back_as_the_same_amount(language, amount):
    with override(language):
        shown = quantities.show(amount.body(), amount.unit)
    again = quantities.parse(shown)
    assert (again.kind, again.low, again.high) == (amount.kind, amount.low, amount.high), shown
    if amount.low is not None:
        assert again.unit == amount.unit


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        ("5000个", "5,000 pieces", "5,000 件"),
        ("1个", "1 piece", "1 件"),
        ("至少500只", "≥ 500 pieces", "≥ 500 件"),
        ("3000-5000", "3,000–5,000", "3,000–5,000"),
        ("20箱", "20 cartons", "20 箱"),
        ("若干", "Amount unknown", "数量未知"),
        ("越多越好", "As many as possible", "多多益善"),
    ],
)
def test_show_in_both_languages(text, english, chinese):
    amount = quantities.parse(text)
    with override("en"):
        assert quantities.show(amount.body(), amount.unit) == english
    with override("zh-hans"):
        assert quantities.show(amount.body(), amount.unit) == chinese


def test_show_pack_in_both_languages():
    with override("en"):
        assert quantities.show_pack("box", 50, "piece") == "50 pieces per box"
        assert quantities.show_pack("set", 25, "carton") == "25 sets per carton"
        assert quantities.show_pack("box", 50) == "50 per box"
        assert quantities.show_pack("set", None) == ""
    with override("zh-hans"):
        assert quantities.show_pack("box", 50, "piece") == "每盒 50 件"


def test_unit_choices_follow_the_language():
    choices = dict(quantities.unit_choices())
    with override("en"):
        assert str(choices["box"]) == "boxes"
    with override("zh-hans"):
        assert str(choices["box"]) == "盒"


def test_body_of_an_unreadable_amount_is_unknown_with_its_words():
    body = quantities.parse("每天500个\x00").body()
    assert body == {"kind": "unknown", "low": None, "high": None, "text": "每天500个\ufffd"}


def test_parse_cells_of_the_real_sheets():
    cells = [value for row in rows_of("hospital") for value in row.values() if isinstance(value, int)]
    assert len(cells) > 10_000
    assert all(quantities.parse(str(cell)).low == cell for cell in set(cells))


def read_amounts(written: bytes, monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(written)))
    out = io.StringIO()
    call_command("read_amounts", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_read_amounts_prints_one_line_for_each(monkeypatch):
    read = read_amounts("5000个\r\n\n若干\nN95".encode(), monkeypatch)
    nothing = {"kind": None, "low": None, "high": None, "unit": None}
    assert read == [
        {"text": "5000个", "kind": "exact", "low": 5000, "high": 5000, "unit": "piece"},
        {"text": "", **nothing, "problem": "empty"},
        {"text": "若干", "kind": "unknown", "low": None, "high": None, "unit": None},
        {"text": "N95", **nothing, "problem": "words"},
    ]


def test_read_amounts_survives_any_bytes(monkeypatch):
    read = read_amounts(b"\xff\xfe5\n1\x002\n", monkeypatch)
    assert [line["problem"] for line in read] == ["words", "hidden"]
