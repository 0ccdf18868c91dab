"""The admin's own doors and manners: who enters, what is only seen, what an edit leaves behind."""

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from verification import factors, journal
from verification.journal import acting
from verification.models import (
    Event,
    User,
)
from verification.sop import Action, Role
from verification.views.requests import actor

admin.site.site_header = admin.site.site_title = _("Glacier: coordination")
# Rights are given by two people, never by a form.
admin.site.unregister(Group)
# Whoever could add a confirmed address to another person's account would have its password sent there.
admin.site.unregister(EmailAddress)


def _with_a_factor(request: HttpRequest) -> bool:
    """Staff with a second factor, superusers not excepted; that this session used it, the session has shown."""
    user = request.user
    return isinstance(user, User) and user.is_active and user.is_staff and factors.has_factor(user)


def _led_to_a_factor(login: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Staff without a second factor are led to where they set one up."""

    def led(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if isinstance(user, User) and user.is_staff and not factors.has_factor(user):
            return redirect("mfa_index")
        return login(request, *args, **kwargs)

    return led


# Factors are their person's alone: no administrator looks at one, adds one or takes one away.
admin.site.unregister(Authenticator)
# Sign-ins of organisations stand in the settings, and whose account is whose is nobody's to change.
admin.site.unregister([SocialAccount, SocialApp, SocialToken])
admin.site.has_permission = _with_a_factor  # type: ignore[method-assign]
admin.site.login = secure_admin_login(_led_to_a_factor(admin.site.login))  # type: ignore[method-assign]


def _change_password(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """There is one door for passwords, where who acts is named."""
    return redirect("account_change_password")


admin.site.password_change = _change_password  # type: ignore[method-assign, assignment]


def column(name: str, label: str | Promise) -> Callable[[models.Model], Any]:
    """A column of the admin's tables under a label in both languages; codes are shown as their words."""

    @admin.display(description=label, ordering=name)  # type: ignore[arg-type]
    def shown(row: models.Model) -> Any:
        in_words = getattr(row, f"get_{name}_display", None)
        return in_words() if in_words else getattr(row, name)

    shown.__name__ = name
    return shown


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Seen, never written: whatever changes here goes through the workflow."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes."""
        return False


class Remembering(SimpleHistoryAdmin):  # type: ignore[misc]
    """Old states are looked at, never brought back: whatever changes is done anew, by somebody, for a reason."""

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """simple-history's form, which would write what was sent to it."""
        if request.method == "POST":
            raise PermissionDenied
        response: HttpResponse = super().history_form_view(request, object_id, version_id, extra_context)
        return response


class ReadOnlyTracked(ReadOnly, Remembering):
    """Read-only, with the history table shown."""


class Acting(Remembering):
    """Editable by coordinators; the coordinator is named as the actor of every row that changes."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """Django's form, inside a transaction that names who acts."""
        with acting(by=actor(request), reason=f"admin: {self.model._meta.model_name}"):
            response: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        return response

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """An edit that changes something is one event: what was edited and which fields, never what they say."""
        super().save_related(request, form, formsets, change)
        beside = [formset.get_default_prefix() for formset in formsets if formset.has_changed()]
        fields = [*form.changed_data, *beside]
        if fields:
            told = {"table": self.model._meta.label_lower, "fields": fields}
            journal.append([self.event(form.instance, change, by=actor(request), answers=told)])

    def event(self, row: Any, change: bool, *, by: User, answers: dict[str, Any]) -> Event:
        """Of words that everybody reads, unless a table says otherwise."""
        answers["row"] = str(row.pk)
        return journal.new_event(Action.CHANGE_WORDS, by=by, role=Role.COORDINATOR, answers=answers)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted: organisations are merged, memberships end."""
        return False
