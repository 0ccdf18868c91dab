"""What a person sent in and what became of it; asking that a record be taken down."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from verification import history, inbox, kinds, people, presenting, publishing, wordings, workflow
from verification.kinds import Kind
from verification.models import Event, Public, Submission
from verification.refusals import InvalidPayload, NotAllowed, NotFound, Refused, WrongStatus
from verification.sop import REASONS, REQUESTS, Action, Reason, Status
from verification.views.requests import actor, number_of, request_id, uid_of, words_of

PAGE = 20

# What the sender may do at each status.
_CAN = {
    Status.COLLECTED: {"edit", "withdraw"},
    Status.VERIFIED: {"edit", "withdraw"},
    Status.ENTERED: {"withdraw"},
    Status.RETURNED: {"resubmit", "withdraw"},
}
# The word that explains each status, where one was said.
_SAID_AT = {
    Status.RETURNED: Action.RETURN,
    Status.REJECTED: Action.REJECT,
    Status.DUPLICATE: Action.MARK_DUPLICATE,
    Status.COLLECTED: Action.SEND_BACK,
}


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Everything a person sent, newest first, with its place in the funnel."""
    user = actor(request)
    before = number_of(request.GET.get("before"))
    rows = inbox.mine(user, before=before, limit=PAGE + 1)
    shown = rows[:PAGE]
    said = inbox.verdicts(shown)
    parked = inbox.being_looked_at(shown)
    context = {
        "submissions": [_row(s, said.get(s.pk), parked=s.pk in parked) for s in shown],
        "returned": sum(s.status == Status.RETURNED for s in shown),
        "coming": [_coming(s) for s in inbox.coming_about(people.standing(user, now=timezone.now()))[:PAGE]],
        "previous_url": reverse("mine") if before else "",
        "next_url": f"?before={shown[-1].pk}" if len(rows) > PAGE else "",
    }
    return render(request, "mine.html", context)


def _coming(found: Submission) -> dict[str, Any]:
    """What will be public about one's organisation, and when; of a change, which fields."""
    spec = kinds.get(found.kind)
    changed = presenting.public_words(spec, found.payload, found.touched)
    title = spec.facets(found.payload).title
    record = found.record if found.base_version else None
    return {
        "kind": spec.slug,
        "kind_label": spec.label,
        "title": title,
        "due_at": found.due_at,
        "rows": changed,
    } | {"record_uid": record}


