"""The two tables of imports: files that were sent, and their rows.

Whatever stands in a row is its sender's own until it is submitted: no page of anybody else reads these
tables, and the cells are dropped as soon as nothing waits for them.
"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from verification.models import Submission, User


class Stage(models.TextChoices):
    """Where an import stands. Work is done at reading, judging and sending; a person acts at the others."""

    READING = "reading", pgettext_lazy("import", "being read")
    JUDGING = "judging", pgettext_lazy("import", "being judged")
    READY = "ready", pgettext_lazy("import", "waits for you")
    SENDING = "sending", pgettext_lazy("import", "being sent")
    DONE = "done", pgettext_lazy("import", "sent")
    REFUSED = "refused", pgettext_lazy("import", "refused as a file")
    CANCELLED = "cancelled", pgettext_lazy("import", "cancelled")
    CLOSED = "closed", pgettext_lazy("import", "closed")


AT_WORK = frozenset({Stage.READING, Stage.JUDGING, Stage.SENDING})
# Nothing more happens to these.
ENDED = frozenset({Stage.REFUSED, Stage.CANCELLED, Stage.CLOSED})


class Verdict(models.TextChoices):
    """What becomes of a row. New, correction and unchanged are the accepted ones."""

    PENDING = "pending", pgettext_lazy("row", "not judged yet")
    NEW = "new", pgettext_lazy("row", "new")
    CORRECTION = "correction", pgettext_lazy("row", "correction")
    UNCHANGED = "unchanged", pgettext_lazy("row", "unchanged")
    HELD = "held", pgettext_lazy("row", "held")
    REFUSED = "refused", pgettext_lazy("row", "refused")


ACCEPTED = frozenset({Verdict.NEW, Verdict.CORRECTION, Verdict.UNCHANGED})
# Accepted rows that are, or were, submitted; the unchanged stand there already.
SENT = frozenset({Verdict.NEW, Verdict.CORRECTION})


class Answer(models.TextChoices):
    """What the sender said to a held row; REPEATED: the same row waits in a newer import."""

    NONE = "", pgettext_lazy("row", "no answer yet")
    SEND = "send", pgettext_lazy("row", "send it as it was read")
    CORRECT = "correct", pgettext_lazy("row", "it corrects that entry")
    DROP = "drop", pgettext_lazy("row", "leave it out")
    REPEATED = "repeated", pgettext_lazy("row", "waits in a newer import")


class Import(models.Model):
    """A file somebody sent. `content` is its bytes until they are read.

    `sheets` are what was read of it: name, headers, the line they stand on. `problem` says why the file is
    refused, `notes` what else its sender should know: sentences, in the sender's language. `cursor` is the
    number of the last row dealt with in this stage, so that whoever goes on neither loses nor doubles one.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    by = models.ForeignKey(User, models.PROTECT, related_name="imports")
    language = models.CharField(max_length=10)
    file_name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(null=True)
    stage = models.CharField(max_length=20, choices=Stage, default=Stage.READING)
    problem = models.TextField(blank=True)
    notes = models.JSONField(default=list)
    sheets = models.JSONField(default=list)
    rows = models.PositiveIntegerField(default=0)
    cursor = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    stage_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            # The queue: oldest first.
            models.Index("changed_at", name="import_due", condition=Q(stage__in=sorted(AT_WORK))),
            models.Index("by", F("id").desc(), name="import_mine"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="import_stage_known"),
            models.CheckConstraint(
                condition=~Q(stage=Stage.READING) | Q(content__isnull=False), name="import_reads_something"
            ),
            # Bytes are kept no longer than they are needed.
            models.CheckConstraint(
                condition=Q(stage=Stage.READING) | Q(content=None), name="import_keeps_no_file"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class ImportRow(models.Model):
    """A row of a file: its cells as they were, what was made of them, and why it is held or refused.

    `reasons` are [{header, text, reason}]. `given` is what its list's form takes, `payload` what the form of
    number `schema` made of it as a new entry, which need not be done again. `key` says what the row is about,
    `digest` what it says: the same of both is the same row. `candidates` are entries it may repeat.
    """

    batch = models.ForeignKey(Import, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    sheet = models.PositiveSmallIntegerField(default=0)
    line = models.PositiveIntegerField()
    cells = models.JSONField(default=list)
    marks = models.JSONField(default=dict)
    verdict = models.CharField(max_length=20, choices=Verdict, default=Verdict.PENDING)
    reasons = models.JSONField(default=list)
    title = models.CharField(max_length=200, blank=True)
    given = models.JSONField(null=True)
    payload = models.JSONField(null=True)
    schema = models.PositiveIntegerField(null=True)
    key = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    candidates = models.JSONField(default=list)
    answer = models.CharField(max_length=20, choices=Answer, default=Answer.NONE, blank=True)
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        indexes = [
            # Whether this very row was held or answered for before.
            models.Index("digest", name="importrow_digest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="importrow_number"),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="importrow_verdict_known"),
            models.CheckConstraint(condition=Q(answer__in=Answer.values), name="importrow_answer_known"),
            models.CheckConstraint(
                condition=Q(submission=None) | Q(verdict__in=sorted(SENT | {Verdict.UNCHANGED})),
                name="importrow_sent_is_accepted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.number}"
