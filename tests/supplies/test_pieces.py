"""Rows and what they are made of: the markup that people, readers of screens and scripts rely on, in every list."""

import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils import translation

from supplies import pieces
from supplies.pieces import frames
from tests.supplies.list_walks import walked
from verification import kinds
from verification.models import Public

LANGUAGES = ["zh-hans", "en"]
HOSTILE = '<img src=x onerror="alert(1)"> {0} {when} %(n)s &'
# What folds out under every row, in this order.
CLOCKS = {
    "en": ["Source dated", "Verified", "Confirmed", "Content changed", "Published"],
    "zh-hans": ["来源日期", "核实时间", "确认时间", "内容变更", "发布时间"],
}


class Outline(HTMLParser):
    """The elements of a piece with their classes, the text of each, and whether all of them are closed."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(markup)
        assert not self.open, markup

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.elements.append((tag, dict(attrs)))
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        for tag in set(self.open):
            self.texts[tag][-1] += data

    def of(self, tag: str, name: str = "") -> list[dict[str, str | None]]:
        """The attributes of elements of this tag and class."""
        return [
            a for t, a in self.elements if t == tag and (not name or name in (a.get("class") or "").split())
        ]


def body(**changes):
    """A public body as rows get it, of a hospital that does not exist."""
    line = {
        "no": 1,
        "item": "n95-mask",
        "standard": "GB 19083-2010",
        "unit": "piece",
        "pack_size": None,
        "note": "",
    }
    amount = {"kind": "exact", "low": 5000, "high": 5000, "text": "5000个"}
    person = {"at": "2020-02-03T01:05:09Z", "by": "雪松-17", "role": "reviewer", "organisation": "核实组"}
    return {
        "kind": "needs",
        "uid": "11ec86a9-e009-4123-8887-78a07bb6e55a",
        "title": "江城第三医院",
        "organisation": {"uid": None, "name": "江城第三医院", "proven": False},
        "origin": "volunteer",
        "freshness": "fresh",
        "place": "420106",
        "urgency": "high",
        "lines": [{**line, "amount": amount, "daily_use": None, "stock": None}],
        "source_link": "",
        "verified": {**person, "grounds": ["call_back", "official_notice"]},
        "entered": person,
        "clocks": {
            "source_dated": "2020-02-02",
            "verified": "2020-02-03T01:05:09Z",
            "confirmed": None,
            "changed": "2020-02-03T01:05:10Z",
            "published": "2020-02-03T01:05:10Z",
        },
    } | changes


@pytest.mark.parametrize("language", LANGUAGES)
def test_rows_of_every_list_say_the_same_things_in_the_same_places(
    language, volunteer, reviewer, other_reviewer
):
    for spec in kinds.every():
        public: Public = walked(spec.slug, spec.example, volunteer, reviewer, other_reviewer)
        prefix = "/en" if language == "en" else ""
        page = Client().get(f"{prefix}/{spec.slug}/").content.decode()
        (markup,) = re.findall(r'<ul class="rows">(<li class="fresh">.*</li>)</ul>', page, re.DOTALL)
        row = Outline(markup)
        address = f"{prefix}/{spec.slug}/{public.uid}/"
        assert row.of("a", "plain")[0] == {"class": "plain hit", "href": address}, spec.slug
        assert len(row.texts["h2"]) == 1, spec.slug
        assert row.texts["h2"][0], spec.slug
        assert row.of("details") == [{"class": "trust", "data-freshness": "fresh"}], spec.slug
        assert len([time for time in row.of("time") if "data-relative" in time]) == 1, spec.slug
        assert row.texts["dt"][-8:-3] == CLOCKS[language], spec.slug
        assert all(a["aria-hidden"] == "true" for a in row.of("svg")), spec.slug
        lines = public_lines(public)
        assert len(row.of("span", "amount")) == sum(bool(line.get("amount")) for line in lines), spec.slug


def public_lines(public: Public):
    return (Client().get(f"/api/v1/{public.kind}/{public.uid}/").json().get("lines") or [])[:5]


def test_rows_escape_what_people_wrote_and_fill_in_nothing_of_it(db):
    hostile = body(
        organisation={"uid": None, "name": HOSTILE, "proven": False},
        source_link=f"https://x.example/?{HOSTILE}",
        list=HOSTILE,
        verified={
            "at": "2020-02-03T01:05:09Z",
            "by": HOSTILE,
            "role": "reviewer",
            "organisation": HOSTILE,
            "grounds": [],
        },
    )
    hostile["lines"][0] |= {"standard": HOSTILE, "item": HOSTILE, "unit": HOSTILE}
    for piece in (pieces.row(hostile), pieces.brief_row(hostile, many_lists=True)):
        found = Outline(piece)
        assert "img" not in found.texts
        assert found.texts["a"][0] == HOSTILE
        assert HOSTILE in found.texts["b"][0]


def test_rows_show_five_lines_and_say_how_many_there_are(db):
    many = body(lines=[{**body()["lines"][0], "no": n} for n in range(1, 8)])
    with translation.override("en"):
        found = Outline(pieces.row(many))
        assert len(found.of("a", "item")) == 5
        assert "all 7 items" in found.texts["a"]
        assert (
            "of 7 items"
            in found.texts["p"][0] + Outline(pieces.brief_row(many, many_lists=False)).texts["p"][0]
        )


@pytest.mark.parametrize("freshness", ["fresh", "due", "overdue", "stale"])
def test_trust_line_says_its_state_in_words_unless_it_is_fresh(freshness, db):
    with translation.override("en"):
        found = Outline(pieces.trust_line(body(freshness=freshness), unfolded=True))
    assert found.of("details") == [{"class": "trust", "data-freshness": freshness, "open": None}]
    assert len(found.of("span", "state")) == (freshness != "fresh")
    assert found.texts["span"][0].endswith("reviewer 雪松-17 (核实组)") or freshness != "fresh"
    assert "not confirmed since" in found.texts["dd"]
    assert "no public page" in found.texts["dd"]


@pytest.mark.parametrize(
    ("value", "english", "machine"),
    [
        ("2020-02-03T01:05:09Z", "3 Feb 2020, 09:05 (Beijing time)", "2020-02-03T09:05:09+08:00"),
        (
            datetime(2020, 2, 3, 17, 5, tzinfo=UTC),
            "4 Feb 2020, 01:05 (Beijing time)",
            "2020-02-04T01:05:00+08:00",
        ),
        ("2020-02-03", "3 Feb 2020", "2020-02-03"),
        (date(2020, 2, 3), "3 Feb 2020", "2020-02-03"),
    ],
)
def test_times_are_exact_and_days_are_never_relative(value, english, machine):
    with translation.override("en"):
        assert pieces.clock(value) == f'<time datetime="{machine}">{english}</time>'
        assert (" data-relative" in pieces.ago(value)) == ("T" in machine)
    assert pieces.ago(None) == pieces.ago("") == ""


def test_times_speak_the_language_in_force_though_they_are_kept():
    said = set()
    for language in (*LANGUAGES, *LANGUAGES):
        with translation.override(language):
            said.add(pieces.clock("2020-02-03T01:05:09Z"))
    assert len(said) == 2


def test_frames_take_markup_as_it_is_and_escape_all_else():
    assert (
        frames.filled("<b>{}</b>{x}", "<i>", x=frames.filled("<i>{}</i>", "&"))
        == "<b>&lt;i&gt;</b><i>&amp;</i>"
    )
    assert frames.said("{a} & %(b)s", b="place") == "{{a}} &amp; {place}"
    assert frames.said("100 %") == "100 %"
