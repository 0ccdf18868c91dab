"""The form of a list: report something, correct it, answer a return. What became of it is in mine.py."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from verification import drafts, inbox, kinds, likeness, measures, presenting, wordings, workflow
from verification.drafts import Draft
from verification.kinds import Kind
from verification.organisations import search
from verification.refusals import InvalidPayload, NotFound, Refused
from verification.sop import Action, Intent, State, Status
from verification.views.requests import actor, request_id, uid_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, kind: str) -> HttpResponse:
    """Report something new, or correct the record named by ?record=."""
    spec = kinds.get(kind)
    if "record" not in request.GET:
        return _form_page(request, drafts.new(spec))
    record = uid_of(request.GET["record"])
    if record is None:
        raise NotFound()
    return _form_page(request, drafts.correction(spec, record))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Answer a return, beginning with the wording a reviewer proposed (?wording), or change what still waits."""
    submission = inbox.own(uid, actor(request))
    wording = wordings.of(submission) if "wording" in request.GET else None
    start = kinds.get(submission.kind).given(wording.payload, wording.schema) if wording else None
    return _form_page(request, drafts.of_submission(submission, start=start))


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
    return render(
        request,
        "submit.html",
        _form_context(request, draft, check=step == "check" and draft.valid),
        status=status,
    )


def _send(request: HttpRequest, draft: Draft) -> HttpResponse:
    by = actor(request)
    if draft.submission is not None:
        action = Action.RESUBMIT if draft.submission.status == Status.RETURNED else Action.EDIT
        workflow.advance(
            [draft.submission.pk], action, by=by, data=draft.payload, request_id=request_id(request)
        )
        messages.success(request, _("Sent again. A reviewer looks at it anew."))
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
    payload = draft.payload if draft.valid else None
    return {
        "kind": spec.slug,
        "kind_label": spec.label,
        "words": spec.words,
        "intent": Intent.CORRECTION if draft.record else Intent.NEW,
        "form": draft.form,
        "uid": request.POST.get("uid") or uuid4(),
        "fields": draft.fields(),
        "sections": draft.sections(),
        "correcting": _corrected(draft),
        "bringing_back": draft.record is not None and draft.record.state == State.WITHDRAWN,
        "resubmitting": _returned(draft),
        "editing": draft.submission.status if draft.submission else "",
        "candidates": _candidates(spec, payload)
        if payload and not draft.record and not draft.submission
        else [],
        "matches": draft.matches(),
        "organisation_value": draft.organisation(),
        "check": check,
        "answers": draft.answers() if check else [],
        "median_minutes": measures.median_minutes_today(spec.slug),
        **draft.line_context(),
    }


def _corrected(draft: Draft) -> dict[str, Any] | None:
    record = draft.record
    if record is None:
        return None
    return {"uid": record.uid, "title": record.title, "version": record.version}


def _returned(draft: Draft) -> dict[str, Any] | None:
    """Why it came back to its sender, and how to put it right."""
    submission = draft.submission
    if submission is None or submission.status != Status.RETURNED:
        return None
    said = inbox.verdicts([submission])[submission.pk]
    return {
        "uid": submission.uid,
        "reason": presenting.reason_words(said.reason),
        "how_to_fix": said.how_to_fix,
    }


def _candidates(spec: Kind, payload: dict[str, Any]) -> list[dict[str, Any]]:
    address = reverse("submit", kwargs={"kind": spec.slug})
    return [
        {
            "uid": c.uid,
            "title": c.title,
            "place": spec.show("place", c.place),
            "why": c.reasons,
            "correct_url": f"{address}?record={c.uid}",
        }
        for c in likeness.hints(spec, payload)
    ]


@login_required
@require_POST
def submit_lines(request: HttpRequest, kind: str) -> HttpResponse:
    """Fragments of the form: what was read of the pasted text, or (?into=lines) the table with it put in."""
    spec = kinds.get(kind)
    draft = drafts.new(spec)
    if request.GET.get("into") == "lines":
        draft.bind(request.POST, "read")
        return render(request, "_lines_editor.html", {"kind": spec.slug, **draft.line_context()})
    draft.bind(request.POST, "preview")
    return render(request, "_lines_preview.html", draft.preview(request.POST.get("paste", "")))


@login_required
@require_safe
def organisations(request: HttpRequest, kind: str) -> HttpResponse:
    """Fragment: organisations that go by what is being typed; the one called exactly so is chosen."""
    spec, typed = kinds.get(kind), request.GET.get("organisation_name", "")
    context = {
        "matches": drafts.matches(spec, search(typed)),
        "organisation_value": drafts.the_one_meant(typed),
    }
    return render(request, "_organisations.html", context)


@login_required
@require_safe
def submitted(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Received: the tracking link, and what happens next."""
    submission = inbox.own(uid, actor(request))
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
