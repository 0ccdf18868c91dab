"""Parts that several lists have in common: whom to call, how we know, the row as it came.

Each part is a few columns of the table, form fields, their classes, and a section of the form.
"""

from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from supplies import quantities
from supplies.contacts import find_private
from supplies.fields import AmountField, PhoneField
from verification.forms import UNSEEN, DayField, LineForm, LinkField, PayloadForm, PlainTextField
from verification.kinds import Field, Format, Section
from verification.sop import Risk

PRIVATE: Final = _("Private: only reviewers see it.")


def refuse_private(text: str) -> str:
    """A public text as it is; refused where a person's number or account stands in it, before anybody sees it."""
    if found := find_private(text):
        raise ValidationError(
            _("“%(found)s” looks private. Put it where only reviewers see it.") % {"found": found[0].text},
            code="private",
        )
    return text


class PublicTextField(PlainTextField):
    """Text everybody reads: what looks private is refused."""

    def clean(self, value: Any) -> str:
        """The text, where it gives nobody away."""
        return refuse_private(super().clean(value))


class AmountLineForm(LineForm):
    """A line with an amount and its unit, which may be written in one: 100盒."""

    amount = AmountField(label=_("amount"), required=False)
    unit = forms.ChoiceField(
        label=_("unit"), required=False, choices=[("", _("none")), *quantities.unit_choices()]
    )

    def clean(self) -> dict[str, Any]:
        """Unit and pack size come from the amount as written where their own boxes are empty; the two agree."""
        cleaned: dict[str, Any] = super().clean() or {}
        read = self.fields["amount"].read  # type: ignore[attr-defined]
        for name in ("unit", "pack_size"):
            if read is None or name not in cleaned:
                continue
            written, chosen = getattr(read, name), cleaned[name]
            if written and chosen and written != chosen:
                self.add_error(name, _("The amount as written says something else. Make the two agree."))
            else:
                cleaned[name] = chosen or written
        return cleaned


class Contactable(models.Model):
    """Whom to call: an office's number for everybody, a person and their number for the reviewers."""

    office_line = models.CharField(_("office telephone (public)"), max_length=200, blank=True)
    contact_person = models.CharField(_("contact person (private)"), max_length=100, blank=True)
    contact_phone = models.CharField(_("contact's telephone (private)"), max_length=200, blank=True)

    class Meta:
        abstract = True


class ContactForm(PayloadForm):
    """The fields of `Contactable`."""

    office_line = PublicTextField(
        label=_("office telephone"),
        required=False,
        max_length=200,
        help_text=_("Public. Give no personal mobile number."),
    )
    contact_person = PlainTextField(
        label=_("contact person"),
        required=False,
        max_length=100,
        help_text=PRIVATE,
    )
    contact_phone = PhoneField(label=_("contact's telephone"), required=False, help_text=PRIVATE)


CONTACT_FIELDS: Final = {
    "office_line": Field(
        _("office telephone"), public=True, risk=Risk.SENSITIVE, format=Format.PHONES, empty=_("not given")
    ),
    "contact_person": Field(_("contact person"), public=False, risk=Risk.SENSITIVE),
    "contact_phone": Field(_("contact's telephone"), public=False, risk=Risk.SENSITIVE),
}
CONTACT_SECTION: Final = Section(
    "contact",
    _("Who can be called?"),
    ("office_line", "contact_person", "contact_phone"),
    _("Reviewers call back. Only the office telephone is shown to the public."),
)


class Sourced(models.Model):
    """How we know, and what else there is to say. `as_written` is the sheet's row, where one brought it."""

    source_link = models.URLField(_("source link"), max_length=1000, blank=True)
    remarks = models.TextField(_("remarks (public)"), blank=True)
    private_note = models.TextField(_("note to the reviewers (private)"), blank=True)
    as_written = models.JSONField(_("row as written in the sheet (private)"), default=dict, blank=True)

    class Meta:
        abstract = True


_MOST_WRITTEN: Final = 60_000


class RowField(forms.Field):
    """A sheet's row: header -> cell. Only imports send it; pages show it to reviewers."""

    reads_json = True
    # For the API's documentation.
    json_schema = {"type": "object", "additionalProperties": True}

    def clean(self, value: Any) -> dict[str, Any]:
        """The row without characters nobody can see, which the database would not take either."""
        if not value:
            return {}
        if not isinstance(value, dict) or len(str(value)) > _MOST_WRITTEN:
            raise ValidationError(_("A row of a sheet was expected here."), code="type")
        return {_seen(header): _seen(cell) for header, cell in value.items()}


def _seen(cell: Any) -> Any:
    if isinstance(cell, str):
        return UNSEEN.sub("", cell)
    if isinstance(cell, list):
        return [_seen(entry) for entry in cell]
    if isinstance(cell, dict):
        return {_seen(name): _seen(value) for name, value in cell.items()}
    return cell if cell is None or isinstance(cell, bool | int | float) else str(cell)


class SourceForm(PayloadForm):
    """The fields of `Sourced`, and the day of the source, which every record has.

    `may_lack`: what whoever reports must say, and a sheet's row may have left out.
    """

    may_lack: ClassVar[tuple[str, ...]] = ()

    source_link = LinkField(
        label=_("source link"),
        required=False,
        max_length=1000,
        assume_scheme="https",
        help_text=_(
            "The institution's own notice, or official media quoting it. Not needed where you speak for it."
        ),
    )
    source_dated = DayField(
        label=_("date of the source"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    remarks = PublicTextField(
        label=_("remarks"), required=False, max_length=2000, help_text=_("Public."), widget=forms.Textarea
    )
    private_note = PlainTextField(
        label=_("note to the reviewers"),
        required=False,
        max_length=4000,
        widget=forms.Textarea,
        help_text=PRIVATE,
    )
    as_written = RowField(label=_("row as written in the sheet"), required=False, widget=forms.HiddenInput)

    def suit(self) -> None:
        """A sheet's row need not say what a person must."""
        for name in self.may_lack:
            self.fields[name].required = self.base_fields[name].required and not self.data.get("as_written")


SOURCE_FIELDS: Final = {
    "source_link": Field(_("source link"), public=True, format=Format.LINK),
    "source_dated": Field(_("date of the source"), public=True, format=Format.DAY),
    "remarks": Field(_("remarks"), public=True, format=Format.LONG_TEXT),
    "private_note": Field(_("note to the reviewers"), public=False, format=Format.LONG_TEXT),
    "as_written": Field(_("row as written in the sheet"), public=False),
}
SOURCE_SECTION: Final = Section(
    "source", _("How do you know?"), ("source_link", "source_dated", "remarks", "private_note")
)
