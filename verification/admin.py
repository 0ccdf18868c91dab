"""Django's admin for coordinators.

Organisations, memberships and the words of reasons may be edited; what the workflow owns is only read.
"""

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from verification import attempts, factors, journal, names, organisations, outbox, people, publishing, reasons
from verification.journal import acting
from verification.models import (
    Attempt,
    Event,
    Grant,
    Membership,
    Organisation,
    OrganisationAlias,
    Outbox,
    ReasonWords,
    Reviewer,
    Submission,
    TakeDown,
    User,
)
from verification.sop import REASONS, Action, Reason, Role
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


class AliasInline(admin.TabularInline):  # type: ignore[type-arg]
    """Other names an organisation goes by."""

    model = OrganisationAlias
    extra = 1
    fields = ("name",)


class OrganisationForm(forms.ModelForm):  # type: ignore[type-arg]
    """An organisation; one that has people is not merged by one coordinator into one that is proven."""

    class Meta:
        model = Organisation
        fields = ("name", "kind", "place", "merged_into")

    def clean_merged_into(self) -> Organisation | None:
        """Its people would speak for the proven one, and that takes two people to decide."""
        into: Organisation | None = self.cleaned_data["merged_into"]
        root = into and organisations.root_of(into)
        if (
            root is not None
            and root.proven
            and self.instance.pk
            and people.members_of(
                [self.instance.pk, *self.instance.merged_from.values_list("pk", flat=True)]
            ).exists()
        ):
            raise ValidationError(
                _(
                    "People belong to it, who would then speak for the other: they leave it first, and join that one."
                )
            )
        return into


@admin.register(Organisation)
class OrganisationAdmin(Acting):
    """Organisations: names, aliases, whether proven."""

    list_display = (
        column("name", _("name")),
        column("kind", _("kind")),
        column("place", _("place")),
        "proven",
        column("merged_into", _("merged into")),
    )
    list_select_related = ("merged_into",)
    list_filter = ("kind", "proven")
    search_fields = ("name", "aliases__name")
    form = OrganisationForm
    autocomplete_fields = ("merged_into",)
    # That its members speak for it is said by two people: `granting`.
    readonly_fields = ("proven",)
    inlines = [AliasInline]

    def event(self, row: Any, change: bool, *, by: User, answers: dict[str, Any]) -> Event:
        """Of this organisation."""
        action = Action.CHANGE_ORGANISATION if change else Action.ADD_ORGANISATION
        about = {"role": Role.COORDINATOR, "organisation": row.pk, "answers": answers}
        return journal.new_event(action, by=by, **about)

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
        publishing.rerender_organisations(organisations.settle_merge(organisation, by=by), by=by)


@admin.register(Membership)
class MembershipAdmin(ReadOnlyTracked):
    """Who speaks for whom, since when. It begins and ends on the organisation's own page."""

    list_display = (
        column("user", _("person")),
        column("organisation", _("organisation")),
        "is_admin",
        column("way", _("how")),
        column("since", _("since")),
        column("ended_at", _("ended")),
    )
    list_select_related = ("user", "organisation")


@admin.register(User)
class UserAdmin(ReadOnlyTracked):
    """People, read only: accounts are closed and opened, and power is given, by `granting`. Mail addresses are shown
    to coordinators only."""

    list_display = (
        column("pseudonym", _("pseudonym")),
        column("email", _("mail address")),
        "is_active",
        "is_staff",
        "is_robot",
    )
    search_fields = ("pseudonym", "email")
    fields = ("pseudonym", "email", "is_active", "is_staff", "date_joined")


@admin.register(Reviewer)
class ReviewerAdmin(ReadOnlyTracked):
    """Checks of legal names, without the names."""

    list_display = (
        column("user", _("person")),
        column("organisation", _("organisation")),
        column("checked_by", _("checked by")),
        column("checked_at", _("checked")),
        column("confirmed_by", _("confirmed by")),
        column("confirmed_at", _("confirmed")),
        column("expires_at", _("expires")),
        column("suspended_at", _("suspended")),
        column("ended_at", _("ended")),
    )
    list_select_related = ("user", "organisation", "checked_by", "confirmed_by")


@admin.register(Grant)
class GrantAdmin(ReadOnlyTracked):
    """What took several people, by whom and when."""

    list_display = (
        column("act", _("act")),
        column("person", _("person")),
        column("organisation", _("organisation")),
        column("domain", _("mail domain")),
        column("proposed_by", _("proposed by")),
        column("confirmed_by", _("confirmed by")),
        column("seconded_by", _("seconded by")),
        column("done_at", _("done")),
        column("withdrawn_at", _("withdrawn")),
    )
    list_select_related = ("person", "organisation", "proposed_by", "confirmed_by", "seconded_by")
    list_filter = ("act",)


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyTracked):
    """Submissions, by where they stand."""

    list_display = (
        column("uid", _("number")),
        column("kind", _("list")),
        column("intent", _("what is asked for")),
        column("status", _("status")),
        column("risk", _("risk")),
        column("origin", _("origin")),
        column("submitted_by", _("submitted by")),
        column("submitted_at", _("submitted")),
    )
    list_select_related = ("submitted_by",)
    list_filter = ("status", "kind", "intent", "risk")
    search_fields = ("uid__exact",)
    show_full_result_count = False


