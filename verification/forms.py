"""Forms of a list: the same form reads a page, the API, a spreadsheet row and a stored payload.

A list's form derives from `PayloadForm`; rows of supplies in it are one `LinesField`.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from threading import local
from typing import Any, ClassVar, Final, Self

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator, URLValidator
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from verification.kinds import plain
from verification.models import MailChoice
from verification.sop import Action, is_privileged

# Control characters, zero-width and bidirectional marks: never meant, and a way to deceive.
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


# The forms that the reading of payloads shares, in each thread its own.
_THREAD: Final = local()


class PlainTextField(forms.CharField):
    """Text as people type it, without characters nobody can see."""

    # It says itself what is wrong with a JSON value that is no text.
    reads_json = True

    def run_validators(self, value: Any) -> None:
        """As Django does it, but for a text that is short enough: NUL was dropped with the unseen."""
        if self._only_length and type(value) is str and len(value) <= (self.max_length or 0):
            return
        super().run_validators(value)

    @cached_property
    def _only_length(self) -> bool:
        return all(
            type(one) in (MaxLengthValidator, ProhibitNullCharactersValidator) for one in self.validators
        )

    def to_python(self, value: Any) -> str:
        """The text, trimmed; unseen characters dropped."""
        if value is not None and not isinstance(value, str | int | float):
            raise ValidationError(gettext_lazy("Text was expected here."), code="type")
        return str(super().to_python(UNSEEN.sub("", str(value)) if value is not None else value))


class TokenForm(forms.Form):
    """What a personal token is called."""

    name = PlainTextField(
        label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("Which program uses it.")
    )


def _privileged() -> list[tuple[str, Any]]:
    """Every sort of act the audit can show, in the order they are declared."""
    return [
        ("", gettext_lazy("all")),
        *((action.value, action.label) for action in Action if is_privileged(action)),
    ]


class AuditForm(forms.Form):
    """Which privileged acts a coordinator wants to see."""

    person = PlainTextField(
        label=gettext_lazy("Who did it, or whom it was done to"),
        max_length=254,
        required=False,
        help_text=gettext_lazy("A public name or a mail address."),
    )
    action = forms.ChoiceField(label=gettext_lazy("What was done"), choices=_privileged, required=False)
    since = forms.DateField(
        label=gettext_lazy("From this day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("To this day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class MailChoiceForm(forms.ModelForm):  # type: ignore[type-arg]
    """In which language somebody reads mail, and what they are told."""

    class Meta:
        model = MailChoice
        fields = ("language", "when_published")


class LinkField(forms.URLField):
    """The address of a page: http or https, which is all a reader can open without risk."""

    default_validators = [URLValidator(schemes=["http", "https"])]

    def clean(self, value: Any) -> Any:
        """The address. One of the usual shape is what Django's longer way would make of it."""
        longest = min(self.max_length or 200, 200)
        if isinstance(value, str) and len(value) <= longest and _USUAL_LINK.fullmatch(value):
            return value
        return super().clean(value)


# No port, no query, no fragment, nothing that is not ASCII: neither changed nor refused by URLField.
_USUAL_LINK: Final = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?:/[\w.~%-]+)*", re.ASCII
)


class DayField(forms.DateField):
    """A day. In ISO form it is read at once, in whatever form else the language has as Django reads it."""

    def to_python(self, value: Any) -> Any:
        """The day; None for nothing."""
        if isinstance(value, str) and _ISO_DAY.fullmatch(value):
            with suppress(ValueError):
                return date.fromisoformat(value)
        return super().to_python(value)


_ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class PayloadForm(forms.Form):
    """A form whose cleaned data is a canonical payload.

    It reads JSON as well as what a page sends. Django's own fields expect text, and fail on a number or a
    list where a date should be: to a field that does not say `reads_json`, values come as text.
    """

    # What its fields make of nothing, where that was found out beforehand.
    _blanks: Mapping[str, Any] = {}

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(self._as_typed(data), *args, **kwargs)
        self.suit()

    @classmethod
    def reading(cls, data: Mapping[str, Any], lines: Sequence[Mapping[str, Any]] = (), last: int = 0) -> Self:
        """The form with these data, judged at once; its lines are numbered on from those of a record.

        All that are read in a thread share their fields, because copying them costs more than reading: ask such
        a form for its errors and its payload, and neither show nor change it.
        """
        patterns: dict[type, Self] = _THREAD.__dict__.setdefault("patterns", {})
        if (pattern := patterns.get(cls)) is None:
            pattern = patterns[cls] = cls()
            pattern._blanks = _blanks(pattern.fields)
        form = cls.__new__(cls)
        form.__dict__.update(pattern.__dict__)
        form.data, form.is_bound = form._as_typed(data), True
        form._bound_fields_cache = {}  # type: ignore[attr-defined]
        form.suit()
        if isinstance(field := form.fields.get("lines"), LinesField):
            field.follow(lines, last)
        form.full_clean()
        return form

    def suit(self) -> None:
        """What the data change about the fields; called before they are read."""

    def _clean_fields(self) -> None:
        """As Django does it, but for the bound field around each value, which only a page needs."""
        for name, field in self.fields.items():
            sent_as = self.add_prefix(name) if self.prefix else name
            try:
                value = field.widget.value_from_datadict(self.data, self.files, sent_as)
                if (value is None or value == "") and name in self._blanks and not field.required:
                    self.cleaned_data[name] = self._blanks[name]
                else:
                    self.cleaned_data[name] = field.clean(value)
                if own := getattr(self, f"clean_{name}", None):
                    self.cleaned_data[name] = own()
            except ValidationError as error:
                self.add_error(name, error)

    def _as_typed(self, data: Any) -> Any:
        if not isinstance(data, Mapping) or isinstance(data, MultiValueDict):
            return data
        return {
            name: value if value is None or isinstance(value, str) else self._typed(name, value)
            for name, value in data.items()
        }

    def _typed(self, name: str, value: Any) -> Any:
        field = self.base_fields.get(name)
        return value if field is None or getattr(field, "reads_json", False) else str(value)

    def payload(self) -> dict[str, Any]:
        """The canonical payload: plain JSON values, one per field."""
        return {name: plain(self.cleaned_data[name]) for name in self.fields}


