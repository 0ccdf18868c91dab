"""Corporate gifts: which company gave how much, as it announced it. Record model, form, Kind."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from supplies import places
from supplies.cells import (
    BLANKS,
    LINK,
    Cell,
    Coded,
    Column,
    Day,
    Link,
    PlaceWord,
    Reading,
    Status,
    Text,
    text_of,
)
from supplies.characters import half_width
from supplies.fields import PlaceField
from supplies.filters import PLACES, choice_filter
from supplies.parts import SOURCE_FIELDS, SOURCE_SECTION, PublicTextField, Sourced, SourceForm
from supplies.showing import shows
from verification import names
from verification.forms import PlainTextField
from verification.kinds import (
    Facets,
    Field,
    Format,
    Intervals,
    Kind,
    Payload,
    Section,
    Words,
    plain,
    register,
)
from verification.models import Record
from verification.sop import Risk


class CompanyType(models.TextChoices):
    """Whose company it is."""

    PRIVATE = "private", pgettext_lazy("company", "private")
    STATE = "state", _("state-owned")
    FOREIGN = "foreign", _("foreign-owned")
    JOINT = "joint", _("joint venture")
    OTHER = "other", pgettext_lazy("company", "other")


_TYPES: Final[Mapping[str, str]] = {
    "民营": "private",
    "国有": "state",
    "外资": "foreign",
    "合资": "joint",
    "其他": "other",
    **dict.fromkeys(("民企", "民营企业", "私营", "私营企业", "私企"), "private"),
    **dict.fromkeys(("国企", "国有企业", "央企", "中央企业"), "state"),
    **dict.fromkeys(("外企", "外资企业", "外商独资"), "foreign"),
    **dict.fromkeys(("合资企业", "中外合资"), "joint"),
    "其它": "other",
}
_TEN_THOUSAND: Final = 10_000
_MOST_YUAN: Final = Decimal(10**15)
_YUAN: Final = re.compile(
    r"(?P<number>\d{1,18}(?:\.\d{1,8})?)(?P<unit>亿|千万|百万|万)?(?P<yuan>元|人民币|rmb)?"
)
_NOISE: Final = str.maketrans("", "", ", ¥￥")
_UNITS: Final = {"亿": 10**8, "千万": 10**7, "百万": 10**6, "万": _TEN_THOUSAND}


def read_yuan(text: str, *, unit: int = 1) -> Decimal | None:
    """An amount of yuan: 10亿元, 1,000,000; a bare number counts `unit`. None where it is no such amount."""
    written = half_width(text).lower().translate(_NOISE)
    match = _YUAN.fullmatch(written)
    if match is None:
        return None
    times = _UNITS[match["unit"]] if match["unit"] else 1 if match["yuan"] else unit
    amount = Decimal(match["number"]) * times
    return amount if amount < _MOST_YUAN and amount == round(amount, 2) else None


class CorporateGift(Sourced, Record):
    """What a company gave, or announced it would give."""

    organisation_name = models.CharField(_("company"), max_length=200)
    company_type = models.CharField(_("kind of company"), max_length=20, choices=CompanyType, blank=True)
    place = models.CharField(_("seat of the company"), max_length=6, blank=True)
    amount = models.DecimalField(
        pgettext_lazy("money", "amount"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    given_on = models.DateField(_("day of the gift"), null=True, blank=True)
    summary = models.TextField(_("what it is for"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("corporate gift")
        verbose_name_plural = _("corporate gifts")


class YuanField(PlainTextField):
    """An amount of yuan as people write it; cleans to a number of yuan. Empty means nobody said."""

    json_schema: ClassVar[dict[str, Any]] = {"type": "string", "nullable": True, "example": "1000000"}

    def clean(self, value: Any) -> Any:
        """The number of yuan."""
        text = super().clean(value)
        if not text:
            return None
        amount = read_yuan(text)
        if not amount:
            raise ValidationError(_("Write an amount of yuan: 500000, 50万, 10亿."), code="amount")
        return amount


class CorporateGiftForm(SourceForm):
    """A gift as a person fills it in, or as JSON of the same shape."""

    organisation = forms.UUIDField(label=_("institution in the register"), required=False)
    organisation_name = PlainTextField(label=_("company"), max_length=200)
    company_type = forms.ChoiceField(
        label=_("kind of company"), required=False, choices=[("", _("not said")), *CompanyType.choices]
    )
    place = PlaceField(
        label=_("seat of the company"), required=False, help_text=_("Province and city: 浙江杭州.")
    )
    amount = YuanField(
        label=pgettext_lazy("money", "amount"),
        required=False,
        max_length=40,
        help_text=_("In yuan: 500000, 50万, 10亿. Leave it empty if nobody said."),
    )
    given_on = forms.DateField(
        label=_("day of the gift"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    summary = PublicTextField(
        label=_("what it is for"),
        required=False,
        max_length=4000,
        widget=forms.Textarea,
        help_text=_("Public."),
    )


def facets(payload: Payload) -> Facets:
    """Found by the company, its kind and where it sits."""
    where = places.path(payload["place"]) if payload["place"] else ()
    return Facets(
        title=payload["organisation_name"],
        places=tuple(place.code for place in where),
        tokens=(f"company_type:{payload['company_type']}",) if payload["company_type"] else (),
        words=(payload["organisation_name"], *(place.name for place in where)),
    )


def identity(payload: Payload) -> str:
    """A company may give again on another day; what it gave on one day is one gift."""
    name = payload["organisation"] or names.identifying(payload["organisation_name"])
    return f"{name}|{payload['given_on'] or ''}" if name else ""


@dataclass(frozen=True)
class TenThousands(Column):
    """An amount in 万元: a bare number counts ten thousands. 0 and blank are unknown."""

    def read(self, cell: Cell, reading: Reading) -> None:
        """The yuan; what is no such amount (1000万美元) goes to the reviewers, and the sender is asked."""
        text = text_of(cell)
        amount = None if text in BLANKS else read_yuan(text, unit=_TEN_THOUSAND)
        if amount is None and text not in BLANKS:
            reading.note(self.header, text)
            reading.doubt(self.header, text, _("No amount of yuan can be read here."))
        reading.given[self.fills[0]] = plain(amount) if amount else ""

    def fits(self, text: str) -> bool:
        """Something with figures."""
        return any(c.isdigit() for c in text) and len(text) < 30 and not LINK.match(text)

    def write(self, payload: Payload) -> Cell:
        """The ten thousands, with a point only where they are not whole."""
        try:
            amount = Decimal(payload[self.fills[0]] or 0) / _TEN_THOUSAND
        except InvalidOperation:
            return ""
        return (int(amount) if amount == int(amount) else float(amount)) if amount else ""


def columns() -> list[Column]:
    """The columns of the volunteers' sheet."""
    return [
        Text(
            "企业名称",
            ("organisation_name",),
            synonyms=("企业", "公司名称", "company"),
            needed=True,
            longest=200,
        ),
        Coded("企业类型", ("company_type",), synonyms=("kind of company",), codes=_TYPES),
        PlaceWord("企业所在省", synonyms=("省", "省份", "province")),
        PlaceWord("企业所在市", synonyms=("市", "城市", "city"), level="prefecture"),
        TenThousands("捐款金额（万元）", ("amount",), synonyms=("捐款金额", "金额（万元）", "amount")),
        Day("捐款时间", ("given_on",), synonyms=("捐赠时间", "day of the gift")),
        Text("摘要", ("summary",), synonyms=("内容摘要", "summary"), longest=4000),
        Link("链接", ("source_link",), synonyms=("官方链接", "来源链接", "source link")),
        Text("备注", ("remarks",), synonyms=("说明", "remarks"), longest=2000),
        Status("审核状态"),
    ]