def _row(found: Submission, said: inbox.Verdict | None, *, parked: bool) -> dict[str, Any]:
    spec = kinds.get(found.kind)
    return {
        "uid": found.uid,
        "kind": found.kind,
        "kind_label": spec.label,
        "title": spec.facets(found.payload).title,
        "intent": found.intent,
        "status": found.status,
        "submitted_at": found.submitted_at,
        "question": said.how_to_fix if said and found.status == Status.RETURNED else "",
        "record_uid": found.record if found.status == Status.PUBLISHED else None,
        "parked": parked,
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def submission(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One's own submission: where it stands, what was said of it, what one may do."""
    user = actor(request)
    found = inbox.own(uid, user)
    if request.method == "POST":
        act = _ACTS.get(request.POST.get("action", ""))
        if act is None:
            raise NotAllowed()
        return act(request, found)
    return render(request, "submission.html", _submission_context(found))


def _withdraw(request: HttpRequest, found: Submission) -> HttpResponse:
    reason = request.POST.get("reason", "")
    by = actor(request)
    workflow.advance([found.pk], Action.WITHDRAW, by=by, reason=reason, request_id=request_id(request))
    messages.success(request, _("Withdrawn. Nobody checks it any more."))
    return redirect("submission", uid=found.uid)


def _accept(request: HttpRequest, found: Submission) -> HttpResponse:
    """Send again with the very wording that was shown; the form opens with it where it fits no longer."""
    wording = wordings.of(found)
    if wording is None or str(wording.pk) != request.POST.get("wording"):
        raise WrongStatus()
    try:
        data = kinds.get(found.kind).given(wording.payload, wording.schema)
        workflow.advance(
            [found.pk], Action.RESUBMIT, by=actor(request), data=data, request_id=request_id(request)
        )
    except InvalidPayload:
        return redirect(f"{reverse('edit', kwargs={'uid': found.uid})}?wording")
    messages.success(request, _("Sent again with the proposed wording. Another reviewer looks at it anew."))
    return redirect("submission", uid=found.uid)


_ACTS: dict[str, Callable[[HttpRequest, Submission], HttpResponse]] = {
    Action.WITHDRAW: _withdraw,
    "accept": _accept,
}


def _submission_context(found: Submission) -> dict[str, Any]:
    spec = kinds.get(found.kind)
    events = history.of_submission(found)
    asks = found.intent in REQUESTS
    can = _CAN.get(Status(found.status), set())
    given, not_given = presenting.apart(presenting.rows(spec, found.payload))
    return {
        "submission": {
            "uid": found.uid,
            "kind": found.kind,
            "kind_label": spec.label,
            "title": spec.facets(found.payload).title,
            "intent": found.intent,
            "status": found.status,
            "origin": found.origin,
            "submitted_at": found.submitted_at,
            "due_at": found.due_at if found.status == Status.ENTERED else None,
            "parked": bool(inbox.being_looked_at([found])),
            "record_uid": found.record if found.status == Status.PUBLISHED or found.base_version else None,
        },
        "at": {
            "collected": found.submitted_at,
            "verified": found.verified_at,
            "entered": found.entered_at,
            "published": found.closed_at if found.status == Status.PUBLISHED else None,
        },
        "verdict": _verdict(spec, found),
        "wording": _wording(spec, found),
        "request": _wish(events) if asks else None,
        "rows": [*presenting.register_row(spec, found), *given],
        "not_given": not_given,
        "lines": presenting.lines(found.payload, spec=spec),
        "entries": presenting.of_submission(events, for_reviewer=False),
        "can": can - {"edit", "resubmit"} if asks else can,
        "withdraw_reasons": presenting.choices(r for r in REASONS[Action.WITHDRAW] if r != Reason.SUPERSEDED),
        "edit_url": reverse("edit", kwargs={"uid": found.uid}),
    }


def _verdict(spec: Kind, found: Submission) -> dict[str, Any] | None:
    """What a reviewer, or the machine, said that explains where it stands."""
    said = inbox.verdicts([found]).get(found.pk)
    if said is None or said.action != _SAID_AT.get(Status(found.status)):
        return None
    same = Public.objects.filter(pk=said.related, kind=spec.slug).first() if said.related else None
    return {
        "reason": presenting.reason_words(said.reason),
        "how_to_fix": said.how_to_fix,
        "person": said.person,
        "at": said.at,
        "same": {"uid": same.uid, "title": same.title} if same else None,
    }


def _wording(spec: Kind, found: Submission) -> dict[str, Any] | None:
    """What a reviewer proposes to say instead, field by field."""
    wording = wordings.of(found)
    if wording is None:
        return None
    changes, format_changes = presenting.rewording(spec, found.payload, wording.payload)
    return {"id": wording.pk, "changes": changes, "format_changes": format_changes}


def _wish(events: list[Event]) -> dict[str, str]:
    """What the sender of a request to withdraw, or of a confirmation, gave as reason and note."""
    asked = next(event for event in events if event.action == Action.SUBMIT)
    return {"reason": presenting.reason_words(asked.reason), "note": asked.private_text}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdrawal(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask that a record be taken down; its own organisation is obeyed at once."""
    row = Public.objects.live().filter(pk=uid).first()
    if row is None:
        raise NotFound()
    reason, note = request.POST.get("reason", ""), words_of(request.POST, "note")
    error, status = "", 200
    if request.method == "POST":
        chosen = uid_of(request.POST.get("uid"))
        try:
            sent = publishing.request_withdrawal(
                uid, by=actor(request), reason=reason, note=note, uid=chosen, request_id=request_id(request)
            )
            return redirect("submitted", uid=sent.uid) if sent else redirect("record", kind=row.kind, uid=uid)
        except Refused as refused:
            error, status = str(refused), refused.status
    context = {
        "kind": row.kind,
        "record": presenting.body(row),
        "uid": request.POST.get("uid") or uuid4(),
        "request_only": True,
        "reasons": presenting.choices(REASONS[Action.TAKE_DOWN]),
        "errors": {"reason": error} if error else {},
        "values": {"reason": reason, "note": note},
    }
    return render(request, "takedown.html", context, status=status)
