"""Couriers: who carries what is given, from where to where, on what terms. Record model, form, Kind."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from supplies import contacts, markup, places
from supplies.cells import Cell, Column, Day, Ignored, Link, Phones, Reading, Status, Text, YesNo, text_of
from supplies.filters import PLACES, YES_NO, yes_no_filter
from supplies.parts import (
    CONTACT_FIELDS,
    CONTACT_SECTION,
    SOURCE_FIELDS,
    SOURCE_SECTION,
    Contactable,
    ContactForm,
    PublicTextField,
    Sourced,
    SourceForm,
)
from supplies.showing import shows
from supplies.traits import contact_traits
from verification import names
from verification.forms import LinkField, PlainTextField
from verification.kinds import Facets, Field, Format, Intervals, Kind, Payload, Section, Words, register
from verification.models import Record
from verification.sop import Risk


class Courier(Contactable, Sourced, Record):
    """What one carrier offers on one route. Early sheets said the route in a word, later ones in two."""

    organisation_name = models.CharField(_("carrier"), max_length=200)
    departure = models.CharField(pgettext_lazy("route", "from"), max_length=200, blank=True)
    destination = models.CharField(pgettext_lazy("route", "to"), max_length=200, blank=True)
    area = models.CharField(_("area served"), max_length=300, blank=True)
    private_gifts = models.CharField(
        _("takes gifts of private persons"), max_length=3, choices=YES_NO, blank=True
    )
    green_channel = models.CharField(_("green channel"), max_length=3, choices=YES_NO, blank=True)
    website = models.URLField(_("website"), max_length=1000, blank=True)
    order_link = models.URLField(_("page to order at"), max_length=1000, blank=True)
    chat_link = models.URLField(_("customer service online"), max_length=1000, blank=True)
    notice_title = models.CharField(_("title of the notice"), max_length=300, blank=True)
    notice = models.TextField(_("notice"), blank=True)
    phone_note = models.CharField(_("who answers which number (private)"), max_length=300, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("courier")
        verbose_name_plural = _("couriers")


class NoticeField(PublicTextField):
    """A notice, also as it was copied from a page: of HTML only the words stay."""

    def to_python(self, value: Any) -> str:
        """The words."""
        return markup.plain_text(super().to_python(value))


class CourierForm(ContactForm, SourceForm):
    """A courier's offer as a person fills it in, or as JSON of the same shape."""

    organisation = forms.UUIDField(label=_("institution in the register"), required=False)
    organisation_name = PlainTextField(label=_("carrier"), max_length=200)
    departure = PublicTextField(
        label=pgettext_lazy("route", "from"),
        required=False,
        max_length=200,
        help_text=_("A place, a country, or 全国."),
    )
    destination = PublicTextField(label=pgettext_lazy("route", "to"), required=False, max_length=200)
    area = PublicTextField(label=_("area served"), required=False, max_length=300)
    private_gifts = forms.ChoiceField(
        label=_("takes gifts of private persons"), required=False, choices=[("", _("not said")), *YES_NO]
    )
    green_channel = forms.ChoiceField(
        label=_("green channel"),
        required=False,
        choices=[("", _("not said")), *YES_NO],
        help_text=_("Relief goods go first, or free of charge."),
    )
    website = LinkField(label=_("website"), required=False, max_length=1000, assume_scheme="https")
    order_link = LinkField(
        label=_("page to order at"), required=False, max_length=1000, assume_scheme="https"
    )
    chat_link = LinkField(
        label=_("customer service online"), required=False, max_length=1000, assume_scheme="https"
    )
    notice_title = PublicTextField(label=_("title of the notice"), required=False, max_length=300)
    notice = NoticeField(
        label=_("notice"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea,
        help_text=_("The carrier's own words. Public."),
    )
    phone_note = PlainTextField(
        label=_("who answers which number"),
        required=False,
        max_length=300,
        help_text=_("Private: only reviewers see it."),
    )

    def clean(self) -> dict[str, Any]:
        """An offer says somehow where it goes; a sheet's row may not."""
        cleaned: dict[str, Any] = super().clean() or {}
        said = [cleaned.get(name) for name in ("departure", "destination", "area", "as_written")]
        if not any(said) and not {"departure", "destination", "area"} & set(self.errors):
            self.add_error(
                "destination", forms.ValidationError(_("Say where it carries to."), code="required")
            )
        return cleaned


def facets(payload: Payload) -> Facets:
    """Found by the places its route names, the carrier, and the words of its route."""
    route = [payload["area"], payload["departure"], payload["destination"]]
    named = [place for words in route if words and (place := places.find(words))]
    path = [step for place in named for step in places.path(place.code)]
    return Facets(
        title=payload["organisation_name"],
        places=tuple(dict.fromkeys(step.code for step in path)),
        tokens=tuple(
            f"{name}:{payload[name]}" for name in ("private_gifts", "green_channel") if payload[name]
        ),
        words=(payload["organisation_name"], *route, *dict.fromkeys(step.name for step in path)),
        traits=lambda: contact_traits(payload),
    )


def identity(payload: Payload) -> str:
    """One carrier on one route; an airline stands in the list once for each of its offices abroad."""
    name = payload["organisation"] or names.identifying(payload["organisation_name"])
    way = [payload["departure"], payload["destination"]]
    if not any(way):
        way = [payload["area"]]
    return "|".join((str(name), *map(names.normalise, way))) if name else ""


@dataclass(frozen=True)
class Notice(Column):
    """A notice in HTML. Numbers of persons in it are masked, and told to the reviewers."""

    def read(self, cell: Cell, reading: Reading) -> None:
        """The words, nobody given away."""
        text = markup.plain_text(text_of(cell))
        for private in reversed(contacts.find_private(text)):
            reading.note(self.header, private.text)
            hidden = contacts.mask(private.text) if private.kind == "mobile" else "***"
            text = text[: private.start] + hidden + text[private.end :]
        reading.given[self.fills[0]] = text


def columns() -> list[Column]:
    """The columns of the volunteers' sheet, of its beginning (one area) and its end (a route, links, a notice)."""
    return [
        Text(
            "物流名称",
            ("organisation_name",),
            synonyms=("物流", "物流公司", "carrier", "courier"),
            needed=True,
            longest=200,
        ),
        Text("出发地", ("departure",), synonyms=("from",), longest=200, blanks=True),
        Text("目的地", ("destination",), synonyms=("to",), longest=200, blanks=True),
        Phones("联系方式", synonyms=("联系电话", "contact"), abroad=True),
        Day("发布时间", ("source_dated",), synonyms=("来源日期", "date of the source")),
        Link("发布链接", ("source_link",), synonyms=("官方链接", "链接", "source link")),
        YesNo("是否接受个人捐赠", ("private_gifts",), synonyms=("takes private gifts",)),
        Text("备注", ("remarks",), synonyms=("remarks",), longest=2000, blanks=True),
        Status("审核状态"),
        Ignored("七尾巴猫的核实"),
        Text("物流区域", ("area",), synonyms=("area served",), longest=300, blanks=True),
        Text("电话备注", ("phone_note",), synonyms=("who answers",), public=False, blanks=True),
        Link("官网网址", ("website",), synonyms=("官网", "website")),
        Link("下单地址", ("order_link",), synonyms=("order",)),
        Link("在线客服网址", ("chat_link",), synonyms=("在线客服", "chat")),
        Text("公告文本标题", ("notice_title",), synonyms=("公告标题", "notice title")),
        Notice("公告文本", ("notice",), synonyms=("公告", "notice")),
        YesNo("绿色通道", ("green_channel",), synonyms=("green channel",)),
    ]


# For the API's documentation: a carrier that does not exist.
EXAMPLE = {
    "organisation_name": "江城快运",
    "departure": "全国",
    "destination": "武汉",
    "private_gifts": "no",
    "green_channel": "yes",
    "order_link": "https://courier.example/order",
    "notice_title": "关于开通救援物资绿色通道的公告",
    "notice": "救援物资免费运输，请先与接收医院确认。",
    "office_line": "400-900-0000",
    "source_link": "https://courier.example/notice/1",
    "source_dated": "2020-01-25",
}

FIELDS = {
    "organisation": Field(_("institution in the register"), public=True, risk=Risk.SENSITIVE),
    "organisation_name": Field(_("carrier"), public=True, risk=Risk.SENSITIVE),
    "departure": Field(pgettext_lazy("route", "from"), public=True),
    "destination": Field(pgettext_lazy("route", "to"), public=True),
    "area": Field(_("area served"), public=True),
    "private_gifts": Field(_("takes gifts of private persons"), public=True, format=Format.YES_NO),
    "green_channel": Field(_("green channel"), public=True, format=Format.YES_NO),
    "website": Field(_("website"), public=True, risk=Risk.SENSITIVE, format=Format.LINK),
    "order_link": Field(_("page to order at"), public=True, risk=Risk.SENSITIVE, format=Format.LINK),
    "chat_link": Field(_("customer service online"), public=True, risk=Risk.SENSITIVE, format=Format.LINK),
    "notice_title": Field(_("title of the notice"), public=True),
    "notice": Field(_("notice"), public=True, format=Format.LONG_TEXT),
    "phone_note": Field(_("who answers which number"), public=False, risk=Risk.SENSITIVE),
    **CONTACT_FIELDS,
    **SOURCE_FIELDS,
}

COURIERS = register(
    Kind(
        slug="couriers",
        label=_("Couriers"),
        label_one=_("courier"),
        intro=_("Who carries relief goods, from where to where, and on what terms."),
        ask=_("A carrier takes relief goods"),
        model=Courier,
        form=CourierForm,
        fields=FIELDS,
        sections=(
            Section("who", _("Which carrier?"), ("organisation", "organisation_name")),
            Section(
                "route",
                _("From where to where?"),
                ("departure", "destination", "area", "private_gifts", "green_channel"),
            ),
            Section("order", _("How is it ordered?"), ("order_link", "chat_link", "website")),
            Section("notice", _("What does the carrier say?"), ("notice_title", "notice")),
            Section(
                "contact",
                CONTACT_SECTION.title,
                (*CONTACT_SECTION.fields, "phone_note"),
                CONTACT_SECTION.intro,
            ),
            SOURCE_SECTION,
        ),
        page=(
            Section(
                "route",
                _("Route and terms"),
                ("departure", "destination", "area", "private_gifts", "green_channel", "remarks"),
            ),
            Section(
                "order",
                _("How to send"),
                ("office_line", "order_link", "chat_link", "website"),
                _("Ask the hospital first whether it can receive the goods."),
            ),
            Section("notice", _("The carrier's notice"), ("notice_title", "notice")),
        ),
        summary=("departure", "destination", "area", "private_gifts"),
        words=Words(
            report=_("Report a courier"),
            search=_("Carrier or route"),
            caution=_("Ask the carrier before you send anything."),
        ),
        show=shows(FIELDS),
        facets=facets,
        identity=identity,
        filters=PLACES
        | yes_no_filter("private_gifts", _("takes gifts of private persons"))
        | yes_no_filter("green_channel", _("green channel")),
        example=EXAMPLE,
        columns=columns,
        intervals=Intervals(due=timedelta(days=7), overdue=timedelta(days=14), stale=timedelta(days=30)),
    )
)
