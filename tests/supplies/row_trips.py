"""A row of a sheet on its way through a list: in, and out again."""

from typing import Any

from django.http import QueryDict

from supplies import sheets
from verification.kinds import Kind, Payload


def taken_in(spec: Kind, row: dict[str, Any], sheet: str = "") -> Payload:
    """The payload a row becomes; coming out again it is the same, cell by cell."""
    payload = spec.clean(sheets.read(spec, row, sheet).given)
    assert sheets.written(spec, payload, sheet) == row
    return payload


def afresh(spec: Kind, payload: Payload) -> dict[str, Any]:
    """The row as it would be written had nobody kept the old one."""
    return sheets.written(spec, payload | {"as_written": {}})


def as_page(data: dict[str, Any]) -> QueryDict:
    """The same data as a page's form sends it."""
    sent = QueryDict(mutable=True)
    sent.update({name: str(value) for name, value in data.items()})
    return sent
