"""How people come to belong to an organisation: invitations, and domains that were proven to be its own."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from verification.models.grants import Grant
from verification.models.people import Organisation, User
from verification.models.tracking import tracked

INVITED_FOR = timedelta(days=7)


class Invitation(models.Model):
    """Somebody is asked to join, by mail, with a link that is good once.

    Only a SHA-256 digest of the secret is kept. Whoever follows the link has to be signed in with that address.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="invitations")
    email = models.EmailField(_("mail address"))
    as_admin = models.BooleanField(_("may invite others"), default=False)
    # Whoever accepts is led on to the vouching; the invitation itself vouches for nobody.
    to_review = models.BooleanField(_("is asked to review"), default=False)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        indexes = [models.Index("email", name="invitation_of_address")]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_by=None, accepted_at=None)
                | Q(accepted_by__isnull=False, accepted_at__isnull=False),
                name="invitation_accepted_stamp",
            ),
            models.CheckConstraint(
                condition=Q(revoked_by=None, revoked_at=None)
                | Q(revoked_by__isnull=False, revoked_at__isnull=False),
                name="invitation_revoked_stamp",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None), name="invitation_accepted_or_revoked"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(accepted_at__lt=F("expires_at")),
                name="invitation_accepted_in_time",
            ),
            models.CheckConstraint(
                condition=Q(accepted_by=None) | ~Q(accepted_by=F("invited_by")),
                name="invitation_accepted_by_another",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("invited_at"), expires_at__lte=F("invited_at") + INVITED_FOR),
                name="invitation_for_a_week",
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="invitation_address_lower"),
        ]

    def __str__(self) -> str:
        return str(self.uid)


class Domain(models.Model):
    """A mail domain that belongs to an organisation alone, as two people found: addresses there may join it."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="domains")
    domain = models.CharField(_("mail domain"), max_length=120)
    # The act of two people it rests on.
    grant = models.OneToOneField(Grant, models.PROTECT, related_name="+")
    since = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    history = tracked("organisation", "grant")

    class Meta:
        verbose_name = _("mail domain")
        verbose_name_plural = _("mail domains")
        constraints = [
            models.CheckConstraint(
                condition=Q(domain__regex=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"), name="domain_well_formed"
            ),
            models.UniqueConstraint(fields=["domain"], condition=Q(ended_at=None), name="domain_once"),
        ]

    def __str__(self) -> str:
        return self.domain
