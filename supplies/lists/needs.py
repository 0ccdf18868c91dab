"""Needs: what a hospital lacks, line by line. Record model, form, Kind."""

from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from supplies import catalogue, paste, places, wanted
from supplies.cells import Coded, Column, Day, Link, Phones, PlaceWord, Prose, Status, Text, supplies
from supplies.fields import ItemField, PlaceField, WholeNumberField
from supplies.filters import ITEM, PLACES
from supplies.parts import (
    CONTACT_FIELDS,
    CONTACT_SECTION,
    SOURCE_FIELDS,
    SOURCE_SECTION,
    AmountLineForm,
    Contactable,
    ContactForm,
    PublicTextField,
    Sourced,
    SourceForm,
)
from supplies.showing import shows
from supplies.traits import contact_traits
from verification import names
from verification.forms import LinesField, PlainTextField
from verification.kinds import (
    Facets,
    Field,
    Format,
    Intervals,
    Kind,
    Payload,
    ReadLine,
    Section,
    Words,
    register,
)
from verification.models import Record
from verification.sop import Risk


class Urgency(models.TextChoices):
    """How soon it is needed."""

    CRITICAL = "critical", pgettext_lazy("urgency", "critical: runs out within two days")
    HIGH = "high", pgettext_lazy("urgency", "high: runs out within a week")
    NORMAL = "normal", pgettext_lazy("urgency", "normal")


_URGENCIES = {"特急": "critical", "紧急": "high", "一般": "normal"} | {u.value: u.value for u in Urgency}
_RANK = {Urgency.CRITICAL.value: 3, Urgency.HIGH.value: 2, Urgency.NORMAL.value: 1}


class Need(Contactable, Sourced, Record):
    """A hospital's need. `lines` holds item, amount, unit, pack size, standard, stock, daily use, note."""

    organisation_name = models.CharField(_("institution"), max_length=200)
    place = models.CharField(_("place"), max_length=6)
    urgency = models.CharField(_("urgency"), max_length=20, choices=Urgency)
    delivery_address = models.CharField(_("delivery address"), max_length=300, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("need")
        verbose_name_plural = _("needs")


class NeedLineForm(AmountLineForm):
    """One thing that is needed."""

    main: ClassVar[tuple[str, ...]] = ("item", "amount", "unit")

    item = ItemField(label=_("item"))
    pack_size = WholeNumberField(label=_("pieces a pack"), required=False, min_value=1)
    standard = PlainTextField(
        label=_("product standard"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"list": "standards"}),
    )
    stock = WholeNumberField(label=_("in stock"), required=False)
    daily_use = WholeNumberField(label=_("used a day"), required=False)
    note = PublicTextField(label=_("note (public)"), required=False, max_length=200)

    @classmethod
    def suggestions(cls) -> dict[str, list[str]]:
        """The standards in force."""
        return {"standards": [s.code for s in catalogue.standards() if not s.replaced_by]}

    def clean_standard(self) -> str:
        """The standard as it is written everywhere, GB 19083-2010, where one can be read."""
        written: str = self.cleaned_data["standard"]
        return catalogue.read_standard(written) or written


