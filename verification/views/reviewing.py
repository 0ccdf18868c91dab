"""Pages of reviewers: the inbox, the workbench, take-downs."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from verification import bench, inbox, kinds, leases, people, policies, presenting, publishing, workflow
from verification.models import Lease, Public, Submission
from verification.people import Standing
from verification.refusals import LeaseLost, LeaseTaken, NotAllowed, NotFound, NotReviewer, Refused
from verification.sop import CHECKLISTS, REASONS, Action, Risk, Status
from verification.views.requests import actor, request_id, uid_of

PAGE = 20
_STEPS = frozenset({Action.VERIFY, Action.ENTER, Action.RETURN, Action.REJECT, Action.MARK_DUPLICATE})


def _reviewer(request: HttpRequest) -> Standing:
    who = people.standing(actor(request), now=timezone.now())
    if not who.is_reviewer:
        raise NotReviewer()
    return who


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for this reviewer, highest risk first, then oldest."""
    who = _reviewer(request)
    step = request.GET.get("step", "")
    everything = inbox.waiting_for(who)
    wanted = {"verify": Status.COLLECTED, "enter": Status.VERIFIED}.get(step)
    rows = everything.filter(status=wanted) if wanted else everything
    start = int(request.GET.get("from", "0")) if request.GET.get("from", "0").isdecimal() else 0
    page = list(rows[start : start + PAGE + 1])
    held = {lease.submission_id: lease for lease in Lease.objects.filter(holder=who.user, submission__in=page)}
    upcoming = everything.first()
    context = {
        "waiting": [_queued(s, held.get(s.pk)) for s in page[:PAGE]],
        "filters": {"step": step, "kind": ""},
        "counts": inbox.counts_for(who),
        "oldest": min((s.submitted_at for s in page), default=None),
        "take_downs": inbox.take_downs_to_look_at(who)[:PAGE],
        "previous_url": f"?step={step}&from={max(0, start - PAGE)}" if start else "",
        "next_url": f"?step={step}&from={start + PAGE}" if len(page) > PAGE else "",
        "next_uid": upcoming.uid if upcoming else "",
    }
    return render(request, "inbox.html", context)


def _queued(found: Submission, lease: Lease | None) -> dict[str, Any]:
    spec = kinds.get(found.kind)
    facets = spec.facets(found.payload)
    return {
        "uid": found.uid,
        "title": facets.title,
        "place": spec.show("place", facets.places[-1]) if facets.places else "",
        "urgency": found.payload.get("urgency", "normal"),
        "intent": found.intent,
        "origin": found.origin,
        "status": found.status,
        "risk": Risk(found.risk).name.lower(),
        "submitted_at": found.submitted_at,
        "why": bench.why_next(found),
        "lease": lease and {"holder": "", "mine": True, "until": lease.until},
    }