# For the API's documentation: a company that does not exist.
EXAMPLE = {
    "organisation_name": "长堤实业集团",
    "company_type": "private",
    "place": "330100",
    "amount": "5000000",
    "given_on": "2020-01-28",
    "summary": "向江城慈善会捐款500万元，用于采购呼吸机。",
    "source_link": "https://company.example/news/28",
}

FIELDS = {
    "organisation": Field(_("institution in the register"), public=True, risk=Risk.SENSITIVE),
    "organisation_name": Field(_("company"), public=True, risk=Risk.SENSITIVE),
    "company_type": Field(_("kind of company"), public=True, choices=CompanyType.choices),
    "place": Field(_("seat of the company"), public=True, format=Format.PLACE),
    "amount": Field(
        pgettext_lazy("money", "amount"),
        public=True,
        risk=Risk.SENSITIVE,
        format=Format.MONEY,
        empty=pgettext_lazy("money", "amount unknown"),
    ),
    "given_on": Field(_("day of the gift"), public=True, format=Format.DAY),
    "summary": Field(_("what it is for"), public=True, format=Format.LONG_TEXT),
    **SOURCE_FIELDS,
}

CORPORATE_GIFTS = register(
    Kind(
        slug="corporate-gifts",
        label=_("Corporate gifts"),
        label_one=_("corporate gift"),
        intro=_("What companies gave, or announced that they would give."),
        ask=_("A company has given money"),
        model=CorporateGift,
        form=CorporateGiftForm,
        fields=FIELDS,
        sections=(
            Section(
                "who", _("Which company?"), ("organisation", "organisation_name", "company_type", "place")
            ),
            Section("what", _("What did it give?"), ("amount", "given_on", "summary")),
            SOURCE_SECTION,
        ),
        page=(
            Section("what", _("The gift"), ("amount", "given_on", "summary", "remarks")),
            Section("who", _("The company"), ("company_type",)),
        ),
        summary=("amount", "given_on", "company_type"),
        words=Words(
            report=_("Report a corporate gift"),
            search=_("Company or place"),
            caution=_("Announced is not yet paid."),
        ),
        show=shows(FIELDS),
        facets=facets,
        identity=identity,
        filters=PLACES | choice_filter("company_type", CompanyType.choices, _("kind of company")),
        example=EXAMPLE,
        columns=columns,
        intervals=Intervals(due=timedelta(days=30), overdue=timedelta(days=60), stale=timedelta(days=90)),
    )
)
