"""The reviewers' inbox: what waits, what they have in hand, and the next one, which is handed to them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from verification import bench, drawing, inbox, kinds
from verification.models import Lease
from verification.people import Standing
from verification.refusals import NothingWaits, Refused
from verification.sop import Given, Risk
from verification.views.requests import reviewer_of

PAGE = 20


@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """How much waits for this reviewer, and of what; what they have in hand; and the button for the next one."""
    who = reviewer_of(request)
    parts = inbox.makeup_for(who)
    hands = inbox.in_hand(who)
    doubts = inbox.doubts([lease.submission_id for lease in hands])
    context = {
        "hands": [_in_hand(lease, lease.submission_id in doubts) for lease in hands],
        "parts": [
            {
                "kind_label": kinds.get(part.kind).label,
                "step": part.step,
                "risk": Risk(part.risk).name.lower(),
                "number": part.number,
                "oldest": part.oldest,
            }
            for part in parts
        ],
        "counts": inbox.counted(parts),
        "oldest": min((part.oldest for part in parts), default=None),
        "take_downs": inbox.take_downs_to_look_at(who)[:PAGE],
        "cooling": [bench.cooling(one) for one in inbox.cooling_off(who)[:PAGE]],
        "coordinator": who.user.is_staff,
    }
    return render(request, "inbox.html", context)


def _in_hand(lease: Lease, in_doubt: bool) -> dict[str, Any]:
    found = lease.submission
    spec = kinds.get(found.kind)
    facets = spec.facets(found.payload)
    return {
        "uid": found.uid,
        "kind_label": spec.label,
        "title": facets.title,
        "place": spec.show("place", facets.places[-1]) if facets.places else "",
        "urgency": found.payload.get("urgency", ""),
        "intent": found.intent,
        "origin": found.origin,
        "status": found.status,
        "risk": Risk(found.risk).name.lower(),
        "submitted_at": found.submitted_at,
        "why": bench.why_next(found, in_doubt=in_doubt),
        "directed": lease.given == Given.DIRECTED,
        "until": lease.until,
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_next(request: HttpRequest) -> HttpResponse:
    """Hand over the next one. It is asked for with POST: to be handed something is an act."""
    who = reviewer_of(request)
    if request.method != "POST":
        return redirect("inbox")
    return go_on(request, who, step=request.POST.get("step", ""), asked=True)


def go_on(request: HttpRequest, who: Standing, *, step: str = "", asked: bool = False) -> HttpResponse:
    """To the next entry, which is drawn; or to the inbox, where nothing waits or nothing more is handed out.

    That nothing waits is told to whoever `asked` for the next; after a decision the inbox shows it.
    """
    try:
        drawn = drawing.draw(by=who.user, step=step)
    except NothingWaits as nothing:
        if asked:
            messages.info(request, str(nothing))
        return redirect("inbox")
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("inbox")
    return redirect("review", uid=drawn.submission.uid)
