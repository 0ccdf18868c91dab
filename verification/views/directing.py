"""Pages of coordinators: handing an entry to a reviewer, and who decides together with whom."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from verification import drawing, inbox, kinds, pairs, people, presenting
from verification.models import Submission, User
from verification.refusals import NotFound, NotReviewer, Refused
from verification.sop import REASONS, Action, Risk
from verification.views.requests import coordinator_of, number_of, request_id, uid_of, words_of

MOST_FOUND = 20


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def direct(request: HttpRequest) -> HttpResponse:
    """Look an entry up that waits, and hand it to a reviewer, with a reason that everybody who looks at it reads."""
    by = coordinator_of(request)
    data = request.POST if request.method == "POST" else request.GET
    asked, uid = words_of(data, "q"), uid_of(request.POST.get("submission"))
    error, status = "", 200
    if request.method == "POST":
        try:
            to = _direct(request, by)
            messages.success(request, _("Handed to %(who)s. The entry says so.") % {"who": to.pseudonym})
            return redirect("direct")
        except Refused as refused:
            error, status = str(refused), refused.status
    reviewers = people.reviewers_in_force(now=timezone.now()).exclude(pk=by.pk)
    context = {
        "q": asked,
        "found": [_found(one) for one in inbox.looked_up(asked, limit=MOST_FOUND)] if asked else [],
        "reviewers": list(reviewers.values_list("pk", "pseudonym")),
        "reasons": presenting.choices(REASONS[Action.DIRECT]),
        "error": error,
        "wrong": str(uid) if error else "",
        "values": {name: data.get(name, "") for name in ("to", "reason", "note")},
    }
    return render(request, "direct.html", context, status=status)


def _direct(request: HttpRequest, by: User) -> User:
    """Hand it over as the form says; returns to whom."""
    uid = uid_of(request.POST.get("submission"))
    found = Submission.objects.filter(uid=uid).first() if uid else None
    to = User.objects.filter(pk=number_of(request.POST.get("to")) or 0).first()
    if found is None:
        raise NotFound()
    if to is None:
        raise NotReviewer(_("Choose a reviewer."))
    drawing.direct(
        [found.pk],
        to=to,
        by=by,
        reason=request.POST.get("reason", ""),
        note=words_of(request.POST, "note"),
        request_id=request_id(request),
    )
    return to


def _found(found: Submission) -> dict[str, Any]:
    spec = kinds.get(found.kind)
    facets = spec.facets(found.payload)
    return {
        "uid": str(found.uid),
        "kind_label": spec.label,
        "title": facets.title,
        "place": spec.show("place", facets.places[-1]) if facets.places else "",
        "status": found.status,
        "risk": Risk(found.risk).name.lower(),
        "submitted_at": found.submitted_at,
    }


@login_required
@require_safe
def pairs_page(request: HttpRequest) -> HttpResponse:
    """Which two reviewers took both steps of the same entries, and how often that would be chance."""
    coordinator_of(request)
    context = {
        "report": pairs.report(),
        "undecided": drawing.put_back_often(),
        "days": pairs.LOOKED_BACK.days,
    }
    return render(request, "pairs.html", context)
