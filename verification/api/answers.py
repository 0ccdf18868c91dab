"""How the API answers: public JSON made of stored bodies, and a person's submissions."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from verification import kinds
from verification.history import Change, Entry
from verification.inbox import Verdict
from verification.journal import canonical
from verification.models import Event, Lease, ProposedWording, Submission
from verification.paging import Joined
from verification.rendering import exact
from verification.sop import HOW_TO_FIX, Action, Status
from verification.views.caching import with_etag

JSON = "application/json"


def etag(*parts: object) -> str:
    """A weak tag of a version and the build, and of the language where words are in the answer."""
    return f'W/"{"-".join(str(part) for part in (*parts, settings.BUILD))}"'


def public(text: str | bytes, tag: str, *, status: int = 200) -> HttpResponse:
    """Public JSON for everybody and every cache: good for a second, then asked about again."""
    return with_etag(HttpResponse(text, content_type=JSON, status=status), tag)


def private(text: str) -> HttpResponse:
    """JSON that is already text, for one person."""
    return HttpResponse(text, content_type=JSON)


def page_text(page: Joined, *, following: str | None, preceding: str | None, version: int) -> bytes:
    """A page of a list, put around bodies that the database joined."""
    rest = canonical({"next": following, "previous": preceding, "version": version})
    return b'{"results":[%s],%s' % (page.bodies, rest[1:].encode())


def beside(request: HttpRequest, query: str) -> str:
    """The full address of another page of the same view."""
    return f"{request.scheme}://{request.get_host()}{request.path}?{query}"


def changes_text(found: Iterable[tuple[int, str]], *, following: int) -> str:
    """The feed's answer, joined out of stored bodies."""
    listed = ",".join(f'{{"seq":{seq},"record":{body}}}' for seq, body in found)
    return f'{{"changes":[{listed}],"next":{following}}}'


def absolute(request: HttpRequest, name: str, query: str = "", **kwargs: Any) -> str:
    """The full address of one of our routes."""
    return request.build_absolute_uri(reverse(name, kwargs=kwargs) + (f"?{query}" if query else ""))


def index_text(request: HttpRequest, versions: Mapping[str, int]) -> str:
    """The lists, and the addresses of everything else."""
    lists = [
        {
            "kind": spec.slug,
            "label": str(spec.label),
            "version": versions.get(spec.slug, 0),
            "records": absolute(request, "api_list", kind=spec.slug),
            "csv": absolute(request, "list_csv", kind=spec.slug),
            "json": absolute(request, "list_json", kind=spec.slug),
        }
        for spec in kinds.every()
    ]
    others = {
        name: absolute(request, f"api_{name}")
        for name in ("changes", "policy", "submissions", "schema", "docs")
    }
    return json.dumps({"lists": lists, **others}, ensure_ascii=False)


def history_text(kind: str, uid: object, entries: Iterable[Entry]) -> str:
    """A record's public history, newest first."""
    return json.dumps(
        {"uid": str(uid), "kind": kind, "entries": [_entry(entry) for entry in entries]}, ensure_ascii=False
    )


def _entry(entry: Entry) -> dict[str, Any]:
    body = entry.body or {}
    published = entry.action == Action.PUBLISH
    return {
        "seq": entry.seq,
        "action": entry.action,
        "version": entry.version,
        "at": exact(entry.at),
        "by": entry.by,
        "role": entry.role,
        "reason": entry.reason,
        "note": entry.text,
        "verified": body.get("verified") if published else None,
        "entered": body.get("entered") if published else None,
        "returned_to": entry.returned_to,
        "related": entry.related and str(entry.related),
        "changes": [_change(change) for change in entry.changes],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "field": change.field,
        "line": change.line,
        "item": change.item,
        "old": change.old,
        "new": change.new,
        "format_only": change.format_only,
    }


def submission(found: Submission, verdict: Verdict | None, *, being_looked_at: bool) -> dict[str, Any]:
    """A submission as its submitter, or a reviewer, sees it. The payload holds private fields."""
    published = found.status == Status.PUBLISHED
    return {
        "uid": str(found.uid),
        "kind": found.kind,
        "intent": found.intent,
        "status": found.status,
        "title": kinds.get(found.kind).facets(found.payload).title,
        "record": str(found.record) if published or found.base_version else None,
        "base_version": found.base_version,
        "origin": found.origin,
        "risk": found.risk,
        "schema": found.schema,
        "payload": found.payload,
        "submitted_at": exact(found.submitted_at),
        "verified_at": exact(found.verified_at),
        "entered_at": exact(found.entered_at),
        "due_at": exact(found.due_at),
        "policy": found.policy,
        "closed_at": exact(found.closed_at),
        "being_looked_at": being_looked_at,
        "verdict": verdict and _verdict(verdict),
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "action": verdict.action,
        "reason": verdict.reason,
        "how_to_fix": verdict.how_to_fix,
        "by": verdict.person["by"],
        "role": verdict.person["role"],
        "at": exact(verdict.at),
    }


def steps(events: Iterable[Event], *, for_reviewer: bool) -> list[dict[str, Any]]:
    """A submission's life, oldest first. Notes between reviewers are shown to reviewers only."""
    return [
        {
            "action": event.action,
            "at": exact(event.at),
            "by": event.actor.pseudonym,
            "role": event.role,
            "reason": event.reason,
            "note": event.private_text if for_reviewer or event.action in HOW_TO_FIX else "",
            "public_note": event.public_text,
            "grounds": event.answers.get("grounds", []),
        }
        for event in events
    ]


def wording(proposed: ProposedWording | None) -> dict[str, Any] | None:
    """The wording a reviewer proposes: `payload` is sent as it is to accept it.

    What stays as the record has it is left out, as it is of a correction that is sent.
    """
    if proposed is None:
        return None
    return {
        "payload": {name: value for name, value in proposed.payload.items() if value is not None},
        "schema": proposed.schema,
        "by": proposed.event.actor.pseudonym,
        "at": exact(proposed.event.at),
    }


def lease(held: Lease | None, user_id: int) -> Mapping[str, Any] | None:
    """Who is checking it: the fence is told to its holder only."""
    if held is None:
        return None
    mine = held.holder_id == user_id
    return {"mine": mine, "until": exact(held.until), "fence": held.fence if mine else None}