def _blanks(fields: Mapping[str, forms.Field]) -> dict[str, Any]:
    """What each field makes of nothing, told as None or as "", where it takes that and makes a plain value of it."""
    found: dict[str, Any] = {}
    for name, field in fields.items():
        with suppress(ValidationError):
            said = [field.clean(nothing) for nothing in (None, "")]
            if said[0] == said[1] and all(one is None or isinstance(one, str) for one in said):
                found[name] = said[0]
    return found


def rows_of(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Lines sent as `lines-0-item`, `lines-0-amount`, ..., each with its index; blank and struck ones left out."""
    pattern = re.compile(rf"^{re.escape(name)}-(\d{{1,3}})-(\w+)$")
    lines: dict[int, dict[str, Any]] = {}
    for key in data:
        if match := pattern.match(key):
            lines.setdefault(int(match[1]), {})[match[2]] = data[key]
    return [
        {**line, "index": index}
        for index, line in sorted(lines.items())
        if not line.get("DELETE") and any(str(value).strip() for key, value in line.items() if key != "no")
    ]


class LineForm(PayloadForm):
    """One line of a list. `main` are the fields of the editor's first row, its first three where it names none."""

    main: ClassVar[tuple[str, ...]] = ()
    use_required_attribute = False

    @classmethod
    def first_row(cls) -> tuple[str, ...]:
        """The fields that are always in sight; the others are folded away."""
        return cls.main or tuple(cls.base_fields)[:3]

    @classmethod
    def suggestions(cls) -> dict[str, list[str]]:
        """Words a field may offer while typing, by the `list` its widget names."""
        return {}


class LinesWidget(forms.Widget):
    """Reads lines from JSON, or from form fields named `lines-0-item`; renders one row each."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """A list of one mapping a line, wholly blank ones left out."""
        if isinstance(data.get(name), list):
            return data[name]
        return rows_of(data, name)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Lines are never simply left as they were."""
        return False


class LinesField(forms.Field):
    """Lines of a list, each read by `line_form`."""

    widget = LinesWidget
    reads_json = True
    most = 200

    def __init__(self, line_form: type[LineForm], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.line_form = line_form
        self._before: Sequence[Mapping[str, Any]] = ()
        self._last = 0

    def follow(self, lines: Sequence[Mapping[str, Any]], last: int) -> None:
        """Number on from a record's lines; `last` is the highest number any line of it ever had."""
        self._before, self._last = lines, last

    def clean(self, value: Any) -> list[dict[str, Any]]:
        """The canonical lines. Each keeps its number; one without is the record's only line of its item, or new."""
        if value and not (isinstance(value, list) and all(isinstance(line, Mapping) for line in value)):
            raise ValidationError(_("A list of lines was expected here."), code="type")
        lines: Sequence[Mapping[str, Any]] = value or []
        if self.required and not lines:
            raise ValidationError(_("Name at least one thing."), code="required")
        if len(lines) > self.most:
            raise ValidationError(
                _("At most %(most)d lines fit in one entry.") % {"most": self.most}, code="most"
            )
        read = [self.line_form.reading(line) for line in lines]
        if errors := [e for number, form in enumerate(read, 1) for e in _errors(number, form)]:
            raise ValidationError(errors)
        return self._numbered([form.payload() for form in read], lines)

    def _numbered(
        self, payloads: list[dict[str, Any]], lines: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        given = [_number(line.get("no")) for line in lines]
        used, last = set(given), max([self._last, *given])
        items = [line.get("item") for line in self._before]
        known = {line.get("item"): line["no"] for line in self._before if items.count(line.get("item")) == 1}
        numbered, seen = [], set()
        for number, payload in zip(given, payloads, strict=True):
            if not number and (number := known.get(payload.get("item"), 0)) in used:
                number = 0
            if not number or number in seen:
                number = last = last + 1
            seen.add(number)
            numbered.append({"no": number, **payload})
        return numbered


def _number(value: Any) -> int:
    text = str(value if value is not None else "")
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def _errors(number: int, form: forms.Form) -> list[str]:
    found = []
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        found += [
            _("Line %(number)d, %(label)s: %(error)s") % {"number": number, "label": label, "error": e}
            for e in errors
        ]
    return found
