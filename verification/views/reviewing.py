"""Pages of reviewers: the workbench, take-downs."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from verification import (
    bench,
    confirming,
    factors,
    inbox,
    leases,
    people,
    policies,
    presenting,
    publishing,
    workflow,
)
from verification.models import Lease, Public, Submission, TakeDown
from verification.models.journal import ClockTimestamp
from verification.people import Standing
from verification.refusals import (
    FreshFactorNeeded,
    LeaseLost,
    LeaseTaken,
    NotAllowed,
    NotFound,
    NotHanded,
    Refused,
)
from verification.sop import CHECKLISTS, REASONS, WAITING, Action, Ground, Status
from verification.views import outcomes, rewording, waiting
from verification.views.requests import (
    actor,
    number_of,
    request_id,
    reviewer_of,
    uid_of,
    words_of,
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The workbench. Whoever was handed the entry has it for ten minutes more; each button is one step.

    Any reviewer may read it: who decides about it is not their choice.
    """
    who = reviewer_of(request)
    found = inbox.seen_by(uid, who.user)
    if request.method != "POST" or "step" in request.POST:
        return _workbench(request, found, _opened(found, who))
    try:
        return _decide(request, found, who)
    except Refused as refused:
        found = inbox.seen_by(uid, who.user)
        context = bench.context(
            found,
            who,
            lease=_lease_of(found),
            refused=None if rewording.told_in_the_fold(refused, request.POST) else refused,
            posted=request.POST,
        )
        return _workbench(request, found, context, refused)


def _workbench(
    request: HttpRequest, found: Submission, context: dict[str, Any], refused: Refused | None = None
) -> HttpResponse:
    """The page, with the fold in which the entry can be worded anew."""
    context["factor_asked"] = isinstance(refused, FreshFactorNeeded)
    context["wording"] = rewording.fold(request, found, context["lease"], refused)
    return render(request, "review.html", context, status=refused.status if refused else 200)


def _opened(found: Submission, who: Standing) -> dict[str, Any]:
    """Take it again where this reviewer was handed it; say why where she may not decide on it."""
    refusal: Refused | None = None
    if found.status in WAITING:
        try:
            policies.refuse_deciding(found, who)
            held = _lease_of(found)
            if held is None and leases.may_take_again(found, who.user):
                leases.claim([found.pk], by=who.user)
        except (LeaseTaken, NotHanded):
            pass  # the page says who is on it, or that it is handed out
        except Refused as refused:
            refusal = refused
    return bench.context(found, who, lease=_lease_of(found), refused=refusal)


def _lease_of(found: Submission) -> Lease | None:
    live = Lease.objects.filter(until__gt=ClockTimestamp(), submission=found)
    return live.select_related("holder").first()


@dataclass(frozen=True)
class _Decision:
    """What a reviewer's button says of one submission, under which fence."""

    found: Submission
    fence: int | None
    data: QueryDict
    common: dict[str, Any]
    fresh_factor: bool

    @property
    def note(self) -> str:
        return words_of(self.data, "note")


def _decide(request: HttpRequest, found: Submission, who: Standing) -> HttpResponse:
    """Do what the button says, then go on: to the same entry's next step, or to the next entry."""
    data = request.POST
    decide = _BUTTONS.get(data.get("action", ""))
    if decide is None:
        raise NotAllowed()
    fence = number_of(data.get("fence"))
    if fence is None and found.status != Status.ENTERED:
        raise LeaseLost()
    common = {"by": who.user, "request_id": request_id(request)}
    stays = decide(_Decision(found, fence, data, common, factors.fresh(request)))
    messages.success(request, outcomes.said(data["action"], found, other=uid_of(data.get("candidate"))))
    return redirect("review", uid=found.uid) if stays else waiting.go_on(request, who)


# Each does what its button says, and tells whether the same entry goes on.
def _leave_in_doubt(decision: _Decision) -> bool:
    workflow.leave_in_doubt(
        decision.found.pk, fence=decision.fence or 0, note=decision.note, **decision.common
    )
    return False


def _say_distinct(decision: _Decision) -> bool:
    other = uid_of(decision.data.get("candidate"))
    if other is None:
        raise NotFound()
    workflow.say_distinct(decision.found.pk, other=other, fence=decision.fence or 0, **decision.common)
    return True


def _rebase(decision: _Decision) -> bool:
    """Against what is published now, its content as sent; all steps begin anew."""
    workflow.advance([decision.found.pk], Action.REBASE, fence=decision.fence, **decision.common)
    return True


def _carry_out(decision: _Decision) -> bool:
    """Take down the record somebody asks to have withdrawn."""
    publishing.take_down(
        decision.found.record,
        reason=decision.data.get("reason", ""),
        note=decision.note,
        submission_id=decision.found.pk,
        fence=decision.fence,
        fresh_factor=decision.fresh_factor,
        **decision.common,
    )
    return False


def _confirm(decision: _Decision) -> bool:
    """Somebody's word that a record is still true is found right."""
    confirming.carry_out(
        decision.found.pk,
        fence=decision.fence,
        answers=answers_of(decision.data, Action.CONFIRM),
        note=decision.note,
        fresh_factor=decision.fresh_factor,
        **decision.common,
    )
    return False