@admin.register(Event)
class EventAdmin(ReadOnly):
    """The journal."""

    list_display = (
        column("id", _("number")),
        column("at", _("time")),
        column("actor", _("who")),
        column("role", _("role")),
        column("action", _("action")),
        column("kind", _("list")),
        column("record", _("record")),
        column("version", _("version")),
        column("reason", _("reason")),
    )
    list_select_related = ("actor",)
    list_filter = ("action", "kind")
    exclude = ("public_salt", "private_salt")
    show_full_result_count = False


@admin.register(TakeDown)
class TakeDownAdmin(ReadOnly):
    """Take-downs and their second looks."""

    list_display = (
        column("record", _("record")),
        column("version", _("version")),
        column("taken_by", _("taken down by")),
        column("taken_at", _("taken down")),
        column("looked_by", _("looked at by")),
        column("looked_at", _("looked at")),
    )
    list_select_related = ("record", "taken_by", "looked_by")


@admin.register(Attempt)
class AttemptAdmin(ReadOnly):
    """Publications that failed; parked ones may be given a fresh start once the cause is mended."""

    list_display = (
        column("submission", _("submission")),
        column("tries", _("tries")),
        column("last_error", _("last error")),
        column("next_try", _("next try")),
        column("parked_at", _("parked")),
    )
    list_select_related = ("submission",)
    actions = ("try_again",)

    @admin.action(description=_("Try to publish again"), permissions=["view"])
    def try_again(self, request: HttpRequest, queryset: Any) -> None:
        """Forget the failed tries of those that are parked."""
        attempts.try_again(list(queryset.values_list("pk", flat=True)), by=actor(request))


@admin.register(Outbox)
class OutboxAdmin(ReadOnly):
    """Mail: to whom, what about, and what became of it. What it says is for its reader alone."""

    list_display = (
        column("address", _("to")),
        column("subject", _("subject")),
        column("created_at", _("written")),
        column("tries", _("tries")),
        column("last_error", _("last error")),
        column("next_try", _("next try")),
        column("sent_at", _("sent")),
        column("parked_at", _("parked")),
    )
    list_filter = (("parked_at", admin.EmptyFieldListFilter), ("sent_at", admin.EmptyFieldListFilter))
    ordering = ("-id",)
    exclude = ("text",)
    show_full_result_count = False
    actions = ("try_again",)

    @admin.action(description=_("Try to send again"), permissions=["view"])
    def try_again(self, request: HttpRequest, queryset: Any) -> None:
        """A fresh start for those that are parked."""
        outbox.try_again(list(queryset.values_list("pk", flat=True)), by=actor(request))


class ReasonForm(forms.ModelForm):  # type: ignore[type-arg]
    """The words of a reason; a code that something needs is never switched off."""

    class Meta:
        model = ReasonWords
        fields = ("words_zh", "words_en", "how_to_fix_zh", "how_to_fix_en", "off")

    def clean_off(self) -> bool:
        """Refused for codes the machine gives, and where an action would be left without any reason."""
        off: bool = self.cleaned_data["off"]
        code = self.instance.code
        if off and code in reasons.ALWAYS:
            raise ValidationError(_("This reason is given by the machine, or is the only one of its action."))
        others = set(ReasonWords.objects.filter(off=True).values_list("code", flat=True)) | {code}
        for action, codes in REASONS.items():
            if off and code in codes and not set(codes) - others:
                sentence = _("Nothing would be left to give as a reason for: %(action)s.")
                raise ValidationError(sentence, params={"action": Action(action).label})
        return off


@admin.register(ReasonWords)
class ReasonAdmin(Acting):
    """Reasons: their words, how to fix what they name, and whether new decisions may give them."""

    form = ReasonForm
    readonly_fields = ("code", "shipped", "used_for")
    fields = ("code", "shipped", "used_for", *ReasonForm.Meta.fields)
    list_display = ("code", "in_force", "used_for", "off")
    list_filter = ("off",)
    search_fields = ("code", "words_zh", "words_en")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Codes are code: they come with a version of it."""
        return False

    @admin.display(description=_("words in force"))
    def in_force(self, row: ReasonWords) -> str:
        """As everybody reads them."""
        return reasons.words(row.code)

    @admin.display(description=_("words as shipped"))
    def shipped(self, row: ReasonWords) -> str:
        """What stands where nothing is filled in."""
        return str(Reason(row.code).label) if row.code in Reason.values else ""

    @admin.display(description=_("given for"))
    def used_for(self, row: ReasonWords) -> str:
        """The actions that may give it."""
        return " · ".join(str(action.label) for action, codes in REASONS.items() if row.code in codes)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Raise the version of the words in the transaction of the edit."""
        super().save_related(request, form, formsets, change)
        if form.has_changed():
            reasons.IN_FORCE.changed()
