"""The corner with the user's name, personal tokens, and the demonstration's mail."""

import email
import email.policy
from datetime import UTC
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from verification import counting, inbox, people
from verification.forms import TokenForm
from verification.models import ApiToken, Submission, User
from verification.refusals import NotFound
from verification.sop import Status
from verification.views.requests import actor

LATEST_MAILS = 30


@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Fragment for the head of every page: who is signed in, and what waits for them."""
    if not isinstance(request.user, User):
        return render(request, "_me.html", {"person": None})
    who = people.standing(request.user, now=timezone.now())
    returned = Submission.objects.filter(submitted_by=request.user, status=Status.RETURNED).count()
    queued = counting.Counted(sum(inbox.counts_for(who).values()) if who.is_reviewer else 0)
    context = {
        "person": {
            "name": request.user.pseudonym,
            "reviewer": who.is_reviewer,
            "decides": who.is_reviewer or request.user.is_staff,
        },
        "waiting": {"mine": returned, "inbox": queued, "all": counting.Counted(returned + queued)},
    }
    return render(request, "_me.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """Personal tokens for the API: make one (shown once), take one back."""
    user, form, made = actor(request), TokenForm(), ""
    if request.method == "POST" and request.POST.get("action") == "delete":
        pk = request.POST.get("id", "")
        ApiToken.objects.filter(user=user, pk=pk if pk.isdecimal() else 0).update(revoked_at=timezone.now())
        return redirect("tokens")
    if request.method == "POST":
        form = TokenForm(request.POST)
        if form.is_valid():
            made = people.make_token(user=user, name=form.cleaned_data["name"])
            form = TokenForm()
    rows = ApiToken.objects.filter(user=user, revoked_at=None).order_by("-created_at")
    return render(request, "tokens.html", {"tokens": rows, "new_token": made, "form": form})


@require_safe
def demo_mail(request: HttpRequest) -> HttpResponse:
    """The demonstration shows the mail it would have sent. Anywhere else this page does not exist."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    if not settings.DEMO or folder is None:
        raise NotFound()
    files = sorted(Path(folder).glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)
    mails = [mail for path in files[:LATEST_MAILS] for mail in _read(path)]
    return render(request, "demo_mail.html", {"mails": mails})


def _read(path: Path) -> list[dict[str, Any]]:
    texts = path.read_bytes().split(b"\n" + b"-" * 79 + b"\n")
    messages = [email.message_from_bytes(text, policy=email.policy.default) for text in texts if text.strip()]
    return [_shown(message) for message in reversed(messages)]


def _shown(message: Any) -> dict[str, Any]:
    body = message.get_body(preferencelist=("plain",))
    at = message["Date"].datetime if message["Date"] else None
    return {
        "to": message["To"],
        "subject": message["Subject"],
        # "-0000" means UTC to a mail program, and a time without a zone to Python.
        "at": at.replace(tzinfo=UTC) if at and at.tzinfo is None else at,
        "text": body.get_content() if body else "",
    }