@login_required
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The workbench. Opening it claims the entry for ten minutes; each button is one step."""
    who = _reviewer(request)
    found = inbox.seen_by(uid, who.user)
    if request.method == "POST":
        try:
            done = _take(request, found, who)
        except Refused as refused:
            found = inbox.seen_by(uid, who.user)
            conflict = bench.conflict(refused, found, next_url=reverse("review_next"))
            context = bench.context(found, who, lease=_lease_of(found), conflict=conflict, posted=request.POST)
            return render(request, "review.html", context, status=refused.status)
        if done is not None:
            return done
    return render(request, "review.html", _opened(found, who))


def _opened(found: Submission, who: Standing) -> dict[str, Any]:
    """Claim it where this reviewer may decide on it; say why where she may not."""
    conflict = None
    if found.status in (Status.COLLECTED, Status.VERIFIED):
        try:
            for rule in (policies.not_an_author, policies.not_their_organisation):
                rule(policies.Step(Action.VERIFY, found, who))
            held = _lease_of(found)
            if held is None or held.holder_id != who.user.pk:
                leases.claim([found.pk], by=who.user)
        except Refused as refused:
            conflict = None if isinstance(refused, LeaseTaken) else bench.conflict(refused, found, next_url=reverse("review_next"))
    return bench.context(found, who, lease=_lease_of(found), conflict=conflict)


def _lease_of(found: Submission) -> Lease | None:
    return Lease.objects.select_related("holder").filter(submission=found, until__gt=timezone.now()).first()


def _take(request: HttpRequest, found: Submission, who: Standing) -> HttpResponse | None:
    """Do what the button says; None where the same entry is shown again for the next step."""
    data = request.POST
    action = data.get("action", "")
    fence = int(data["fence"]) if data.get("fence", "").isdecimal() else None
    common: dict[str, Any] = {"by": who.user, "request_id": request_id(request)}
    if action == "doubt":
        leases.release(found.pk, by=who.user)
        return redirect("review_next", after=found.uid)
    if fence is None:
        raise LeaseLost()
    if action == Action.DISTINCT:
        other = uid_of(data.get("candidate"))
        if other is None:
            raise NotFound()
        workflow.say_distinct(found.pk, other=other, fence=fence, **common)
        return redirect("review", uid=found.uid)
    if action == Action.TAKE_DOWN:
        publishing.take_down(
            found.record, reason=data.get("reason", ""), note=data.get("note", ""), submission_id=found.pk, fence=fence, **common
        )
        return redirect("review_next")
    if action not in _STEPS:
        raise NotAllowed()
    step = Action(action)
    reason = data.get("reason", "") or (REASONS[step][0] if step == Action.MARK_DUPLICATE else "")
    workflow.advance(
        [found.pk], step, fence=fence, answers=_answers(data, step), reason=reason, note=data.get("how_to_fix") or data.get("note", ""), **common
    )
    if step == Action.VERIFY and found.risk == Risk.ROUTINE:
        return redirect("review", uid=found.uid)
    return redirect("review_next")


def _answers(data: Any, step: Action) -> Mapping[str, Any]:
    if step not in CHECKLISTS:
        return {}
    ticked = set(data.getlist("answers"))
    answers: dict[str, Any] = {code: code in ticked for code in CHECKLISTS[step]}
    if step == Action.VERIFY:
        answers["grounds"] = data.getlist("grounds")
    return answers


@login_required
def review_next(request: HttpRequest, after: UUID | None = None) -> HttpResponse:
    """On to the next entry, or to the inbox where nothing is left."""
    who = _reviewer(request)
    seen = Submission.objects.filter(uid=after).first() if after else None
    upcoming = inbox.next_for(who, after=seen)
    return redirect("review", uid=upcoming.uid) if upcoming else redirect("inbox")


@login_required
@require_POST
def renew(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Fragment: the lease, for ten more minutes while the page stays open."""
    who = _reviewer(request)
    found = inbox.seen_by(uid, who.user)
    fence = request.POST.get("fence", "")
    try:
        leases.renew(found.pk, by=who.user, fence=int(fence) if fence.isdecimal() else 0)
    except LeaseLost:
        pass
    context = {"lease": bench.lease_words(_lease_of(found), who), "renew_url": reverse("renew", kwargs={"uid": uid})}
    return render(request, "_lease.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def take_down(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take a record down at once: its own proven organisation, or a reviewer, with a reason."""
    row = Public.objects.live().filter(pk=uid).first()
    if row is None:
        raise NotFound()
    who = people.standing(actor(request), now=timezone.now())
    if not policies.may_take_down(who, row.organisation_id):
        raise NotAllowed()
    error, status = "", 200
    if request.method == "POST":
        reason, note = request.POST.get("reason", ""), request.POST.get("note", "")
        try:
            publishing.take_down(uid, by=who.user, reason=reason, note=note, request_id=request_id(request))
            return redirect("record", kind=row.kind, uid=uid)
        except Refused as refused:
            error, status = str(refused), refused.status
    context = {
        "record": presenting.body(row),
        "reasons": presenting.choices(REASONS[Action.TAKE_DOWN]),
        "errors": {"reason": error} if error else {},
        "values": {"reason": request.POST.get("reason", ""), "note": request.POST.get("note", "")},
    }
    return render(request, "takedown.html", context, status=status)


@login_required
@require_POST
def second_look(request: HttpRequest, pk: int) -> HttpResponse:
    """A second reviewer looked at a take-down and found it right."""
    who = _reviewer(request)
    publishing.second_look(pk, by=who.user, request_id=request_id(request))
    return redirect("inbox")
