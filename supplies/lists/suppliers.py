"""Suppliers: who makes what, how much of it, with which papers. Record model, form, Kind."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from supplies import catalogue, places, quantities
from supplies.cells import (
    LINK,
    Cell,
    Column,
    Day,
    Link,
    Phones,
    PlaceWord,
    Reading,
    Status,
    Text,
    text_of,
)
from supplies.fields import AmountField, PlaceField
from supplies.filters import ITEM, PLACES, choice_filter
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
from verification.kinds import Facets, Field, Format, Intervals, Kind, Payload, Section, Words, register
from verification.models import Record
from verification.sop import Risk


class Category(models.TextChoices):
    """What a product is for: the nine columns of the volunteers' sheet."""

    MASKS = "masks", pgettext_lazy("products", "masks")
    HEAD = "head", pgettext_lazy("products", "head protection")
    BODY = "body", pgettext_lazy("products", "body protection")
    HANDS = "hands", pgettext_lazy("products", "hand protection")
    FEET = "feet", pgettext_lazy("products", "leg and foot protection")
    DISINFECTANTS = "disinfectants", pgettext_lazy("products", "disinfectants")
    TESTS = "tests", pgettext_lazy("products", "tests")
    EQUIPMENT = "equipment", pgettext_lazy("products", "medical equipment")
    OTHER = "other", pgettext_lazy("products", "other goods")


_HEADERS = {
    "口罩类产能": Category.MASKS,
    "头部防护类产能": Category.HEAD,
    "身体防护类产能": Category.BODY,
    "手部防护类产能": Category.HANDS,
    "腿部防护类产能": Category.FEET,
    "消毒药品类产能": Category.DISINFECTANTS,
    "检测产品类产能": Category.TESTS,
    "医疗器材类产能": Category.EQUIPMENT,
    "其他物资产能": Category.OTHER,
}


