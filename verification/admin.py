"""Django's admin for coordinators: organisations and memberships may be edited; what the workflow owns is only read."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from verification import attempts, names, people, publishing
from verification.journal import acting
from verification.models import (
    Attempt,
    Event,
    Membership,
    Organisation,
    OrganisationAlias,
    Reviewer,
    Submission,
    TakeDown,
    User,
)
from verification.views.requests import actor

admin.site.site_header = admin.site.site_title = _("Glacier: coordination")
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


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


class ReadOnlyTracked(ReadOnly, SimpleHistoryAdmin):  # type: ignore[misc]
    """Read-only, with the history table shown."""


class Acting(SimpleHistoryAdmin):  # type: ignore[misc]
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

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted: organisations are merged, memberships end."""
        return False


class AliasInline(admin.TabularInline):  # type: ignore[type-arg]
    """Other names an organisation goes by."""

    model = OrganisationAlias
    extra = 1
    fields = ("name",)


@admin.register(Organisation)
class OrganisationAdmin(Acting):
    """Organisations: names, aliases, whether proven."""

    list_display = ("name", "kind", "place", "proven", "merged_into")
    list_filter = ("kind", "proven")
    search_fields = ("name", "aliases__name")
    autocomplete_fields = ("merged_into",)
    inlines = [AliasInline]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Aliases are compared in their normalised form; the organisation's own name is one of them."""
        super().save_related(request, form, formsets, change)
        organisation = form.instance
        for alias in organisation.aliases.all():
            alias.normalised = names.normalise(alias.name)
            alias.save(update_fields=["normalised"])
        OrganisationAlias.objects.get_or_create(
            organisation=organisation,
            normalised=names.normalise(organisation.name),
            defaults={"name": organisation.name},
        )
        by = actor(request)
        publishing.rerender_organisations(people.settle_merge(organisation, by=by), by=by)


@admin.register(Membership)
class MembershipAdmin(Acting):
    """Who speaks for whom, since when; ended, not deleted."""

    list_display = ("user", "organisation", "is_admin", "since", "ended_at")
    autocomplete_fields = ("user", "organisation")
    readonly_fields = ("since",)


@admin.register(User)
class UserAdmin(Acting):
    """People: may be deactivated. Mail addresses are shown to coordinators only."""

    list_display = ("pseudonym", "email", "is_active", "is_staff", "is_robot")
    search_fields = ("pseudonym", "email")
    fields = ("pseudonym", "email", "is_active", "date_joined")
    readonly_fields = ("pseudonym", "email", "date_joined")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People sign up themselves."""
        return False


@admin.register(Reviewer)
class ReviewerAdmin(ReadOnlyTracked):
    """Reviewers, without their legal names."""

    list_display = ("user", "organisation", "checked_by", "checked_at", "expires_at", "suspended_at")
    exclude = ("legal_name",)


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyTracked):
    """Submissions, by where they stand."""

    list_display = ("uid", "kind", "intent", "status", "risk", "origin", "submitted_by", "submitted_at")
    list_filter = ("status", "kind", "intent", "risk")
    search_fields = ("uid__exact",)
    show_full_result_count = False


@admin.register(Event)
class EventAdmin(ReadOnly):
    """The journal."""

    list_display = ("id", "at", "actor", "role", "action", "kind", "record", "version", "reason")
    list_filter = ("action", "kind")
    exclude = ("public_salt", "private_salt")
    show_full_result_count = False


@admin.register(TakeDown)
class TakeDownAdmin(ReadOnly):
    """Take-downs and their second looks."""

    list_display = ("record", "version", "taken_by", "taken_at", "looked_by", "looked_at")


@admin.register(Attempt)
class AttemptAdmin(ReadOnly):
    """Publications that failed; parked ones may be given a fresh start once the cause is mended."""

    list_display = ("submission", "tries", "last_error", "next_try", "parked_at")
    actions = ("try_again",)

    @admin.action(description=_("Try to publish again"), permissions=["view"])
    def try_again(self, request: HttpRequest, queryset: Any) -> None:
        """Forget the failed tries."""
        attempts.forget(list(queryset.values_list("pk", flat=True)))
