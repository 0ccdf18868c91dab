"""Pages of people who send something in: the form, what became of it, their answers."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from verification import drafts, duplicates, history, inbox, kinds, measures, people, presenting, publishing, workflow
from verification.drafts import Draft
from verification.kinds import Kind
from verification.models import Public, Submission, User
from verification.refusals import InvalidPayload, NotFound, Refused
from verification.sop import REASONS, Action, Intent, Status
from verification.views.requests import actor, request_id, uid_of

PAGE = 20


@login_required
@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest, kind: str) -> HttpResponse:
    """Report something new, or correct the record named by ?record=."""
    spec = kinds.get(kind)
    record = uid_of(request.GET.get("record"))
    draft = drafts.correction(spec, record) if record else drafts.new(spec)
    return _form_page(request, draft)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Answer a return, or change what still waits."""
    submission = _own(uid, actor(request))
    return _form_page(request, drafts.of_submission(submission))


def _form_page(request: HttpRequest, draft: Draft) -> HttpResponse:
    """One page for all stages: fill in, read the pasted text, check the answers, send."""
    step = request.POST.get("step", "") if request.method == "POST" else ""
    draft.bind(request.POST if request.method == "POST" else None, step)
    if step == "send" and draft.valid:
        try:
            return _send(request, draft)
        except InvalidPayload as refused:
            draft.add_errors(refused.errors)
        except Refused as refused:
            draft.form.add_error(None, str(refused))
    status = 422 if step in ("check", "send") and not draft.valid else 200
    return render(request, "submit.html", _form_context(request, draft, check=step == "check" and draft.valid), status=status)


def _send(request: HttpRequest, draft: Draft) -> HttpResponse:
    by = actor(request)
    if draft.submission is not None:
        action = Action.RESUBMIT if draft.submission.status == Status.RETURNED else Action.EDIT
        workflow.advance([draft.submission.pk], action, by=by, data=draft.payload, request_id=request_id(request))
        return redirect("submission", uid=draft.submission.uid)
    sent = workflow.submit(
        kind=draft.spec.slug,
        data=draft.payload,
        by=by,
        record=draft.record.uid if draft.record else None,
        uid=uid_of(request.POST.get("uid")),
        request_id=request_id(request),
    )
    return redirect("submitted", uid=sent.uid)


def _form_context(request: HttpRequest, draft: Draft, *, check: bool) -> dict[str, Any]:
    spec = draft.spec
    returned = None
    if draft.submission is not None and (said := inbox.verdicts([draft.submission]).get(draft.submission.pk)):
        returned = {"uid": draft.submission.uid, "reason": presenting.reason_words(said.reason), "how_to_fix": said.how_to_fix}
    payload = draft.payload if draft.valid else None
    return {
        "kind": spec.slug,
        "kind_label": spec.label,
        "intent": Intent.CORRECTION if draft.record else Intent.NEW,
        "form": draft.form,
        "uid": request.POST.get("uid") or uuid4(),
        "sections": draft.sections(),
        "correcting": draft.record and {"uid": draft.record.uid, "title": draft.record.title, "version": draft.record.version},
        "resubmitting": returned,
        "candidates": _candidates(spec, payload) if payload and not draft.record and not draft.submission else [],
        "matches": draft.matches(),
        "organisation_value": draft.value("organisation"),
        "paste": request.POST.get("paste", "") if request.method == "POST" else "",
        "check": check,
        "answers": draft.answers() if check else [],
        "median_minutes": measures.median_minutes_today(spec.slug),
        **draft.line_context(),
    }


def _candidates(spec: Kind, payload: dict[str, Any]) -> list[dict[str, Any]]:
    address = reverse("submit", kwargs={"kind": spec.slug})
    return [
        {
            "uid": c.uid,
            "title": c.title,
            "place": spec.show("place", c.place),
            "why": c.reason,
            "correct_url": f"{address}?record={c.uid}",
        }
        for c in duplicates.candidates(spec, payload)
    ]


@login_required
@require_POST
def submit_lines(request: HttpRequest, kind: str) -> HttpResponse:
    """Fragments of the form: what was read of the pasted text, or (?into=lines) the table with it put in."""
    draft = drafts.new(kinds.get(kind))
    if request.GET.get("into") == "lines":
        draft.bind(request.POST, "read")
        return render(request, "_lines_form.html", draft.line_context())
    draft.bind(request.POST, "preview")
    return render(request, "_lines_preview.html", draft.preview(request.POST.get("paste", "")))


@login_required
def organisations(request: HttpRequest, kind: str) -> HttpResponse:
    """Fragment: organisations that go by what is being typed."""
    spec = kinds.get(kind)
    found = people.search_organisations(request.GET.get("organisation_name", ""))
    return render(request, "_organisations.html", {"matches": drafts.matches(spec, found), "organisation_value": ""})


