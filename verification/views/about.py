"""Status and methodology: what the machinery does, and the procedure it follows. From live data."""

from collections import Counter
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from verification import (
    counting,
    founding,
    health,
    in_force,
    kinds,
    measures,
    people,
    policies,
    reasons,
    spelling_rules,
)
from verification.kinds import Kind
from verification.models import Attempt, Leaf, Unsequenced
from verification.sop import (
    CHECKLISTS,
    LINKED_GROUNDS,
    REASONS,
    SOP_VERSION,
    TRANSITIONS,
    Action,
    Freshness,
    Ground,
    Status,
)
from verification.views.caching import public_page


@public_page(seconds=5)
def status(request: HttpRequest) -> HttpResponse:
    """Queue, parked work, last publication, broker, worker and clock; for each list how long things take."""
    leaves = Leaf.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    context = {
        "services": health.services(),
        "lists": _lists_status(),
        "last_publication": measures.last_publication(),
        "journal": {"events": leaves + Unsequenced.objects.count(), "leaves": leaves, "root": ""},
    }
    return render(request, "status.html", context)


def _lists_status() -> list[dict[str, Any]]:
    """How every list stands: the same few queries for any number of them."""
    stands, nothing = measures.stands(), (0, None)
    fresh = counting.freshnesses()
    parked = Attempt.objects.filter(parked_at__isnull=False, submission__status=Status.ENTERED)
    stuck = _tally(parked.values_list("submission__kind", "submission__status"))
    waits = measures.waits()
    return [
        {
            "kind": spec.slug,
            "label": spec.label,
            "to_verify": stands.get((spec.slug, Status.COLLECTED), nothing)[0],
            "to_enter": stands.get((spec.slug, Status.VERIFIED), nothing)[0],
            "approved": stands.get((spec.slug, Status.ENTERED), nothing)[0],
            "parked": stuck[spec.slug, Status.ENTERED],
            "oldest": min(
                (since for (kind, _step), (_n, since) in stands.items() if kind == spec.slug and since),
                default=None,
            ),
            "live": sum(fresh.get((spec.slug, code), 0) for code in Freshness),
            **{code.value: fresh.get((spec.slug, code), 0) for code in Freshness},
            **waits.get(spec.slug, measures.NO_WAITS),
        }
        for spec in kinds.every()
    ]


def _tally(rows: Any) -> Counter[tuple[str, str]]:
    """How many rows there are of each list and word."""
    return Counter({(kind, word): n for kind, word, n in rows.annotate(n=Count("pk")).order_by()})


@public_page(seconds=30)
def about(request: HttpRequest) -> HttpResponse:
    """The procedure in force, written from the tables that enforce it."""
    now, rules = timezone.now(), in_force.current()
    active = people.in_force(now=now)
    context = {
        "sop_version": SOP_VERSION,
        "transitions": [_transition(action) for action in TRANSITIONS],
        "checklists": [
            {"title": Action(action).label, "questions": list(questions.values())}
            for action, questions in CHECKLISTS.items()
        ],
        "grounds": [{"label": g.label, "asks_link": g in LINKED_GROUNDS} for g in Ground],
        "reasons": [
            {"action": action.label, "reasons": [reasons.words(code) for code in reasons.offered(action)]}
            for action in REASONS
        ],
        "policy": rules,
        "classes": spelling_rules.classes(rules),
        "class_rules": spelling_rules.LABELS,
        "fields": spelling_rules.lists(rules),
        "intervals": [_intervals(spec) for spec in kinds.every()],
        "founders": founding.founders(),
        "reviewers": active.aggregate(
            active=Count("user", distinct=True), organisations=Count("organisation", distinct=True)
        ),
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


def _intervals(spec: Kind) -> dict[str, Any]:
    def days(delta: Any) -> str:
        return ngettext("%(n)d day", "%(n)d days", delta.days) % {"n": delta.days}

    return {
        "label": spec.label,
        "due": days(spec.intervals.due),
        "overdue": days(spec.intervals.overdue),
        "stale": days(spec.intervals.stale),
    }
