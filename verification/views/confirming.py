"""Still true: said in one tap by somebody who is signed in."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from verification import confirming, people, policies, presenting
from verification.models import Public
from verification.refusals import NotFound, Refused
from verification.views.requests import actor, request_id, uid_of, words_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Say that a record is still true: its own organisation is believed at once, others by way of a reviewer."""
    row = Public.objects.live().filter(pk=uid).first()
    if row is None:
        raise NotFound()
    error, status, note = "", 200, words_of(request.POST, "note")
    if request.method == "POST":
        chosen = uid_of(request.POST.get("uid"))
        try:
            sent = confirming.ask(
                uid, by=actor(request), note=note, uid=chosen, request_id=request_id(request)
            )
            if sent:
                return redirect("submitted", uid=sent.uid)
            messages.success(request, _("Confirmed. The entry counts as fresh again, from now on."))
            return redirect("confirm", uid=uid)
        except Refused as refused:
            error, status = str(refused), refused.status
    context = {
        "kind": row.kind,
        "record": presenting.body(row),
        "owner": policies.owns(people.standing(actor(request), now=timezone.now()), row.organisation_id),
        "uid": request.POST.get("uid") or uuid4(),
        "error": error,
        "values": {"note": note},
    }
    return render(request, "confirm.html", context, status=status)