def _mark_duplicate(decision: _Decision) -> bool:
    other = uid_of(decision.data.get("candidate"))
    workflow.advance(
        [decision.found.pk],
        Action.MARK_DUPLICATE,
        fence=decision.fence,
        reason=REASONS[Action.MARK_DUPLICATE][0],
        note=decision.note,
        events={decision.found.pk: {"related": other}} if other else None,
        **decision.common,
    )
    return False


def _step(decision: _Decision) -> bool:
    """Verify, enter, return or reject."""
    step = Action(decision.data.get("action", ""))
    workflow.advance(
        [decision.found.pk],
        step,
        fence=decision.fence,
        answers=answers_of(decision.data, step),
        reason=decision.data.get("reason", ""),
        note=words_of(decision.data, "how_to_fix") or decision.note,
        fresh_factor=decision.fresh_factor,
        **decision.common,
    )
    return step == Action.VERIFY and decision.found.people == 1


def _propose(decision: _Decision) -> bool:
    """Return it with another wording, which its submitter accepts or writes differently."""
    workflow.advance(
        [decision.found.pk],
        Action.RETURN,
        fence=decision.fence,
        reason=decision.data.get("reason", ""),
        note=words_of(decision.data, "how_to_fix"),
        data=rewording.worded(decision.found, decision.data),
        **decision.common,
    )
    return False


def _apply(decision: _Decision) -> bool:
    """Change its wording, and become one of its authors: others take the steps."""
    workflow.advance(
        [decision.found.pk],
        Action.EDIT,
        fence=decision.fence,
        data=rewording.worded(decision.found, decision.data),
        **decision.common,
    )
    return False


_BUTTONS: dict[str, Callable[[_Decision], bool]] = {
    Action.VERIFY: _step,
    Action.ENTER: _step,
    Action.RETURN: _step,
    rewording.PROPOSE: _propose,
    Action.EDIT: _apply,
    Action.REJECT: _step,
    Action.MARK_DUPLICATE: _mark_duplicate,
    Action.DISTINCT: _say_distinct,
    Action.DOUBT: _leave_in_doubt,
    Action.REBASE: _rebase,
    Action.TAKE_DOWN: _carry_out,
    Action.CONFIRM: _confirm,
}


def answers_of(data: QueryDict, step: Action) -> Mapping[str, Any]:
    """The checklist as it was ticked, and the grounds where the step asks for them."""
    if step not in CHECKLISTS:
        return {}
    ticked = set(data.getlist("answers"))
    answers: dict[str, Any] = {code: code in ticked for code in CHECKLISTS[step]}
    if step in (Action.VERIFY, Action.CONFIRM):
        answers["grounds"] = data.getlist("grounds")
    called = {"at": words_of(data, "called_at"), "line": words_of(data, "called_line")}
    if Ground.CALL_BACK in answers.get("grounds", ()) and any(called.values()):
        answers["call_back"] = called
    return answers


@login_required
@require_POST
def renew(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Fragment: the lease, for ten more minutes while the page stays open."""
    who = reviewer_of(request)
    found = inbox.seen_by(uid, who.user)
    with suppress(LeaseLost):
        leases.renew(found.pk, by=who.user, fence=number_of(request.POST.get("fence")) or 0)
    lease = bench.lease_words(_lease_of(found), who)
    return render(
        request, "_lease.html", {"lease": lease, "renew_url": reverse("renew", kwargs={"uid": uid})}
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_down(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take a record down at once: its own proven organisation, or a reviewer, with a reason."""
    row = Public.objects.live().filter(pk=uid).first()
    if row is None:
        raise NotFound()
    who = people.standing(actor(request), now=timezone.now())
    if not policies.may_take_down(who, row.organisation_id):
        raise NotAllowed()
    if not policies.owns(who, row.organisation_id) and (asked := factors.asked_first(request)):
        return asked
    reason, note = request.POST.get("reason", ""), words_of(request.POST, "note")
    error, factor_asked, status = "", False, 200
    if request.method == "POST":
        try:
            given: dict[str, Any] = {"reason": reason, "note": note, "request_id": request_id(request)}
            publishing.take_down(uid, by=who.user, fresh_factor=factors.fresh(request), **given)
            return redirect("record", kind=row.kind, uid=uid)
        except Refused as refused:
            factor_asked = isinstance(refused, FreshFactorNeeded)
            error, status = "" if factor_asked else str(refused), refused.status
    context = {
        "kind": row.kind,
        "record": presenting.body(row),
        "reasons": presenting.choices(REASONS[Action.TAKE_DOWN]),
        "errors": {"reason": error} if error else {},
        "factor_asked": factor_asked,
        "values": {"reason": reason, "note": note},
    }
    return render(request, "takedown.html", context, status=status)


@login_required
@require_POST
def second_look(request: HttpRequest, pk: int) -> HttpResponse:
    """A second reviewer looked at a take-down and found it right."""
    who = reviewer_of(request)
    try:
        publishing.second_look(pk, by=who.user, request_id=request_id(request))
    except TakeDown.DoesNotExist:
        raise NotFound() from None
    messages.success(request, _("Thank you: the take-down has its second look."))
    return redirect("inbox")
