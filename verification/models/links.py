"""Owner links: the secret address by which somebody who has no account speaks for one record."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from verification.models.people import User
from verification.models.records import Public


class OwnerLink(models.Model):
    """A link given to whoever answers for a record: it says *still true*, or takes the record down; no more.

    Only a SHA-256 digest of the secret is kept; the link is shown once, when it is issued. Events name it by
    its uid.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    record = models.ForeignKey(Public, models.PROTECT, related_name="owner_links")
    digest = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField(db_default=Now())
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("owner link")
        verbose_name_plural = _("owner links")
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="owner_link_revoked_stamp",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")), name="owner_link_expires_later"
            ),
        ]

    def __str__(self) -> str:
        return str(self.uid)
