"""Needs: what a hospital lacks, line by line. Record model, form, Kind."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from supplies import quantities
from supplies.contacts import read_phones
from supplies.fields import AmountField, ItemField, PhoneField, PlaceField, WholeNumberField
from supplies.places import path
from verification import names
from verification.forms import LinesField, PayloadForm, PlainTextField
from verification.kinds import Facets, Field, Intervals, Kind, Payload, register
from verification.models import Record
from verification.sop import Risk


class Urgency(models.TextChoices):
    """How soon it is needed."""

    CRITICAL = "critical", pgettext_lazy("urgency", "critical: runs out within two days")
    HIGH = "high", pgettext_lazy("urgency", "high: runs out within a week")
    NORMAL = "normal", pgettext_lazy("urgency", "normal")


_RANK = {Urgency.CRITICAL: 3, Urgency.HIGH: 2, Urgency.NORMAL: 1}


class Need(Record):
    """A hospital's need. `lines` holds item, amount, unit, pack size, standard, stock, daily use, note."""

    organisation_name = models.CharField(_("institution"), max_length=200)
    place = models.CharField(_("place"), max_length=6)
    urgency = models.CharField(_("urgency"), max_length=20, choices=Urgency)
    delivery_address = models.CharField(_("delivery address"), max_length=300, blank=True)
    office_line = models.CharField(_("office telephone (public)"), max_length=200, blank=True)
    contact_person = models.CharField(_("contact person (private)"), max_length=100, blank=True)
    contact_phone = models.CharField(_("contact's telephone (private)"), max_length=200, blank=True)
    source_link = models.URLField(_("source link"), max_length=1000, blank=True)
    remarks = models.TextField(_("remarks (public)"), blank=True)
    private_note = models.TextField(_("note to the reviewers (private)"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("need")
        verbose_name_plural = _("needs")


class NeedLineForm(PayloadForm):
    """One thing that is needed."""

    item = ItemField(label=_("item"))
    amount = AmountField(label=_("amount"), required=False)
    unit = forms.ChoiceField(label=_("unit"), required=False, choices=[("", "—"), *quantities.unit_choices()])
    pack_size = WholeNumberField(label=_("pieces a pack"), required=False, min_value=1)
    standard = PlainTextField(label=_("product standard"), required=False, max_length=60)
    stock = WholeNumberField(label=_("in stock"), required=False)
    daily_use = WholeNumberField(label=_("used a day"), required=False)
    note = PlainTextField(label=_("note"), required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        """Unit and pack size come from the amount as written where the boxes of their own are empty."""
        cleaned: dict[str, Any] = super().clean() or {}
        amount = cleaned.get("amount")
        if amount is not None:
            read = self.fields["amount"].read  # type: ignore[attr-defined]
            cleaned["unit"] = cleaned.get("unit") or (read.unit if read else "")
            cleaned["pack_size"] = cleaned.get("pack_size") or (read.pack_size if read else None)
        return cleaned


class NeedForm(PayloadForm):
    """A need as a person fills it in, or as JSON of the same shape."""

    organisation = forms.UUIDField(label=_("institution in the register"), required=False)
    organisation_name = PlainTextField(label=_("institution"), max_length=200)
    place = PlaceField(label=_("place"))
    lines = LinesField(NeedLineForm, label=_("what is needed"))
    urgency = forms.ChoiceField(label=_("urgency"), choices=Urgency.choices)
    delivery_address = PlainTextField(label=_("delivery address"), required=False, max_length=300)
    office_line = PlainTextField(
        label=_("office telephone"), required=False, max_length=200, help_text=_("Public. No mobile number of a person.")
    )
    contact_person = PlainTextField(
        label=_("contact person"), required=False, max_length=100, help_text=_("Private: only reviewers see it.")
    )
    contact_phone = PhoneField(
        label=_("contact's telephone"), required=False, help_text=_("Private: only reviewers see it.")
    )
    source_link = forms.URLField(
        label=_("source link"),
        required=False,
        max_length=1000,
        assume_scheme="https",
        help_text=_("The institution's own notice, or official media quoting it. Not needed where you speak for it."),
    )
    source_dated = forms.DateField(label=_("date of the source"), required=False)
    remarks = PlainTextField(label=_("remarks"), required=False, max_length=2000, help_text=_("Public."))
    private_note = PlainTextField(
        label=_("note to the reviewers"), required=False, max_length=2000, help_text=_("Private: only reviewers see it.")
    )

    def clean_office_line(self) -> str:
        """A mobile number in the public line belongs to a person: refuse it here, before anybody sees it."""
        line: str = self.cleaned_data["office_line"]
        if any(phone.mobile for phone in read_phones(line)):
            raise ValidationError(
                _("This is a mobile number. Put it into the contact's telephone, which stays private."), code="private"
            )
        return line


def facets(payload: Payload) -> Facets:
    """A need is found by place, item, urgency, and the words of its institution and place."""
    codes = tuple(place.code for place in path(payload["place"]))
    return Facets(
        title=payload["organisation_name"],
        places=codes,
        items=tuple(sorted({line["item"] for line in payload["lines"]})),
        urgency=_RANK[Urgency(payload["urgency"])],
        words=(payload["organisation_name"], *(place.name for place in path(payload["place"]))),
    )


def identity(payload: Payload) -> str:
    """One institution in one place has one need, which is corrected and not entered again."""
    if payload["organisation"]:
        return str(payload["organisation"])
    name = names.normalise(payload["organisation_name"])
    return f"{name}|{payload['place']}" if name else ""


NEEDS = register(
    Kind(
        slug="needs",
        label=_("Needs"),
        label_one=_("need"),
        model=Need,
        form=NeedForm,
        fields={
            "organisation": Field(_("institution in the register"), public=True),
            "organisation_name": Field(_("institution"), public=True, risk=Risk.SENSITIVE),
            "place": Field(_("place"), public=True, risk=Risk.SENSITIVE),
            "lines": Field(_("what is needed"), public=True),
            "urgency": Field(_("urgency"), public=True),
            "delivery_address": Field(_("delivery address"), public=True, risk=Risk.DANGEROUS),
            "office_line": Field(_("office telephone"), public=True, risk=Risk.SENSITIVE),
            "contact_person": Field(_("contact person"), public=False, risk=Risk.SENSITIVE),
            "contact_phone": Field(_("contact's telephone"), public=False, risk=Risk.SENSITIVE),
            "source_link": Field(_("source link"), public=True),
            "source_dated": Field(_("date of the source"), public=True),
            "remarks": Field(_("remarks"), public=True),
            "private_note": Field(_("note to the reviewers"), public=False),
        },
        facets=facets,
        identity=identity,
        intervals=Intervals(due=timedelta(days=2), overdue=timedelta(days=4), stale=timedelta(days=7)),
    )
)
