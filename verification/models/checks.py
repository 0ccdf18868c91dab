"""Reviewers: the check of a legal name, which two people of two organisations make together, for half a year."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from verification.models.people import Organisation, User
from verification.models.tracking import tracked

# How long a check holds; then the same two steps are taken again.
VALID = timedelta(days=180)
# A candidate asks, the first reviewer checks, the second confirms: what is left lying is asked for again.
OPEN_FOR = timedelta(days=30)


class Reviewer(models.Model):
    """One check of one person's legal name: asked for, checked by one reviewer, confirmed by another.

    In force from `confirmed_at` until `expires_at`, unless it was ended or the person suspended. A renewal is a
    row of its own; when it is confirmed, the one before it ends. The name itself stands in `LegalName`.

    `founder` numbers the two people an installation begins with. There is nobody yet who could take the second
    step, so each takes both for the other: this once, twice at most, and by constraint never again.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="checks")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="reviewers")
    founder = models.PositiveSmallIntegerField(null=True, unique=True, editable=False)
    asked_at = models.DateTimeField(db_default=Now())
    # Who took each step, and for which organisation they review: at its root, as it was then.
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    checked_for = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_for = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    history = tracked(
        *("uid", "user", "organisation", "founder"),
        *("checked_by", "checked_for", "confirmed_by", "confirmed_for"),
    )

    class Meta:
        verbose_name = _("reviewer")
        verbose_name_plural = _("reviewers")
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_by=None, checked_for=None, checked_at=None)
                | Q(checked_by__isnull=False, checked_for__isnull=False, checked_at__isnull=False),
                name="reviewer_checked_stamp",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_for=None, confirmed_at=None, expires_at=None)
                | Q(
                    confirmed_by__isnull=False,
                    confirmed_for__isnull=False,
                    confirmed_at__isnull=False,
                    expires_at__isnull=False,
                ),
                name="reviewer_confirmed_stamp",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None)
                | Q(checked_at__isnull=False, confirmed_at__gte=F("checked_at")),
                name="reviewer_checked_first",
            ),
            models.CheckConstraint(
                condition=(Q(checked_by=None) | ~Q(checked_by=F("user")))
                & (Q(confirmed_by=None) | ~Q(confirmed_by=F("user"))),
                name="reviewer_checked_by_others",
                violation_error_message=_("Nobody checks their own name."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None)
                | Q(founder__isnull=False)
                | (~Q(confirmed_by=F("checked_by")) & ~Q(confirmed_for=F("checked_for"))),
                name="reviewer_two_people_of_two_houses",
                violation_error_message=_("Two people of different organisations take the two steps."),
            ),
            models.CheckConstraint(
                condition=Q(founder=None) | Q(founder__in=[1, 2]), name="reviewer_two_founders"
            ),
            models.CheckConstraint(
                condition=Q(expires_at=None)
                | Q(expires_at__gt=F("confirmed_at"), expires_at__lte=F("confirmed_at") + VALID),
                name="reviewer_for_half_a_year",
            ),
            models.CheckConstraint(
                condition=Q(suspended_at=None) | Q(confirmed_at__isnull=False),
                name="reviewer_suspended_when_one",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(confirmed_at=None, ended_at=None),
                name="reviewer_asks_once",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(confirmed_at__isnull=False, ended_at=None),
                name="reviewer_in_force_once",
            ),
        ]

    def __str__(self) -> str:
        return f"reviewer {self.user_id}"


class LegalName(models.Model):
    """What is to be checked, encrypted; the key lives outside the database. Gone when the check ends.

    Not tracked: history cannot be written under a new key, and would keep what was to be forgotten.
    """

    of = models.OneToOneField(Reviewer, models.CASCADE, primary_key=True, related_name="legal_name")
    sealed = models.TextField(_("legal name (encrypted)"))

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(sealed=""), name="legal_name_given")]

    def __str__(self) -> str:
        return f"legal name of check {self.pk}"
