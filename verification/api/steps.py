"""The steps that can be asked for by name: each calls one function of the core with what it needs."""

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from verification import confirming, inbox, leases, people, policies, publishing, workflow
from verification.models import Submission, User
from verification.refusals import LeaseLost
from verification.sop import CHECKLISTS, Action

Asked = Mapping[str, Any]


class Taken(Protocol):
    """A step: takes it with the submission of that uid, which it returns as it is then; or refuses by name.

    NotFound for what the person may not see.
    """

    def __call__(
        self, uid: UUID, asked: Asked, *, by: User, request_id: str, fresh_factor: bool
    ) -> Submission: ...


class Done(Protocol):
    """What is done with a submission that the person may see."""

    def __call__(
        self, found: Submission, asked: Asked, *, by: User, request_id: str, fresh_factor: bool
    ) -> None: ...


def _looking(do: Done) -> Taken:
    """Look for the submission, do it, and look again."""

    def take(uid: UUID, asked: Asked, *, by: User, request_id: str, fresh_factor: bool) -> Submission:
        do(inbox.seen_by(uid, by), asked, by=by, request_id=request_id, fresh_factor=fresh_factor)
        return inbox.seen_by(uid, by)

    return take


def _claim(found: Submission, asked: Asked, *, by: User, request_id: str, fresh_factor: bool) -> None:
    policies.refuse_deciding(found, people.standing(by, now=timezone.now()))
    leases.claim([found.pk], by=by)


def _renew(found: Submission, asked: Asked, *, by: User, request_id: str, fresh_factor: bool) -> None:
    if asked.get("fence") is None:
        raise LeaseLost()
    leases.renew(found.pk, by=by, fence=asked["fence"])


def _release(found: Submission, asked: Asked, *, by: User, request_id: str, fresh_factor: bool) -> None:
    leases.release(found.pk, by=by)


def _advance(action: Action) -> Taken:
    """One of the steps of the table, with the checklist's answers where it has one."""

    def take(uid: UUID, asked: Asked, *, by: User, request_id: str, fresh_factor: bool) -> Submission:
        given = dict(asked.get("answers") or {}) if action in CHECKLISTS else {}
        other = asked.get("other")
        (taken,) = workflow.advance(
            [uid],
            action,
            by=by,
            fence=asked.get("fence"),
            answers=given,
            reason=asked["reason"],
            public_note=asked["public_note"],
            note=asked["note"],
            data=asked.get("data"),
            request_id=request_id,
            fresh_factor=fresh_factor,
            events={uid: {"related": other}} if other and action == Action.MARK_DUPLICATE else None,
        )
        return taken

    return take


def _with_content(action: Action) -> Taken:
    """A step that changes what was sent."""
    take = _advance(action)

    def change(uid: UUID, asked: Asked, *, by: User, request_id: str, fresh_factor: bool) -> Submission:
        if asked.get("data") is None:
            raise ValidationError({"data": [_("The new content is missing.")]})
        return take(uid, asked, by=by, request_id=request_id, fresh_factor=fresh_factor)

    return change


def _distinct(found: Submission, asked: Asked, *, by: User, request_id: str, fresh_factor: bool) -> None:
    if not asked.get("other"):
        raise ValidationError({"other": [_("Name the record it was compared with.")]})
    if asked.get("fence") is None:
        raise LeaseLost()
    workflow.say_distinct(found.pk, other=asked["other"], by=by, fence=asked["fence"], request_id=request_id)


def _doubt(found: Submission, asked: Asked, *, by: User, request_id: str, fresh_factor: bool) -> None:
    if asked.get("fence") is None:
        raise LeaseLost()
    workflow.leave_in_doubt(found.pk, fence=asked["fence"], note=asked["note"], by=by, request_id=request_id)


def _take_down(found: Submission, asked: Asked, *, by: User, request_id: str, fresh_factor: bool) -> None:
    publishing.take_down(
        found.record,
        by=by,
        reason=asked["reason"],
        public_note=asked["public_note"],
        note=asked["note"],
        submission_id=found.pk,
        fence=asked.get("fence"),
        request_id=request_id,
        fresh_factor=fresh_factor,
    )


def _confirm(found: Submission, asked: Asked, *, by: User, request_id: str, fresh_factor: bool) -> None:
    confirming.carry_out(
        found.pk,
        by=by,
        fence=asked.get("fence"),
        answers=dict(asked.get("answers") or {}),
        public_note=asked["public_note"],
        note=asked["note"],
        request_id=request_id,
        fresh_factor=fresh_factor,
    )


STEPS: dict[str, Taken] = {
    "claim": _looking(_claim),
    "release": _looking(_release),
    "renew": _looking(_renew),
    "verify": _advance(Action.VERIFY),
    "enter": _advance(Action.ENTER),
    "return": _advance(Action.RETURN),
    "reject": _advance(Action.REJECT),
    "duplicate": _advance(Action.MARK_DUPLICATE),
    "distinct": _looking(_distinct),
    "doubt": _looking(_doubt),
    "withdraw": _advance(Action.WITHDRAW),
    "resubmit": _with_content(Action.RESUBMIT),
    "edit": _with_content(Action.EDIT),
    "rebase": _advance(Action.REBASE),
    "take_down": _looking(_take_down),
    "confirm": _looking(_confirm),
    "reopen": _advance(Action.REOPEN),
}
# What a token may ask for, with its owner's own submissions.
BY_TOKEN = frozenset({"withdraw", "resubmit", "edit"})
