"""Making two records one, taking them apart again, and what is left of a merged one."""

import json
import re
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from verification import factors, history, kinds, likeness, people, policies, presenting, proposals, uniting
from verification.kinds import Kind
from verification.models import Public
from verification.refusals import FreshFactorNeeded, NotFound, Refused
from verification.sop import REASONS, Action, State
from verification.views.caching import list_etag, not_modified, with_etag
from verification.views.requests import actor, request_id, uid_of, words_of

_UID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Merge a record into another of its list: the likeliest stand side by side with it, any other by its address."""
    row = Public.objects.live().filter(pk=uid).first()
    if row is None:
        raise NotFound()
    user = actor(request)
    policies.refuse_merging(people.standing(user, now=timezone.now()), row.organisation_id)
    if asked := factors.asked_first(request):
        return asked
    error, factor_asked, status = "", False, 200
    if request.method == "POST":
        into = uid_of(request.POST.get("into"))
        try:
            if into is None:
                raise NotFound()
            merged = uniting.merge(
                uid,
                into=into,
                by=user,
                reason=request.POST.get("reason", ""),
                note=words_of(request.POST, "note"),
                fresh_factor=factors.fresh(request),
                request_id=request_id(request),
            )
            return redirect("record_history", kind=row.kind, uid=merged.uid)
        except Refused as refused:
            factor_asked = isinstance(refused, FreshFactorNeeded)
            error, status = "" if factor_asked else str(refused), refused.status
    context = _merge_context(request, row) | {"error": error, "factor_asked": factor_asked}
    return render(request, "merge.html", context, status=status)


def _merge_context(request: HttpRequest, row: Public) -> dict[str, Any]:
    spec = kinds.get(row.kind)
    asked = request.GET.get("other", "").strip()
    found = [*_named_here(asked, row), *_alike(spec, row)]
    rows = Public.objects.live().filter(kind=row.kind).in_bulk(list(dict.fromkeys(u for u, _why in found)))
    why = dict(reversed(found))
    return {
        "kind": row.kind,
        "record": presenting.body(row),
        "others": [
            _beside(spec, row, rows[other], str(why[other])) for other in dict.fromkeys(why) if other in rows
        ],
        "other": asked,
        "other_missing": bool(asked) and not any(u in rows for u, _why in _named_here(asked, row)),
        "reason": REASONS[Action.MERGE][0].value,
        "values": {"into": request.POST.get("into", ""), "note": words_of(request.POST, "note")},
    }


def _named_here(asked: str, row: Public) -> list[tuple[UUID, Any]]:
    """The record whose address somebody typed; a merged one stands for its root."""
    address = _UID.search(asked)
    if address is None:
        return []
    other = Public.objects.filter(pk=address[0], kind=row.kind).exclude(pk=row.uid).first()
    return [((other.merged_into or other.uid), _("the one you named"))] if other else []


def _alike(spec: Kind, row: Public) -> list[tuple[UUID, Any]]:
    found = likeness.of_record(spec, row.uid, proposals.stored_payload(spec, row.uid))
    return [(c.uid, " · ".join(str(reason) for reason in c.reasons)) for c in found]


def _beside(spec: Kind, row: Public, other: Public, why: str) -> dict[str, Any]:
    """Another record with what differs in public."""
    here, there = json.loads(row.body), json.loads(other.body)
    rows = presenting.sides(spec, here, there)
    houses = [presenting.organisation_words(body) for body in (here, there)]
    if houses[0] != houses[1]:
        rows.insert(0, {"label": _("institution"), "here": houses[0], "there": houses[1]})
    return {
        "uid": other.uid,
        "title": other.title,
        "why": why,
        "rows": rows,
        "same": not rows,
        "url": reverse("record", kwargs={"kind": other.kind, "uid": other.uid}),
        "verified_at": other.verified_at,
        "version": other.version,
    }


def _root_of(row: Public) -> Public:
    assert row.merged_into is not None
    return Public.objects.get(pk=row.merged_into)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def unmerge(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Make a merged record one of its own again, with a reason."""
    row = Public.objects.filter(pk=uid, state=State.MERGED).first()
    if row is None:
        raise NotFound()
    root = _root_of(row)
    user = actor(request)
    policies.refuse_merging(
        people.standing(user, now=timezone.now()), row.organisation_id, root.organisation_id
    )
    if asked := factors.asked_first(request):
        return asked
    reason, note = request.POST.get("reason", ""), words_of(request.POST, "note")
    error, factor_asked, status = "", False, 200
    if request.method == "POST":
        try:
            given: dict[str, Any] = {"reason": reason, "note": note, "request_id": request_id(request)}
            uniting.unmerge(uid, by=user, fresh_factor=factors.fresh(request), **given)
            return redirect("record", kind=row.kind, uid=uid)
        except Refused as refused:
            factor_asked = isinstance(refused, FreshFactorNeeded)
            error, status = "" if factor_asked else str(refused), refused.status
    context = {
        "kind": row.kind,
        "row": row,
        "root": root,
        "reasons": presenting.choices(REASONS[Action.UNMERGE]),
        "errors": {"reason": error} if error else {},
        "factor_asked": factor_asked,
        "values": {"reason": reason, "note": note},
    }
    return render(request, "unmerge.html", context, status=status)


@require_safe
def past(request: HttpRequest, kind: str, uid: UUID) -> HttpResponse:
    """The history of a record by itself: of a merged one, whose own address leads on. Others have it on their page."""
    spec = kinds.get(kind)
    etag = list_etag(kind, *history.mark_of(uid))
    if unchanged := not_modified(request, etag):
        return unchanged
    row = Public.objects.filter(pk=uid, kind=kind).first()
    if row is None:
        raise NotFound()
    if row.state != State.MERGED:
        return redirect(f"{reverse('record', kwargs={'kind': kind, 'uid': uid})}#history")
    root = _root_of(row)
    context = {
        "kind": kind,
        "kind_label": spec.label,
        "row": row,
        "root": root,
        "entries": presenting.of_record(spec, history.of_record(uid)),
    }
    return with_etag(render(request, "merged.html", context), etag)
