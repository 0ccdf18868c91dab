"""Giving channels: which organisations take money, on which accounts. Record model, form, Kind."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar, Final

from django import forms
from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from supplies import places
from supplies.cells import BLANKS, Cell, Coded, Column, Day, Link, Phones, Reading, Status, Text, text_of
from supplies.characters import half_width
from supplies.filters import PLACES, choice_filter
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
from supplies.traits import account_trait, contact_traits
from verification import names
from verification.forms import LineForm, LinesField, PlainTextField
from verification.kinds import Facets, Field, Format, Intervals, Kind, Payload, Section, Words, register
from verification.models import Record
from verification.sop import Risk


class ChannelState(models.TextChoices):
    """Whether money is still taken."""

    OPEN = "open", pgettext_lazy("giving channel", "open")
    CLOSED = "closed", pgettext_lazy("giving channel", "closed")


class GivingChannel(Contactable, Sourced, Record):
    """An organisation that takes money. `lines` holds its accounts: name, bank, number."""

    organisation_name = models.CharField(_("organisation"), max_length=200)
    channel_state = models.CharField(
        _("state of the channel"), max_length=10, choices=ChannelState, blank=True
    )
    transfer_note = models.CharField(_("note to write on the transfer"), max_length=200, blank=True)
    wechat_account = models.CharField(_("official WeChat account"), max_length=100, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    contact_mail = models.EmailField(_("mail address (private)"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("giving channel")
        verbose_name_plural = _("giving channels")


# A Chinese name of a person is two to four characters; that of an organisation ends in what it is.
_SHORT: Final = re.compile(r"[\u3400-\u9fff·]{2,4}")
_BODY: Final = re.compile(r"(?:[会院校学局心司办部社馆站厅处所行府益善团委厂店队组]|基金)$")
_SAID: Final = re.compile(r"联系人|(?:先生|女士|老师)$")


def is_person(account_name: str) -> bool:
    """Whether an account seems to be in the name of a person, who must neither be paid nor be shown here."""
    name = account_name.strip()
    return bool(_SAID.search(name)) or (_SHORT.fullmatch(name) is not None and not _BODY.search(name))


class AccountNumberField(PlainTextField):
    """An account number, without the spaces people set for reading."""

    def to_python(self, value: Any) -> str:
        """Digits, and the letters of numbers abroad."""
        text = re.sub(r"[\s\-—–]", "", half_width(super().to_python(value))).upper()
        if text and not re.fullmatch(r"[0-9A-Z]{5,34}", text):
            raise forms.ValidationError(
                _("An account number is 5 to 34 digits or letters."), code="account_number"
            )
        return text


class AccountLineForm(LineForm):
    """One account."""

    main: ClassVar[tuple[str, ...]] = ("account_name", "bank", "account_number")

    account_name = PlainTextField(label=_("account name"), max_length=200)
    bank = PlainTextField(label=_("bank and branch"), max_length=200)
    account_number = AccountNumberField(label=_("account number"), max_length=60)

    def clean_account_name(self) -> str:
        """Of an organisation only."""
        name: str = self.cleaned_data["account_name"]
        if is_person(name):
            raise forms.ValidationError(
                _("“%(name)s” looks like a person. Only accounts of organisations are published.")
                % {"name": name},
                code="person",
            )
        return name


class GivingChannelForm(ContactForm, SourceForm):
    """A giving channel as a person fills it in, or as JSON of the same shape."""

    organisation = forms.UUIDField(label=_("institution in the register"), required=False)
    organisation_name = PlainTextField(label=_("organisation"), max_length=200)
    channel_state = forms.ChoiceField(
        label=_("state of the channel"), required=False, choices=[("", _("not said")), *ChannelState.choices]
    )
    lines = LinesField(AccountLineForm, label=pgettext_lazy("bank", "accounts"), required=False)
    transfer_note = PublicTextField(
        label=_("note to write on the transfer"),
        required=False,
        max_length=200,
        help_text=_(
            "What the organisation asks givers to write, so that the money goes where it is meant to."
        ),
    )
    wechat_account = PublicTextField(label=_("official WeChat account"), required=False, max_length=100)
    address = PublicTextField(label=_("address"), required=False, max_length=300)
    contact_mail = forms.EmailField(
        label=_("mail address"), required=False, help_text=_("Private: only reviewers see it.")
    )

    def clean(self) -> dict[str, Any]:
        """There is an account, or a page that says how to give; a sheet's row may have neither."""
        cleaned: dict[str, Any] = super().clean() or {}
        said = [cleaned.get(name) for name in ("lines", "source_link", "as_written")]
        if not any(said) and not {"lines", "source_link"} & set(self.errors):
            self.add_error(
                "lines",
                forms.ValidationError(_("Give an account, or the page that says how."), code="required"),
            )
        return cleaned