@login_required
def submitted(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Received: the tracking link, and what happens next."""
    submission = _own(uid, actor(request))
    spec = kinds.get(submission.kind)
    context = {
        "submission": {
            "uid": submission.uid,
            "title": spec.facets(submission.payload).title,
            "intent": submission.intent,
            "kind": submission.kind,
        },
        "tracking_url": request.build_absolute_uri(reverse("submission", kwargs={"uid": submission.uid})),
        "median_minutes": measures.median_minutes_today(submission.kind),
        "ahead": None,
    }
    return render(request, "submit_done.html", context)


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """Everything a person sent, newest first, with its place in the funnel."""
    user = actor(request)
    before = request.GET.get("before", "")
    rows = inbox.mine(user, before=int(before) if before.isdecimal() else None, limit=PAGE + 1)
    shown = rows[:PAGE]
    said = inbox.verdicts(shown)
    parked = inbox.being_looked_at(shown)
    context = {
        "submissions": [
            {
                "uid": s.uid,
                "kind": s.kind,
                "title": kinds.get(s.kind).facets(s.payload).title,
                "intent": s.intent,
                "status": s.status,
                "submitted_at": s.submitted_at,
                "question": said[s.pk].how_to_fix if s.status == Status.RETURNED and s.pk in said else "",
                "record_uid": s.record if s.status == Status.PUBLISHED else None,
                "parked": s.pk in parked,
            }
            for s in shown
        ],
        "returned": sum(s.status == Status.RETURNED for s in shown),
        "previous_url": reverse("mine") if before else "",
        "next_url": f"?before={shown[-1].pk}" if len(rows) > PAGE else "",
    }
    return render(request, "mine.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def submission(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One's own submission: where it stands, what was said of it, what one may do."""
    found = _own(uid, actor(request))
    if request.method == "POST":
        action = request.POST.get("action")
        if action != Action.WITHDRAW:
            raise NotFound()
        reason = request.POST.get("reason", "")
        workflow.advance([found.pk], Action.WITHDRAW, by=actor(request), reason=reason, request_id=request_id(request))
        return redirect("submission", uid=uid)
    return render(request, "submission.html", _submission_context(found))


def _submission_context(found: Submission) -> dict[str, Any]:
    spec = kinds.get(found.kind)
    said = inbox.verdicts([found]).get(found.pk)
    told = said is not None and said.action in (Action.RETURN, Action.REJECT, Action.MARK_DUPLICATE, Action.SEND_BACK)
    can = {
        Status.COLLECTED: {"edit", "withdraw"},
        Status.VERIFIED: {"edit", "withdraw"},
        Status.ENTERED: {"withdraw"},
        Status.RETURNED: {"resubmit", "withdraw"},
    }.get(Status(found.status), set())
    if found.intent == Intent.WITHDRAWAL:
        can = can - {"edit", "resubmit"}
    return {
        "submission": {
            "uid": found.uid,
            "kind": found.kind,
            "title": spec.facets(found.payload).title,
            "intent": found.intent,
            "status": found.status,
            "origin": found.origin,
            "submitted_at": found.submitted_at,
            "parked": bool(inbox.being_looked_at([found])),
            "record_uid": found.record if found.status == Status.PUBLISHED or found.base_version else None,
        },
        "at": {
            "collected": found.submitted_at,
            "verified": found.verified_at,
            "entered": found.entered_at,
            "published": found.closed_at if found.status == Status.PUBLISHED else None,
        },
        "verdict": {
            "reason": presenting.reason_words(said.reason),
            "how_to_fix": said.how_to_fix,
            "person": said.person,
            "at": said.at,
            "proposal": [],
        }
        if told and said and found.status != Status.PUBLISHED
        else None,
        "rows": presenting.rows(spec, found.payload),
        "lines": presenting.lines(found.payload),
        "entries": presenting.of_submission(history.of_submission(found), for_reviewer=False),
        "can": can,
        "withdraw_reasons": presenting.choices(r for r in REASONS[Action.WITHDRAW] if r != "superseded"),
        "edit_url": reverse("edit", kwargs={"uid": found.uid}),
    }


def _own(uid: UUID, user: User) -> Submission:
    found = Submission.objects.filter(uid=uid, submitted_by=user).first()
    if found is None:
        raise NotFound()
    return found


@login_required
@require_http_methods(["GET", "POST"])
def withdrawal(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask that a record be taken down; its own organisation is obeyed at once."""
    row = Public.objects.live().filter(pk=uid).first()
    if row is None:
        raise NotFound()
    if request.method == "POST":
        reason, note = request.POST.get("reason", ""), request.POST.get("note", "")
        try:
            sent = publishing.request_withdrawal(
                uid, by=actor(request), reason=reason, note=note, uid=uid_of(request.POST.get("uid")), request_id=request_id(request)
            )
        except Refused as refused:
            return _withdrawal_page(request, row, str(refused), status=refused.status)
        return redirect("submitted", uid=sent.uid) if sent else redirect("record", kind=row.kind, uid=uid)
    return _withdrawal_page(request, row, "")


def _withdrawal_page(request: HttpRequest, row: Public, error: str, status: int = 200) -> HttpResponse:
    context = {
        "record": presenting.body(row),
        "uid": request.POST.get("uid") or uuid4(),
        "request_only": True,
        "title": _("Ask to withdraw"),
        "reasons": presenting.choices(REASONS[Action.TAKE_DOWN]),
        "errors": {"reason": error} if error else {},
        "values": {"reason": request.POST.get("reason", ""), "note": request.POST.get("note", "")},
    }
    return render(request, "takedown.html", context, status=status)

