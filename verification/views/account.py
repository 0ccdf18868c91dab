"""The corner with the user's name, their own page, personal tokens, and the demonstration's mail."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from verification import acts, audit, counting, inbox, mailing, people
from verification.forms import MailChoiceForm, TokenForm
from verification.models import ApiToken, Outbox, Submission, User
from verification.refusals import NotFound
from verification.sop import Status
from verification.views.requests import actor, number_of

LATEST_MAILS = 30
PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """One's own page; and, for the script that asks, the corner in the head of every page."""
    if isinstance(request.user, User) and not request.headers.get("HX-Request"):
        return _my_page(request, request.user)
    if request.method == "POST":
        return redirect_to_login(request.get_full_path())
    return _corner(request)


def _my_page(request: HttpRequest, user: User) -> HttpResponse:
    """What mail somebody wants, and what others did to them: every privileged act about them, newest first."""
    form = MailChoiceForm(request.POST or None, instance=mailing.choice_of(user))
    if request.method == "POST" and form.is_valid():
        mailing.choose(by=user, **form.cleaned_data)
        messages.success(request, _("Kept."))
        return redirect("me")
    before = number_of(request.GET.get("before"))
    found = audit.done_to(user, before=before, limit=PAGE + 1)
    shown = found[:PAGE]
    context = {
        "person": user,
        "form": form,
        "acts": acts.in_words(shown, audit.named(shown)),
        "previous_url": reverse("me") if before else "",
        "next_url": f"?before={shown[-1].pk}" if len(found) > PAGE else "",
    }
    return render(request, "me.html", context)


def _corner(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and what waits for them."""
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
            "coordinator": request.user.is_staff,
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
        people.revoke_token(number_of(pk) or 0, by=user)
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
    if not settings.MAIL_IS_SHOWN:
        raise NotFound()
    mails = Outbox.objects.order_by("-pk")[:LATEST_MAILS]
    return render(request, "demo_mail.html", {"mails": mails})
