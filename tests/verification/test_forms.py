"""Forms: the same form reads a page, JSON, and a stored payload; unseen characters never get in."""

from types import SimpleNamespace

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import translation

from tests import builders
from verification import kinds
from verification.forms import DayField, LinkField
from verification.refusals import InvalidPayload


def clean(**changes):
    return kinds.get("needs").clean(builders.need_payload(**changes))


def errors(**changes):
    with pytest.raises(InvalidPayload) as caught:
        clean(**changes)
    return caught.value.errors


def as_page(lines):
    data = {k: v for k, v in builders.need_payload().items() if k != "lines" and v is not None}
    for number, line in enumerate(lines):
        data |= {f"lines-{number}-{name}": value for name, value in line.items()}
    query = QueryDict(mutable=True)
    query.update(data)
    return query


def test_form_reads_a_page_and_json_alike():
    lines = [builders.line(), builders.line("goggles", "若干", note="小号")]
    assert kinds.get("needs").clean(as_page(lines)) == clean(lines=lines)


def test_form_leaves_out_blank_and_struck_lines():
    lines = [
        builders.line(),
        {"item": "", "amount": "", "no": "2"},
        builders.line("goggles", "5副", DELETE="1"),
    ]
    assert [line["item"] for line in kinds.get("needs").clean(as_page(lines))["lines"]] == ["n95-mask"]


def test_form_numbers_lines_that_have_none():
    lines = [
        builders.line(),
        builders.line("goggles", "5副", no=1),
        builders.line("face-shield", "6个", no=1),
    ]
    assert [line["no"] for line in clean(lines=lines)["lines"]] == [2, 1, 3]


@pytest.mark.parametrize("unseen", ["\x00", "\x07", "\u200b", "\u202e", "\u2066", "\ufeff", "\u2060"])
def test_form_drops_characters_nobody_can_see(unseen):
    assert clean(remarks=f"送{unseen}东门")["remarks"] == "送东门"


@pytest.mark.parametrize("value", [[], {}, [1], {"a": 1}, True])
def test_form_refuses_what_is_no_text(value):
    name = errors(remarks=value) if value is not True else {"remarks": ["as text"]}
    assert "remarks" in name


@pytest.mark.parametrize("lines", [None, [], "x", [1], {"a": 1}, [[]], [None]])
def test_form_refuses_what_is_no_list_of_lines(lines):
    assert "lines" in errors(lines=lines)


def test_form_refuses_too_many_lines():
    assert "lines" in errors(lines=[builders.line()] * 201)


def test_form_names_the_line_that_does_not_fit():
    told = errors(lines=[builders.line(), builders.line("no such thing")])
    assert "2" in told["lines"][0]


@pytest.mark.parametrize("name", ["office_line", "remarks", "delivery_address"])
def test_form_keeps_mobile_numbers_out_of_public_fields(name):
    assert name in errors(**{name: "请打13800000000"})


@pytest.mark.parametrize("link", ["javascript:alert(1)", "ftp://x.example/", "http://", "not a link"])
def test_form_refuses_links_nobody_should_follow(link):
    assert "source_link" in errors(source_link=link)


def test_form_keeps_nothing_of_what_it_read_before():
    """All readings of a thread share their fields: neither lines, nor errors, nor what a row may lack stays."""
    needs, before = kinds.get("needs"), clean()
    record = SimpleNamespace(lines=[{"no": 7, "item": "n95-mask"}], last_line=9)
    numbers = [line["no"] for line in needs.clean(builders.need_payload(), record=record)["lines"]]
    assert numbers[0] == 7
    assert errors(lines=[builders.line(amount="约莫一些"), builders.line(item="没有的")])
    assert clean() == before
    lodging = kinds.get("traveller-lodging")
    data = {k: v for k, v in lodging.example.items() if k != "place"}
    assert lodging.clean({**data, "as_written": {"酒店": "x"}})["place"] == ""
    with pytest.raises(InvalidPayload):
        lodging.clean(data)


def outcome(field, value):
    try:
        return field.clean(value)
    except ValidationError as error:
        return [(e.code, e.message) for e in error.error_list]


LINKS = [
    "https://hospital.example/notice/1",
    "http://a.example",
    "https://a.example/",
    "https://A.example/x",
    "HTTPS://a.example",
    "https://a.example//x/",
    "https://a.example/?q",
    "https://a.example/x?q=1#f",
    "https://a.example:80/x",
    "https://a_b.example",
    "https://-a.example",
    "https://a-.example",
    "https://a.b",
    "https://a.example/x%20y",
    "https://a.example/武汉",
    "https://例.example",
    "ftp://a.example",
    "javascript:x",
    "a.example",
    "https:/a.example",
    "https://1.2.3.4/x",
    "https://a.123",
    "https://a..example",
]


@pytest.mark.parametrize(
    "link",
    [
        *LINKS,
        " https://a.example ",
        f"https://a.example/{'x' * 100}",
        f"https://a.example/{'x' * 300}",
        "",
        None,
    ],
)
def test_link_is_read_as_django_reads_it(link):
    theirs = forms.URLField(required=False, max_length=100, assume_scheme="https")
    theirs.validators[0] = LinkField.default_validators[0]
    assert outcome(LinkField(required=False, max_length=100, assume_scheme="https"), link) == outcome(
        theirs, link
    )


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    "day",
    [
        "2020-02-03",
        "2020-02-30",
        "2020-2-3",
        "0000-01-01",
        "2020/02/03",
        "2020-02-03 ",
        "２020-02-03",
        "x",
        None,
    ],
)
def test_day_is_read_as_django_reads_it(day, language):
    with translation.override(language):
        assert outcome(DayField(required=False), day) == outcome(forms.DateField(required=False), day)
