"""Form fields that read what people write about supplies: amounts, items, places, telephone numbers."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.choices import CallableChoiceIterator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from supplies import catalogue, places, quantities
from supplies.contacts import read_phones
from supplies.filters import items_by_group
from verification.forms import UNSEEN, PlainTextField

# More than this of anything is a slip of the pen.
MOST = 10**12


class AmountField(forms.Field):
    """An amount as written ("5000个", "若干"), or as JSON {kind, low, high, text}.

    Cleans to the JSON shape; `read` is what was understood of the text, with unit and pack size.
    Empty means the amount is unknown. A text that cannot be read is an error that says why.
    """

    reads_json = True
    json_schema = {
        "oneOf": [
            {"type": "string", "maxLength": 200, "nullable": True, "example": "5000个"},
            {
                "type": "object",
                "properties": {
                    "kind": {"type": "string", "enum": ["unknown", "exact", "at_least", "range", "as_many"]},
                    "low": {"type": "integer", "minimum": 0, "maximum": MOST, "nullable": True},
                    "high": {"type": "integer", "minimum": 0, "maximum": MOST, "nullable": True},
                    "text": {"type": "string", "maxLength": 200},
                },
                "required": ["kind"],
            },
        ]
    }
    read: quantities.Amount | None = None

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"placeholder": _("unknown"), "autocomplete": "off"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> dict[str, Any]:
        """The amount in its JSON shape."""
        self.read = None
        if isinstance(value, Mapping):
            return self._from_json(value)
        if value is not None and not isinstance(value, str | int):
            raise ValidationError(_("An amount was expected here, such as 5000个 or 若干."), code="type")
        self.read = quantities.parse(str(value if value is not None else "").strip())
        if not self.read.text:
            return {"kind": "unknown", "low": None, "high": None, "text": ""}
        if not self.read.readable:
            raise ValidationError(self.read.reason, code=self.read.problem)
        return dict(self.read.body())

    def _from_json(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """The same shape, checked: the figures fit the kind."""
        kind, low, high = value.get("kind"), value.get("low"), value.get("high")
        text = value.get("text", "")
        numbers = all(n is None or (type(n) is int and 0 <= n <= MOST) for n in (low, high))
        fits = numbers and {
            "unknown": low is None and high is None,
            "as_many": low is None and high is None,
            "exact": low is not None and low == high,
            "at_least": low is not None and high is None,
            "range": low is not None and high is not None and low < high,
        }.get(str(kind), False)
        if not (fits and isinstance(text, str) and len(text) <= 200):
            raise ValidationError(_("These figures do not make an amount."), code="shape")
        return {"kind": kind, "low": low, "high": high, "text": UNSEEN.sub("", text)}


def item_choices() -> list[tuple[str, Any]]:
    """The catalogue by group, as a select offers it."""
    groups = [
        (group["label"], [(item["value"], item["label"]) for item in group["options"]])
        for group in items_by_group()
    ]
    return [("", _("Choose")), *groups]


class ItemField(PlainTextField):
    """An item of the catalogue, by code or by any of its names."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Select(choices=CallableChoiceIterator(item_choices)))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        """The item's code."""
        text = super().to_python(value)
        if not text:
            return text
        items = catalogue.items()
        if any(item.code == text for item in items):
            return text
        found = catalogue.match_item(text, items)
        if found.item is None:
            raise ValidationError(
                _("“%(text)s” is not in the catalogue, or could mean several things.") % {"text": text}
            )
        return str(found.item.code)


class PlaceField(PlainTextField):
    """A place, by its GB/T 2260 code or by name ("湖北武汉江岸区"); cleans to the code."""

    def to_python(self, value: Any) -> str:
        """The code."""
        text = super().to_python(value)
        if not text:
            return text
        place = places.get(text) if places.exists(text) else places.find(text) or _named(text)
        if place is None:
            raise ValidationError(
                _("“%(text)s” names no place we know. Write province, city and district: 湖北武汉江岸区.")
                % {"text": text}
            )
        return place.code

    def prepare_value(self, value: Any) -> Any:
        """A code in words that this field reads as the same code; anything else as it is."""
        if not isinstance(value, str) or not places.exists(value):
            return value
        path = places.path(value)
        english = " ".join(place.name_en for place in path) if (get_language() or "").startswith("en") else ""
        for words in (english, "".join(place.name for place in path)):
            found = (places.find(words) or _named(words)) if words else None
            if found and found.code == value:
                return words
        return value


def _named(text: str) -> places.Place | None:
    """The one place that is called exactly so, in English too: "Hubei Wuhan"."""
    words = text.split()
    found = [p for p in places.search(text) if words[-1].lower() in (p.name, p.short, p.name_en.lower())]
    return found[0] if len(found) == 1 else None


class PhoneField(PlainTextField):
    """One or several telephone numbers in one box; cleans to the text with the numbers set in order."""

    def to_python(self, value: Any) -> str:
        """The numbers, parted by a comma; refused where none can be read."""
        text = super().to_python(value)
        if not text:
            return text
        phones = read_phones(text)
        if not phones:
            raise ValidationError(_("No telephone number can be read here."))
        return "、".join(phone.text for phone in phones)


class WholeNumberField(forms.IntegerField):
    """A whole number of things, never negative; blank means not given."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(max_value=MOST, **kwargs)
