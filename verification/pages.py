"""A record as pages show it, whatever its list: the parts of its page, a row of its list, the filter bar.

Nothing here knows a list: all of it follows from what the list declares. Bodies come in, words and raw values go out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import Truncator

from verification import kinds
from verification.declaring import Field, Filter, Format
from verification.kinds import Kind
from verification.listing import Listing

Row = dict[str, Any]
Body = Mapping[str, Any]

# How many lines a row of a list shows.
FEW = 5
# How many characters of a text.
LONGEST = 60
# Part of the amount, or of the first column, not columns of their own.
_WITH_AMOUNT = frozenset({"unit", "pack_size"})
_BESIDE = frozenset({"line", "note"})


def heading(body: Body) -> str:
    """What a record is called: after its organisation as the register has it now, or by its own title."""
    named = str(body["organisation"]["name"])
    return str(body["title"]) if kinds.get(body["kind"]).own_title or not named else named


def parts(spec: Kind, body: Body) -> list[Row]:
    """The parts of a record's page that have something to say: facts above and below a table of the lines."""
    shown = []
    for part in spec.parts():
        at = part.fields.index("lines") if "lines" in part.fields else 0
        above, below = _facts(spec, body, part.fields[:at]), _facts(spec, body, part.fields[at:])
        table = line_table(spec, body.get("lines") or ()) if "lines" in part.fields else None
        if table or any(one["given"] for one in (*above, *below)):
            said = {"above": above, "table": table, "below": below}
            shown.append({"id": part.id, "title": part.title, "intro": _intro(spec, part), **said})
    return shown


def _facts(spec: Kind, body: Body, names: Sequence[str]) -> list[Row]:
    """Fields in order, those left out of which the list says nothing where they are empty."""
    facts = [fact(name, spec, body.get(name)) for name in names if name != "lines"]
    return [one for one in facts if one["given"] or one["empty"]]


def _intro(spec: Kind, part: Any) -> Any:
    """A sentence written for the record's page; those of the form speak to whoever fills it in."""
    return part.intro if spec.page else ""


def fact(name: str, spec: Kind, value: Any) -> Row:
    """A field of a body with its words, ready to be shown by its format."""
    field: Field = spec.fields[name]
    return {
        "name": name,
        "label": field.label,
        "value": value,
        "words": spec.show(name, value),
        "format": field.shown_as,
        "empty": field.empty,
        "given": value not in (None, "", [], {}),
        "wide": field.shown_as in (Format.LONG_TEXT, Format.LINK) or len(str(value)) > 24,
    }


def line_table(spec: Kind, lines: Sequence[Body]) -> Row | None:
    """Lines as a table with the columns that anybody filled in; None where there are no lines."""
    if not lines:
        return None
    labels = spec.line_columns
    beside = _WITH_AMOUNT if "amount" in labels else frozenset()
    names = [n for n in labels if n not in beside | _BESIDE and any(_said(line.get(n)) for line in lines)]
    columns = [{"name": n, "label": labels[n], "num": _is_number(n, lines)} for n in names]
    return {
        "columns": columns,
        "rows": [
            {"line": line, "note": line.get("note"), "cells": [_cell(spec, c, line) for c in columns]}
            for line in lines
        ],
    }


def _cell(spec: Kind, column: Row, line: Body) -> Row:
    value = line.get(column["name"])
    return {**column, "value": value, "words": spec.show(column["name"], value)}


def _is_number(name: str, lines: Sequence[Body]) -> bool:
    values = [line.get(name) for line in lines if _said(line.get(name))]
    return name == "amount" or all(isinstance(v, int) and not isinstance(v, bool) for v in values)


def _said(value: Any) -> bool:
    return value not in (None, "", [], {})


def brief(spec: Kind, body: Body) -> Row:
    """What a row of the list shows of a record: its first lines, and the fields the list names."""
    lines = body.get("lines") or ()
    facts = [fact(name, spec, body.get(name)) for name in spec.summary]
    return {
        "lines": [_in_brief(spec, line) for line in lines[:FEW]],
        "count": len(lines),
        "more": len(lines) > FEW,
        "facts": [_shortened(one) for one in facts if one["given"]],
    }


def _shortened(one: Row) -> Row:
    """A row has room for a sentence, not for a letter."""
    if one["format"] not in (Format.TEXT, Format.LONG_TEXT):
        return one
    return {**one, "format": Format.TEXT, "words": Truncator(" ".join(one["words"].split())).chars(LONGEST)}


def _in_brief(spec: Kind, line: Body) -> Row:
    """A line in two: what, and how much or which."""
    item = line.get("item", "")
    apart = _WITH_AMOUNT | {"amount", "standard"} if "amount" in line else frozenset()
    names = [
        name for name in spec.line_form.first_row() if name not in apart and not (item and name == "item")
    ]
    words = [said for name in names if (said := spec.show(name, line.get(name)))]
    what, rest = ([], words) if item else (words[:1], words[1:])
    return {"line": line, "item": item, "what": " ".join(what), "rest": " ".join(rest)}


def filter_bar(view: Listing) -> list[Row]:
    """The list's own filters as selects, each with what it offers now; those with nothing to offer are left out."""
    spec = kinds.get(view.kind)
    bar = []
    for name, filter_ in spec.filters.items():
        options = filter_.options(view.codes)
        if options or name in view.codes:
            bar.append(_select(name, filter_, view.codes.get(name, ""), options))
    return bar


def _select(name: str, filter_: Filter, value: str, options: Sequence[Mapping[str, Any]]) -> Row:
    """A filter in force that offers nothing stays in force while others change."""
    return {
        "name": name,
        "label": filter_.label,
        "value": value,
        "hidden": not options,
        "offered": options,
        "clears": " ".join(filter_.clears),
    }
