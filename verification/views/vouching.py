"""For reviewers and coordinators: whom to vouch for, what waits for a second person, and one person's page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from verification import factors, granting, people, vouching
from verification.models import Grant, Membership, Organisation, Reviewer, User
from verification.people import Voice
from verification.refusals import NotFound, NotReviewer, Refused
from verification.refused_people import NoVoice
from verification.sop import Action
from verification.views.belonging import Acts, taken
from verification.views.requests import actor, request_id, uid_of

SHOWN = 50
# What a step of a grant is called where it is offered or waits.
ACTS = {
    Action.MAKE_COORDINATOR: gettext_lazy("Make coordinator"),
    Action.UNMAKE_COORDINATOR: gettext_lazy("Take the coordinator's part away"),
    Action.SUSPEND: gettext_lazy("Suspend as reviewer"),
    Action.REINSTATE: gettext_lazy("Let review again"),
    Action.DEACTIVATE: gettext_lazy("Close the account"),
    Action.REACTIVATE: gettext_lazy("Open the account again"),
    Action.RESET_FACTOR: gettext_lazy("Reset the lost second factor"),
    Action.JOIN: gettext_lazy("Appoint as the organisation's admin"),
    Action.CHANGE_ORGANISATION: gettext_lazy("Prove that its members speak for it"),
}
_DOMAIN = gettext_lazy("Prove its mail domain")


def _decider(request: HttpRequest) -> tuple[User, Voice]:
    user = actor(request)
    voice = people.voice(user, now=timezone.now())
    if not voice.any:
        raise NoVoice()
    return user, voice


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for this person: names to check, and what others proposed; finding a person, or an organisation."""
    user, voice = _decider(request)
    acts: Acts = {"confirm": _confirm, "decline": _decline}
    error, status, use_factor = taken(request, acts)
    if request.method == "POST" and not error:
        return redirect("people")
    now = timezone.now()
    asked = request.GET.get("q", "").strip()[:120]
    grants = list(granting.open_grants(now=now)[:SHOWN])
    context = {
        "checks": vouching.waiting_for(user, now=now)[:SHOWN],
        "grants": [shown(grant, user, voice) for grant in grants],
        "voice": voice,
        "q": asked,
        "found": _found(asked, voice) if asked else None,
        "error": error,
        "use_factor": use_factor,
    }
    return render(request, "people.html", context, status=status)


def _found(asked: str, voice: Voice) -> dict[str, Any]:
    """By pseudonym; by mail address for coordinators only; organisations by name for coordinators."""
    those = User.objects.filter(is_robot=False, pseudonym__iexact=asked)
    if voice.coordinator and "@" in asked:
        those = User.objects.filter(is_robot=False, email__iexact=asked)
    houses = Organisation.objects.roots().filter(name__icontains=asked).order_by("name")[:10]
    return {"people": list(those[:5]), "houses": list(houses) if voice.coordinator else []}


def shown(grant: Grant, user: User, voice: Voice) -> dict[str, Any]:
    """A grant in words, and whether this person may take the next step."""
    act = Action(grant.act)
    return {
        "uid": grant.uid,
        "words": _DOMAIN if grant.domain else ACTS[act],
        "person": grant.person,
        "organisation": grant.organisation,
        "domain": grant.domain,
        "by": grant.proposed_by.pseudonym,
        "at": grant.proposed_at,
        "confirmed_by": grant.confirmed_by.pseudonym if grant.confirmed_by else "",
        "mine": granting.may_confirm(grant, user, voice),
        "own": user.pk == grant.proposed_by_id,
    }


def _confirm(request: HttpRequest) -> None:
    granting.confirm(
        _uid(request), by=actor(request), fresh_factor=factors.fresh(request), request_id=request_id(request)
    )
    messages.success(request, _("Confirmed."))


def _decline(request: HttpRequest) -> None:
    granting.withdraw(_uid(request), by=actor(request), request_id=request_id(request))
    messages.success(request, _("Withdrawn. Nothing was changed."))


def _uid(request: HttpRequest) -> UUID:
    uid = uid_of(request.POST.get("grant"))
    if uid is None:
        raise NotFound()
    return uid


