"""The workbench's content: one submission with everything a reviewer needs to decide on it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from verification import history, in_force, inbox, kinds, likeness, presenting, proposals
from verification.kinds import Kind, Payload
from verification.models import Event, Lease, Public, Submission, User
from verification.people import Standing
from verification.refusals import AnotherEntered, Incomplete, Refused
from verification.rendering import exact
from verification.sop import (
    CHECKLISTS,
    LINKED_GROUNDS,
    REASONS,
    REQUESTS,
    Action,
    Ground,
    Intent,
    Origin,
    Risk,
    Status,
)

# Shown in the middle column, beside the entry.
_SOURCE = ("source_link", "source_dated", "remarks", "private_note")
_KEYS = {Action.RETURN: "R", Action.REJECT: "X"}

Words = dict[str, Any]


def context(
    found: Submission,
    who: Standing,
    *,
    lease: Lease | None,
    refused: Refused | None = None,
    posted: Mapping[str, Any] | None = None,
) -> Words:
    """Everything review.html shows. `refused` is what became of the button, `posted` what came with it."""
    spec = kinds.get(found.kind)
    before = proposals.stored_payload(spec, found.record) if found.base_version else None
    payload = spec.filled(found.payload, before)
    held = lease_words(lease, who)
    asked = _Asked(posted or {}, str(refused) if isinstance(refused, Incomplete) else "")
    mine = bool(held and held["mine"])
    events = history.of_submission(found)
    return {
        "submission": _head(spec, found, payload),
        "kind": spec.slug,
        "lease": held,
        "renew_url": reverse("renew", kwargs={"uid": found.uid}),
        "conflict": _conflict(refused, found, held) if refused and not asked.error else None,
        **_content(spec, found, payload, before),
        "candidates": _candidates(spec, found, payload),
        "last_verdict": _last_verdict(found),
        "wish": _wish(events) if found.intent in REQUESTS else None,
        "doubts": [_doubt(event) for event in events if event.action == Action.DOUBT],
        "directed": _directed(events),
        "together": found.risk == Risk.ROUTINE
        and found.intent == Intent.NEW
        and mine
        and _has_like(found, who),
        "entries": presenting.of_submission(events, for_reviewer=True),
        "steps": _steps(found, who, asked, events) if mine else [],
        "refusals": _refusals(found, asked) if mine or _can_object(found, who) else [],
        "doubt": mine,
        "doubt_error": asked.error if asked.action == Action.DOUBT else "",
    }


class _Asked:
    """What was posted, and the sentence for what it lacked."""

    def __init__(self, data: Mapping[str, Any], error: str) -> None:
        self.data = data
        self.action = str(data.get("action", ""))
        self.error = error

    def of(self, action: str) -> Mapping[str, Any]:
        """What was typed into the form of this action."""
        return self.data if self.action == action else {}

    def ticked(self, action: str, name: str) -> set[str]:
        """The boxes ticked in the form of this action."""
        typed = self.of(action)
        return set(typed.getlist(name)) if hasattr(typed, "getlist") else set()

    def errors(self, action: str) -> list[str]:
        """The sentences above the form of this action."""
        return [self.error] if self.error and self.action == action else []


def _content(spec: Kind, found: Submission, payload: Payload, before: Payload | None) -> Words:
    """What is proposed, where it comes from, and whom to call."""
    rows = [row for row in presenting.rows(spec, payload, before) if row["name"] not in _SOURCE]
    given, not_given = presenting.apart(rows)
    return {
        "rows": [*presenting.register_row(spec, found, before), *given],
        "not_given": not_given,
        "lines": presenting.lines(payload, before, spec),
        "format_changes": presenting.difference(spec, before, payload)[1] if before else [],
        "returned_to": history.earlier_version_like(found.record, spec.public(payload)) if before else None,
        "source": {
            "link": payload.get("source_link"),
            "dated": payload.get("source_dated"),
            "remarks": payload.get("remarks"),
            "private_note": payload.get("private_note"),
        },
        "notices": spec.notices(payload),
        "contacts": _contacts(spec, payload),
    }


def _last_verdict(found: Submission) -> Words | None:
    said = inbox.verdicts([found]).get(found.pk)
    if said is None or said.action not in (Action.RETURN, Action.SEND_BACK):
        return None
    return {
        "reason": presenting.reason_words(said.reason),
        "how_to_fix": said.how_to_fix,
        "person": said.person,
        "at": said.at,
    }


def _doubt(event: Event) -> Words:
    person = {"by": event.actor.pseudonym, "role": event.role, "organisation": ""}
    return {"note": event.private_text, "person": person, "at": exact(event.at)}


def _directed(events: Sequence[Event]) -> list[Words]:
    """By whom it was handed to a chosen reviewer, and why: everybody who looks at it may know."""
    chosen = [event for event in events if event.action == Action.DIRECT]
    named = User.objects.in_bulk([event.person for event in chosen if event.person]) if chosen else {}
    return [
        {
            "to": named[event.person].pseudonym if event.person in named else "",
            "reason": presenting.reason_words(event.reason),
            "note": event.private_text,
            "person": {"by": event.actor.pseudonym, "role": event.role, "organisation": ""},
            "at": exact(event.at),
        }
        for event in chosen
    ]


def _has_like(found: Submission, who: Standing) -> bool:
    """Whether there are others to decide together with it."""
    return inbox.like(who, found).exclude(pk=found.pk).exists()


def _head(spec: Kind, found: Submission, payload: Payload) -> Words:
    facets = spec.facets(payload)
    return {
        "uid": found.uid,
        "kind": spec.slug,
        "kind_label": spec.label,
        "title": facets.title,
        "place": spec.show("place", facets.places[-1]) if facets.places else "",
        "urgency": payload.get("urgency", ""),
        "intent": found.intent,
        "origin": found.origin,
        "status": found.status,
        "risk": Risk(found.risk).name.lower(),
        "due_at": found.due_at if found.status == Status.ENTERED else None,
        "submitted_at": found.submitted_at,
        "submitter": found.submitted_by.pseudonym,
        "also_by": _other_authors(found),
        "version": found.base_version,
        "record_uid": found.record if found.base_version else None,
    }


def _other_authors(found: Submission) -> list[str]:
    """Pseudonyms of those who wrote some of it besides its submitter; they take no step."""
    others = [pk for pk in found.authors if pk != found.submitted_by_id]
    return list(User.objects.filter(pk__in=others).values_list("pseudonym", flat=True)) if others else []


def _contacts(spec: Kind, payload: Payload) -> list[Words]:
    names = ("office_line", "contact_person", "contact_phone")
    rows = [(spec.fields[n], payload[n]) for n in names if n in spec.fields and payload.get(n)]
    return [
        {"label": field.label, "value": value, "tel": _tel(str(value)), "private": not field.public}
        for field, value in rows
    ]


def _tel(value: str) -> str:
    first = value.split("、")[0]
    digits = "".join(c for c in first if c.isdecimal() or c in "+-")
    return digits if len(digits) >= 5 else ""


def _candidates(spec: Kind, found: Submission, payload: Payload) -> list[Words]:
    """What may be the same, each with why, and what it says otherwise."""
    offered = likeness.of_submissions([found]).get(found.pk, [])
    bodies = Public.objects.in_bulk([c.uid for c in offered if c.waiting is None])
    shown = []
    for c in offered:
        theirs = c.waiting.payload if c.waiting else json.loads(bodies[c.uid].body) if c.uid in bodies else {}
        link = (
            ("review", {"uid": c.waiting.uid}) if c.waiting else ("record", {"kind": spec.slug, "uid": c.uid})
        )
        shown.append(
            {
                "uid": c.uid,
                "waiting": _waits(found, c.waiting) if c.waiting else None,
                "title": c.title,
                "place": spec.show("place", c.place) if c.place else "",
                "why": c.reasons,
                "url": reverse(link[0], kwargs=link[1]),
                "sides": presenting.sides(spec, payload, theirs),
            }
        )
    return shown


def _waits(found: Submission, other: Submission) -> Words:
    """Where the other entry stands, and which was sent first."""
    earlier = (other.submitted_at, other.pk) < (found.submitted_at, found.pk)
    return {"status": other.status, "at": other.submitted_at, "earlier": earlier}


def _steps(found: Submission, who: Standing, asked: _Asked, events: Sequence[Event]) -> list[Words]:
    """The step in turn, with its checklist; a request to withdraw has one of its own."""
    if found.intent == Intent.WITHDRAWAL:
        return [_take_down_step(asked, events)]
    action = Action.VERIFY if found.status == Status.COLLECTED else Action.ENTER
    action = Action.CONFIRM if found.intent == Intent.CONFIRMATION else action
    judged = in_force.current().judge(found.kind, found.intent, found.touched)
    alone = judged.rules.people > 1 and found.verified_by_id == who.user.pk
    blocked = _("You verified this; somebody else has to enter it.") if alone else ""
    call = _call_back(asked.of(action)) if judged.rules.call_back and action == Action.VERIFY else None
    return [_step([found], action, asked) | {"blocked": blocked, "call_back": call}]


def _call_back(typed: Mapping[str, Any]) -> Words:
    """What was typed of the call that this class asks for."""
    return {"at": typed.get("called_at", ""), "line": typed.get("called_line", "")}


def _can_object(found: Submission, who: Standing) -> bool:
    """Whether it is approved, not public yet, and this reviewer may say no to it: without a lease."""
    if found.status != Status.ENTERED:
        return False
    return who.user.pk not in found.authors and found.organisation_id not in who.organisations


def step_of_many(rows: Sequence[Submission], action: Action, posted: Mapping[str, Any]) -> Words:
    """One step with its checklist, to be answered for several entries."""
    return _step(rows, action, _Asked(posted, ""))


def _step(rows: Sequence[Submission], action: Action, asked: _Asked) -> Words:
    ticked, grounds = asked.ticked(action, "answers"), asked.ticked(action, "grounds")
    titles = {Action.VERIFY: _("Verify"), Action.ENTER: _("Enter"), Action.CONFIRM: _("Still true")}
    return {
        "action": action,
        "title": titles[action],
        "open": not asked.error or asked.action == action,
        "questions": [{"code": c, "text": t, "checked": c in ticked} for c, t in CHECKLISTS[action].items()],
        "asks_grounds": action in (Action.VERIFY, Action.CONFIRM),
        "grounds": [_ground(rows, ground, ticked=ground in grounds) for ground in Ground],
        "note": asked.of(action).get("note", ""),
        "errors": asked.errors(action),
    }


def _wish(events: Sequence[Event]) -> Words:
    """What the sender of a request to withdraw, or of a confirmation, says: why, and what happened."""
    asked = events[0]
    return {"reason": presenting.reason_words(asked.reason), "note": asked.private_text}


def _take_down_step(asked: _Asked, events: Sequence[Event]) -> Words:
    action = Action.TAKE_DOWN
    wished = events[0].reason if events else ""
    return {
        "action": action,
        "title": _("Take down"),
        "open": not asked.error or asked.action == action,
        "reasons": presenting.choices(REASONS[action]),
        "reason": asked.of(action).get("reason", wished),
        "questions": [],
        "note": asked.of(action).get("note", ""),
        "errors": asked.errors(action),
    }


def _ground(rows: Sequence[Submission], ground: Ground, *, ticked: bool) -> Words:
    """A ground to tick; `weak` where it rests on a link that one of them lacks, so that it cannot stand alone."""
    linked = all(row.payload.get("source_link") or row.origin == Origin.ORGANISATION for row in rows)
    weak = ground in LINKED_GROUNDS and not linked
    return {"value": ground.value, "label": ground.label, "checked": ticked, "weak": weak}


def _refusals(found: Submission, asked: _Asked) -> list[Words]:
    titles = {Action.RETURN: _("Return"), Action.REJECT: _("Reject")}
    # A request has nothing to put right: it is carried out or rejected.
    offered = {a: key for a, key in _KEYS.items() if found.intent not in REQUESTS or a != Action.RETURN}
    return [
        {
            "action": action,
            "title": titles[action],
            "key": key,
            "reasons": presenting.choices(REASONS[action]),
            "reason": asked.of(action).get("reason", ""),
            "how_to_fix": asked.of(action).get("how_to_fix", ""),
            "errors": asked.errors(action),
        }
        for action, key in offered.items()
    ]


def lease_words(lease: Lease | None, who: Standing) -> Words | None:
    """Who is on it, until when."""
    if lease is None:
        return None
    mine = lease.holder_id == who.user.pk
    return {
        "holder": lease.holder.pseudonym,
        "mine": mine,
        "until": lease.until,
        "fence": lease.fence if mine else "",
    }


def _conflict(refused: Refused, found: Submission, held: Words | None) -> Words:
    """Why a step was not taken, and what to do."""
    words: Words = {"name": refused.code, "text": str(refused)}
    if refused.code == "wrong_status":
        words["name"] = "already_done"
    if refused.code == "lease_lost":
        words["holder"] = held["holder"] if held and not held["mine"] else ""
    if refused.code == "possible_duplicate":
        rival = Public.objects.filter(pk__in=refused.context.get("rivals", [])).first()
        words["candidate"] = {"uid": rival.uid, "title": rival.title} if rival else None
        words["text"] = str(AnotherEntered())  # the rival is approved, and not yet to be looked at
    if refused.code == "outdated":
        words["changes"] = _since(found)
    return words


def _since(found: Submission) -> list[Words]:
    """What changed in the record since the submission was written."""
    spec = kinds.get(found.kind)
    old, new = history.bodies(found.record, found.base_version)
    return presenting.changes(spec, history.compare(old, new))[0] if old and new else []


def why_next(found: Submission, *, in_doubt: bool = False) -> str:
    """In words, why this one stands where it does in the queue."""
    if in_doubt:
        return _("Left in doubt by a colleague")
    if found.people > 1:
        return _("Higher risk: two people are needed")
    if found.intent == Intent.WITHDRAWAL:
        return _("Somebody asks to take it down")
    if found.intent == Intent.CONFIRMATION:
        return _("Somebody says that it is still true")
    if found.origin == Origin.ORGANISATION:
        return _("From the organisation itself")
    return _("In order of arrival")


def cooling(found: Submission) -> Words:
    """One that is approved and not public yet: what it changes, and when it will be public."""
    spec = kinds.get(found.kind)
    fields = [spec.fields[name].label for name in found.touched if name in spec.fields]
    title = spec.facets(found.payload).title
    return {
        "uid": found.uid,
        "kind_label": spec.label,
        "title": title,
        "due_at": found.due_at,
        "fields": fields,
    }
