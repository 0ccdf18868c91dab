"""How submissions came into reviewers' hands: kept for ever, because it is what shows that nobody picks."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from verification.models.journal import ClockTimestamp
from verification.models.people import User
from verification.models.submissions import Submission
from verification.sop import WAITING, Given, Risk


class Handing(models.Model):
    """A submission was given to a reviewer for the step it waited for then. A trigger refuses to change or delete it.

    `by` is the coordinator who directed it; chance has no name.
    """

    at = models.DateTimeField(db_default=ClockTimestamp())
    reviewer = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="handings", db_index=False)
    status = models.CharField(max_length=20)
    risk = models.SmallIntegerField(choices=Risk)
    given = models.CharField(max_length=10, choices=Given)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        indexes = [
            models.Index("reviewer", "at", name="handing_of_reviewer", condition=Q(given=Given.DRAWN)),
            models.Index("submission", "id", name="handing_of_submission"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(given__in=Given.values), name="handing_given_known"),
            models.CheckConstraint(condition=Q(status__in=sorted(WAITING)), name="handing_of_what_waits"),
            models.CheckConstraint(
                condition=Q(given=Given.DIRECTED, by__isnull=False) | ~Q(given=Given.DIRECTED) & Q(by=None),
                name="handing_directed_by",
            ),
            models.CheckConstraint(
                condition=Q(by=None) | ~Q(by=F("reviewer")),
                name="handing_not_to_oneself",
                violation_error_message=_("Nobody hands an entry to themselves."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} to {self.reviewer_id}, {self.given}"
