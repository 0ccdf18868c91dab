"""Values in words, by the format their field declares: for diffs, review, histories, spreadsheets."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils import formats
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from supplies import catalogue, quantities
from supplies.filters import place_words
from verification.forms import LineForm
from verification.kinds import Field, Format


def shows(fields: Mapping[str, Field], line_form: type[LineForm] | None = None) -> Callable[[str, Any], str]:
    """A list's `show`: a value of its payload, or of one of its lines, in words. Nothing for nothing."""
    lines, line_choices = (line_form.base_fields if line_form else {}), _choices_of(line_form)

    def show(name: str, value: Any) -> str:
        if value is None or value == "" or value == {}:
            return ""
        if name == "lines":
            return "\n".join(line_words(line) for line in value)
        if name == "line":
            return line_words(value)
        if name in fields and name not in lines:
            return words_of(fields[name], value)
        if name in _LINES:
            return _LINES[name](value)
        if name in line_choices:
            return str(line_choices[name].get(str(value), value))
        return plain_words(value)

    def line_words(line: Mapping[str, Any]) -> str:
        first = line_form.first_row() if line_form else ()
        names = [*(n for n in first if n in line), *(n for n in line if n not in first)]
        said = (_whole_amount(line) if n == "amount" else show(n, line[n]) for n in names if n not in _UNSAID)
        return " ".join(words for words in said if words)

    return show


def words_of(field: Field, value: Any) -> str:
    """A field's value by its format."""
    match field.shown_as:
        case Format.CHOICE:
            return str({str(code): words for code, words in field.choices}.get(str(value), value))
        case Format.PLACE:
            return place_words(value)
        case Format.DAY:
            return day_words(value)
        case Format.MONEY:
            return money_words(value)
        case Format.YES_NO:
            return {"yes": _("yes"), "True": _("yes"), "no": _("no"), "False": _("no")}.get(
                str(value), str(value)
            )
        case _other:
            return plain_words(value)


def day_words(value: Any) -> str:
    """A day as the language writes it."""
    day = parse_date(value) if isinstance(value, str) else value
    return formats.date_format(day, _("j M Y")) if day else str(value)


def money_words(value: Any) -> str:
    """An amount of yuan, with separators; whole ten thousands as the language counts them."""
    whole, _point, rest = str(value).partition(".")
    if not whole.isdecimal():
        return str(value)
    if not rest.strip("0") and int(whole) and int(whole) % 10_000 == 0:
        return _("%(yuan)s yuan (%(ten_thousands)s × 10,000)") % {
            "yuan": f"{int(whole):,}",
            "ten_thousands": f"{int(whole) // 10_000:,}",
        }
    return _("%(yuan)s yuan") % {"yuan": f"{int(whole):,}" + (f".{rest}" if rest.strip("0") else "")}


def plain_words(value: Any) -> str:
    """Text as it is, numbers with separators, a row of a sheet line by line."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {_cell(cell)}" for name, cell in value.items() if cell not in ("", None))
    if isinstance(value, list):
        return _(", ").join(_cell(one) for one in value)
    return str(value)


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(str(part) for part in value.values() if part)
    return plain_words(value) if isinstance(value, list) else str(value)


# The fields of lines that have a meaning of their own, in every list.
_LINES: Mapping[str, Callable[[Any], str]] = {
    "item": catalogue.label,
    "line_amount": lambda line: quantities.show(line["amount"], line.get("unit") or ""),
    "amount": lambda amount: quantities.show(amount, ""),
    "unit": quantities.unit_label,
    "place": place_words,
}


# What the words of a whole line leave out: said with its amount, or no part of what it is about.
_UNSAID = frozenset({"no", "unit", "pack_size", "note"})


def _whole_amount(line: Mapping[str, Any]) -> str:
    """An amount with what a pack of it holds: 200 boxes (50 per box)."""
    words, unit = _LINES["line_amount"](line), line.get("unit") or ""
    pack = quantities.show_pack(unit, line.get("pack_size"))
    return _("%(amount)s (%(pack)s)") % {"amount": words, "pack": pack} if pack else words


def _choices_of(line_form: type[LineForm] | None) -> dict[str, dict[str, Any]]:
    declared: dict[str, forms.Field] = line_form.base_fields if line_form else {}
    return {
        name: {str(code): words for code, words in field.choices}  # type: ignore[misc,union-attr]
        for name, field in declared.items()
        if isinstance(field, forms.ChoiceField)
    }
