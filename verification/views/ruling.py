"""Pages of the policy: its public history; and where coordinators and reviewers propose, adopt and decline."""

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from verification import factors, in_force, kinds, rules, ruling, spelling_rules
from verification.kinds import Kind
from verification.models import Policy
from verification.people import Standing
from verification.refusals import BadPolicy, NotAllowed, Refused
from verification.rules import REPLAY, Rules
from verification.sop import Action, Risk
from verification.views.caching import public_page
from verification.views.requests import actor, number_of, request_id, words_of

# Rows for fields whose class the policy names anew, beside those it names already.
_SPARE: Final = 3
_NUMBERS: Final = ("people", "cooling_new", "cooling_change", "note")
_TICKS: Final = ("outsiders", "call_back")


@public_page(seconds=5)
def history(request: HttpRequest) -> HttpResponse:
    """Every version of the rules that was proposed: who, when, why, and what it changed."""
    return render(request, "rules.html", {"versions": spelling_rules.versions(_rows())})


def _rows() -> list[Policy]:
    rows = Policy.objects.select_related("proposed_by", "adopted_by", "declined_by")
    return list(rows.exclude(pk=REPLAY).order_by("-pk"))


@login_required
@factors.fresh_to_open
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest) -> HttpResponse:
    """The proposal that waits, to be adopted or declined; or the rules in force as a form, to propose others."""
    who, now = in_force.standing(actor(request), now=timezone.now())
    ruling.refuse_ruling(who)
    refused: Refused | None = None
    if request.method == "POST":
        try:
            return _act(request, who)
        except Refused as refusal:
            refused = refusal
    waiting = Policy.objects.select_related("proposed_by").filter(adopted_at=None, declined_at=None).first()
    content = (
        _content(request.POST) if refused and request.POST.get("action") == Action.PROPOSE_POLICY else None
    )
    context = {
        "in_force": now,
        "proposal": _proposal(waiting, now, who) if waiting else None,
        "classes": _class_fields(content or rules.content_of(now)),
        "named": _named(content or rules.content_of(now)),
        "fields": _choices(),
        "risks": [{"value": r.name.lower(), "label": r.label} for r in Risk],
        "reason": words_of(request.POST, "reason"),
        "errors": _errors(refused),
    }
    return render(request, "ruling.html", context, status=refused.status if refused else 200)


def _act(request: HttpRequest, who: Standing) -> HttpResponse:
    data = request.POST
    more: dict[str, Any] = {
        "by": who.user,
        "request_id": request_id(request),
        "fresh_factor": factors.fresh(request),
    }
    match data.get("action"):
        case Action.PROPOSE_POLICY:
            ruling.propose(content=_content(data), reason=words_of(data, "reason"), **more)
            messages.success(request, _("Proposed. Somebody of another organisation adopts it, or declines."))
        case Action.ADOPT_POLICY:
            version = number_of(data.get("version")) or 0
            ruling.adopt(version, fingerprint=data.get("fingerprint", ""), **more)
            messages.success(request, _("These rules are in force."))
        case Action.DECLINE_POLICY:
            ruling.decline(number_of(data.get("version")) or 0, reason=words_of(data, "reason"), **more)
            messages.success(request, _("Declined. The rules in force stay."))
        case _other:
            raise NotAllowed()
    return redirect("rule")


def _errors(refused: Refused | None) -> list[str]:
    if isinstance(refused, BadPolicy):
        return [str(words) for words in refused.wrong]
    return [str(refused)] if refused else []


def _proposal(waiting: Policy, now: Rules, who: Standing) -> dict[str, Any]:
    return {
        "row": waiting,
        "mine": waiting.proposed_by_id == who.user.pk,
        "changes": spelling_rules.differences(now, rules.read_leniently(waiting.version, waiting.content)),
    }


def _content(data: QueryDict) -> dict[str, Any]:
    """The policy that the form spells; what is no number stays as it is, to be refused in words."""
    classes: dict[str, Any] = {}
    for risk in Risk:
        name = risk.name.lower()
        numbers = {rule: number_of(data.get(f"{name}-{rule}")) for rule in _NUMBERS}
        classes[name] = {**numbers, **{rule: f"{name}-{rule}" in data for rule in _TICKS}}
    lists: dict[str, dict[str, Any]] = {}
    for where, word in zip(data.getlist("field"), data.getlist("class"), strict=False):
        slug, _dot, name = where.partition(".")
        if not slug or not word:
            continue
        told = lists.setdefault(slug, {})
        if name:
            told.setdefault("fields", {})[name] = word
        else:
            told["new"] = word
    return {"classes": classes, "lists": lists}


def _class_fields(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    told = content["classes"]
    names = {risk.name.lower(): risk.label for risk in Risk}
    return [{"name": name, "label": label, "rules": told[name]} for name, label in names.items()]


def _named(content: Mapping[str, Any]) -> list[dict[str, str]]:
    """The fields whose class the policy names, and some rows more."""
    found = []
    for slug, told in content["lists"].items():
        if "new" in told:
            found.append({"field": slug, "class": told["new"]})
        found += [{"field": f"{slug}.{name}", "class": word} for name, word in told.get("fields", {}).items()]
    return found + [{"field": "", "class": ""}] * _SPARE


def _choices() -> list[dict[str, Any]]:
    """Every field of every list, and new entries, with the class that the list declares."""
    return [{"label": spec.label, "options": _options(spec)} for spec in kinds.every()]


def _options(spec: Kind) -> list[dict[str, str]]:
    declared = [(spec.slug, _("new entry"), spec.risk)]
    declared += [(f"{spec.slug}.{name}", str(field.label), field.risk) for name, field in spec.fields.items()]
    return [{"value": value, "label": f"{words} ({risk.label})"} for value, words, risk in declared]
