"""A record as a row of a list, and in two lines."""

from collections.abc import Mapping
from typing import Any, Final

from django.template.defaultfilters import capfirst
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from supplies import catalogue
from supplies.pieces.amounts import amount
from supplies.pieces.changes import changed_note
from supplies.pieces.codes import urgency
from supplies.pieces.facts import fact
from supplies.pieces.frames import filled, joined
from supplies.pieces.links import item_chip, place_in_words, place_links, record_address
from supplies.pieces.trust import trust_line
from verification import kinds, pages

Body = Mapping[str, Any]

# How many items two lines have room for.
FEW: Final = 3
_NOTHING: Final = SafeString("")
_ROW: Final = (
    '<li class="{}"><div class="row-head"><h2><a class="plain hit" href="{}">{}</a></h2>{}</div>'
    '<div class="in-row">{}{}</div>{}{}</li>'
)


def row(record: Body) -> SafeString:
    """A row on wide screens, a card on narrow ones, of a public body with its `freshness`.

    `record["list"]`, where it is there, is the name of its list: where that is not plain.
    """
    brief = pages.brief(kinds.get(record["kind"]), record)
    address = record_address(record["kind"], record["uid"])
    return filled(
        _ROW,
        record["freshness"],
        address,
        pages.heading(record),
        _under_the_heading(record),
        _wants(brief, record["kind"], address),
        _in_brief(brief, record["kind"]),
        changed_note(record),
        trust_line(record),
    )


def _under_the_heading(record: Body) -> SafeString:
    """Which list, how urgent, where."""
    named, soon, where = record.get("list"), record.get("urgency"), record.get("place")
    if not (named or soon or where):
        return _NOTHING
    said = (
        filled('<span class="tag">{}</span>', named) if named else _NOTHING,
        urgency(soon) if soon and soon != "normal" else _NOTHING,
        filled('<span class="place">{}</span>', place_links(where, record["kind"])) if where else _NOTHING,
    )
    return filled('<p class="row-of small">{}</p>', joined([one for one in said if one], " "))


def _wants(brief: Body, kind: str, address: str) -> SafeString:
    """The first lines: what, and how much."""
    if not brief["lines"]:
        return _NOTHING
    lines = joined([_line(one, kind) for one in brief["lines"]])
    more = _("all %(n)s items") % {"n": brief["count"]}
    last = filled('<li><a class="quiet" href="{}">{}</a></li>', address, more) if brief["more"] else _NOTHING
    return filled('<ul class="wants">{}{}</ul>', lines, last)


def _line(one: Body, kind: str) -> SafeString:
    line = one["line"]
    return filled(
        "<li><span>{}{}</span> {}</li>",
        item_chip(one["item"], kind, line.get("standard", "")) if one["item"] else one["what"],
        filled(' <span class="quiet">{}</span>', one["rest"]) if one["rest"] else _NOTHING,
        amount(line.get("amount"), line.get("unit", ""), line.get("pack_size")),
    )


def _in_brief(brief: Body, kind: str) -> SafeString:
    """The fields that the list names."""
    if not brief["facts"]:
        return _NOTHING
    facts = [
        filled("<div><dt>{}</dt><dd>{}</dd></div>", capfirst(one["label"]), fact(one, kind))
        for one in brief["facts"]
    ]
    return filled('<dl class="in-brief">{}</dl>', joined(facts))


def brief_row(record: Body, *, many_lists: bool) -> SafeString:
    """A record in two lines; where `many_lists` stand together it says of which it is, else how urgent it is."""
    soon = record.get("urgency")
    beside = urgency(soon) if soon and soon != "normal" else _NOTHING
    return filled(
        '<li class="{}"><div class="apart"><h3><a class="hit plain" href="{}">{}</a></h3>{}</div>{}{}{}</li>',
        record["freshness"],
        record_address(record["kind"], record["uid"]),
        pages.heading(record),
        filled('<span class="tag">{}</span>', record["list"]) if many_lists else beside,
        _second_line(record),
        changed_note(record),
        trust_line(record),
    )


def _second_line(record: Body) -> SafeString:
    """The first items with their amounts; where there are none, the place."""
    lines = record.get("lines") or ()
    if lines and lines[0].get("item"):
        first = joined([_with_amount(line) for line in lines[:FEW]], _(", "))
        more = " " + _("of %(n)s items") % {"n": len(lines)} if len(lines) > FEW else ""
        return filled('<p class="small">{}{}</p>', first, more)
    where = record.get("place")
    return filled('<p class="small quiet">{}</p>', place_in_words(where)) if where else _NOTHING


def _with_amount(line: Body) -> SafeString:
    item = catalogue.label(line["item"])
    return filled("{} {}", item, amount(line.get("amount"), line.get("unit", "")))
