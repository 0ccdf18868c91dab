"""Status and methodology: what the machinery does, and the procedure it follows. From live data."""

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from verification import health, kinds, measures, policies
from verification.kinds import Kind
from verification.models import Attempt, Leaf, Public, Reviewer, Submission, Unsequenced
from verification.sop import (
    CHECKLISTS,
    LINKED_GROUNDS,
    REASONS,
    SOP_VERSION,
    TRANSITIONS,
    Action,
    Freshness,
    Ground,
    Risk,
    State,
    Status,
)
from verification.views.caching import public_page


@public_page(seconds=5)
def status(request: HttpRequest) -> HttpResponse:
    """Queue, parked work, last publication, broker, worker and clock; for each list how long things take."""
    leaves = Leaf.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    context = {
        "services": health.services(),
        "lists": [_list_status(spec) for spec in kinds.every()],
        "last_publication": measures.last_publication(),
        "journal": {"events": leaves + Unsequenced.objects.count(), "leaves": leaves, "root": ""},
    }
    return render(request, "status.html", context)


def _list_status(spec: Kind) -> dict[str, Any]:
    stands = dict(
        Submission.objects.open()
        .filter(kind=spec.slug)
        .values_list("status")
        .annotate(n=Count("pk"))
        .order_by()
    )
    fresh = dict(
        Public.objects.filter(kind=spec.slug, state=State.LIVE)
        .values_list("freshness")
        .annotate(n=Count("pk"))
        .order_by()
    )
    parked = Attempt.objects.filter(
        parked_at__isnull=False, submission__kind=spec.slug, submission__status=Status.ENTERED
    )
    return {
        "kind": spec.slug,
        "label": spec.label,
        "to_verify": stands.get(Status.COLLECTED, 0),
        "to_enter": stands.get(Status.VERIFIED, 0),
        "approved": stands.get(Status.ENTERED, 0),
        "parked": parked.count(),
        "oldest": measures.oldest_waiting(spec.slug),
        "live": sum(fresh.values()),
        **{code.value: fresh.get(code, 0) for code in Freshness},
        **measures.waits(spec.slug),
    }


@public_page(seconds=30)
def about(request: HttpRequest) -> HttpResponse:
    """The procedure in force, written from the tables that enforce it."""
    now = timezone.now()
    active = Reviewer.objects.filter(
        suspended_at=None, checked_at__lte=now, expires_at__gt=now, user__is_active=True
    )
    context = {
        "sop_version": SOP_VERSION,
        "transitions": [_transition(action) for action in TRANSITIONS],
        "checklists": [
            {"title": Action(action).label, "questions": list(questions.values())}
            for action, questions in CHECKLISTS.items()
        ],
        "grounds": [{"label": g.label, "asks_link": g in LINKED_GROUNDS} for g in Ground],
        "reasons": [
            {"action": a.label, "reasons": [r.label for r in reasons]} for a, reasons in REASONS.items()
        ],
        "risks": _risks(),
        "intervals": [_intervals(spec) for spec in kinds.every()],
        "reviewers": active.aggregate(active=Count("pk"), organisations=Count("organisation", distinct=True)),
    }
    return render(request, "about.html", context)


def _transition(action: Action) -> dict[str, Any]:
    transition = TRANSITIONS[action]
    return {
        "action": action.label,
        "sources": [s.label for s in sorted(transition.sources, key=Status.values.index)],
        "target": transition.target.label,
        "who": _who(action),
        "voids": transition.voids_steps,
    }


def _who(action: Action) -> str:
    rules = policies.POLICY[action]
    if policies.machine_only in rules or policies.consequence_of_a_change in rules:
        return _("machine")
    if policies.reviewer_in_force in rules:
        return _("a reviewer who had no part in it")
    if policies.by_submitter_or_reviewer in rules:
        return _("its submitter, or a reviewer who thereby becomes an author")
    return (
        _("its submitter")
        if policies.by_submitter in rules
        else _("a reviewer, or the record's own organisation")
    )


def _risks() -> list[dict[str, Any]]:
    words = {
        Risk.ROUTINE: _("One reviewer may take both steps."),
        Risk.SENSITIVE: _("Two people take the two steps."),
        Risk.DANGEROUS: _(
            "Two people take the two steps, both from outside its author's and each other's organisation."
        ),
    }
    return [{"label": risk.label, "words": words[risk]} for risk in Risk]


def _intervals(spec: Kind) -> dict[str, Any]:
    def days(delta: Any) -> str:
        return ngettext("%(n)d day", "%(n)d days", delta.days) % {"n": delta.days}

    return {
        "label": spec.label,
        "due": days(spec.intervals.due),
        "overdue": days(spec.intervals.overdue),
        "stale": days(spec.intervals.stale),
    }
