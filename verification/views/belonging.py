"""Where somebody belongs: their organisations and their check, an invitation, the page of an organisation's admin."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from verification import belonging, factors, granting, mailing, people, vouching
from verification.models import Invitation, Membership, Organisation, Reviewer, User
from verification.refusals import FreshFactorNeeded, NotFound, Refused
from verification.refused_people import InvitationOver, NoPerson, NotYourHouse
from verification.sop import Action
from verification.views.requests import actor, number_of, request_id, uid_of, words_of

Acts = Mapping[str, Callable[[HttpRequest], None]]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """My organisations, where I may join, and my reviewer's check."""
    acts: Acts = {"join": _join, "leave": _leave, "ask": _ask, "withdraw": _withdraw}
    user = actor(request)
    error, status, _use_factor = taken(request, acts)
    if request.method == "POST" and not error:
        return redirect("my_part")
    now = timezone.now()
    memberships = Membership.objects.filter(user=user, ended_at=None).select_related(
        "organisation__merged_into"
    )
    checks = Reviewer.objects.filter(user=user, ended_at=None).select_related("organisation").order_by("pk")
    context = {
        "memberships": list(memberships.order_by("pk")),
        "open_to": belonging.open_to(user),
        "checks": [_check_shown(check, now) for check in checks],
        "may_ask": _may_ask(list(checks), now),
        "error": error,
        "values": {"organisation": request.POST.get("organisation", "")},
        "decides": people.voice(user, now=now).any,
    }
    return render(request, "my_part.html", context, status=status)


class Taken(NamedTuple):
    """What became of an act: the sentence of a refusal and its status; where to use the factor that was missing."""

    error: str = ""
    status: int = 200
    use_factor: str = ""


def taken(request: HttpRequest, acts: Acts) -> Taken:
    """Do what was asked for."""
    if request.method != "POST":
        return Taken()
    act = acts.get(request.POST.get("action", ""))
    if act is None:
        raise NotFound()
    try:
        act(request)
    except NotFound:
        raise
    except FreshFactorNeeded as refused:
        return Taken(str(refused), refused.status, factors.where_to_use_it(request, actor(request)))
    except Refused as refused:
        return Taken(str(refused), refused.status)
    return Taken()


def _check_shown(check: Reviewer, now: Any) -> dict[str, Any]:
    if check.confirmed_at is None:
        state = "checked" if check.checked_at else "asked"
    elif check.suspended_at:
        state = "suspended"
    else:
        state = "in_force" if check.expires_at and check.expires_at > now else "expired"
    return {"state": state, "organisation": check.organisation, "expires_at": check.expires_at}


def _may_ask(checks: list[Reviewer], now: Any) -> bool:
    return all(
        check.expires_at and check.expires_at <= now + vouching.RENEWABLE and not check.suspended_at
        for check in checks
    )


def _house(request: HttpRequest) -> Organisation:
    uid = uid_of(request.POST.get("organisation"))
    found = Organisation.objects.filter(uid=uid).first() if uid else None
    if found is None:
        raise NotFound()
    return found


def _join(request: HttpRequest) -> None:
    belonging.join(_house(request), by=actor(request), request_id=request_id(request))
    messages.success(request, _("You belong to it now."))


def _leave(request: HttpRequest) -> None:
    user = actor(request)
    theirs = Membership.objects.filter(user=user, pk=number_of(request.POST.get("membership")) or 0)
    if not theirs.exists():
        raise NotFound()
    belonging.end(theirs.get().pk, by=user, request_id=request_id(request))
    messages.success(request, _("You left it."))


def _ask(request: HttpRequest) -> None:
    vouching.ask(
        by=actor(request), organisation=_house(request), legal_name=words_of(request.POST, "legal_name")
    )
    messages.success(request, _("Two reviewers of different organisations look at it now."))


