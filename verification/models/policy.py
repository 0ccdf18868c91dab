"""The policy: which class of change asks for what. Versions are proposed, adopted or declined, and never changed."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from verification.models.people import User


def _stamp(name: str) -> Q:
    return Q(**{f"{name}_at": None, f"{name}_by": None}) | Q(
        **{f"{name}_at__isnull": False, f"{name}_by__isnull": False}
    )


class Policy(models.Model):
    """One version of the rules. In force is the newest that was adopted; one proposal at a time waits.

    A trigger lets nothing of it be changed but that it is adopted, or declined, once. `fingerprint` is the SHA-256 of
    the content's canonical JSON. Version 0, `replay`, is for the rows that `manage.py replay` sends, and for no other.
    That proposer and adopter are of two organisations is no constraint: memberships end, and the row stays.
    """

    version = models.PositiveIntegerField(primary_key=True)
    content = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    reason = models.TextField(_("reason"))
    proposed_at = models.DateTimeField(db_default=Now())
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    adopted_at = models.DateTimeField(null=True)
    adopted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    declined_at = models.DateTimeField(null=True)
    declined_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        constraints = [
            models.CheckConstraint(condition=_stamp("adopted"), name="policy_adopted_stamp"),
            models.CheckConstraint(condition=_stamp("declined"), name="policy_declined_stamp"),
            models.CheckConstraint(
                condition=Q(adopted_at=None) | Q(declined_at=None), name="policy_adopted_or_declined"
            ),
            models.CheckConstraint(
                condition=Q(adopted_by=None) | ~Q(adopted_by=F("proposed_by")),
                name="policy_two_people",
                violation_error_message=_("Rules are proposed by one person and adopted by another."),
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="policy_reason_given"),
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(adopted_at=None, declined_at=None),
                name="policy_one_waits",
                violation_error_message=_("Other rules are proposed already: adopt or decline them first."),
            ),
        ]

    def __str__(self) -> str:
        return f"policy {self.version}"
