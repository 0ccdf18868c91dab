"""Needs: what a hospital lacks, line by line. Record model, form, Kind."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import formats, timezone
from django.utils.dateparse import parse_date
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from supplies import catalogue, paste, places, quantities
from supplies.contacts import find_private
from supplies.fields import AmountField, ItemField, PhoneField, PlaceField, WholeNumberField
from supplies.filters import ITEM, PLACES
from verification import names
from verification.forms import LineForm, LinesField, LinkField, PayloadForm, PlainTextField
from verification.kinds import Facets, Field, Intervals, Kind, Payload, ReadLine, Section, register
from verification.models import Record
from verification.sop import Risk


class Urgency(models.TextChoices):
    """How soon it is needed."""

    CRITICAL = "critical", pgettext_lazy("urgency", "critical: runs out within two days")
    HIGH = "high", pgettext_lazy("urgency", "high: runs out within a week")
    NORMAL = "normal", pgettext_lazy("urgency", "normal")


_RANK = {Urgency.CRITICAL.value: 3, Urgency.HIGH.value: 2, Urgency.NORMAL.value: 1}


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


class NeedLineForm(LineForm):
    """One thing that is needed."""

    item = ItemField(label=_("item"))
    amount = AmountField(label=_("amount"), required=False)
    unit = forms.ChoiceField(label=_("unit"), required=False, choices=[("", "—"), *quantities.unit_choices()])
    pack_size = WholeNumberField(label=_("pieces a pack"), required=False, min_value=1)
    standard = PlainTextField(label=_("product standard"), required=False, max_length=60)
    stock = WholeNumberField(label=_("in stock"), required=False)
    daily_use = WholeNumberField(label=_("used a day"), required=False)
    note = PlainTextField(label=_("note"), required=False, max_length=200)

    @classmethod
    def options(cls) -> dict[str, Any]:
        """The catalogue by group, the units, the standards in force."""
        groups: dict[str, list[dict[str, str]]] = {}
        for item in catalogue.items():
            groups.setdefault(str(catalogue.Group(item.group).label), []).append(
                {"value": item.code, "label": str(item)}
            )
        return {
            "items": [{"label": label, "options": options} for label, options in groups.items()],
            "units": [{"value": code, "label": label} for code, label in quantities.unit_choices()],
            "standards": [s.code for s in catalogue.standards() if not s.replaced_by],
        }

    def clean_standard(self) -> str:
        """The standard as it is written everywhere, GB 19083-2010, where one can be read."""
        written: str = self.cleaned_data["standard"]
        return catalogue.read_standard(written) or written

    def clean_note(self) -> str:
        """A line's note is public."""
        note: str = self.cleaned_data["note"]
        return refuse_private(note)

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
    place = PlaceField(label=_("place"), help_text=_("Province, city and district: 湖北武汉江岸区."))
    lines = LinesField(NeedLineForm, label=_("what is needed"))
    urgency = forms.ChoiceField(label=_("urgency"), choices=[("", _("Choose")), *Urgency.choices])
    delivery_address = PlainTextField(label=_("delivery address"), required=False, max_length=300)
    office_line = PlainTextField(
        label=_("office telephone"),
        required=False,
        max_length=200,
        help_text=_("Public. Give no personal mobile number."),
    )
    contact_person = PlainTextField(
        label=_("contact person"),
        required=False,
        max_length=100,
        help_text=_("Private: only reviewers see it."),
    )
    contact_phone = PhoneField(
        label=_("contact's telephone"), required=False, help_text=_("Private: only reviewers see it.")
    )
    source_link = LinkField(
        label=_("source link"),
        required=False,
        max_length=1000,
        assume_scheme="https",
        help_text=_(
            "The institution's own notice, or official media quoting it. Not needed where you speak for it."
        ),
    )
    source_dated = forms.DateField(
        label=_("date of the source"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    remarks = PlainTextField(
        label=_("remarks"), required=False, max_length=2000, help_text=_("Public."), widget=forms.Textarea
    )
    private_note = PlainTextField(
        label=_("note to the reviewers"),
        required=False,
        max_length=2000,
        widget=forms.Textarea,
        help_text=_("Private: only reviewers see it."),
    )

    def clean_office_line(self) -> str:
        """The public number is an office's."""
        return refuse_private(self.cleaned_data["office_line"])

    def clean_delivery_address(self) -> str:
        """The address is public."""
        return refuse_private(self.cleaned_data["delivery_address"])

    def clean_remarks(self) -> str:
        """Remarks are public."""
        return refuse_private(self.cleaned_data["remarks"])


def refuse_private(text: str) -> str:
    """A public text as it is; refused where a person's number or account stands in it, before anybody sees it."""
    if found := find_private(text):
        raise ValidationError(
            _("“%(found)s” looks private. Put it where only reviewers see it.") % {"found": found[0].text},
            code="private",
        )
    return text


def facets(payload: Payload) -> Facets:
    """A need is found by place, item, urgency, and the words of its institution, place and items."""
    where = places.path(payload["place"])
    items = sorted({line["item"] for line in payload["lines"]})
    return Facets(
        title=payload["organisation_name"],
        places=tuple(place.code for place in where),
        items=tuple(items),
        urgency=_RANK[payload["urgency"]],
        words=(
            payload["organisation_name"],
            *(place.name for place in where),
            *(name for code in items for name in catalogue.names(code)),
        ),
    )


def identity(payload: Payload) -> str:
    """One institution in one place has one need, which is corrected and not entered again."""
    if payload["organisation"]:
        return str(payload["organisation"])
    name = names.identifying(payload["organisation_name"])
    return f"{name}|{payload['place']}" if name else ""


def filter_options(place: str) -> dict[str, Any]:
    """What the filter bar offers: provinces, the prefectures of the one chosen, items by group."""
    language = get_language() or ""

    def options(parent: str) -> list[dict[str, str]]:
        return [{"value": p.code, "label": places.label(p.code, language)} for p in places.children(parent)]

    province = places.path(place)[0].code if places.exists(place) else ""
    return {
        "provinces": options(""),
        "cities": options(province) if province else [],
        "items": NeedLineForm.options()["items"],
    }


def show(name: str, value: Any) -> str:
    """A value of the payload or of a line, in words."""
    if value is None or value == "":
        return ""
    if name == "place":
        return " / ".join(places.label(p.code, get_language() or "") for p in places.path(value))
    if name == "source_dated":
        day = parse_date(value) if isinstance(value, str) else value
        return formats.date_format(day, str(_("j M Y"))) if day else str(value)
    if name == "urgency":
        return str(Urgency(value).label)
    if name == "item":
        return catalogue.label(value)
    if name == "line_amount":
        return quantities.show(value["amount"], value["unit"])
    if name == "amount":
        return quantities.show(value, "")
    if name == "unit":
        return quantities.unit_label(value)
    if name in ("line", "lines"):
        return "\n".join(_show_line(line) for line in ([value] if name == "line" else value))
    return str(value)


def _show_line(line: dict[str, Any]) -> str:
    return f"{catalogue.label(line['item'])} {quantities.show(line['amount'], line['unit'])}"


def read_pasted(text: str) -> tuple[list[ReadLine], list[str]]:
    """Lines read out of a message, and the pieces that could not be read."""
    lines: list[ReadLine] = []
    unread = []
    for piece in paste.read_lines(text, catalogue.items()):
        if piece.item or piece.candidates:
            lines.append(_read_line(piece))
        elif piece.text.strip():
            unread.append(piece.text.strip())
    return lines, unread


def _read_line(piece: paste.PastedLine) -> ReadLine:
    amount = piece.amount
    line: dict[str, Any] = {
        "item": piece.item.code if piece.item else "",
        "amount": amount.body() if amount else None,
        "unit": amount.unit if amount else "",
        "pack_size": amount.pack_size if amount else None,
        "standard": piece.standard,
    }
    return {
        "text": piece.text.strip(),
        "doubt": piece.problem,
        "line": line,
        "text_amount": amount.text if amount else "",
    }


def notices(payload: Payload) -> list[str]:
    """Product standards that were replaced, belong to another item, or are unknown, on the day of the source."""
    day = date.fromisoformat(payload["source_dated"]) if payload["source_dated"] else timezone.localdate()
    found = [
        catalogue.standard_notice(line["item"], line["standard"], catalogue.standards(), on=day)
        for line in payload["lines"]
        if line["standard"]
    ]
    return [notice.sentence for notice in found if notice.sentence]


# For the API's documentation: an institution that does not exist.
EXAMPLE = {
    "organisation_name": "江城第三医院",
    "place": "420106",
    "lines": [
        {"item": "n95-mask", "amount": "5000个", "standard": "GB 19083-2010", "stock": 200, "daily_use": 800},
        {"item": "protective-suit", "amount": "越多越好"},
    ],
    "urgency": "critical",
    "delivery_address": "江城区长堤路1号后勤楼",
    "office_line": "027-85550100",
    "source_link": "https://hospital.example/notice/1",
    "source_dated": "2020-02-03",
}

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
        sections=(
            Section("who", _("Which institution?"), ("organisation", "organisation_name", "place")),
            Section("what", _("What is needed?"), ("lines", "urgency")),
            Section("where", _("Where should it be sent?"), ("delivery_address",)),
            Section(
                "contact",
                _("Who can be called?"),
                ("office_line", "contact_person", "contact_phone"),
                _("Reviewers call back. Only the office telephone is shown to the public."),
            ),
            Section(
                "source",
                _("How do you know?"),
                ("source_link", "source_dated", "remarks", "private_note"),
            ),
        ),
        line_labels={
            "line": _("line"),
            "item": _("item"),
            "amount": _("amount"),
            "unit": _("unit"),
            "pack_size": _("pieces a pack"),
            "standard": _("product standard"),
            "stock": _("in stock"),
            "daily_use": _("used a day"),
            "note": _("note"),
        },
        show=show,
        paste=read_pasted,
        filter_options=filter_options,
        notices=notices,
        facets=facets,
        identity=identity,
        filters=PLACES | ITEM,
        urgencies=_RANK,
        example=EXAMPLE,
        intervals=Intervals(due=timedelta(days=2), overdue=timedelta(days=4), stale=timedelta(days=7)),
    )
)
