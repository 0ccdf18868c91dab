"""The workbench's content: one submission with everything a reviewer needs to decide on it."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from verification import duplicates, history, inbox, kinds, presenting, workflow
from verification.kinds import Kind, Payload
from verification.models import Lease, Public, Submission
from verification.people import Standing
from verification.refusals import Refused
from verification.sop import CHECKLISTS, LINKED_GROUNDS, REASONS, Action, Ground, Intent, Origin, Risk, Status

# Shown in the middle column, beside the entry.
_SOURCE = ("source_link", "source_dated", "remarks", "private_note")
_KEYS = {Action.RETURN: "R", Action.REJECT: "X"}

Words = dict[str, Any]


def context(
    found: Submission,
    who: Standing,
    *,
    lease: Lease | None,
    conflict: Words | None = None,
    posted: Mapping[str, Any] | None = None,
) -> Words:
    """Everything review.html shows."""
    spec = kinds.get(found.kind)
    before = workflow.stored_payload(spec, found.record) if found.base_version else None
    payload = spec.filled(found.payload, before)
    held = lease_words(lease, who)
    said = inbox.verdicts([found]).get(found.pk)
    return {
        "submission": _head(spec, found, payload),
        "kind": spec.slug,
        "lease": held,
        "renew_url": reverse("renew", kwargs={"uid": found.uid}),
        "conflict": conflict,
        "next_url": reverse("review_next", kwargs={"after": found.uid}),
        "rows": [row for row in presenting.rows(spec, payload, before) if row["name"] not in _SOURCE],
        "lines": presenting.lines(payload, before),
        "format_changes": presenting.difference(spec, before, payload)[1] if before else [],
        "returned_to": history.earlier_version_like(found.record, spec.public(payload)) if before else None,
        "source": {
            "link": payload.get("source_link"),
            "dated": payload.get("source_dated"),
            "remarks": payload.get("remarks"),
            "private_note": payload.get("private_note"),
        },
        "contacts": _contacts(spec, payload),
        "candidates": _candidates(spec, found, payload),
        "last_verdict": {
            "reason": presenting.reason_words(said.reason),
            "how_to_fix": said.how_to_fix,
            "person": said.person,
            "at": said.at,
        }
        if said and said.action in (Action.RETURN, Action.SEND_BACK)
        else None,
        "entries": presenting.of_submission(history.of_submission(found), for_reviewer=True),
        "steps": _steps(found, who, posted or {}) if held and held["mine"] else [],
        "refusals": _refusals(posted or {}) if held and held["mine"] else [],
        "doubt": bool(held and held["mine"]),
        "can_take_down": found.intent == Intent.WITHDRAWAL,
    }


def _head(spec: Kind, found: Submission, payload: Payload) -> Words:
    facets = spec.facets(payload)
    return {
        "uid": found.uid,
        "kind": spec.slug,
        "kind_label": spec.label,
        "title": facets.title,
        "place": spec.show("place", facets.places[-1]) if facets.places else "",
        "urgency": payload.get("urgency", "normal"),
        "intent": found.intent,
        "origin": found.origin,
        "status": found.status,
        "risk": Risk(found.risk).name.lower(),
        "submitted_at": found.submitted_at,
        "submitter": found.submitted_by.pseudonym,
        "version": found.base_version,
        "record_uid": found.record if found.base_version else None,
    }


def _contacts(spec: Kind, payload: Payload) -> list[Words]:
    names = ("office_line", "contact_person", "contact_phone")
    rows = [(spec.fields[n].label, payload.get(n)) for n in names if n in spec.fields and payload.get(n)]
    return [{"label": label, "value": value, "tel": _tel(str(value))} for label, value in rows]


def _tel(value: str) -> str:
    first = value.split("、")[0]
    digits = "".join(c for c in first if c.isdecimal() or c in "+-")
    return digits if len(digits) >= 5 else ""


def _candidates(spec: Kind, found: Submission, payload: Payload) -> list[Words]:
    if found.intent != Intent.NEW:
        return []
    distinct = duplicates.said_distinct(found)
    return [
        {
            "uid": c.uid,
            "what": "record",
            "title": c.title,
            "place": spec.show("place", c.place) if c.place else "",
            "score": c.reason,
            "why": [],
            "summary": "",
            "url": reverse("record", kwargs={"kind": spec.slug, "uid": c.uid}),
            "distinct": c.uid in distinct,
        }
        for c in duplicates.candidates(spec, payload)
    ]


def _steps(found: Submission, who: Standing, posted: Mapping[str, Any]) -> list[Words]:
    """The step in turn, with its checklist; a request to withdraw has one of its own."""
    if found.intent == Intent.WITHDRAWAL:
        reasons = presenting.choices(REASONS[Action.TAKE_DOWN])
        return [
            {
                "action": Action.TAKE_DOWN,
                "title": _("Take down"),
                "open": True,
                "reasons": reasons,
                "reason": _asked_reason(found),
                "questions": [],
                "errors": [],
            }
        ]
    action = Action.VERIFY if found.status == Status.COLLECTED else Action.ENTER
    ticked = set(posted.getlist("answers")) if hasattr(posted, "getlist") else set()
    grounds = set(posted.getlist("grounds")) if hasattr(posted, "getlist") else set()
    alone = found.risk > Risk.ROUTINE and found.verified_by_id == who.user.pk
    return [
        {
            "action": action,
            "title": _("Verify") if action == Action.VERIFY else _("Enter"),
            "open": True,
            "questions": [{"code": c, "text": t, "checked": c in ticked} for c, t in CHECKLISTS[action].items()],
            "asks_grounds": action == Action.VERIFY,
            "grounds": [{"value": g.value, "label": g.label, "checked": g.value in grounds} for g in _offered(found)],
            "errors": [],
            "blocked": _("You verified this; somebody else has to enter it.") if alone else "",
        }
    ]


def _offered(found: Submission) -> list[Ground]:
    """Grounds that can hold here: without a link, those that rest on one are not offered."""
    if found.payload.get("source_link") or found.origin == Origin.ORGANISATION:
        return list(Ground)
    return [g for g in Ground if g not in LINKED_GROUNDS]


def _asked_reason(found: Submission) -> str:
    events = history.of_submission(found)
    return events[0].reason if events else ""


def _refusals(posted: Mapping[str, Any]) -> list[Words]:
    titles = {Action.RETURN: _("Return"), Action.REJECT: _("Reject")}
    return [
        {
            "action": action,
            "title": titles[action],
            "key": key,
            "reasons": presenting.choices(REASONS[action]),
            "reason": posted.get("reason", "") if posted.get("action") == action else "",
            "how_to_fix": posted.get("how_to_fix", "") if posted.get("action") == action else "",
            "note": "",
            "errors": [],
        }
        for action, key in _KEYS.items()
    ]


def lease_words(lease: Lease | None, who: Standing) -> Words | None:
    """Who is on it, until when."""
    if lease is None:
        return None
    mine = lease.holder_id == who.user.pk
    return {"holder": lease.holder.pseudonym, "mine": mine, "until": lease.until, "fence": lease.fence if mine else ""}


def conflict(refused: Refused, found: Submission, *, next_url: str) -> Words:
    """Why a step was not taken, and what to do."""
    words: Words = {"name": refused.code, "text": str(refused), "next_url": next_url}
    if refused.code == "wrong_status":
        words["name"] = "already_done"
    if refused.code == "possible_duplicate":
        rival = Public.objects.filter(pk__in=refused.context.get("rivals", [])).first()
        words["candidate"] = {"uid": rival.uid, "title": rival.title} if rival else {"uid": "", "title": ""}
    if refused.code == "outdated":
        words["changes"] = _since(found)
    return words


def _since(found: Submission) -> list[Words]:
    """What changed in the record since the submission was written."""
    spec = kinds.get(found.kind)
    old, new = history.bodies(found.record, found.base_version)
    return presenting.changes(spec, history.compare(old, new))[0] if old and new else []


def why_next(found: Submission) -> str:
    """In words, why this one stands where it does in the queue."""
    if found.risk > Risk.ROUTINE:
        return _("Higher risk: two people are needed")
    if found.intent == Intent.WITHDRAWAL:
        return _("Somebody asks to take it down")
    if found.origin == Origin.ORGANISATION:
        return _("From the organisation itself")
    return _("Longest waiting")


