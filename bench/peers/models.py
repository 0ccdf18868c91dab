"""The peer's tables: one for needs, with columns and a JSON field for the lines, foreign keys for the rest.

Twice: `Need` with the indexes everybody adds, `IndexedNeed` with the ideal partial index for its list too.
"""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords


class Person(AbstractUser):
    """Who signs in; also a reviewer, with a public name."""

    pseudonym = models.CharField(max_length=40, blank=True)
    team = models.CharField(max_length=200, blank=True)


class Hospital(models.Model):
    """An organisation of the register."""

    uid = models.UUIDField(unique=True)
    name = models.CharField(max_length=200)
    proven = models.BooleanField(default=False)


class Item(models.Model):
    """Something that is needed, and its names."""

    code = models.CharField(max_length=40, primary_key=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)


class AbstractNeed(models.Model):
    """What the two tables have in common."""

    uid = models.UUIDField(unique=True)
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=20, default="live")
    hospital = models.ForeignKey(Hospital, models.PROTECT, null=True, related_name="+")
    hospital_name = models.CharField(max_length=200)
    origin = models.CharField(max_length=20)
    place = models.CharField(max_length=6, db_index=True)
    urgency = models.SmallIntegerField(default=0)
    lines = models.JSONField(default=list)
    delivery_address = models.CharField(max_length=300, blank=True)
    office_line = models.CharField(max_length=200, blank=True)
    contact_person = models.CharField(max_length=100, blank=True)
    contact_phone = models.CharField(max_length=200, blank=True)
    source_link = models.URLField(max_length=1000, blank=True)
    source_dated = models.DateField(null=True)
    remarks = models.TextField(blank=True)
    private_note = models.TextField(blank=True)
    grounds = models.JSONField(default=list)
    verified_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    verified_at = models.DateTimeField()
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    published_at = models.DateTimeField()
    unmet_since = models.DateTimeField()
    freshness = models.CharField(max_length=10)
    due_at = models.DateTimeField()
    overdue_at = models.DateTimeField()
    stale_at = models.DateTimeField()

    class Meta:
        abstract = True


class Need(AbstractNeed):
    """With ordinary indexes."""

    history = HistoricalRecords()


class IndexedNeed(AbstractNeed):
    """With the index its list would wish for."""

    class Meta:
        indexes = [
            models.Index(
                F("urgency").desc(),
                "unmet_since",
                "uid",
                name="peers_ideal",
                condition=Q(state="live") & ~Q(freshness="stale"),
            ),
            models.Index("changed_at", "uid", name="peers_changed"),
        ]


class Submission(models.Model):
    """What waits for review or publication; `payload` is the need's columns."""

    uid = models.UUIDField(unique=True)
    status = models.CharField(max_length=20, db_index=True)
    payload = models.JSONField()
    verified_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    verified_at = models.DateTimeField(null=True)

    history = HistoricalRecords()


class Entry(models.Model):
    """The peer's journal."""

    at = models.DateTimeField(auto_now_add=True)
    action = models.CharField(max_length=20)
    need = models.UUIDField(db_index=True)
    body = models.TextField(blank=True)


class Shown(models.Model):
    """What the public reads, written at publication, with the bigrams of a search."""

    uid = models.UUIDField(primary_key=True)
    body = models.TextField()
    tokens = ArrayField(models.TextField())

    class Meta:
        indexes = [GinIndex(fields=["tokens"], name="peers_tokens")]
