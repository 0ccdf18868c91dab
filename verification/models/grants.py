"""What one person may not decide alone: proposed by one, confirmed by others, each step stamped."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from verification.models.people import Organisation, User
from verification.models.tracking import tracked
from verification.sop import Action, Role

# Nobody confirms what was proposed in other circumstances.
OPEN_FOR = timedelta(days=14)

# What takes two people, always; of these the last two need two reviewers where no second coordinator is.
_BY_TWO = [Action.REINSTATE, Action.REACTIVATE, Action.JOIN, Action.CHANGE_ORGANISATION]
_BY_COORDINATORS = [Action.MAKE_COORDINATOR, Action.UNMAKE_COORDINATOR]
# What a coordinator does at once, because it only takes power away.
_AT_ONCE = [Action.SUSPEND, Action.DEACTIVATE]
GRANTED = [*_BY_COORDINATORS, *_BY_TWO, *_AT_ONCE, Action.RESET_FACTOR]


class Grant(models.Model):
    """One act about a person or an organisation that others have to agree to. Done, withdrawn, or open.

    `act` says which. For *join* the person becomes the organisation's admin; for *change organisation* its
    members are said to speak for it, or, where `domain` is named, whoever has an address there may join.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    act = models.CharField(max_length=20, choices=[(a.value, a.label) for a in GRANTED])
    person = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    domain = models.CharField(max_length=120, blank=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_as = models.CharField(max_length=20, choices=Role)
    proposed_for = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now())
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_as = models.CharField(max_length=20, choices=Role, blank=True)
    confirmed_for = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    # The second of two reviewers, where they stand in for a second coordinator.
    seconded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    seconded_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    history = tracked(
        *("uid", "person", "organisation", "proposed_by", "proposed_for"),
        *("confirmed_by", "confirmed_for", "seconded_by"),
    )

    class Meta:
        verbose_name = _("act of several people")
        verbose_name_plural = _("acts of several people")
        constraints = [
            models.CheckConstraint(condition=Q(act__in=GRANTED), name="grant_known"),
            models.CheckConstraint(
                condition=Q(act__in=[Action.CHANGE_ORGANISATION], person=None, organisation__isnull=False)
                | Q(act__in=[Action.JOIN], person__isnull=False, organisation__isnull=False, domain="")
                | (
                    ~Q(act__in=[Action.CHANGE_ORGANISATION, Action.JOIN])
                    & Q(person__isnull=False, organisation=None, domain="")
                ),
                name="grant_about",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None, confirmed_as="")
                | (Q(confirmed_by__isnull=False, confirmed_at__isnull=False) & ~Q(confirmed_as="")),
                name="grant_confirmed_stamp",
            ),
            models.CheckConstraint(
                condition=Q(seconded_by=None, seconded_at=None)
                | Q(seconded_by__isnull=False, seconded_at__isnull=False, confirmed_by__isnull=False),
                name="grant_seconded_stamp",
            ),
            models.CheckConstraint(
                condition=Q(person=None)
                | (
                    ~Q(proposed_by=F("person"))
                    & (Q(confirmed_by=None) | ~Q(confirmed_by=F("person")))
                    & (Q(seconded_by=None) | ~Q(seconded_by=F("person")))
                ),
                name="grant_not_on_oneself",
                violation_error_message=_("Nobody decides about themselves."),
            ),
            models.CheckConstraint(
                condition=(Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")))
                & (
                    Q(seconded_by=None)
                    | (~Q(seconded_by=F("proposed_by")) & ~Q(seconded_by=F("confirmed_by")))
                ),
                name="grant_by_different_people",
                violation_error_message=_("Another person has to confirm it."),
            ),
            models.CheckConstraint(
                condition=Q(done_at=None)
                | Q(act__in=_BY_TWO, confirmed_by__isnull=False)
                | Q(act__in=_BY_COORDINATORS, proposed_as=Role.COORDINATOR, confirmed_as=Role.COORDINATOR)
                | Q(act__in=_BY_COORDINATORS, proposed_as=Role.COORDINATOR, seconded_by__isnull=False)
                | Q(act__in=_AT_ONCE, proposed_as=Role.COORDINATOR)
                | Q(act__in=_AT_ONCE, confirmed_by__isnull=False)
                | (
                    Q(
                        act=Action.RESET_FACTOR,
                        proposed_as=Role.REVIEWER,
                        confirmed_as=Role.REVIEWER,
                        proposed_for__isnull=False,
                        confirmed_for__isnull=False,
                    )
                    & ~Q(proposed_for=F("confirmed_for"))
                ),
                name="grant_done_by_enough",
                violation_error_message=_("This takes more people."),
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(withdrawn_at=None), name="grant_done_or_withdrawn"
            ),
            models.UniqueConstraint(
                fields=["act", "person", "organisation", "domain"],
                condition=Q(done_at=None, withdrawn_at=None),
                nulls_distinct=False,
                name="grant_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.uid}"
