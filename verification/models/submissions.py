"""Submissions: proposed versions of records, and the leases and attempts that go with them."""

import uuid
from collections.abc import Collection
from typing import Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from verification.models.people import Organisation, User
from verification.models.tracking import tracked
from verification.sop import OPEN, REQUESTS, WAITING, Given, Intent, Origin, Risk, Status


class NoneOf(Func):
    """SQL `value <> ALL (array)`: true too where the value is null."""

    template = "%(expressions)s)"
    arg_joiner = " <> ALL ("
    output_field = models.BooleanField()


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Reading submissions. Only `verification.workflow` writes their status."""

    def named(self, names: Collection[int] | Collection[UUID]) -> Self:
        """Those of these ids, or of these uids."""
        uids = [name for name in names if isinstance(name, UUID)]
        return self.filter(uid__in=uids) if uids else self.filter(pk__in=names)

    def waiting(self) -> Self:
        """Those a reviewer has to act on."""
        return self.filter(status__in=WAITING)

    def open(self) -> Self:
        """Those that may still come to something."""
        return self.filter(status__in=OPEN)


def _stamped(name: str) -> Q:
    """Both halves of a stamp, or neither."""
    return Q(**{f"{name}_at": None, f"{name}_by": None}) | Q(
        **{f"{name}_at__isnull": False, f"{name}_by__isnull": False}
    )


# Both steps taken, by two people; written in SQL as `verification.pairs` asks.
BY_TWO = Q(entered_by__gt=F("verified_by")) | Q(entered_by__lt=F("verified_by"))


class Submission(models.Model):
    """A proposed version of a record, walking the SOP. Nothing in it is public, nothing in it ticks.

    `payload` is the list's validated JSON under schema number `schema`; a trigger refuses to change it
    unless the row stands (or is put back) at collected or returned. `authors` are all who wrote any of
    it: none of them may take a step.

    `touched` are the fields it changes; from them follow the class, and what that asks for, under the `policy` of
    that version. That both reviewers are outsiders is no constraint: it rests on memberships as they are at the step.
    Published is it when `due_at` has come, which is set when it is entered.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    intent = models.CharField(max_length=20, choices=Intent)
    # The uid of the record it proposes a version of; a new one's is drawn here and has no Public row yet.
    record = models.UUIDField(default=uuid.uuid4)
    base_version = models.PositiveIntegerField(default=0)
    source = models.CharField(max_length=80, blank=True)
    source_key = models.CharField(max_length=300, blank=True)
    identity = models.CharField(max_length=64, blank=True)
    # Keyed digests of name, organisation and traits: what shares one may be the same (verification.duplicates).
    likeness = ArrayField(models.TextField(), default=list)
    payload = models.JSONField()
    schema = models.PositiveIntegerField()
    origin = models.CharField(max_length=20, choices=Origin)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="submissions", db_index=False
    )
    touched = ArrayField(models.TextField(), default=list)
    policy = models.PositiveIntegerField()
    risk = models.SmallIntegerField(choices=Risk)
    people = models.PositiveSmallIntegerField()
    outsiders = models.BooleanField()
    status = models.CharField(max_length=20, choices=Status, default=Status.COLLECTED)
    authors = ArrayField(models.BigIntegerField())
    submitted_at = models.DateTimeField(db_default=Now())
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="submissions", db_index=False)
    verified_at = models.DateTimeField(null=True)
    verified_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    entered_at = models.DateTimeField(null=True)
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)

    objects = SubmissionQuerySet.as_manager()
    history = tracked(
        "uid",
        "organisation",
        "submitted_by",
        "verified_by",
        "entered_by",
        "closed_by",
        derived=("likeness",),
    )

    class Meta:
        indexes = [
            # The inbox: of each step, highest risk first, then oldest.
            models.Index(
                "status",
                F("risk").desc(),
                "submitted_at",
                "id",
                name="submission_inbox",
                condition=Q(status__in=sorted(WAITING)),
            ),
            # The queue of the publisher, and what cools off.
            models.Index("due_at", "id", name="submission_due", condition=Q(status=Status.ENTERED)),
            # How long a publication took, for the status page.
            models.Index("closed_at", name="submission_published", condition=Q(status=Status.PUBLISHED)),
            models.Index("submitted_by", F("id").desc(), name="submission_mine"),
            # What came under a row's key before.
            models.Index("source", "source_key", name="submission_of_source", condition=~Q(source_key="")),
            models.Index(
                "kind", "identity", name="submission_identity", condition=Q(status__in=sorted(OPEN))
            ),
            models.Index("record", name="submission_of_record", condition=Q(status__in=sorted(OPEN))),
            # Who decided together with whom, from either side.
            models.Index(
                *("verified_by", "entered_at"),
                name="submission_pair_first",
                include=["entered_by"],
                condition=BY_TWO,
            ),
            models.Index(
                *("entered_by", "entered_at"),
                name="submission_pair_second",
                include=["verified_by"],
                condition=BY_TWO,
            ),
            GinIndex(
                fields=["likeness"],
                name="submission_likeness",
                condition=Q(status__in=sorted(OPEN), intent=Intent.NEW),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="submission_status_known"),
            models.CheckConstraint(condition=Q(intent__in=Intent.values), name="submission_intent_known"),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="submission_origin_known"),
            models.CheckConstraint(condition=Q(risk__in=Risk.values), name="submission_risk_known"),
            models.CheckConstraint(condition=_stamped("verified"), name="submission_verified_stamp"),
            models.CheckConstraint(condition=_stamped("entered"), name="submission_entered_stamp"),
            models.CheckConstraint(condition=_stamped("closed"), name="submission_closed_stamp"),
            models.CheckConstraint(
                condition=~NoneOf("submitted_by", "authors"),
                name="submission_submitter_is_author",
            ),
            models.CheckConstraint(
                condition=NoneOf("verified_by", "authors"),
                name="submission_verifier_no_author",
                violation_error_message=_("Nobody verifies what they wrote themselves."),
            ),
            models.CheckConstraint(
                condition=NoneOf("entered_by", "authors"),
                name="submission_enterer_no_author",
                violation_error_message=_("Nobody enters what they wrote themselves."),
            ),
            models.CheckConstraint(
                condition=Q(people=1) | Q(entered_by=None) | ~Q(entered_by=F("verified_by")),
                name="submission_two_people",
                violation_error_message=_("This needs two people: one verifies, another enters."),
            ),
            # The floor below which no policy goes.
            models.CheckConstraint(
                condition=Q(people=2) | Q(people=1, risk=Risk.ROUTINE), name="submission_people"
            ),
            models.CheckConstraint(
                condition=Q(outsiders=True) | Q(risk__lt=Risk.DANGEROUS), name="submission_outsiders"
            ),
            models.CheckConstraint(
                condition=Q(entered_at=None, due_at=None)
                | Q(entered_at__isnull=False, due_at__isnull=False, due_at__gte=F("entered_at")),
                name="submission_due_stamp",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.PUBLISHED)
                | Q(due_at=None)
                | Q(closed_at__isnull=False, closed_at__gte=F("due_at")),
                name="submission_cooled_off",
                violation_error_message=_("It is not due for publication yet."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.VERIFIED, Status.ENTERED, Status.PUBLISHED])
                | Q(verified_at__isnull=False),
                name="submission_steps_verified",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.ENTERED, Status.PUBLISHED])
                | Q(entered_at__isnull=False)
                | Q(intent__in=sorted(REQUESTS)),
                name="submission_steps_entered",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        Status.VERIFIED,
                        Status.ENTERED,
                        Status.PUBLISHED,
                        Status.REJECTED,
                        Status.DUPLICATE,
                        Status.WITHDRAWN,
                    ]
                )
                | Q(verified_at=None, entered_at=None),
                name="submission_steps_void",
            ),
            models.CheckConstraint(
                condition=Q(intent=Intent.NEW, base_version=0)
                | ~Q(intent=Intent.NEW) & Q(base_version__gte=1),
                name="submission_base",
            ),
            models.UniqueConstraint(
                fields=["record"],
                condition=Q(status=Status.ENTERED),
                name="submission_one_entered",
                violation_error_message=_("Another change of this record is being published."),
            ),
        ]
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class Lease(models.Model):
    """Who is checking a submission, until when, and how it came into their hands; the fence tells an old holder
    from the new one."""

    submission = models.OneToOneField(Submission, models.CASCADE, primary_key=True)
    holder = models.ForeignKey(User, models.CASCADE, related_name="leases")
    fence = models.BigIntegerField()
    until = models.DateTimeField()
    given = models.CharField(max_length=10, choices=Given)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(given__in=Given.values), name="lease_given_known"),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} by {self.holder_id}"


class Attempt(models.Model):
    """Publications of a submission that failed: how often, why, when next; parked after the last try."""

    submission = models.OneToOneField(Submission, models.CASCADE, primary_key=True)
    tries = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    next_try = models.DateTimeField()
    parked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("failed publication")
        verbose_name_plural = _("failed publications")

    def __str__(self) -> str:
        return f"{self.submission_id}: {self.tries}"
