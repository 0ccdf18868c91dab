"""Donations: gifts of supplies, from whom, for whom, how they travel, whether they came. Record model, form, Kind."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from supplies import catalogue, places
from supplies.cells import Coded, Column, Day, Link, Phones, PlaceWord, Reading, Status, Text, YesNo, supplies
from supplies.fields import PlaceField
from supplies.filters import ITEM, PLACES, YES_NO, choice_filter, yes_no_filter
from supplies.lists.needs import NEEDS, NeedLineForm
from supplies.parts import (
    CONTACT_FIELDS,
    CONTACT_SECTION,
    PRIVATE,
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
from verification.forms import LinesField, LinkField, PlainTextField
from verification.kinds import Facets, Field, Format, Intervals, Kind, Payload, Section, Words, register
from verification.models import Record
from verification.sop import Risk


class Stage(models.TextChoices):
    """How far the gift has come."""

    PLEDGED = "pledged", pgettext_lazy("donation", "pledged")
    UNDER_WAY = "under_way", pgettext_lazy("donation", "under way")
    RECEIVED = "received", pgettext_lazy("donation", "received")


class DonorType(models.TextChoices):
    """Who gives."""

    COMPANY = "company", pgettext_lazy("donor", "company")
    CHARITY = "charity", pgettext_lazy("donor", "charity or foundation")
    GROUP = "group", pgettext_lazy("donor", "group")
    PERSON = "person", pgettext_lazy("donor", "private person")
    OTHER = "other", pgettext_lazy("donor", "other")


class Way(models.TextChoices):
    """How it is sent."""

    CARRIER = "carrier", pgettext_lazy("way", "by a carrier")
    OWN = "own", pgettext_lazy("way", "brought by the donor")
    FETCHED = "fetched", pgettext_lazy("way", "fetched by the recipient")
    OPEN = "open", pgettext_lazy("way", "not settled")


# What a private person is called in public, in the language of the lists.
PRIVATE_PERSON: Final = "个人捐赠者"


class Donation(Contactable, Sourced, Record):
    """A gift of supplies. `organisation_name` is the donor; without a recipient it is open to any hospital."""

    organisation_name = models.CharField(_("donor"), max_length=200)
    donor_type = models.CharField(_("kind of donor"), max_length=10, choices=DonorType)
    recipient_name = models.CharField(_("for which hospital"), max_length=200, blank=True)
    place = models.CharField(_("where it goes"), max_length=6, blank=True)
    stage = models.CharField(_("stage"), max_length=10, choices=Stage)
    way = models.CharField(_("how it is sent"), max_length=10, choices=Way, blank=True)
    carrier = models.CharField(_("carrier"), max_length=100, blank=True)
    waybill = models.CharField(_("waybill number (private)"), max_length=60, blank=True)
    sent_on = models.DateField(_("sent on"), null=True, blank=True)
    received_on = models.DateField(_("received on"), null=True, blank=True)
    recipient_confirms = models.CharField(
        _("the recipient confirms it"), max_length=3, choices=YES_NO, blank=True
    )
    confirmation_link = models.URLField(_("page of the confirmation"), max_length=1000, blank=True)
    confirming_person = models.CharField(_("who confirmed it (private)"), max_length=100, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("donation")
        verbose_name_plural = _("donations")


class GiftLineForm(NeedLineForm):
    """One thing that is given: as a need's, without the hospital's stock and use."""

    stock = None  # type: ignore[assignment]
    daily_use = None  # type: ignore[assignment]


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget)


class DonationForm(ContactForm, SourceForm):
    """A donation as a person fills it in, or as JSON of the same shape."""

    organisation = forms.UUIDField(label=_("institution in the register"), required=False)
    donor_type = forms.ChoiceField(label=_("kind of donor"), choices=[("", _("Choose")), *DonorType.choices])
    organisation_name = PlainTextField(
        label=_("donor"),
        required=False,
        max_length=200,
        help_text=_("Public. Leave it blank for a private person, whose name belongs to the contact below."),
    )
    lines = LinesField(GiftLineForm, label=_("what is given"))
    recipient_name = PublicTextField(
        label=_("for which hospital"),
        required=False,
        max_length=200,
        help_text=_("Leave it blank where any hospital may ask for it."),
    )
    place = PlaceField(label=_("where it goes"), required=False, help_text=_("A town, or a province."))
    stage = forms.ChoiceField(label=_("stage"), choices=[("", _("Choose")), *Stage.choices])
    way = forms.ChoiceField(
        label=_("how it is sent"), required=False, choices=[("", _("not said")), *Way.choices]
    )
    carrier = PublicTextField(label=_("carrier"), required=False, max_length=100)
    waybill = PlainTextField(
        label=_("waybill number"),
        required=False,
        max_length=60,
        help_text=PRIVATE,
    )
    sent_on = _day(_("sent on"))
    received_on = _day(_("received on"))
    recipient_confirms = forms.ChoiceField(
        label=_("the recipient confirms it"), required=False, choices=[("", _("not said")), *YES_NO]
    )
    confirmation_link = LinkField(
        label=_("page of the confirmation"), required=False, max_length=1000, assume_scheme="https"
    )
    confirming_person = PlainTextField(
        label=_("who confirmed it"), required=False, max_length=100, help_text=PRIVATE
    )

    def clean(self) -> dict[str, Any]:
        """A private person is not named; only what came can be confirmed, and it did not come before it went."""
        cleaned: dict[str, Any] = super().clean() or {}
        name = cleaned.get("organisation_name", "")
        if cleaned.get("donor_type") == DonorType.PERSON:
            if name not in ("", PRIVATE_PERSON):
                self.add_error(
                    "organisation_name", _("A private person is not named in public. Leave it blank.")
                )
            cleaned["organisation_name"] = PRIVATE_PERSON
        elif not name and "organisation_name" not in self.errors:
            self.add_error("organisation_name", forms.ValidationError(_("Say who gives."), code="required"))
        if cleaned.get("stage") != Stage.RECEIVED:
            for field in ("received_on", "recipient_confirms", "confirmation_link"):
                if cleaned.get(field) not in (None, "", "no"):
                    self.add_error(field, _("Only what was received can be confirmed: choose “received”."))
        sent, received = cleaned.get("sent_on"), cleaned.get("received_on")
        if sent and received and received < sent:
            self.add_error("received_on", _("This is before the day it was sent."))
        return cleaned


def _is_open(payload: Payload) -> bool:
    return payload["stage"] == Stage.PLEDGED and not payload["recipient_name"]


def facets(payload: Payload) -> Facets:
    """Found by where it goes, what it is, how far it is, and the words of donor, recipient and items."""
    where = places.path(payload["place"]) if payload["place"] else ()
    items = sorted({line["item"] for line in payload["lines"]})
    return Facets(
        title=payload["organisation_name"],
        places=tuple(place.code for place in where),
        items=tuple(items),
        tokens=(f"stage:{payload['stage']}", f"open_to_any:{'yes' if _is_open(payload) else 'no'}"),
        words=(
            payload["organisation_name"],
            payload["recipient_name"],
            payload["carrier"],
            *(place.name for place in where),
            *(name for code in items for name in catalogue.names(code)),
        ),
        traits=lambda: contact_traits(payload),
    )


def identity(payload: Payload) -> str:
    """What one donor gave one recipient on one day. Private persons are not told apart."""
    if payload["donor_type"] == DonorType.PERSON:
        return ""
    donor = str(payload["organisation"] or names.identifying(payload["organisation_name"]))
    parts = (donor, names.identifying(payload["recipient_name"]), payload["source_dated"] or "")
    return "|".join(parts) if donor else ""


def notices(payload: Payload) -> list[str]:
    """A confirmation that nobody could look at."""
    said = payload["confirmation_link"] or payload.get("confirming_person")
    if payload["recipient_confirms"] == "yes" and not said:
        return [gettext("Nothing says who at the hospital confirmed it: call the hospital.")]
    return []


@dataclass(frozen=True)
class Donor(Text):
    """Who gives. The name of a private person is for the reviewers only."""

    def finish(self, reading: Reading) -> None:
        """Once the kind of donor is known."""
        name = reading.given.get("organisation_name", "")
        if reading.given.get("donor_type") == DonorType.PERSON and name not in ("", PRIVATE_PERSON):
            reading.people.append(name)
            reading.given["organisation_name"] = ""


def _codes(choices: type[models.TextChoices], **said: str) -> dict[Any, str]:
    return {written: code for code, written in said.items()} | {
        choice.value: choice.value for choice in choices
    }


def columns() -> list[Column]:
    """Columns of our own: the volunteers had no sheet of donations. Supplies are named as in that of needs."""
    return [
        Coded(
            "捐赠方类型",
            ("donor_type",),
            synonyms=("kind of donor",),
            codes=_codes(
                DonorType, company="企业", charity="公益组织", group="团体", person="个人", other="其他"
            ),
            other="other",
        ),
        Donor(
            "捐赠方",
            ("organisation_name",),
            synonyms=("捐赠人", "捐赠单位", "donor"),
            needed=True,
            longest=200,
        ),
        Text("受赠单位", ("recipient_name",), synonyms=("受赠医院", "recipient"), longest=200, blanks=True),
        PlaceWord("省", synonyms=("省份", "province"), level="province"),
        PlaceWord("市", synonyms=("城市", "city"), level="prefecture"),
        PlaceWord("区县", synonyms=("district",), level="county"),
        *supplies(one_is_some=False),
        *_way_columns(),
        Phones("联系方式", synonyms=("联系电话", "contact")),
        Day("发布时间", ("source_dated",), synonyms=("来源日期", "date of the source")),
        Link("官方链接", ("source_link",), synonyms=("链接", "source link")),
        Text("备注", ("remarks",), synonyms=("remarks",), longest=2000, blanks=True),
        Status("审核状态"),
    ]


def _way_columns() -> list[Column]:
    return [
        Coded(
            "状态",
            ("stage",),
            synonyms=("stage", "进展"),
            codes=_codes(Stage, pledged="已承诺", under_way="运送中", received="已收到"),
            other="pledged",
        ),
        Coded(
            "运送方式",
            ("way",),
            synonyms=("way",),
            codes=_codes(Way, carrier="物流", own="自送", fetched="自提", open="未定"),
        ),
        Text("承运方", ("carrier",), synonyms=("物流公司", "carrier"), longest=100, blanks=True),
        Text("运单号", ("waybill",), synonyms=("快递单号", "waybill"), longest=60, public=False, blanks=True),
        Day("发出日期", ("sent_on",), synonyms=("sent on",)),
        Day("收到日期", ("received_on",), synonyms=("received on",)),
        YesNo("受赠方确认", ("recipient_confirms",), synonyms=("confirmed",)),
        Link("确认链接", ("confirmation_link",), synonyms=("confirmation",)),
        Text(
            "确认人",
            ("confirming_person",),
            synonyms=("confirmed by",),
            longest=100,
            public=False,
            blanks=True,
        ),
    ]


# For the API's documentation: a donor and a hospital that do not exist.
EXAMPLE = {
    "organisation_name": "江城校友会",
    "donor_type": "group",
    "lines": [{"item": "n95-mask", "amount": "2000个", "standard": "GB 19083-2010"}],
    "recipient_name": "江城第三医院",
    "place": "420106",
    "stage": "under_way",
    "way": "carrier",
    "carrier": "江城快运",
    "sent_on": "2020-02-03",
    "source_link": "https://alumni.example/gifts/1",
    "source_dated": "2020-02-02",
}

FIELDS = {
    "organisation": Field(_("institution in the register"), public=True, risk=Risk.SENSITIVE),
    "organisation_name": Field(_("donor"), public=True, risk=Risk.SENSITIVE),
    "donor_type": Field(_("kind of donor"), public=True, choices=DonorType.choices),
    "lines": Field(_("what is given"), public=True),
    "recipient_name": Field(
        _("for which hospital"), public=True, risk=Risk.SENSITIVE, empty=_("open to any hospital")
    ),
    "place": Field(_("where it goes"), public=True, risk=Risk.SENSITIVE, format=Format.PLACE),
    "stage": Field(_("stage"), public=True, choices=Stage.choices),
    "way": Field(_("how it is sent"), public=True, choices=Way.choices),
    "carrier": Field(_("carrier"), public=True),
    "waybill": Field(_("waybill number"), public=False, risk=Risk.SENSITIVE),
    "sent_on": Field(_("sent on"), public=True, format=Format.DAY),
    "received_on": Field(_("received on"), public=True, format=Format.DAY),
    "recipient_confirms": Field(
        _("the recipient confirms it"),
        public=True,
        risk=Risk.SENSITIVE,
        format=Format.YES_NO,
        empty=_("not yet"),
    ),
    "confirmation_link": Field(
        _("page of the confirmation"), public=True, risk=Risk.SENSITIVE, format=Format.LINK
    ),
    "confirming_person": Field(_("who confirmed it"), public=False, risk=Risk.SENSITIVE),
    **CONTACT_FIELDS,
    **SOURCE_FIELDS,
}

DONATIONS = register(
    Kind(
        slug="donations",
        label=_("Donations"),
        label_one=_("donation"),
        intro=_("Gifts of supplies: from whom, for whom, and whether they came."),
        ask=_("I have supplies to give"),
        model=Donation,
        form=DonationForm,
        fields=FIELDS,
        sections=(
            Section("who", _("Who gives?"), ("donor_type", "organisation", "organisation_name")),
            Section("what", _("What is given?"), ("lines",)),
            Section("whom", _("For whom?"), ("recipient_name", "place")),
            Section(
                "way",
                _("How far is it?"),
                ("stage", "way", "carrier", "waybill", "sent_on", "received_on"),
            ),
            Section(
                "confirmation",
                _("Did the recipient confirm it?"),
                ("recipient_confirms", "confirmation_link", "confirming_person"),
            ),
            CONTACT_SECTION,
            SOURCE_SECTION,
        ),
        page=(
            Section("what", _("What is given"), ("recipient_name", "lines", "remarks")),
            Section("way", _("On its way"), ("stage", "way", "carrier", "sent_on", "received_on")),
            Section(
                "confirmation",
                _("The recipient's word"),
                ("recipient_confirms", "confirmation_link"),
                _("A gift counts as received when the hospital says so."),
            ),
            Section("donor", _("The donor"), ("donor_type", "office_line")),
        ),
        summary=("recipient_name", "stage", "recipient_confirms"),
        words=Words(
            report=_("Report a donation"),
            search=_("Donor, hospital or item"),
            caution=_("Ask the donor whether it still stands."),
            line=_("Item"),
            add_line=_("Add an item"),
            leave_out=_("Leave this item out"),
            more=_("Standard, pack, note"),
        ),
        line_labels={n: label for n, label in NEEDS.line_labels.items() if n not in ("stock", "daily_use")},
        show=shows(FIELDS, GiftLineForm),
        notices=notices,
        facets=facets,
        identity=identity,
        filters=PLACES
        | ITEM
        | choice_filter("stage", Stage.choices, _("stage"))
        | yes_no_filter("open_to_any", _("open to any hospital")),
        example=EXAMPLE,
        columns=columns,
        intervals=Intervals(due=timedelta(days=3), overdue=timedelta(days=7), stale=timedelta(days=14)),
    )
)