class Supplier(Contactable, Sourced, Record):
    """A maker or seller of supplies. `lines` holds category, product, how much a day, unit, note."""

    organisation_name = models.CharField(_("company"), max_length=200)
    place = models.CharField(_("place"), max_length=6)
    papers = models.CharField(_("papers"), max_length=500, blank=True)
    address = models.CharField(_("address of the company"), max_length=300, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")


class ProductLineForm(AmountLineForm):
    """One product."""

    main: ClassVar[tuple[str, ...]] = ("product", "category", "amount")

    product = PublicTextField(label=_("product"), max_length=100)
    category = forms.ChoiceField(label=_("kind of product"), choices=[("", _("Choose")), *Category.choices])
    amount = AmountField(label=_("made a day"), required=False)
    note = PublicTextField(label=_("note (public)"), required=False, max_length=200)


class SupplierForm(ContactForm, SourceForm):
    """A supplier as a person fills it in, or as JSON of the same shape."""

    organisation = forms.UUIDField(label=_("institution in the register"), required=False)
    organisation_name = PlainTextField(label=_("company"), max_length=200)
    place = PlaceField(label=_("place"), help_text=_("Province, city and district: 湖北武汉江岸区."))
    lines = LinesField(ProductLineForm, label=_("products"), required=False)
    papers = PublicTextField(
        label=_("papers"),
        required=False,
        max_length=500,
        help_text=_("Registration and licence numbers, as they stand on the papers: 国械注准20200000000."),
    )
    address = PublicTextField(label=_("address of the company"), required=False, max_length=300)

    def clean(self) -> dict[str, Any]:
        """Somebody who offers names what; a sheet's row may not."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("lines") and not cleaned.get("as_written") and "lines" not in self.errors:
            self.add_error("lines", forms.ValidationError(_("Name at least one product."), code="required"))
        return cleaned


def _items(payload: Payload) -> list[str]:
    """The things of the catalogue that its products are for sure."""
    found = (catalogue.match_item(line["product"], catalogue.items()).item for line in payload["lines"])
    return sorted({item.code for item in found if item})


def facets(payload: Payload) -> Facets:
    """Found by place, kind of product, thing of the catalogue, and the words of all of them."""
    where, items = places.path(payload["place"]), _items(payload)
    return Facets(
        title=payload["organisation_name"],
        places=tuple(place.code for place in where),
        items=tuple(items),
        tokens=tuple(sorted({f"category:{line['category']}" for line in payload["lines"]})),
        words=(
            payload["organisation_name"],
            payload["papers"],
            *(place.name for place in where),
            *(line["product"] for line in payload["lines"]),
            *(name for code in items for name in catalogue.names(code)),
        ),
        traits=lambda: contact_traits(payload, address="address"),
    )


def identity(payload: Payload) -> str:
    """One company, one entry: no two companies of the country bear one name."""
    return str(payload["organisation"] or names.identifying(payload["organisation_name"]))


def notices(payload: Payload) -> list[str]:
    """No papers, no supplier."""
    return [] if payload["papers"] else [gettext("No papers are named: ask for licence and registration.")]


@dataclass(frozen=True)
class Products(Column):
    """What is made of one kind: [{"specification", "value"}], or as text 核酸检测试剂盒:1 | 采样管:500."""

    fills: tuple[str, ...] = ("lines",)
    category: str = ""
    # A line keeps its number for ever: that of its column, and its place in the cell.
    number: int = 0

    def read(self, cell: Cell, reading: Reading) -> None:
        """A line for each product; an amount of 0 or 1 says only that it is made, as in the sheets."""
        for number, (product, written) in enumerate(_products(cell), self.number):
            amount = quantities.parse("" if written in ("0", "1") else written)
            if amount.text and not amount.readable:
                reading.note(self.header, f"{product}:{written}")
                reading.doubt(self.header, written, amount.reason)
            line = {"no": number, "category": self.category, "product": product, "unit": amount.unit}
            line["amount"] = {**amount.body(), "text": written}
            reading.given.setdefault("lines", []).append(line)

    def fits(self, text: str) -> bool:
        """A product and a number."""
        return not LINK.match(text) and (":" in text or "：" in text)

    def piece(self, payload: Payload) -> Any:
        """The products of this kind."""
        return [line for line in payload.get("lines") or () if line["category"] == self.category]

    def write(self, payload: Payload) -> Cell:
        """As the sheets kept them."""
        return [
            {"specification": line["product"], "value": _value(line["amount"]["text"])}
            for line in self.piece(payload)
        ]


def _products(cell: Cell) -> list[tuple[str, str]]:
    if isinstance(cell, list):
        return [(text_of(entry.get("specification")), text_of(entry.get("value"))) for entry in cell]
    split = [part.strip().rpartition(":") for part in text_of(cell).replace("：", ":").split("|")]
    return [
        (product.strip() or value, value if colon else "")
        for product, colon, value in split
        if value or product
    ]


def _value(written: str) -> Cell:
    return int(written) if written.isdecimal() else written or 1


def columns() -> list[Column]:
    """The columns of the volunteers' sheet."""
    return [
        PlaceWord("省", synonyms=("省份", "province"), level="province"),
        PlaceWord("市", synonyms=("城市", "city"), level="prefecture"),
        Text(
            "厂商名称",
            ("organisation_name",),
            synonyms=("厂家", "厂家名称", "公司名称", "supplier", "company"),
            needed=True,
            longest=200,
        ),
        *(
            Products(
                header, category=category.value, number=100 * place, synonyms=(header.removesuffix("产能"),)
            )
            for place, (header, category) in enumerate(_HEADERS.items(), 1)
        ),
        Text("资质证明", ("papers",), synonyms=("资质", "papers"), longest=500, blanks=True),
        Text("厂商地址", ("address",), synonyms=("地址", "address"), blanks=True),
        Phones("联系方式", synonyms=("联系电话", "contact")),
        Day("发布时间", ("source_dated",), synonyms=("来源日期", "date of the source")),
        Link("信息发布源链接", ("source_link",), synonyms=("官方链接", "链接", "source link")),
        Text("备注", ("remarks",), synonyms=("remarks",), longest=2000, blanks=True),
        Status("审核状态"),
    ]


# For the API's documentation: a company that does not exist.
EXAMPLE = {
    "organisation_name": "江城防护用品有限公司",
    "place": "420106",
    "lines": [
        {"category": "masks", "product": "医用外科口罩", "amount": "10万只"},
        {"category": "body", "product": "医用一次性防护服", "amount": "2000套", "note": "预订期三周"},
    ],
    "papers": "鄂械注准20200000000",
    "address": "江城区工业大道1号",
    "office_line": "027-85550300",
    "source_link": "https://supplier.example/products",
    "source_dated": "2020-01-28",
}

FIELDS = {
    "organisation": Field(_("institution in the register"), public=True, risk=Risk.DANGEROUS),
    "organisation_name": Field(_("company"), public=True, risk=Risk.DANGEROUS),
    "place": Field(_("place"), public=True, risk=Risk.SENSITIVE, format=Format.PLACE),
    "lines": Field(_("products"), public=True),
    "papers": Field(
        _("papers"),
        public=True,
        risk=Risk.DANGEROUS,
        format=Format.LONG_TEXT,
        empty=_("none named: ask for them"),
    ),
    "address": Field(_("address of the company"), public=True, risk=Risk.SENSITIVE),
    **CONTACT_FIELDS,
    **SOURCE_FIELDS,
}

SUPPLIERS = register(
    Kind(
        slug="suppliers",
        label=_("Suppliers"),
        label_one=_("supplier"),
        intro=_("Who makes what, how much of it, and with which papers."),
        ask=_("A company makes supplies"),
        model=Supplier,
        form=SupplierForm,
        fields=FIELDS,
        sections=(
            Section("who", _("Which company?"), ("organisation", "organisation_name", "place", "address")),
            Section("what", _("What does it make?"), ("lines",)),
            Section(
                "papers",
                _("Which papers does it have?"),
                ("papers",),
                _("Two reviewers look at them before anything is published."),
            ),
            CONTACT_SECTION,
            SOURCE_SECTION,
        ),
        page=(
            Section("what", _("Products"), ("lines", "remarks")),
            Section(
                "papers", _("Papers"), ("papers",), _("Compare the numbers with the register of devices.")
            ),
            Section("where", _("How to reach it"), ("office_line", "address")),
        ),
        summary=("papers",),
        words=Words(
            report=_("Report a supplier"),
            search=_("Company, place or product"),
            caution=_("Ask for the papers before you order."),
            line=_("Product"),
            add_line=_("Add a product"),
            leave_out=_("Leave this product out"),
            more=_("Unit, note"),
        ),
        line_labels={
            "line": _("product"),
            "product": _("product"),
            "category": _("kind of product"),
            "amount": _("made a day"),
            "unit": _("unit"),
            "note": _("note"),
        },
        show=shows(FIELDS, ProductLineForm),
        notices=notices,
        facets=facets,
        identity=identity,
        filters=PLACES | ITEM | choice_filter("category", Category.choices, _("kind of product")),
        example=EXAMPLE,
        columns=columns,
        risk=Risk.DANGEROUS,
        intervals=Intervals(due=timedelta(days=7), overdue=timedelta(days=14), stale=timedelta(days=30)),
    )
)
