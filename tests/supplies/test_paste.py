"""The paste box: a message becomes lines, nothing is dropped, nothing is guessed."""

import csv
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplies import catalogue, paste
from tests.shared_data import real_file

ITEMS = catalogue.items()


def read(text: str) -> list[tuple]:
    """(item, low, unit, doubt) of each line."""
    return [
        (
            line.item and line.item.code,
            line.amount and line.amount.low,
            line.amount and line.amount.unit,
            line.doubt,
        )
        for line in paste.read_lines(text, ITEMS)
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "N95口罩 5000个，防护服若干",
            [("n95-mask", 5000, "piece", ""), ("protective-suit", None, "", "")],
        ),
        ("5000个N95口罩", [("n95-mask", 5000, "piece", "")]),
        ("N95口罩，5000个", [("n95-mask", 5000, "piece", "")]),
        ("N95口罩\t5000\n防护服\t300", [("n95-mask", 5000, "", ""), ("protective-suit", 300, "", "")]),
        ("300个护目镜 10套防护服", [("goggles", 300, "piece", ""), ("protective-suit", 10, "set", "")]),
        (
            "1、N95口罩 500个\n2、防护服 100套（大号）\n",
            [("n95-mask", 500, "piece", ""), ("protective-suit", 100, "set", "")],
        ),
        ("急需：大号防护服1万、", [("protective-suit", 10000, "", "")]),
        ("防护服 5,000套", [("protective-suit", 5000, "set", "")]),
        ("N95（无阀门）口罩500个", [("n95-mask", 500, "piece", "")]),
        ("护目镜/防护眼镜 500副", [("goggles", 500, "pair", "")]),
        ("84消毒液5桶", [("disinfectant-84", 5, "drum", "")]),
        ("N95 masks: 500 boxes, goggles: 1,000", [("n95-mask", 500, "box", ""), ("goggles", 1000, "", "")]),
    ],
)
def test_read_lines_as_written(text, lines):
    assert read(text) == lines


def test_read_lines_ambiguous_name_offers_candidates():
    [line] = paste.read_lines("口罩：5000", ITEMS)
    assert line.item is None
    assert [item.code for item in line.candidates] == ["medical-mask", "surgical-mask", "n95-mask"]
    assert (line.amount.low, line.doubt) == (5000, "which_item")
    assert line.problem


def test_read_lines_unread_pieces_come_back():
    assert read("呼吸机5台，N95口罩500") == [(None, None, None, "item"), ("n95-mask", 500, "", "")]
    assert paste.read_lines("呼吸机5台，N95口罩500", ITEMS)[0].text == "呼吸机5台，"


def test_read_lines_drag_filled_model_is_no_amount():
    assert read("N96/护目镜") == [("goggles", None, "", "amount")]


def test_read_lines_rate_is_in_doubt():
    [line] = paste.read_lines("N95口罩每天500个", ITEMS)
    assert (line.doubt, line.amount.problem) == ("amount", "rate")
    assert line.problem == line.amount.reason


def test_read_lines_stock_is_not_taken_for_need():
    stock, need = read("库存：N95口罩135个 需要：护目镜300个")
    assert (stock[0], stock[-1]) == ("n95-mask", "stock")
    assert need == ("goggles", 300, "piece", "")


def test_read_lines_an_amount_after_two_items_belongs_to_neither():
    assert [doubt for *_, doubt in read("N95口罩、护目镜，500个")] == ["", "", "item"]


def test_read_lines_pack_in_the_next_piece_is_joined():
    [line] = paste.read_lines("酒精 100盒，每盒50瓶", ITEMS)
    assert (line.amount.low, line.amount.pack_size, line.amount.pack_unit) == (100, 50, "bottle")


def test_read_lines_standard_is_kept():
    lines = paste.read_lines("医用外科口罩 YY0469-2011 5000只；防护服，标准GB19082-2009", ITEMS)
    assert [(line.standard, line.amount.low) for line in lines] == [
        ("YY 0469-2011", 5000),
        ("GB 19082-2009", None),
    ]


@pytest.mark.parametrize("text", ["", "  \n "])
def test_read_lines_of_nothing_are_none(text):
    assert paste.read_lines(text, ITEMS) == []


FRAGMENTS = (
    *(
        "N95口罩",
        "防护服",
        "口罩",
        "呼吸机",
        "5000个",
        "若干",
        "１００",
        "每盒50只",
        "（大号）",
        "GB19083-2010",
    ),
    *("急需", "库存", "各", "1、", "，", "、", "。", "/", "（", "）", " ", "\n", "\x00"),
)


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join))
def test_read_lines_cover_the_text(text):
    lines = paste.read_lines(text, ITEMS)
    assert "".join(line.text for line in lines) == (text if text.strip() else "")
    for line in lines:
        assert line.item or line.doubt
        assert (line.amount is not None) == bool(line.item or line.candidates)
        assert bool(line.problem) == bool(line.doubt)


@pytest.mark.parametrize(
    "text",
    ["N95口罩5000个，" * 3000, "（" * 30_000, "防护服" * 10_000, "5" * 30_000, "1.\n" * 9000, "GB " * 9000],
)
def test_read_lines_bounded_in_lines_and_time(text):
    start = time.perf_counter()
    lines = paste.read_lines(text, ITEMS)
    assert time.perf_counter() - start < 5
    assert len(lines) <= paste.MOST_LINES + 1
    assert "".join(line.text for line in lines) == text
    assert lines[-1].doubt in ("too_long", "item", "amount")


def test_read_lines_of_the_real_tables_lose_nothing():
    read_well = 0
    for name in ("early-DemandOfHubei.csv", "early-DemandOfWuhan.csv"):
        with real_file(f"sheets/{name}").open(encoding="utf-8-sig", newline="") as file:
            for cell in (cell for row in csv.reader(file) for cell in row):
                lines = paste.read_lines(cell, ITEMS)
                assert "".join(line.text for line in lines) == (cell if cell.strip() else "")
                read_well += sum(bool(line.item and line.amount.low) for line in lines)
    assert read_well > 60
