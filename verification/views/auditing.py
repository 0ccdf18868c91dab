"""The coordinators' page of privileged acts, and its file."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from verification import acts, factors, people
from verification import audit as auditing
from verification.audit import Asked
from verification.forms import AuditForm
from verification.models import User
from verification.refusals import NotAllowed
from verification.views.requests import actor, number_of, request_id

PAGE = 50


def _coordinator(request: HttpRequest) -> User:
    """Whoever is let into the admin's journal; everybody else is refused."""
    user = actor(request)
    if not (user.is_staff and user.has_perm("verification.view_event")):
        raise NotAllowed()
    return user


@login_required
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Privileged acts, newest first, filtered by the address. For coordinators who used their second factor."""
    user = _coordinator(request)
    if not factors.used(request):
        return redirect(factors.where_to_use_it(request, user))
    form, asked = _asked(request.GET)
    before = number_of(request.GET.get("before"))
    found = auditing.acts(asked, before=before, limit=PAGE + 1) if asked else []
    shown = found[:PAGE]
    context = {
        "form": form,
        "acts": acts.in_words(shown, auditing.named(shown)),
        "filtered": bool(asked and asked != Asked()),
        "previous_url": _address(request.GET) if before else "",
        "next_url": _address(request.GET, before=shown[-1].pk) if len(found) > PAGE else "",
    }
    return render(request, "audit.html", context)


@login_required
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """The same acts as a file, all of them. Asks for a fresh factor; that it was taken is an act of its own."""
    user = _coordinator(request)
    _form, asked = _asked(request.POST)
    if asked is None or not factors.fresh(request):
        back = _address(request.POST)
        return redirect(back if asked is None else factors.where_to_use_it(request, user, back=back))
    pieces = auditing.export(asked, by=user, request_id=request_id(request))
    language = translation.get_language()

    def lines() -> Iterator[str]:
        with translation.override(language):
            yield acts.csv_head()
        for events in pieces:
            with translation.override(language):
                yield "".join(acts.csv_lines(events, auditing.named(events)))

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="glacier-audit-{timezone.localdate()}.csv"'
    return response


def _asked(data: QueryDict) -> tuple[AuditForm, Asked | None]:
    """The filter as typed, and what it asks for; None where it cannot be read."""
    form = AuditForm(data)
    if not form.is_valid():
        return form, None
    given: dict[str, Any] = form.cleaned_data
    person = None
    if given["person"] and (person := people.called(given["person"])) is None:
        form.add_error("person", _("Nobody is called that here. Enter a public name or a mail address."))
        return form, None
    until = given["until"] and given["until"] + timedelta(days=1)
    return form, Asked(
        person=person.pk if person else None,
        action=given["action"],
        since=_midnight(given["since"]),
        until=_midnight(until),
    )


def _midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None


def _address(data: QueryDict, **more: object) -> str:
    """The audit's page with the filter as typed."""
    query = QueryDict(mutable=True)
    query.update({name: str(data[name]) for name in AuditForm.base_fields if data.get(name)})
    query.update({name: str(value) for name, value in more.items()})
    return reverse("audit") + (f"?{query.urlencode()}" if query else "")
