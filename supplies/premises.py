"""What lists of houses have in common: in which place, in which part of it, under which address.

The table of places knows counties. What people say beyond it, a development zone or a town, is `area`.
"""

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from supplies import places
from supplies.cells import Cell, PlaceWord, Reading, Text
from supplies.fields import PlaceField
from supplies.parts import PublicTextField, SourceForm
from supplies.places.names import spoken_name
from verification.kinds import Field, Format, Payload
from verification.sop import Risk

_BETWEEN: Final = re.compile(r"[-—–/·\s]+")


class Premises(models.Model):
    """Where a house stands."""

    place = models.CharField(_("place"), max_length=6, blank=True)
    area = models.CharField(_("zone or town"), max_length=100, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)

    class Meta:
        abstract = True


class PremisesForm(SourceForm):
    """The fields of `Premises`, and how we know."""

    may_lack: ClassVar[tuple[str, ...]] = ("place",)

    place = PlaceField(label=_("place"), help_text=_("Province, city and district: 湖北武汉江岸区."))
    area = PublicTextField(
        label=_("zone or town"),
        required=False,
        max_length=100,
        help_text=_("Where it is no district of its own: 高新区."),
    )
    address = PublicTextField(label=_("address"), required=False, max_length=300)

    def clean(self) -> dict[str, Any]:
        """Of a sheet's row, the place its address names; `area` is what the place does not say."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("place") == "" and cleaned.get("address"):
            # There is a 青山区 in Wuhan and one in Baotou; the address tells which.
            found = places.find(cleaned["address"])
            cleaned["place"] = found.code if found else ""
        if "place" in cleaned and "area" in cleaned:
            cleaned["area"] = beyond(cleaned["area"], cleaned["place"])
        return cleaned


def beyond(words: str, place: str) -> str:
    """What `words` (昆明市-红开区) say that the place of this code does not."""
    path = places.path(place) if place else ()
    names = {name for step in path for name in _names_of(step)}
    return "-".join(part for part in _BETWEEN.split(words) if part and not _is_made_of(part, names))


def _names_of(place: places.Place) -> tuple[str, ...]:
    autonomous = f"{place.short}自治{place.name[-1]}" if "自治" in place.name else place.name
    return (place.name, place.short, spoken_name(place.name), autonomous)


def _is_made_of(text: str, names: set[str]) -> bool:
    """Nothing but names one after another: 黄石大冶市."""
    return not text or any(text.startswith(n) and _is_made_of(text[len(n) :], names) for n in names)


@dataclass(frozen=True)
class PartOfPlace(PlaceWord):
    """City and district in one column, 昆明市-官渡区; what the table of places does not know is the area."""

    fills: tuple[str, ...] = ("place", "area")
    level: places.Level = "county"

    def read(self, cell: Cell, reading: Reading) -> None:
        """All of the words; the form keeps of them what the place does not say."""
        super().read(cell, reading)
        Text(self.header, ("area",), longest=100, blanks=True).read(cell, reading)

    def write(self, payload: Payload) -> Cell:
        """The names below the province, or from the county on, then the area."""
        path = places.path(payload["place"]) if payload["place"] else ()
        steps = path[1:] if self.level == "prefecture" else [p for p in path if p.level == "county"]
        return "-".join([*(step.name for step in steps), *([payload["area"]] if payload["area"] else [])])


PREMISES_FIELDS: Final = {
    "place": Field(_("place"), public=True, risk=Risk.SENSITIVE, format=Format.PLACE),
    "area": Field(_("zone or town"), public=True, risk=Risk.SENSITIVE),
    "address": Field(_("address"), public=True, risk=Risk.SENSITIVE, empty=_("ask by telephone")),
}
