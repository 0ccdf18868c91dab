"""Records: the typed truth of each list, the public row of every record, and the lists' versions."""

import uuid
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from verification import sieves
from verification.models.people import Organisation, User
from verification.models.tracking import tracked
from verification.sop import Freshness, Origin, State


class Record(models.Model):
    """One entry of a list: the whole truth, private fields included. Only `publishing` writes it.

    Each list has its own typed table. A subclass's Meta must inherit `Record.Meta`, or the constraints
    are lost; a test looks. `trust` keeps who took the steps and on what grounds, as it was shown.
    """

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=State)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    origin = models.CharField(max_length=20, choices=Origin)
    source = models.CharField(max_length=80, blank=True)
    source_key = models.CharField(max_length=300, blank=True)
    trust = models.JSONField(default=dict)
    lines = models.JSONField(default=list)
    # The highest number a line of it ever had: a new line gets the next, so that none is given twice.
    last_line = models.PositiveIntegerField(default=0)
    source_dated = models.DateField(_("date of the source"), null=True, blank=True)
    verified_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    published_at = models.DateTimeField()

    history = tracked("uid", "organisation", inherit=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=Q(version__gte=1), name="%(class)s_version"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="%(class)s_state_known"),
            models.UniqueConstraint(
                fields=["source", "source_key"], condition=~Q(source_key=""), name="%(class)s_source_key"
            ),
        ]

    def __str__(self) -> str:
        return str(self.uid)


_LIVE = Q(state=State.LIVE)


class SieveField(models.Field):  # type: ignore[type-arg]
    """The bits of a row's tokens; see `verification.sieves`."""

    def db_type(self, connection: object) -> str:
        """A string of bits."""
        return f"bit({sieves.WIDTH})"


class PublicQuerySet(models.QuerySet["Public"]):
    """Reading what is public."""

    def live(self) -> Self:
        """Those that stand."""
        return self.filter(state=State.LIVE)


class Public(models.Model):
    """One row per record ever published, of every list: what readers read and everything points at.

    Derived: `body` is the rendered JSON, the rest are stored filter and sort columns. `tokens` holds
    search bigrams, exact filters (`item:n95-mask`, `place:420100`) and the keyed digests by which duplicates
    are found (`~…`), under one GIN index. A withdrawn row has a tombstone as body and no tokens, so that no
    filter finds it; it keeps its title, unless that is what must not be seen. A merged row likewise;
    `merged_into` is always the root, which a trigger checks. Locking a record means locking this row; several
    are locked in the order of their uids. `sieve` holds the tokens' bits for the indexes that searches walk.
    """

    uid = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=State)
    title = models.CharField(max_length=300)
    body = models.TextField()
    identity = models.CharField(max_length=64, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", db_index=False
    )
    tokens = ArrayField(models.TextField(), default=list)
    sieve = SieveField(default=sieves.ANYTHING, editable=False)
    place = models.CharField(max_length=6, blank=True)
    urgency = models.SmallIntegerField(default=0)
    unmet_since = models.DateTimeField()
    verified_at = models.DateTimeField()
    published_at = models.DateTimeField()
    freshness = models.CharField(max_length=10, choices=Freshness, default=Freshness.FRESH)
    due_at = models.DateTimeField()
    overdue_at = models.DateTimeField()
    stale_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    gone_reason = models.CharField(max_length=40, blank=True)
    merged_into = models.UUIDField(null=True)

    objects = PublicQuerySet.as_manager()

    class Meta:
        indexes = [
            # One for each order of a list. Freshness comes before the sort key: a page merges one scan per
            # freshness it shows and never walks what it leaves out. Ascending all, so that a page's start is
            # one comparison of rows: highest urgency first is its negative, ascending. What a search looks at
            # while it walks is included, so that it fetches no row that it passes over.
            models.Index(
                "kind",
                "freshness",
                F("urgency") * -1,
                "unmet_since",
                "uid",
                name="public_urgency",
                condition=_LIVE,
                include=["sieve", "urgency"],
            ),
            models.Index(
                "kind",
                "freshness",
                "unmet_since",
                "uid",
                name="public_unmet",
                condition=_LIVE,
                include=["sieve", "urgency"],
            ),
            models.Index(
                "kind",
                "freshness",
                "verified_at",
                "uid",
                name="public_verified",
                condition=_LIVE,
                include=["sieve", "urgency"],
            ),
            # The newest of all lists: what the search across them walks.
            models.Index(
                "freshness",
                "verified_at",
                "uid",
                name="public_newest",
                condition=_LIVE,
                include=["sieve", "kind"],
            ),
            models.Index("kind", "identity", name="public_identity"),
            GinIndex(fields=["tokens"], name="public_tokens"),
            # What was merged into a record.
            models.Index(
                fields=["merged_into"], name="public_merged", condition=Q(merged_into__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="public_state_known"),
            models.CheckConstraint(
                condition=Q(freshness__in=Freshness.values), name="public_freshness_known"
            ),
            models.CheckConstraint(
                condition=Q(state=State.LIVE, gone_at=None) | ~Q(state=State.LIVE) & Q(gone_at__isnull=False),
                name="public_gone",
            ),
            models.CheckConstraint(
                condition=Q(state=State.MERGED, merged_into__isnull=False)
                | ~Q(state=State.MERGED) & Q(merged_into=None),
                name="public_merged_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("uid")),
                name="public_not_merged_into_itself",
                violation_error_message=_("A record cannot be merged into itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid} v{self.version}"


class TakeDown(models.Model):
    """A take-down, or a merge, waiting for its second look, or given it."""

    record = models.ForeignKey(Public, models.PROTECT, related_name="take_downs")
    version = models.PositiveIntegerField()
    taken_at = models.DateTimeField(db_default=Now())
    taken_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    looked_at = models.DateTimeField(null=True)
    looked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("take-down")
        verbose_name_plural = _("take-downs")
        constraints = [
            models.UniqueConstraint(fields=["record", "version"], name="take_down_once"),
            models.CheckConstraint(
                condition=Q(looked_by=None, looked_at=None)
                | Q(looked_by__isnull=False, looked_at__isnull=False) & ~Q(looked_by=F("taken_by")),
                name="take_down_second_person",
                violation_error_message=_("A second person looks at a take-down."),
            ),
        ]

    def __str__(self) -> str:
        return f"take-down of {self.record_id}"


class ListVersion(models.Model):
    """Raised by whatever changes what a list shows; the ETag is made of it."""

    kind = models.CharField(max_length=40, primary_key=True)
    version = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(db_default=Now())
    # When something was last published in it; None before that.
    published_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class Counter(models.Model):
    """A count kept by the statements that change it, so that no page counts rows."""

    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    value = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="counter_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {self.value}"
