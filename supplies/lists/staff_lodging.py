"""Staff lodging: where doctors and nurses sleep who cannot go home. Record model, form, Kind."""

from datetime import timedelta

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from supplies import places
from supplies.cells import Column, Count, Day, Link, Person, Phones, Status, Text
from supplies.fields import WholeNumberField
from supplies.filters import PLACES, yes_no_filter
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
from verification.kinds import Facets, Field, Format, Intervals, Kind, Payload, Section, Words, register
from verification.models import Record
from verification.sop import Risk


class StaffLodging(Contactable, Premises, Sourced, Record):
    """A hotel that lodges medical staff. How many rooms and people is None where nobody said."""

    organisation_name = models.CharField(_("hotel"), max_length=200)
    rooms = models.BigIntegerField(_("rooms offered"), null=True, blank=True)
    guests = models.BigIntegerField(_("people it can lodge"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("staff lodging")
        verbose_name_plural = _("staff lodgings")


class StaffLodgingForm(PremisesForm, ContactForm):
    """A lodging as a person fills it in, or as JSON of the same shape."""

    organisation = forms.UUIDField(label=_("institution in the register"), required=False)
    organisation_name = PlainTextField(label=_("hotel"), max_length=200)
    rooms = WholeNumberField(
        label=_("rooms offered"), required=False, min_value=1, help_text=_("Leave it empty if nobody said.")
    )
    guests = WholeNumberField(label=_("people it can lodge"), required=False, min_value=1)


def facets(payload: Payload) -> Facets:
    """Found by place and by name, and by whether it says how many it can take."""
    where = places.path(payload["place"]) if payload["place"] else ()
    told = payload["rooms"] is not None or payload["guests"] is not None
    return Facets(
        title=payload["organisation_name"],
        places=tuple(place.code for place in where),
        tokens=(f"capacity:{'yes' if told else 'no'}",),
        words=(
            payload["organisation_name"],
            *(place.name for place in where),
            payload["area"],
            payload["address"],
        ),
        traits=lambda: contact_traits(payload, address="address"),
    )


def identity(payload: Payload) -> str:
    """One house in one place; a chain's names tell its branches apart."""
    name = payload["organisation"] or names.identifying(payload["organisation_name"])
    return f"{name}|{payload['place']}" if name else ""


def columns() -> list[Column]:
    """The columns of a prefecture's sheet. Nobody without a room would be listed: 0 is unknown."""
    return [
        Text("酒店名称", ("organisation_name",), synonyms=("酒店", "hotel"), needed=True, longest=200),
        PartOfPlace("酒店辖区（县区级）", synonyms=("酒店辖区", "区县", "district")),
        Text("酒店地址", ("address",), synonyms=("地址", "具体地址", "address"), blanks=True),
        Count("酒店可提供房间数", ("rooms",), synonyms=("房间数", "rooms"), zero_unknown=True),
        Count("酒店可接待人数", ("guests",), synonyms=("接待人数", "guests"), zero_unknown=True),
        Person("联系人", synonyms=("contact person",)),
        Phones("联系方式", synonyms=("联系电话", "电话", "contact"), named=False),
        Day("发布时间", ("source_dated",), synonyms=("来源日期", "date of the source")),
        Link("信息发布源链接", ("source_link",), synonyms=("官方链接", "链接", "source link")),
        Text("备注", ("remarks",), synonyms=("说明", "remarks"), longest=2000),
        Status("审核状态"),
    ]


# For the API's documentation: a hotel that does not exist.
EXAMPLE = {
    "organisation_name": "江城青年酒店（医院路店）",
    "place": "420106",
    "address": "医院路16号",
    "rooms": 35,
    "guests": 60,
    "office_line": "027-85550116",
    "remarks": "免费接待一线医护人员，请带工作证。",
    "source_link": "https://hotel.example/notice/16",
    "source_dated": "2020-01-25",
}

FIELDS = {
    "organisation": Field(_("institution in the register"), public=True, risk=Risk.SENSITIVE),
    "organisation_name": Field(_("hotel"), public=True, risk=Risk.SENSITIVE),
    **PREMISES_FIELDS,
    "rooms": Field(_("rooms offered"), public=True, format=Format.COUNT, empty=_("number unknown")),
    "guests": Field(_("people it can lodge"), public=True, format=Format.COUNT, empty=_("number unknown")),
    **CONTACT_FIELDS,
    **SOURCE_FIELDS,
}

STAFF_LODGING = register(
    Kind(
        slug="staff-lodging",
        label=_("Staff lodging"),
        label_one=_("staff lodging"),
        intro=_("Hotels that lodge doctors and nurses near their hospitals."),
        ask=_("A hotel lodges medical staff"),
        model=StaffLodging,
        form=StaffLodgingForm,
        fields=FIELDS,
        sections=(
            Section("who", _("Which hotel?"), ("organisation", "organisation_name")),
            Section("where", _("Where is it?"), ("place", "area", "address")),
            Section("room", _("How many can it take?"), ("rooms", "guests")),
            CONTACT_SECTION,
            SOURCE_SECTION,
        ),
        page=(
            Section("room", _("Room for"), ("rooms", "guests", "remarks")),
            Section(
                "where",
                _("How to get there"),
                ("address", "area", "office_line"),
                _("For medical staff. Call first, and bring proof of where you work."),
            ),
        ),
        summary=("rooms", "guests", "address"),
        words=Words(
            report=_("Report a lodging for medical staff"),
            search=_("Hotel or place"),
            caution=_("Call before you set out."),
        ),
        show=shows(FIELDS),
        facets=facets,
        identity=identity,
        filters=PLACES | yes_no_filter("capacity", _("says how many it can take")),
        example=EXAMPLE,
        columns=columns,
        intervals=Intervals(due=timedelta(days=3), overdue=timedelta(days=7), stale=timedelta(days=14)),
    )
)
