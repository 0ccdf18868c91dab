"""Django's admin for coordinators.

Organisations, memberships and the words of reasons may be edited; what the workflow owns is only read.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from verification import attempts, journal, names, organisations, outbox, people, publishing, reasons
from verification.coordinating import Acting, ReadOnly, ReadOnlyTracked, column
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
