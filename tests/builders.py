"""Submissions and records, made only by walking the real workflow: what a test holds, the product can reach."""

from datetime import datetime
from typing import Any

from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from verification import leases, publishing, rehearsing, workflow
from verification.journal import acting
from verification.models import Public, Robot, Submission, User
from verification.rendering import exact
from verification.sop import CHECKLISTS, Action, Ground, Intent, Reason, Risk, Status

VERIFY_ANSWERS: dict[str, Any] = dict.fromkeys(CHECKLISTS[Action.VERIFY], True) | {
    "grounds": [Ground.CALL_BACK]
}
ENTER_ANSWERS = dict.fromkeys(CHECKLISTS[Action.ENTER], True)


def call_back(line: str = "027-85550100") -> dict[str, str]:
    """A call made just now, on the institution's public line."""
    return {"at": timezone.now().isoformat(), "line": line}


# Where the class asks for a call-back.
CALLED_ANSWERS = VERIFY_ANSWERS | {"call_back": call_back()}


def called_at() -> str | None:
    """When that was, as the public reads it."""
    return exact(datetime.fromisoformat(CALLED_ANSWERS["call_back"]["at"]))


def line(item: str = "n95-mask", amount: Any = "5000个", **changes) -> dict[str, Any]:
    """One line of a need as a person sends it."""
    return {"item": item, "amount": amount, **changes}


def need_payload(**changes) -> dict[str, Any]:
    """A need as a person sends it: every field filled, nothing of it real."""
    return {
        "organisation_name": "江城第三医院",
        "place": "420106",
        "lines": [line(), line("protective-suit", "若干")],
        "urgency": "high",
        "delivery_address": "江城区长堤路1号后勤楼",
        "office_line": "027-85550100",
        "contact_person": "甄不存",
        "contact_phone": "13800000000",
        "source_link": "https://hospital.example/notice/1",
        "source_dated": "2020-02-03",
        "remarks": "可送至东门",
        "private_note": "夜间请打值班电话",
    } | changes


PRIVATE = ("contact_person", "contact_phone", "private_note")


def correction_payload(**changes) -> dict[str, Any]:
    """A need as somebody corrects it who cannot see what is private in it."""
    return {
        name: value
        for name, value in need_payload(**changes).items()
        if name not in PRIVATE or name in changes
    }


def submit_need(by: User, *, record: Any = None, **changes) -> Submission:
    """A new need; or a correction of `record`, which leaves what is private as it is unless changed."""
    data = need_payload(**changes) if record is None else correction_payload(**changes)
    return workflow.submit(kind="needs", data=data, by=by, record=record)


def claim(submission: Submission, by: User) -> int:
    """The fence of a lease on it."""
    return rehearsing.take([submission.pk], by=by)


def verify(submission: Submission, by: User, **changes) -> Submission:
    """Verified by a reviewer who took it."""
    called = submission.risk >= Risk.DANGEROUS
    changes.setdefault("answers", CALLED_ANSWERS if called else VERIFY_ANSWERS)
    changes.setdefault("fresh_factor", True)
    fence = changes.pop("fence", None) or claim(submission, by)
    return workflow.advance([submission.pk], Action.VERIFY, by=by, fence=fence, **changes)[0]


def enter(submission: Submission, by: User, **changes) -> Submission:
    """Entered: approved, waiting for the machine."""
    changes.setdefault("answers", ENTER_ANSWERS)
    changes.setdefault("fresh_factor", True)
    fence = changes.pop("fence", None) or claim(submission, by)
    return workflow.advance([submission.pk], Action.ENTER, by=by, fence=fence, **changes)[0]


def approve(submission: Submission, verifier: User, enterer: User | None = None) -> Submission:
    """Verified and entered; by two people where a second is named."""
    verified = verify(submission, verifier)
    if enterer is not None:
        leases.release(submission.pk, by=verifier)
    return enter(verified, enterer or verifier)


def cool_off(submission: Submission) -> Submission:
    """The clock jumps: it was entered as long ago as it had to wait."""
    with acting(by=User.objects.robot(Robot.KEEPER), reason="the clock jumps"):
        waits = F("due_at") - F("entered_at")
        Submission.objects.filter(pk=submission.pk, status=Status.ENTERED, due_at__gt=Now()).update(
            verified_at=F("verified_at") - waits,
            entered_at=F("entered_at") - waits,
            due_at=F("due_at") - waits,
        )
    submission.refresh_from_db()
    return submission


def publish(submission: Submission) -> Public:
    """What the public reads of it, after its time had come and the machine took its step."""
    cool_off(submission)
    publishing.publish_due()
    submission.refresh_from_db()
    return Public.objects.get(pk=submission.record)


def publish_all() -> None:
    """The clock jumps for everything that was entered, and the machine takes its step."""
    for submission in Submission.objects.filter(status=Status.ENTERED):
        cool_off(submission)
    publishing.publish_due()


def published_need(
    by: User, verifier: User, enterer: User | None = None, *, record: Any = None, **changes
) -> Public:
    """A need that walked the whole way."""
    return publish(approve(submit_need(by, record=record, **changes), verifier, enterer))


def returned_need(by: User, verifier: User, *, reason: str = Reason.UNCLEAR, **changes) -> Submission:
    """A need that was sent back to its submitter."""
    submission = submit_need(by, **changes)
    return workflow.advance(
        [submission.pk],
        Action.RETURN,
        by=verifier,
        fence=claim(submission, verifier),
        reason=reason,
        note="请写明数量",
    )[0]


def rejected_need(by: User, verifier: User, **changes) -> Submission:
    """A need found to be untrue."""
    submission = submit_need(by, **changes)
    fence = claim(submission, verifier)
    return workflow.advance(
        [submission.pk], Action.REJECT, by=verifier, fence=fence, reason=Reason.FALSE, note="医院否认"
    )[0]


def withdrawal_request(by: User, record: Public) -> Submission:
    """Somebody asks that a record be taken down."""
    return workflow.submit(
        kind=record.kind, data={}, by=by, record=record.uid, intent=Intent.WITHDRAWAL, reason=Reason.NEED_MET
    )


def taken_down(by: User, record: Public, *, reason: str = Reason.NEED_MET) -> Public:
    """The record, gone from the public."""
    return publishing.take_down(record.uid, by=by, reason=reason, fresh_factor=True)