def _withdraw(request: HttpRequest) -> None:
    vouching.withdraw(by=actor(request))
    messages.success(request, _("Taken back. Your name was deleted."))


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation, for whoever has its link: sign in with the address it went to, and accept."""
    error, status = "", 200
    try:
        found = belonging.found_invitation(token)
        if request.method == "POST":
            if not isinstance(request.user, User):
                return redirect(f"{reverse('account_login')}?next={request.path}")
            try:
                belonging.accept(token, by=request.user, request_id=request_id(request))
                messages.success(request, _invited_to(found))
                return redirect("my_part")
            except InvitationOver:
                raise
            except Refused as refused:
                error, status = str(refused), refused.status
        context = {"invitation": found, "error": error, "signed_in": isinstance(request.user, User)}
        response = render(request, "invitation.html", context, status=status)
    except InvitationOver as over:
        response = render(request, "invitation.html", {"invitation": None, "error": str(over)}, status=404)
    response["Referrer-Policy"] = "strict-origin"
    return response


def _invited_to(accepted: Invitation) -> str:
    if accepted.to_review:
        return _("You belong to it now. It asks you to review: give your legal name below.")
    return _("You belong to it now.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def house(request: HttpRequest, uid: UUID) -> HttpResponse:
    """An organisation's people: for its admin, who invites and removes, and for coordinators."""
    found, user, now = Organisation.objects.filter(uid=uid).first(), actor(request), timezone.now()
    if found is None:
        raise NotFound()
    admin, coordinates = belonging.administers(user, found), people.voice(user, now=now).coordinator
    if not (admin or coordinates):
        raise NotYourHouse()
    made: list[str] = []
    acts: Acts = {
        "invite": lambda request: made.append(_invite(request, found)),
        "revoke": lambda request: _revoke(request, found),
        "remove": lambda request: _remove(request, found),
        "prove": lambda request: _propose(request, Action.CHANGE_ORGANISATION, found),
        "domain": lambda request: _propose(request, Action.CHANGE_ORGANISATION, found, domain=True),
        "appoint": lambda request: _appoint(request, found),
    }
    error, status, use_factor = taken(request, acts)
    if request.method == "POST" and not error and not made:
        return redirect("house", uid=uid)
    members = belonging.living(found).select_related("user").order_by("-is_admin", "pk")
    context = {
        "house": found,
        "admin": admin,
        "coordinates": coordinates,
        "members": list(members),
        "invitations": list(belonging.open_invitations(found).select_related("invited_by")),
        "domains": list(found.domains.filter(ended_at=None).order_by("pk")),
        "waiting": list(granting.open_grants(now=now).filter(organisation=found)),
        "me": user.pk,
        "made": made[0] if made else "",
        "error": error,
        "use_factor": use_factor,
        "values": request.POST if error else {},
    }
    response = render(request, "house.html", context, status=status)
    response["Referrer-Policy"] = "strict-origin"
    return response


def _invite(request: HttpRequest, found: Organisation) -> str:
    secret, made = belonging.invite(
        organisation=found,
        email=words_of(request.POST, "email"),
        as_admin=bool(request.POST.get("as_admin")),
        to_review=bool(request.POST.get("to_review")),
        by=actor(request),
        request_id=request_id(request),
    )
    link: str = request.build_absolute_uri(reverse("invitation", kwargs={"token": secret}))
    mailing.invited(to=made.email, organisation=found.name, link=link, to_review=made.to_review)
    return link


def _revoke(request: HttpRequest, found: Organisation) -> None:
    chosen = uid_of(request.POST.get("invitation"))
    if chosen is None or not found.invitations.filter(uid=chosen).exists():
        raise NotFound()
    belonging.revoke(chosen, by=actor(request), request_id=request_id(request))
    messages.success(request, _("This invitation opens nothing any more."))


def _remove(request: HttpRequest, found: Organisation) -> None:
    chosen = found.memberships.filter(pk=number_of(request.POST.get("membership")) or 0).first()
    if chosen is None:
        raise NotFound()
    belonging.end(chosen.pk, by=actor(request), request_id=request_id(request))
    messages.success(request, _("Removed, from now on."))


def _propose(request: HttpRequest, act: Action, found: Organisation, *, domain: bool = False) -> None:
    granting.propose(
        act,
        by=actor(request),
        organisation=found,
        domain=words_of(request.POST, "domain") or "-" if domain else "",
        fresh_factor=factors.fresh(request),
        request_id=request_id(request),
    )
    messages.success(request, _("Proposed. It holds once another person confirms it."))


def _appoint(request: HttpRequest, found: Organisation) -> None:
    person = people.with_address(words_of(request.POST, "email"))
    if person is None:
        raise NoPerson()
    granting.propose(
        Action.JOIN,
        by=actor(request),
        person=person,
        organisation=found,
        fresh_factor=factors.fresh(request),
        request_id=request_id(request),
    )
    messages.success(request, _("Proposed. It holds once another person confirms it."))
