"""The journal: append-only events, their leaves in commit order, and those not yet given one."""

from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from verification.models.people import User
from verification.models.submissions import Submission
from verification.sop import PRIVILEGED, Action, Role


class ClockTimestamp(Func):
    """The database's own clock, now, not at the start of the transaction."""

    function = "clock_timestamp"
    output_field = models.DateTimeField()


class Event(models.Model):
    """One act, for ever. A trigger refuses every update, delete and truncation.

    `answers` are the checklist's answers and the grounds named, under `sop_version`; `body` is what a
    publication showed, byte by byte. The salts make the leaf's commitments to the two texts unguessable,
    so that a text may be erased one day and the tree stays valid.
    """

    at = models.DateTimeField(db_default=ClockTimestamp())
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=20, choices=Role)
    action = models.CharField(max_length=20, choices=Action)
    kind = models.CharField(max_length=40, blank=True)
    submission = models.ForeignKey(
        Submission, models.PROTECT, null=True, related_name="events", db_index=False
    )
    record = models.UUIDField(null=True)
    version = models.PositiveIntegerField(null=True)
    related = models.UUIDField(null=True)
    # Whom an act is about that is about no entry: the ids of a person and of an organisation.
    person = models.BigIntegerField(null=True)
    organisation = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=40, blank=True)
    sop_version = models.PositiveIntegerField()
    # Under which version of the policy a step was taken, or which version an act is about.
    policy = models.PositiveIntegerField(null=True)
    answers = models.JSONField(default=dict)
    request_id = models.CharField(max_length=40, blank=True)
    public_text = models.TextField(blank=True)
    private_text = models.TextField(blank=True)
    body = models.TextField(blank=True)
    public_salt = models.BinaryField(max_length=16)
    private_salt = models.BinaryField(max_length=16)

    class Meta:
        indexes = [
            models.Index("record", "id", name="event_of_record", condition=Q(record__isnull=False)),
            models.Index("submission", "id", name="event_of_submission"),
            # Acts about no entry: what people did to people, to organisations and to the rules.
            models.Index("id", name="event_of_people", condition=Q(kind="")),
            models.Index(
                "id", name="event_privileged", condition=Q(kind="") | Q(action__in=sorted(PRIVILEGED))
            ),
            models.Index("person", "id", name="event_of_person", condition=Q(person__isnull=False)),
            # The last corrections, for the home page.
            models.Index("id", name="event_corrected", condition=Q(action=Action.PUBLISH, version__gt=1)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "version"], condition=Q(action=Action.PUBLISH), name="event_publish_once"
            ),
            models.CheckConstraint(condition=Q(action__in=Action.values), name="event_action_known"),
            models.CheckConstraint(
                condition=~Q(
                    action__in=[
                        Action.RETURN,
                        Action.REJECT,
                        Action.MARK_DUPLICATE,
                        Action.WITHDRAW,
                        Action.SEND_BACK,
                        Action.REOPEN,
                        Action.TAKE_DOWN,
                        Action.RERENDER,
                        Action.MERGE,
                        Action.UNMERGE,
                        Action.DIRECT,
                    ]
                )
                | ~Q(reason=""),
                name="event_reason_given",
            ),
        ]
        verbose_name = _("event")
        verbose_name_plural = _("journal")

    def __str__(self) -> str:
        return f"{self.action} #{self.pk}"


class Leaf(models.Model):
    """An event's place in the journal: numbered without gaps, after commit, by one sequencer."""

    seq = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, models.PROTECT, related_name="leaf")
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return str(self.seq)


class Unsequenced(models.Model):
    """Events waiting for their leaf; a trigger on Event fills it, the sequencer empties it."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True)

    def __str__(self) -> str:
        return str(self.event_id)
