"""Many entries of one sender, decided together: the routine ones of one list that wait for the same step."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from verification import bench, drawing, factors, inbox, kinds, leases, likeness, presenting, workflow
from verification.models import Submission
from verification.people import Standing
from verification.refusals import FreshFactorNeeded, LeaseLost, NotAllowed, NothingWaits, Refused
from verification.sop import Action, Status
from verification.views.requests import number_of, request_id, reviewer_of, uid_of, words_of
from verification.views.reviewing import answers_of

# Which step is taken together with what stands where.
_STEPS = {Status.COLLECTED: Action.VERIFY, Status.VERIFIED: Action.ENTER}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def together(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The entry in this reviewer's hands and all that are like it; one checklist, answered for every one ticked."""
    who = reviewer_of(request)
    found = inbox.seen_by(uid, who.user)
    if request.method == "POST":
        return _decide(request, who)
    if not factors.fresh(request):
        return redirect(factors.where_to_use_it(request, who.user))
    try:
        rows, fence = drawing.together(found.pk, by=who.user)
    except NothingWaits:
        return redirect("review", uid=uid)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("inbox")
    return _page(request, rows, _STEPS[Status(found.status)], fence=fence)


def _decide(request: HttpRequest, who: Standing) -> HttpResponse:
    """Take the step with all that are ticked, or with none; what was not ticked goes back to the queue."""
    data = request.POST
    fence = number_of(data.get("fence"))
    action = next((step for step in _STEPS.values() if step == data.get("action")), None)
    if action is None:
        raise NotAllowed()
    if fence is None:
        raise LeaseLost()
    shown = inbox.all_seen_by([uid for uid in map(uid_of, data.getlist("shown")) if uid], who.user)
    chosen = {uid for uid in map(uid_of, data.getlist("entries")) if uid} & {row.uid for row in shown}
    if not chosen:
        return _page(
            request, shown, action, fence=fence, refused=Refused(_("Tick the entries it is true of."))
        )
    try:
        done = workflow.advance(
            chosen,
            action,
            by=who.user,
            fence=fence,
            answers=answers_of(data, action),
            note=words_of(data, "note"),
            request_id=request_id(request),
            fresh_factor=factors.fresh(request),
        )
    except Refused as refused:
        return _page(request, shown, action, fence=fence, refused=refused)
    for row in shown:
        if row.uid not in chosen:
            leases.release(row.pk, by=who.user)
    messages.success(request, _said(action, len(done)))
    return redirect("together", uid=done[0].uid) if action == Action.VERIFY else redirect("inbox")


def _said(action: Action, n: int) -> str:
    if action == Action.VERIFY:
        told = ngettext(
            "%(n)d entry is verified. Next: enter it.", "%(n)d entries are verified. Next: enter them.", n
        )
    else:
        told = ngettext(
            "%(n)d entry is entered, and public in a moment.",
            "%(n)d entries are entered, and public in a moment.",
            n,
        )
    return told % {"n": n}


def _page(
    request: HttpRequest,
    rows: Sequence[Submission],
    action: Action,
    *,
    fence: int,
    refused: Refused | None = None,
) -> HttpResponse:
    """The entries, each with what it says, and the checklist. What was refused is told beside each, and unticked."""
    if not rows:
        return redirect("inbox")
    each: Mapping[UUID, Refused] = refused.each if refused else {}
    alike = likeness.of_submissions(rows)
    # What may stand in the list already is looked at alone, unless the reviewer ticks it here.
    offered = {str(row.uid) for row in rows if not alike.get(row.pk)}
    ticked = set(request.POST.getlist("entries")) if request.method == "POST" else offered
    # What every one of them is refused for is said once, above the form.
    common = len({one.code for one in each.values()}) == 1 and len(each) == len(ticked)
    context = {
        "uid": rows[0].uid,
        "fence": fence,
        "sender": rows[0].submitted_by.pseudonym,
        "kind_label": kinds.get(rows[0].kind).label,
        "step": bench.step_of_many(rows, action, request.POST),
        "factor_asked": isinstance(refused, FreshFactorNeeded),
        "error": str(refused) if refused and (common or not each) else "",
        "entries": [
            _entry(
                row,
                len(alike.get(row.pk, ())),
                "" if common or row.uid not in each else str(each[row.uid]),
                ticked=str(row.uid) in ticked and (common or row.uid not in each),
            )
            for row in rows
        ],
    }
    return render(request, "together.html", context, status=refused.status if refused else 200)


def _entry(found: Submission, alike: int, refusal: str, *, ticked: bool) -> dict[str, Any]:
    spec = kinds.get(found.kind)
    given, not_given = presenting.apart(presenting.rows(spec, found.payload))
    facets = spec.facets(found.payload)
    return {
        "uid": found.uid,
        "title": facets.title,
        "place": spec.show("place", facets.places[-1]) if facets.places else "",
        "lines": presenting.lines(found.payload, None, spec),
        "rows": given,
        "not_given": not_given,
        "source": found.payload.get("source_link"),
        "alike": alike,
        "refusal": refusal,
        "ticked": ticked,
    }
