"""What a mixed load needs of the seed, and what must be found in the database after it."""

import json
import random
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from django.utils.crypto import get_random_string

from bench.ours.importing import sheet
from bench.ours.reviewing import ANSWERS, HELD, free, open_session, reviewers
from bench.seed import inventing
from bench.seed.people import make_reviewer
from verification import kinds, rehearsing, workflow
from verification.journal import acting
from verification.models import Event, Public, Robot, Submission, Unsequenced, User
from verification.sop import CHECKLISTS, Action, Status

_STEPS = {Action.VERIFY.value: ANSWERS, Action.ENTER.value: dict.fromkeys(CHECKLISTS[Action.ENTER], True)}
_READ = 400


def prepare(reviews: int, approvals: int, volunteers: int) -> dict[str, Any]:
    """Reviewers with what they hold, volunteers who are signed in, records to read, a submission's shape.

    `reviews` submissions wait for both steps, or, where `approvals` are asked for, so many for the second.
    """
    return {
        "mark": Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0,
        "work": _work(approvals or reviews, verified=bool(approvals)),
        "steps": {step: json.dumps(answers) for step, answers in _STEPS.items()},
        "volunteers": _volunteers(volunteers),
        "records": [str(uid) for uid in _some_records()],
        "places": inventing.counties()[1],
        "need": _need(),
        "sheet": sheet(1)[0],
    }


def _signed_in(user: User) -> list[str]:
    secret = get_random_string(32)
    cookie = f"{settings.SESSION_COOKIE_NAME}={open_session(user)}; {settings.CSRF_COOKIE_NAME}={secret}"
    return [cookie, secret]


def _work(count: int, *, verified: bool) -> list[dict[str, Any]]:
    _send_what_is_missing(count)
    robot, people = User.objects.robot(Robot.REGISTRAR), reviewers()
    people += [make_reviewer(n, robot) for n in range(len(people), -(-count // HELD))]
    ids, work = free(count), []
    for number, user in enumerate(people):
        mine = ids[number * HELD : (number + 1) * HELD]
        if not mine:
            break
        fence = rehearsing.take(mine, by=user)
        if verified:
            workflow.advance(mine, Action.VERIFY, by=user, fence=fence, answers=ANSWERS, fresh_factor=True)
        uids = [str(uid) for uid in Submission.objects.filter(pk__in=mine).values_list("uid", flat=True)]
        step = Action.ENTER if verified else Action.VERIFY
        work.append({"who": _signed_in(user), "fence": fence, "uids": uids, "step": step.value})
    return work


def _send_what_is_missing(count: int) -> None:
    """More needs to decide about, where the seed has not so many."""
    there = Submission.objects.filter(status=Status.COLLECTED).count()
    by = User.objects.get(pseudonym="sender-0")
    for n in range(there, count):
        data = {**_need(), "organisation_name": f"江城补{n}医院"}
        workflow.submit(kind="needs", data=data, by=by)


def _volunteers(count: int) -> list[list[str]]:
    robot = User.objects.robot(Robot.REGISTRAR)
    password = PBKDF2PasswordHasher().encode("bench", "salt", iterations=1)
    mark, found = get_random_string(6).lower(), []
    for n in range(count):
        with acting(by=robot, reason="bench"):
            name = f"volunteer-{mark}-{n}"
            user = User.objects.create(email=f"{name}@people.example", password=password, pseudonym=name)
        found.append(_signed_in(user))
    return found


def _some_records() -> list[Any]:
    uids = list(
        Public.objects.live().filter(kind="needs").order_by("pk").values_list("uid", flat=True)[:5000]
    )
    return random.Random(1).sample(uids, min(_READ, len(uids)))


def _need() -> dict[str, Any]:
    spec = kinds.get("needs")
    return {**spec.example, "organisation": None, "organisation_name": "@NAME@", "place": "420106"}


def settled() -> dict[str, int]:
    """How much is approved and not yet published, and how many events have no number yet."""
    return {
        "due": Submission.objects.filter(status=Status.ENTERED).count(),
        "unnumbered": Unsequenced.objects.count(),
    }


def proof(mark: int, sent: list[str], decided: list[list[str]]) -> dict[str, Any]:
    """What is missing, or there twice, of what was acknowledged; each as a short list."""
    counted = _events_since(mark)
    twice = [key for key, times in counted.items() if times > 1]
    lost = [["submit", uid] for uid in sent if ("submit", uid) not in counted]
    lost += [[step, uid] for step, uid in decided if (step, uid) not in counted]
    entered = [uid for action, uid in counted if action == Action.ENTER]
    unpublished = [uid for uid in entered if (Action.PUBLISH.value, uid) not in counted]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM verification_event e LEFT JOIN verification_public p ON p.uid = e.record"
            " WHERE e.id > %s AND e.action = 'publish' AND (p.uid IS NULL OR p.version < e.version)",
            [mark],
        )
        not_public = cursor.fetchone()[0]
    return {
        "lost": lost[:20],
        "twice": [list(key) for key in twice[:20]],
        "unpublished": unpublished[:20],
        "not_public": not_public,
        "events": sum(counted.values()),
        "submissions": sum(action == Action.SUBMIT for action, _uid in counted),
        "approved": len(entered),
    }


def _events_since(mark: int) -> dict[tuple[str, str], int]:
    """How often each step was taken with each submission."""
    steps = [Action.SUBMIT, Action.VERIFY, Action.ENTER, Action.PUBLISH]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.action, s.uid::text, count(*) FROM verification_event e"
            " JOIN verification_submission s ON s.id = e.submission_id"
            " WHERE e.id > %s AND e.action = ANY(%s) GROUP BY 1, 2",
            [mark, [step.value for step in steps]],
        )
        return {(action, uid): times for action, uid, times in cursor.fetchall()}
