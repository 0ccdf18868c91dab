"""Owner links: the page one opens, and the page on which they are issued and revoked.

The address is the secret. It is sent to nobody as referrer: `strict-origin` tells other pages the site and no
more (`no-referrer` would make browsers hide the origin of the form as well, and the form would be refused). No
cache stores the page, no log holds its address (`glacier.logs`), and opening it changes nothing, because mail
programs open what they are sent.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from verification import confirming, factors, owner_links, presenting
from verification.models import OwnerLink, Public
from verification.refusals import FreshFactorNeeded, NotFound, Refused
from verification.sop import REASONS, Action, State
from verification.views.requests import actor, request_id, uid_of, words_of

# What whoever answers for a record may say when taking it down; that it was false is for others to say.
OWNERS_REASONS = [
    reason for reason in REASONS[Action.TAKE_DOWN] if reason not in ("false", "suspected_fraud")
]


@require_http_methods(["GET", "HEAD", "POST"])
def owner(request: HttpRequest, token: str) -> HttpResponse:
    """One record for whoever answers for it: *still true*, or take it down. Dead links are told in plain words."""
    try:
        response = _owned(request, owner_links.found(token))
    except NotFound:
        response = render(request, "owner_gone.html", status=404)
    response["Referrer-Policy"] = "strict-origin"
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _owned(request: HttpRequest, link: OwnerLink) -> HttpResponse:
    error, status = "", 200
    if request.method == "POST":
        try:
            _act(request, link)
            return redirect(request.get_full_path())
        except NotFound:
            raise
        except Refused as refused:
            error, status = str(refused), refused.status
    row = Public.objects.get(pk=link.record_id)
    context = {
        "kind": row.kind,
        "row": row,
        "record": presenting.body(row) if row.state == State.LIVE else None,
        "reason": presenting.reason_words(row.gone_reason),
        "link": link,
        "reasons": presenting.choices(OWNERS_REASONS),
        "error": error,
        "values": {"reason": request.POST.get("reason", ""), "note": words_of(request.POST, "note")},
    }
    return render(request, "owner.html", context, status=status)


def _act(request: HttpRequest, link: OwnerLink) -> None:
    data = request.POST
    if data.get("action") == "confirm":
        confirming.through_link(link, request_id=request_id(request))
        messages.success(request, _("Thank you. The entry counts as fresh again, from now on."))
    elif data.get("action") == "take_down":
        confirming.take_down_through_link(
            link,
            reason=data.get("reason", ""),
            note=words_of(data, "note"),
            request_id=request_id(request),
        )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A record's owner links: issue one (shown once), take one back."""
    user, made, error, factor_asked, status = actor(request), "", "", False, 200
    row = Public.objects.filter(pk=uid).first()
    if row is None:
        raise NotFound()
    owner_links.of_record(uid, by=user)  # refused before anything is said of the record
    if request.method == "POST":
        try:
            if request.POST.get("action") == "revoke":
                _revoke(request, uid)
                return redirect("owner_links", uid=uid)
            given: dict[str, Any] = {
                "request_id": request_id(request),
                "fresh_factor": factors.fresh(request),
            }
            secret, _link = owner_links.issue(uid, by=user, **given)
            made = request.build_absolute_uri(reverse("owner", kwargs={"token": secret}))
        except Refused as refused:
            factor_asked = isinstance(refused, FreshFactorNeeded)
            error, status = "" if factor_asked else str(refused), refused.status
    context = {
        "kind": row.kind,
        "row": row,
        "live": row.state == State.LIVE,
        "links": [_shown(link) for link in owner_links.of_record(uid, by=user)],
        "made": made,
        "days": owner_links.LIFE.days,
        "error": error,
        "factor_asked": factor_asked,
    }
    response = render(request, "owner_links.html", context, status=status)
    response["Referrer-Policy"] = "strict-origin"
    return response


def _revoke(request: HttpRequest, record: UUID) -> None:
    chosen = uid_of(request.POST.get("link"))
    if chosen is None or not OwnerLink.objects.filter(uid=chosen, record=record).exists():
        raise NotFound()
    owner_links.revoke(chosen, by=actor(request), request_id=request_id(request))
    messages.success(request, _("This link opens nothing any more."))


def _shown(link: OwnerLink) -> dict[str, Any]:
    return {
        "uid": link.uid,
        "issued_at": link.issued_at,
        "issued_by": link.issued_by.pseudonym,
        "expires_at": link.expires_at,
        "revoked_at": link.revoked_at,
        "revoked_by": link.revoked_by.pseudonym if link.revoked_by else "",
        "expired": link.expires_at <= timezone.now(),
    }
