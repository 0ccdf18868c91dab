"""What the tests of every list do alike: sheets both ways, the form as a page sends it, the way to the public."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.test import Client

from supplies import sheets
from supplies.cells import Ignored
from tests import builders
from verification import workflow
from verification.kinds import Kind, Payload
from verification.models import Public
from verification.refusals import InvalidPayload


def read(spec: Kind, row: Mapping[str, Any], sheet: str = "") -> Payload:
    """The payload a sheet's row becomes."""
    return spec.clean(sheets.read(spec, row, sheet).given)


def kept(spec: Kind, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row without the columns that are not taken in."""
    ignored = {column.header for column in sheets.columns_of(spec) if isinstance(column, Ignored)}
    return {header: cell for header, cell in row.items() if header not in ignored}


def assert_both_ways(spec: Kind, row: Mapping[str, Any], sheet: str = "") -> Payload:
    """The row comes back as it was, each value of its own type; returns the payload."""
    payload = read(spec, row, sheet)
    written = sheets.written(spec, payload, sheet)
    assert written == kept(spec, row)
    assert {h: type(c) for h, c in written.items()} == {h: type(c) for h, c in kept(spec, row).items()}
    return payload


def canonical(spec: Kind, payload: Payload, sheet: str = "") -> dict[str, Any]:
    """The row as it is written of the typed fields alone."""
    return sheets.written(spec, {**payload, "as_written": {}}, sheet)


def errors_of(spec: Kind, data: Mapping[str, Any]) -> dict[str, list[str]]:
    """What the form says is wrong; nothing where nothing is."""
    try:
        spec.clean(data)
    except InvalidPayload as refusal:
        return dict(refusal.errors)
    return {}


def boxes(payload: Mapping[str, Any]) -> dict[str, str]:
    """A payload as the boxes of a page send it."""
    flat = {name: str(value) for name, value in payload.items() if name != "lines"}
    for index, line in enumerate(payload.get("lines") or ()):
        flat |= {f"lines-{index}-{name}": str(value) for name, value in line.items()}
    return flat


def assert_page_and_json_agree(spec: Kind, data: Mapping[str, Any]) -> Payload:
    """What a page sends and the same as JSON make one payload."""
    query = QueryDict(mutable=True)
    query.update(boxes(data))
    payload = spec.clean(data)
    assert spec.clean(query) == payload
    return payload


def walked(slug: str, data: Mapping[str, Any], by: Any, verifier: Any, enterer: Any) -> Public:
    """Sent, verified by one and entered by another, published."""
    sent = workflow.submit(kind=slug, data=data, by=by)
    return builders.publish(builders.approve(sent, verifier, enterer))


def assert_shown(public: Public, shown: list[str], hidden: list[str]) -> None:
    """List, record, CSV and API hold what is shown and nothing that is hidden, in both languages."""
    reader = Client()
    for language in ("", "/en"):
        pages = [f"{language}/{public.kind}/", f"{language}/{public.kind}/{public.uid}/"]
        for address in (*pages, f"{language}/{public.kind}.csv", f"/api/v1/{public.kind}/{public.uid}/"):
            response = reader.get(address)
            assert response.status_code == 200, address
            parts = response.streaming_content if response.streaming else [response.content]  # type: ignore[attr-defined]
            text = b"".join(parts).decode()
            assert not [word for word in hidden if word in text], address
            if address not in pages[:1]:
                assert not [word for word in shown if word not in text], address
