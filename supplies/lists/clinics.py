"""Clinics: who gives medical advice free of charge, and how to reach them. Record model, form, Kind."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from supplies.cells import (
    BLANKS,
    LINK,
    Cell,
    Coded,
    Column,
    Day,
    Link,
    Phones,
    Reading,
    Status,
    Text,
    text_of,
)
from supplies.filters import choice_filter
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
from verification.kinds import Facets, Field, Intervals, Kind, Payload, Section, Words, register
from verification.models import Record
from verification.sop import Risk


class Advice(models.TextChoices):
    """What somebody is advised about."""

    COVID = "covid", _("COVID-19")
    COUNSELLING = "counselling", _("counselling")
    BOTH = "both", _("COVID-19 and counselling")
    OTHER = "other", pgettext_lazy("advice", "something else")


_TYPES = {0: "covid", 1: "counselling", 2: "other", 3: "both"}
_TYPES_IN_WORDS = {"新冠义诊": "covid", "心理咨询": "counselling", "其他": "other", "义诊&心理": "both"}
# Whoever looks for one finds what serves both.
_SERVES = {"both": ("covid", "counselling", "both")}


class Clinic(Contactable, Sourced, Record):
    """Somebody who gives advice, mostly from afar: a hospital, a platform, a person who announced it."""

    organisation_name = models.CharField(_("who gives advice"), max_length=200)
    advice = models.CharField(_("kind of advice"), max_length=20, choices=Advice, blank=True)
    access = models.CharField(_("how to reach them"), max_length=300, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("clinic")
        verbose_name_plural = _("clinics")


class ClinicForm(ContactForm, SourceForm):
    """A clinic as a person fills it in, or as JSON of the same shape. Early sheets did not say the kind."""

    may_lack: ClassVar[tuple[str, ...]] = ("advice",)
    organisation = forms.UUIDField(label=_("institution in the register"), required=False)
    organisation_name = PublicTextField(
        label=_("who gives advice"),
        max_length=200,
        help_text=_("Public. Name a person only who announced it in public themselves."),
    )
    advice = forms.ChoiceField(label=_("kind of advice"), choices=[("", _("Choose")), *Advice.choices])
    access = PublicTextField(
        label=_("how to reach them"),
        required=False,
        max_length=300,
        help_text=_("The app or public account to open, and what to tap there."),
    )


def facets(payload: Payload) -> Facets:
    """Found by what the advice is about, and by name."""
    advice = payload["advice"]
    return Facets(
        title=payload["organisation_name"],
        tokens=tuple(f"advice:{code}" for code in _SERVES.get(advice, (advice,)) if code),
        words=(payload["organisation_name"], payload["access"]),
        traits=lambda: contact_traits(payload),
    )


def identity(payload: Payload) -> str:
    """Whoever gives advice stands in the list once; a platform is in no place."""
    return str(payload["organisation"] or names.identifying(payload["organisation_name"]))


@dataclass(frozen=True)
class LinkOrAccount(Link):
    """The page where advice is given, or words that lead there: 微信公众号搜索……"""

    fills: tuple[str, ...] = ("source_link", "access")

    def read(self, cell: Cell, reading: Reading) -> None:
        """A cell of words only is no source, but tells readers the way."""
        text = text_of(cell)
        if LINK.search(text) or text in BLANKS:
            super().read(cell, reading)
            reading.given["access"] = ""
        else:
            Text(self.header, ("access",)).read(cell, reading)

    def fits(self, text: str) -> bool:
        """An address, or the words for an account."""
        return super().fits(text) or any(word in text for word in ("公众号", "微信", "APP", "app", "小程序"))

    def write(self, payload: Payload) -> Cell:
        """The address where there is one."""
        return payload["source_link"] or payload["access"]


def columns() -> list[Column]:
    """The columns of the volunteers' sheet; the type came later."""
    return [
        Text(
            "义诊单位或个人",
            ("organisation_name",),
            synonyms=("义诊单位", "义诊机构", "clinic", "who gives advice"),
            needed=True,
            longest=200,
        ),
        Phones("联系方式", synonyms=("联系电话", "电话", "contact")),
        Day("发布时间", ("source_dated",), synonyms=("来源日期", "date of the source")),
        LinkOrAccount("官方链接", synonyms=("链接", "来源链接", "source link")),
        Text("备注", ("remarks",), synonyms=("说明", "remarks"), longest=2000),
        Status("审核状态"),
        Coded("类型", ("advice",), synonyms=("义诊类型", "kind of advice"), codes=_TYPES | _TYPES_IN_WORDS),
    ]


# For the API's documentation: a hospital that does not exist.
EXAMPLE = {
    "organisation_name": "江城第三医院互联网门诊",
    "advice": "covid",
    "access": "微信公众号“江城三院”，点“在线问诊”",
    "office_line": "027-85550120",
    "remarks": "每天8:00-20:00，免费。",
    "source_link": "https://hospital.example/clinic",
    "source_dated": "2020-01-28",
}

FIELDS = {
    "organisation": Field(_("institution in the register"), public=True, risk=Risk.SENSITIVE),
    "organisation_name": Field(_("who gives advice"), public=True, risk=Risk.SENSITIVE),
    "advice": Field(_("kind of advice"), public=True, choices=Advice.choices, empty=_("not said")),
    "access": Field(_("how to reach them"), public=True, risk=Risk.SENSITIVE),
    **CONTACT_FIELDS,
    **SOURCE_FIELDS,
}

CLINICS = register(
    Kind(
        slug="clinics",
        label=_("Free clinics"),
        label_one=_("free clinic"),
        intro=_("Doctors and counsellors who advise free of charge, by telephone or online."),
        ask=_("Doctors give advice free of charge"),
        model=Clinic,
        form=ClinicForm,
        fields=FIELDS,
        sections=(
            Section("who", _("Who gives advice?"), ("organisation", "organisation_name")),
            Section("what", _("What kind of advice, and how are they reached?"), ("advice", "access")),
            CONTACT_SECTION,
            SOURCE_SECTION,
        ),
        page=(
            Section(
                "what",
                _("The advice"),
                ("advice", "access", "office_line", "remarks"),
                _("In an emergency call 120. Nobody here may ask you for money."),
            ),
        ),
        summary=("advice", "access", "office_line"),
        words=Words(
            report=_("Report a free clinic"),
            search=_("Hospital, platform or person"),
            caution=_("Look whether it still takes questions."),
        ),
        show=shows(FIELDS),
        facets=facets,
        identity=identity,
        filters=choice_filter("advice", Advice.choices, _("kind of advice")),
        example=EXAMPLE,
        columns=columns,
        intervals=Intervals(due=timedelta(days=7), overdue=timedelta(days=14), stale=timedelta(days=30)),
    )
)
