"""Examples of the API's documentation, made by the very code that makes the answers."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample

from verification import kinds, rendering
from verification.kinds import Kind
from verification.sop import Ground, Intent, Origin, Reason, Role, State

_UID = UUID("3f0c9f5e-6d0b-4d53-9a53-2f4b7a1c8e90")
_AT = datetime(2020, 2, 5, 3, 12, tzinfo=UTC)
_PERSON = {
    "by": "雪松-17",
    "role": Role.REVIEWER.value,
    "organisation": "江城核实队",
    "at": rendering.exact(_AT),
}


def body_of(spec: Kind) -> dict[str, Any]:
    """A public body, rendered from the list's example."""
    payload = spec.clean(spec.example)
    record = spec.model(
        uid=_UID,
        version=1,
        state=State.LIVE,
        origin=Origin.VOLUNTEER,
        trust={"verified": {**_PERSON, "grounds": [Ground.CALL_BACK.value]}, "entered": _PERSON},
        verified_at=_AT,
        changed_at=_AT,
        published_at=_AT,
        **spec.columns_of(payload),
    )
    body: dict[str, Any] = json.loads(rendering.body_of(spec, record, payload, None))
    return body


def _with_example() -> list[Kind]:
    return [spec for spec in kinds.every() if spec.example]


SHOWN = [spec for spec in kinds.every() if spec.example]
BODIES = [
    OpenApiExample(spec.slug, body_of(spec), response_only=True, status_codes=["200"]) for spec in SHOWN
]
PAGES = [
    OpenApiExample(
        spec.slug,
        {"results": [body_of(spec)], "next": None, "previous": None, "version": 12},
        response_only=True,
        status_codes=["200"],
    )
    for spec in SHOWN
]
REQUESTS = [
    OpenApiExample(f"{spec.slug}: new", {"kind": spec.slug, "payload": spec.example}, request_only=True)
    for spec in SHOWN
] + [
    OpenApiExample(
        f"{spec.slug}: withdrawal",
        {
            "kind": spec.slug,
            "record": str(_UID),
            "intent": Intent.WITHDRAWAL.value,
            "reason": Reason.NEED_MET.value,
        },
        request_only=True,
    )
    for spec in SHOWN[:1]
]
TOMBSTONES = [
    OpenApiExample(
        f"{spec.slug}: taken down",
        {
            "uid": str(_UID),
            "kind": spec.slug,
            "version": 2,
            "state": State.WITHDRAWN.value,
            "title": spec.facets(spec.clean(spec.example)).title,
            "gone": {"at": rendering.exact(_AT), "reason": Reason.NEED_MET.value},
        },
        response_only=True,
        status_codes=["410"],
    )
    for spec in SHOWN
]
ERRORS = [
    OpenApiExample(
        "bad_query",
        {
            "error": {
                "code": "bad_query",
                "message": "Some of what this address asks for cannot be read; see the parameters below.",
                "fields": {"palce": ["There is no such parameter."]},
                "request_id": "5f4dcc3b5aa765d61d8327deb882cf99",
            }
        },
        response_only=True,
        status_codes=["400"],
    )
]
