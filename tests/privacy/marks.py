"""Marks: texts and numbers that stand nowhere else, each with where it is kept and who may read it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms

from supplies.fields import PhoneField
from supplies.parts import PublicTextField, RowField
from verification.forms import LinesField, LinkField, PlainTextField
from verification.kinds import Kind
from verification.models import User

# What is left of a mark however it was written: in capitals, percent-encoded, as \uXXXX.
_ANY = re.compile(r"q\d{4}zx|139\d{4}7531|027-8\d{4}975", re.IGNORECASE)
# Read more strictly than as text, so that no mark fits into them; or filled otherwise.
_AS_THEY_ARE = frozenset({"account_number", "organisation_name"})
# Without this not every field may be filled.
_ALLOWS_ALL = {"donations": {"stage": "received"}}


@dataclass
class Marks:
    """Every mark by what is left of it; `exact` are secrets that are no marks of ours."""

    where: dict[str, str] = field(default_factory=dict)
    told: dict[str, frozenset[int]] = field(default_factory=dict)
    exact: dict[str, str] = field(default_factory=dict)

    def text(self, where: str, *told: User) -> str:
        """A text that stands nowhere else, in letters a search finds; `told` are those who may read it."""
        return f"隐秘{self._key(f'q{len(self.where):04d}zx', where, told)}"

    def phone(self, where: str, *told: User) -> str:
        """A mobile number that stands nowhere else."""
        return self._key(f"139{len(self.where):04d}7531", where, told)

    def office(self, where: str, *told: User) -> str:
        """A line number that stands nowhere else."""
        return self._key(f"027-8{len(self.where):04d}975", where, told)

    def keep(self, where: str, secret: str, *told: User) -> None:
        """A secret that is no mark of ours."""
        self.exact[secret] = where
        self.told[secret] = frozenset(user.pk for user in told)

    def _key(self, key: str, where: str, told: Iterable[User]) -> str:
        self.where[key] = where
        self.told[key] = frozenset(user.pk for user in told)
        return key

    def found_in(self, text: str, reader: User | None = None) -> list[str]:
        """Where the marks are kept that this text holds and `reader` was not told."""
        keys = {key.lower() for key in _ANY.findall(text)} & self.where.keys()
        keys |= {secret for secret in self.exact if secret in text}
        return sorted(
            self.where.get(key) or self.exact[key]
            for key in keys
            if reader is None or reader.pk not in self.told[key]
        )

    def private(self, spec: Kind, what: str, *told: User) -> dict[str, Any]:
        """A mark in each private field of a list."""
        return self._fields(spec, what, told, [n for n, f in spec.fields.items() if not f.public])

    def whole(self, spec: Kind, what: str, *told: User) -> dict[str, Any]:
        """A mark in each field that takes words, public ones and lines too: for what is not public at all."""
        return {
            **_ALLOWS_ALL.get(spec.slug, {}),
            "organisation_name": f"{self.text(f'{spec.slug}, {what}: name', *told)}医院",
            **self._fields(spec, what, told, list(spec.fields)),
        }

    def _fields(self, spec: Kind, what: str, told: tuple[User, ...], names: list[str]) -> dict[str, Any]:
        found = {}
        for name in names:
            where = f"{spec.slug}, {what}: {name}"
            if name in spec.form.base_fields and name not in _AS_THEY_ARE:
                value = self._value(spec.form.base_fields[name], where, told, spec.example.get(name))
                if value is not None:
                    found[name] = value
                elif not spec.fields[name].public:
                    raise AssertionError(f"say how to mark {where}")
        return found

    def _value(self, one: forms.Field, where: str, told: tuple[User, ...], now: Any = None) -> Any:
        """A mark as this field takes it; None where it takes no words."""
        if isinstance(one, PhoneField):
            return self.phone(where, *told)
        if isinstance(one, RowField):
            return self._row(where, told)
        if isinstance(one, forms.EmailField):
            return f"{self.text(where, *told).removeprefix('隐秘')}@private.example"
        if isinstance(one, LinkField):
            return f"https://private.example/{self.text(where, *told)}"
        if isinstance(one, LinesField):
            return [self._line(one, line, where, told) for line in now or ()]
        if where.endswith(": office_line"):
            return self.office(where, *told)
        if type(one) in (PlainTextField, PublicTextField) or type(one).__name__ == "NoticeField":
            return self.text(where, *told)
        return None

    def _row(self, where: str, told: tuple[User, ...]) -> dict[str, Any]:
        """A sheet's row: cells, a header, a cell of several parts."""
        return {
            "备注": self.text(f"{where}: cell", *told),
            self.text(f"{where}: header", *told): 1,
            "联系方式": [
                self.phone(f"{where}: telephone", *told),
                {"谁": self.text(f"{where}: deep inside", *told)},
            ],
        }

    def _line(
        self, lines: LinesField, line: Mapping[str, Any], where: str, told: tuple[User, ...]
    ) -> dict[str, Any]:
        marked = dict(line)
        for name, one in lines.line_form.base_fields.items():
            if type(one) in (PlainTextField, PublicTextField) and name not in _AS_THEY_ARE:
                marked[name] = self.text(f"{where}: {name}", *told)
        return marked
