"""Public pages of every list: the list and its records. They read no cookie, so one copy serves everybody."""

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from verification import history, kinds, pages, presenting
from verification.kinds import Kind
from verification.listing import Listing
from verification.models import Public
from verification.refusals import NotFound
from verification.sop import Action, Freshness, State
from verification.views.caching import list_etag, not_modified, with_etag


@require_safe
def listing(request: HttpRequest, kind: str) -> HttpResponse:
    """A list, filtered and sorted by its address; parameters that cannot be read are left out and told."""
    spec = kinds.get(kind)
    etag = list_etag(kind)
    if unchanged := not_modified(request, etag):
        return unchanged
    view = Listing.parse(kind, request.GET)
    page = view.page(request.GET.get("cursor", ""))
    context = {
        "kind": kind,
        "kind_label": spec.label,
        "words": spec.words,
        "filters": view.filters,
        "bar": pages.filter_bar(view),
        "urgencies": list(spec.urgencies),
        "records": [{**json.loads(row.body), "freshness": row.freshness} for row in page.rows],
        "count": page.total,
        "many": page.more_than,
        "chips": [_chip(spec, view, name, value) for name, value in view.active.items() if name != "sort"],
        "problems": [sentence for sentences in view.problems.values() for sentence in sentences],
        "clear_url": reverse("list", kwargs={"kind": kind}),
        "sorts": [_sort(view, code, str(label)) for code, label in spec.sorts.items()],
        "csv_url": _export("list_csv", view),
        "json_url": _export("list_json", view),
        "previous_url": _beside(view, page.previous_cursor),
        "next_url": _beside(view, page.next_cursor),
    }
    return with_etag(render(request, "list.html", context), etag)


def _chip(spec: Kind, view: Listing, name: str, value: str) -> dict[str, str]:
    if name == "stale":
        words = _("out-of-date entries too")
    elif name == "freshness":
        words = str(Freshness(value).label)
    else:
        words = spec.filters[name].words(value) if name in spec.filters else spec.show(name, value)
    return {"label": words, "remove_url": f"?{view.without(name).query_string()}"}


def _export(name: str, view: Listing) -> str:
    """The whole view as a file."""
    address, query = reverse(name, kwargs={"kind": view.kind}), view.query_string()
    return f"{address}?{query}" if query else address


def _sort(view: Listing, code: str, label: str) -> dict[str, object]:
    return {"label": label, "url": f"?{view.sorted_by(code).query_string()}", "current": view.sort == code}


def _beside(view: Listing, cursor: str) -> str:
    return f"?{view.query_string(cursor=cursor)}" if cursor else ""


@require_safe
def record(request: HttpRequest, kind: str, uid: UUID) -> HttpResponse:
    """A record with its history. Merged: 302 to the one it became. Taken down: 410, since when, why."""
    spec = kinds.get(kind)
    # Its history may grow while the list stays as it is: a second look, a number in the journal.
    etag = list_etag(kind, *history.mark_of(uid))
    if unchanged := not_modified(request, etag):
        return unchanged
    row = Public.objects.filter(pk=uid, kind=kind).first()
    if row is None:
        raise NotFound()
    if row.state == State.MERGED:
        return redirect("record", kind=kind, uid=row.merged_into)
    entries = history.of_record(uid)
    if row.state == State.WITHDRAWN:
        return with_etag(_gone(request, spec, row, entries), etag)
    body = presenting.body(row)
    context = {
        "kind": kind,
        "kind_label": spec.label,
        "words": spec.words,
        "record": body,
        "below": body["organisation"]["name"] if spec.own_title else "",
        "parts": pages.parts(spec, body),
        "entries": presenting.of_record(spec, entries),
        "entries_more_url": "",
    }
    return with_etag(render(request, "record.html", context), etag)


def _gone(request: HttpRequest, spec: Kind, row: Public, entries: list[history.Entry]) -> HttpResponse:
    taken = next((e for e in entries if e.action == Action.TAKE_DOWN), None)
    context = {
        "kind": spec.slug,
        "kind_label": spec.label,
        "title": row.title,
        "uid": row.uid,
        "place": row.place,
        "gone_at": row.gone_at,
        "reason": presenting.reason_words(row.gone_reason),
        "person": presenting.person_of(taken) if taken else {},
        "entries": presenting.of_record(spec, entries),
    }
    return render(request, "gone.html", context, status=410)