def facets(payload: Payload) -> Facets:
    """Found by where the organisation sits, its state, and the words of its name and accounts."""
    place = places.find(payload["address"]) or places.find(payload["organisation_name"])
    path = places.path(place.code) if place else ()
    return Facets(
        title=payload["organisation_name"],
        places=tuple(step.code for step in path),
        tokens=(f"channel_state:{payload['channel_state']}",) if payload["channel_state"] else (),
        words=(
            payload["organisation_name"],
            payload["wechat_account"],
            *(step.name for step in path),
            *(line[part] for line in payload["lines"] for part in ("account_name", "bank")),
        ),
        traits=lambda: {
            **contact_traits(payload, address="address", place=path[-1].code if path else ""),
            "account": account_trait(line["account_number"] for line in payload["lines"]),
        },
    )


def identity(payload: Payload) -> str:
    """One organisation, one entry; its accounts are the entry's lines."""
    return str(payload["organisation"] or names.identifying(payload["organisation_name"]))


def notices(payload: Payload) -> list[str]:
    """Accounts in another name than the organisation's, and none at all."""
    found = [
        gettext("The account of “%(name)s” is not in the name of the organisation. Whose is it?")
        % {"name": line["account_name"]}
        for line in payload["lines"]
        if names.similarity(line["account_name"], payload["organisation_name"]) < 0.9
    ]
    return found or ([] if payload["lines"] else [gettext("No account is given here: compare the source.")])


@dataclass(frozen=True)
class Accounts(Column):
    """One of three parallel columns, parted by a bar: names, banks and numbers of the accounts."""

    fills: tuple[str, ...] = ("lines",)
    part: str = ""

    def read(self, cell: Cell, reading: Reading) -> None:
        """This column's part of each account. An account keeps its place in the row as its number."""
        lines = reading.given.setdefault("lines", [])
        text = text_of(cell)
        for number, said in enumerate(re.split(r"[|｜]", text) if text not in BLANKS else (), 1):
            if len(lines) < number:
                lines.append({"no": number})
            lines[number - 1][self.part] = said.strip()

    def finish(self, reading: Reading) -> None:
        """An account in the name of a person is for the reviewers only."""
        lines = reading.given.get("lines") or []
        reading.given["lines"] = [line for line in lines if not is_person(line.get("account_name", ""))]
        for line in lines:
            if line not in reading.given["lines"]:
                parts = ("account_name", "bank", "account_number")
                reading.note(self.header, " ".join(line.get(part, "") for part in parts))

    def piece(self, payload: Payload) -> Any:
        """This column's part."""
        return [line[self.part] for line in payload.get("lines") or ()]

    def write(self, payload: Payload) -> Cell:
        """Parted by a bar again."""
        return "|".join(self.piece(payload))


@dataclass(frozen=True)
class Mail(Column):
    """A mail address."""

    def read(self, cell: Cell, reading: Reading) -> None:
        """The address; whatever else goes to the reviewers."""
        text = text_of(cell)
        found = re.search(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text, re.ASCII)
        if text not in BLANKS and (found is None or found[0] != text):
            reading.note(self.header, text)
        reading.given[self.fills[0]] = found[0] if found else ""

    def fits(self, text: str) -> bool:
        """With its sign."""
        return "@" in text


def columns() -> list[Column]:
    """The columns of the volunteers' sheet."""
    return [
        Text(
            "受赠组织",
            ("organisation_name",),
            synonyms=("组织", "机构名称", "organisation"),
            needed=True,
            longest=200,
        ),
        Phones("联系电话", synonyms=("联系方式", "contact")),
        Text("地址", ("address",), synonyms=("address",), blanks=True),
        Mail("邮箱", ("contact_mail",), synonyms=("电子邮箱", "mail")),
        Text("微信公众号", ("wechat_account",), synonyms=("公众号",), longest=100, blanks=True),
        Accounts("账户名", part="account_name", synonyms=("户名", "account name")),
        Accounts("开户行", part="bank", synonyms=("开户银行", "bank")),
        Accounts("账号", part="account_number", synonyms=("银行账号", "account number"), needed=True),
        Text("汇款附言", ("transfer_note",), synonyms=("附言", "transfer note"), longest=200, blanks=True),
        Text("备注", ("remarks",), synonyms=("remarks",), longest=2000, blanks=True),
        Day("发布时间", ("source_dated",), synonyms=("来源日期", "date of the source")),
        Link("官方链接", ("source_link",), synonyms=("链接", "source link")),
        Coded(
            "当前状态",
            ("channel_state",),
            synonyms=("state",),
            codes={"进行中": "open", "已完成": "closed"}
            | {state.value: state.value for state in ChannelState},
        ),
        Status("审核状态"),
    ]