@login_required
@factors.fresh_to_open
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One candidate: open the name (written down), compare it with the person, say that it is theirs, or not."""
    user, voice = _decider(request)
    if voice.house is None:
        raise NotReviewer()
    now = timezone.now()
    found = vouching.open_checks(now=now).filter(uid=uid).first()
    if found is None:
        raise NotFound()
    name, error, status = "", "", 200
    try:
        if request.method == "POST":
            act = request.POST.get("action")
            if act == "read":
                fresh = factors.fresh(request)
                name = vouching.read_name(uid, by=user, fresh_factor=fresh, request_id=request_id(request))
            else:
                _decide(request, found, act)
                return redirect("people")
    except NotFound:
        raise
    except Refused as refused:
        error, status = str(refused), refused.status
    mine = any(one.pk == found.pk for one in vouching.waiting_for(user, now=now))
    context = {
        "check": found,
        "name": name,
        "second": found.checked_at is not None,
        "error": error,
        "mine": mine,
    }
    return render(request, "check.html", context, status=status)


def _decide(request: HttpRequest, found: Reviewer, act: str | None) -> None:
    user, fresh = actor(request), factors.fresh(request)
    if act == "check":
        vouching.check_name(found.uid, by=user, fresh_factor=fresh, request_id=request_id(request))
        messages.success(request, _("Checked. A reviewer of another organisation confirms it next."))
    elif act == "confirm":
        vouching.confirm_name(found.uid, by=user, fresh_factor=fresh, request_id=request_id(request))
        messages.success(request, _("Confirmed. From now on this person reviews."))
    elif act == "decline":
        vouching.decline(found.uid, by=user, request_id=request_id(request))
        messages.success(request, _("Declined. The name was deleted."))
    else:
        raise NotFound()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, person: int) -> HttpResponse:
    """One person as colleagues see them, by pseudonym, and what may be decided about them."""
    user, voice = _decider(request)
    found = User.objects.filter(pk=person, is_robot=False).first()
    if found is None:
        raise NotFound()
    error, status, use_factor = taken(request, {act.value: _proposing(act, found) for act in ACTS})
    if request.method == "POST" and not error:
        return redirect("person", person=person)
    now = timezone.now()
    checks = Reviewer.objects.filter(user=found, ended_at=None, confirmed_at__isnull=False)
    check = checks.select_related("organisation").first()
    houses = (
        Membership.objects.filter(user=found, ended_at=None).select_related("organisation").order_by("pk")
    )
    grants = granting.open_grants(now=now).filter(person=found)
    context = {
        "person": found,
        "check": check,
        "reviews": people.standing(found, now=now).is_reviewer,
        "memberships": list(houses),
        "grants": [shown(grant, user, voice) for grant in grants],
        "offers": _offers(found, check, user, voice),
        "error": error,
        "use_factor": use_factor,
    }
    return render(request, "person.html", context, status=status)


def _proposing(act: Action, found: User) -> Any:
    def propose(request: HttpRequest) -> None:
        if act in (Action.JOIN, Action.CHANGE_ORGANISATION):
            raise NotFound()
        grant = granting.propose(
            act,
            by=actor(request),
            person=found,
            fresh_factor=factors.fresh(request),
            request_id=request_id(request),
        )
        if grant.done_at:
            messages.success(request, _("Done, from now on."))
        else:
            messages.success(request, _("Proposed. It holds once another person confirms it."))

    return propose


def _offers(found: User, check: Reviewer | None, user: User, voice: Voice) -> list[dict[str, Any]]:
    """What this person may propose about that one."""
    if found.pk == user.pk:
        return []
    possible = {
        Action.SUSPEND: check is not None and check.suspended_at is None,
        Action.REINSTATE: check is not None and check.suspended_at is not None,
        Action.RESET_FACTOR: voice.house is not None,
        Action.MAKE_COORDINATOR: voice.coordinator and not found.is_staff,
        Action.UNMAKE_COORDINATOR: voice.coordinator and found.is_staff,
        Action.DEACTIVATE: voice.coordinator and found.is_active,
        Action.REACTIVATE: voice.coordinator and not found.is_active,
    }
    return [
        {
            "act": act.value,
            "words": ACTS[act],
            "at_once": granting.RULES[act].at_once and voice.coordinator,
            "grave": act in (Action.SUSPEND, Action.DEACTIVATE, Action.UNMAKE_COORDINATOR),
        }
        for act, may in possible.items()
        if may
    ]
