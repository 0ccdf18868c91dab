"""Traveller lodging: which house takes in people who cannot go home. Record model, form, Kind."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from supplies import places
from supplies.cells import Column, Day, Link, Phones, PlaceWord, Status, Text
from supplies.filters import PLACES
from supplies.parts import (
    CONTACT_FIELDS,
    CONTACT_SECTION,
    SOURCE_FIELDS,
    SOURCE_SECTION,
    Contactable,
    ContactForm,
    Sourced,
)
from supplies.premises import PREMISES_FIELDS, PartOfPlace, Premises, PremisesForm
from supplies.showing import shows
from supplies.traits import contact_traits
from verification import names
from verification.forms import PlainTextField
from verification.kinds import Facets, Field, Intervals, Kind, Payload, Section, Words, register
from verification.models import Record
from verification.sop import Risk


class TravellerLodging(Contactable, Premises, Sourced, Record):
    """A hotel that takes travellers in, or the office that finds them one."""

    organisation_name = models.CharField(_("hotel or office"), max_length=200, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("traveller lodging")
        verbose_name_plural = _("traveller lodgings")


class TravellerLodgingForm(PremisesForm, ContactForm):
    """A lodging as a person fills it in, or as JSON of the same shape. Sheets know some by telephone only."""

    may_lack: ClassVar[tuple[str, ...]] = ("place", "organisation_name")
    organisation = forms.UUIDField(label=_("institution in the register"), required=False)
    organisation_name = PlainTextField(
        label=_("hotel or office"),
        max_length=200,
        help_text=_("The hotel, or the office that arranges rooms."),
    )

    def clean(self) -> dict[str, Any]:
        """A row that says neither who nor where speaks of nothing."""
        cleaned: dict[str, Any] = super().clean() or {}
        said = any(cleaned.get(name) for name in ("organisation_name", "place", "area", "address"))
        if not said and "organisation_name" not in self.errors:
            error = forms.ValidationError(_("This field is required."), code="required")
            self.add_error("organisation_name", error)
        return cleaned


def facets(payload: Payload) -> Facets:
    """Found by place and by name; a row without a name is called after its place."""
    where = places.path(payload["place"]) if payload["place"] else ()
    spoken = "".join([*(place.name for place in where), payload["area"]])
    return Facets(
        title=payload["organisation_name"] or spoken or payload["address"],
        places=tuple(place.code for place in where),
        words=(payload["organisation_name"], spoken, payload["address"]),
        traits=lambda: contact_traits(payload, address="address"),
    )


def identity(payload: Payload) -> str:
    """One house in one place; what is called `-` or 区政府 is nobody in particular."""
    name = payload["organisation"] or names.identifying(payload["organisation_name"])
    return f"{name}|{payload['place']}" if name else ""


def columns() -> list[Column]:
    """The columns of the volunteers' sheet."""
    return [
        PlaceWord("省份", synonyms=("省", "province")),
        PartOfPlace("市-区", synonyms=("市", "城市", "city"), level="prefecture"),
        Text(
            "联系人(酒店名称或者政府部门）",
            ("organisation_name",),
            synonyms=("酒店名称或者政府部门", "酒店名称", "酒店", "hotel"),
            needed=True,
            longest=200,
            blanks=True,
        ),
        Text("具体地址", ("address",), synonyms=("地址", "酒店地址", "address"), blanks=True),
        Phones("联系方式", synonyms=("联系电话", "电话", "contact")),
        Day("发布时间", ("source_dated",), synonyms=("来源日期", "date of the source")),
        Link("官方链接", ("source_link",), synonyms=("链接", "来源链接", "source link")),
        Text("备注", ("remarks",), synonyms=("说明", "remarks"), longest=2000),
        Status("审核状态"),
    ]


# For the API's documentation: a hotel that does not exist.
EXAMPLE = {
    "organisation_name": "长堤迎宾酒店",
    "place": "430111",
    "area": "高新区",
    "address": "长堤路8号",
    "office_line": "0731-85550108",
    "remarks": "测量体温后凭身份证入住。",
    "source_link": "https://travel.example/notice/8",
    "source_dated": "2020-01-28",
}

FIELDS = {
    "organisation": Field(_("institution in the register"), public=True, risk=Risk.SENSITIVE),
    "organisation_name": Field(_("hotel or office"), public=True, risk=Risk.SENSITIVE),
    **PREMISES_FIELDS,
    **CONTACT_FIELDS,
    **SOURCE_FIELDS,
}

TRAVELLER_LODGING = register(
    Kind(
        slug="traveller-lodging",
        label=_("Traveller lodging"),
        label_one=_("traveller lodging"),
        intro=_("Hotels that take in travellers who cannot go home, and offices that find them a room."),
        ask=_("A hotel takes in stranded travellers"),
        model=TravellerLodging,
        form=TravellerLodgingForm,
        fields=FIELDS,
        sections=(
            Section("who", _("Which house or office?"), ("organisation", "organisation_name")),
            Section("where", _("Where is it?"), ("place", "area", "address")),
            CONTACT_SECTION,
            SOURCE_SECTION,
        ),
        page=(
            Section("terms", _("Who is taken in, and how"), ("remarks",)),
            Section(
                "where",
                _("How to get there"),
                ("address", "area", "office_line"),
                _("Call before you set out: houses fill up or close within hours."),
            ),
        ),
        summary=("area", "address", "office_line", "remarks"),
        words=Words(
            report=_("Report a lodging for travellers"),
            search=_("Hotel, office or place"),
            caution=_("Call before you set out."),
        ),
        show=shows(FIELDS),
        facets=facets,
        identity=identity,
        filters=PLACES,
        example=EXAMPLE,
        columns=columns,
        intervals=Intervals(due=timedelta(days=3), overdue=timedelta(days=7), stale=timedelta(days=14)),
    )
)