# For the API's documentation: an organisation and an account that do not exist.
EXAMPLE = {
    "organisation_name": "江城慈善会",
    "channel_state": "open",
    "lines": [
        {"account_name": "江城慈善会", "bank": "江城商业银行长堤支行", "account_number": "0000 0000 0000"}
    ],
    "transfer_note": "疫情防控",
    "wechat_account": "江城慈善",
    "office_line": "027-85550200",
    "source_link": "https://charity.example/give",
    "source_dated": "2020-01-26",
}


def _dangerous(fields: dict[str, Field], *which: str) -> dict[str, Field]:
    return {
        name: replace(spec, risk=Risk.DANGEROUS) if name in which else spec for name, spec in fields.items()
    }


# Whoever can change where givers look, or whom they call, can lead the money elsewhere.
FIELDS = {
    "organisation": Field(_("institution in the register"), public=True, risk=Risk.DANGEROUS),
    "organisation_name": Field(_("organisation"), public=True, risk=Risk.DANGEROUS),
    "channel_state": Field(
        _("state of the channel"), public=True, risk=Risk.SENSITIVE, choices=ChannelState.choices
    ),
    "lines": Field(pgettext_lazy("bank", "accounts"), public=True, risk=Risk.DANGEROUS),
    "transfer_note": Field(_("note to write on the transfer"), public=True, risk=Risk.DANGEROUS),
    "wechat_account": Field(_("official WeChat account"), public=True, risk=Risk.DANGEROUS),
    "address": Field(_("address"), public=True, risk=Risk.DANGEROUS),
    "contact_mail": Field(_("mail address"), public=False, risk=Risk.SENSITIVE, format=Format.MAIL),
    **_dangerous(CONTACT_FIELDS, "office_line"),
    **_dangerous(SOURCE_FIELDS, "source_link", "remarks"),
}

GIVING_CHANNELS = register(
    Kind(
        slug="giving-channels",
        label=_("Giving channels"),
        label_one=_("giving channel"),
        intro=_("Organisations that take money, and the accounts they take it on."),
        ask=_("An organisation takes money"),
        model=GivingChannel,
        form=GivingChannelForm,
        fields=FIELDS,
        sections=(
            Section("who", _("Which organisation?"), ("organisation", "organisation_name", "channel_state")),
            Section(
                "accounts",
                _("On which accounts?"),
                ("lines", "transfer_note"),
                _("Copy them from the organisation's own page, digit by digit."),
            ),
            Section("more", _("How else is it reached?"), ("wechat_account", "address", "contact_mail")),
            CONTACT_SECTION,
            SOURCE_SECTION,
        ),
        page=(
            Section(
                "accounts",
                pgettext_lazy("bank", "Accounts"),
                ("channel_state", "lines", "transfer_note", "remarks"),
                _(
                    "Compare every digit with the organisation's own page before you pay. Nobody here takes money."
                ),
            ),
            Section("more", _("The organisation"), ("office_line", "wechat_account", "address")),
        ),
        summary=("channel_state", "transfer_note"),
        words=Words(
            report=_("Report a giving channel"),
            search=_("Organisation or bank"),
            caution=_("Look at the organisation's own page before you pay."),
            line=pgettext_lazy("bank", "Account"),
            add_line=_("Add an account"),
            leave_out=_("Leave this account out"),
        ),
        line_labels={
            "line": pgettext_lazy("bank", "account"),
            "account_name": _("account name"),
            "bank": _("bank and branch"),
            "account_number": _("account number"),
        },
        show=shows(FIELDS, AccountLineForm),
        notices=notices,
        facets=facets,
        identity=identity,
        filters=PLACES | choice_filter("channel_state", ChannelState.choices, _("state of the channel")),
        example=EXAMPLE,
        columns=columns,
        risk=Risk.DANGEROUS,
        intervals=Intervals(due=timedelta(days=7), overdue=timedelta(days=14), stale=timedelta(days=30)),
    )
)
