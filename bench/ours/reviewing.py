"""Reviewers' steps: one by one and in a batch, and what is needed to take them over HTTP."""

import time
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import get_random_string

from bench.stopwatch import Stopwatch
from verification import leases, rehearsing, workflow
from verification.models import Lease, Reviewer, Submission, User
from verification.sessions import SessionStore
from verification.sop import CHECKLISTS, Action, Ground, Status

ANSWERS = dict.fromkeys(CHECKLISTS[Action.VERIFY], True) | {"grounds": [Ground.CALL_BACK.value]}
# What one reviewer may hold at once.
HELD = leases.PER_REVIEWER


def free(count: int) -> list[int]:
    """The next submissions that nobody holds."""
    waiting = Submission.objects.filter(status=Status.COLLECTED).exclude(pk__in=Lease.objects.values("pk"))
    ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:count])
    if len(ids) < count:
        raise RuntimeError("the seed has not enough that waits for review")
    return ids


def give_back() -> None:
    """Nobody goes on with what was verified before."""
    leases.drop(Lease.objects.exclude(submission__status=Status.COLLECTED).values_list("pk", flat=True))


def reviewers() -> list[User]:
    """Everybody who reviews."""
    return [r.user for r in Reviewer.objects.select_related("user").order_by("pk")]


def prepare(count: int, each: int = HELD) -> dict[str, Any]:
    """Claim so many, `each` by one reviewer, and say what a request to verify needs: address, cookies, body."""
    asked = []
    give_back()
    ids = free(count)
    for number, user in enumerate(reviewers()):
        mine = ids[number * each : (number + 1) * each]
        if not mine:
            break
        fence = rehearsing.take(mine, by=user)
        secret = get_random_string(32)
        cookie = f"{settings.SESSION_COOKIE_NAME}={open_session(user)}; {settings.CSRF_COOKIE_NAME}={secret}"
        for uid in Submission.objects.filter(pk__in=mine).values_list("uid", flat=True):
            asked.append([f"/api/v1/submissions/{uid}/verify/", cookie, secret, fence])
    return {"asked": asked, "answers": ANSWERS}


def open_session(user: User) -> str:
    """A session like that of somebody who signed in, with a second factor."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": time.time(), "type": "totp"}]
    store["account_authentication_methods_user"] = str(user.pk)
    store.create()
    return str(store.session_key)


def verify(count: int, batch: int) -> dict[str, Any]:
    """Verify so many, `batch` at a time, all claimed before it is timed."""
    give_back()
    user = reviewers()[-1]
    ids = free(count)
    batches = [ids[start : start + batch] for start in range(0, count, batch)]
    fences = [rehearsing.take(mine, by=user) for mine in batches]
    with Stopwatch() as watch:
        for mine, fence in zip(batches, fences, strict=True):
            workflow.advance(mine, Action.VERIFY, by=user, fence=fence, answers=ANSWERS, fresh_factor=True)
    leases.drop(ids)
    return watch.done(count)