class NeedForm(ContactForm, SourceForm):
    """A need as a person fills it in, or as JSON of the same shape."""

    organisation = forms.UUIDField(label=_("institution in the register"), required=False)
    organisation_name = PlainTextField(label=_("institution"), max_length=200)
    place = PlaceField(label=_("place"), help_text=_("Province, city and district: 湖北武汉江岸区."))
    lines = LinesField(NeedLineForm, label=_("what is needed"), required=False)
    urgency = forms.ChoiceField(label=_("urgency"), choices=[("", _("Choose")), *Urgency.choices])
    delivery_address = PublicTextField(label=_("delivery address"), required=False, max_length=300)

    def clean(self) -> dict[str, Any]:
        """Somebody who asks names what for; a sheet's row may say that its hospital lacks nothing now."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("lines") and not cleaned.get("as_written") and "lines" not in self.errors:
            self.add_error("lines", forms.ValidationError(_("Name at least one thing."), code="required"))
        return cleaned


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
        traits=lambda: contact_traits(payload, address="delivery_address"),
    )


def identity(payload: Payload) -> str:
    """One institution in one place has one need, which is corrected and not entered again."""
    if payload["organisation"]:
        return str(payload["organisation"])
    name = names.identifying(payload["organisation_name"])
    return f"{name}|{payload['place']}" if name else ""


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


def columns() -> list[Column]:
    """The columns of a prefecture's hospital sheet."""
    return [
        PlaceWord("区县", synonyms=("区", "district", "所在城市"), level="county"),
        Text(
            "医院名称",
            ("organisation_name",),
            synonyms=("医院", "name", "hospital"),
            needed=True,
            longest=200,
        ),
        *supplies(),
        Prose("所需物资", synonyms=("supplies",)),
        Link("官方链接", ("source_link",), synonyms=("链接", "来源链接", "source link")),
        Text("医院地址", ("delivery_address",), synonyms=("地址", "收货地址", "address"), blanks=True),
        Phones("联系人/联系方式", synonyms=("联系方式", "联系电话", "contact")),
        Day("来源日期", ("source_dated",), synonyms=("发布时间", "date of the source")),
        Text("备注", ("remarks",), synonyms=("remark", "remarks", "说明"), longest=2000),
        # A wish the volunteers' sheets never met; where they say nothing, nothing is urgent.
        Coded("紧急程度", ("urgency",), synonyms=("urgency",), codes=_URGENCIES, other="normal"),
        Status("审核状态"),
    ]


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

# Whoever names another institution, or another address, sends what is given to another door.
FIELDS = {
    "organisation": Field(_("institution in the register"), public=True, risk=Risk.DANGEROUS),
    "organisation_name": Field(_("institution"), public=True, risk=Risk.DANGEROUS),
    "place": Field(_("place"), public=True, risk=Risk.SENSITIVE, format=Format.PLACE),
    "lines": Field(_("what is needed"), public=True),
    "urgency": Field(_("urgency"), public=True, choices=Urgency.choices),
    "delivery_address": Field(
        _("delivery address"), public=True, risk=Risk.DANGEROUS, empty=_("ask by telephone")
    ),
    **CONTACT_FIELDS,
    **SOURCE_FIELDS,
}

NEEDS = register(
    Kind(
        slug="needs",
        label=_("Needs"),
        label_one=_("need"),
        intro=_("What hospitals lack, item by item, and where it should be sent."),
        ask=_("A hospital lacks supplies"),
        model=Need,
        form=NeedForm,
        fields=FIELDS,
        sections=(
            Section("who", _("Which institution?"), ("organisation", "organisation_name", "place")),
            Section("what", _("What is needed?"), ("lines", "urgency")),
            Section("where", _("Where should it be sent?"), ("delivery_address",)),
            CONTACT_SECTION,
            SOURCE_SECTION,
        ),
        page=(
            Section("what", _("What is wanted"), ("lines", "remarks")),
            Section(
                "where",
                _("How to deliver"),
                ("delivery_address", "office_line"),
                _("Call first: amounts change by the hour. Private numbers are never shown."),
            ),
        ),
        words=Words(
            report=_("Report a need"),
            search=_("Institution, place or item"),
            caution=_("Call before you send anything."),
            ended=_("It is no longer needed"),
            line=_("Item"),
            add_line=_("Add an item"),
            leave_out=_("Leave this item out"),
            more=_("Standard, pack, stock"),
            paste=_("Paste or write what you lack"),
            paste_hint=_(
                "One item after another, as you would in a message: N95 masks 5000, protective suits some"
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
        show=shows(FIELDS, NeedLineForm),
        paste=read_pasted,
        notices=notices,
        sums=wanted.sums,
        facets=facets,
        identity=identity,
        filters=PLACES | ITEM,
        urgencies=_RANK,
        example=EXAMPLE,
        columns=columns,
        intervals=Intervals(due=timedelta(days=2), overdue=timedelta(days=4), stale=timedelta(days=7)),
    )
)
