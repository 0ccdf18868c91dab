"""Shapes of the API's answers, as its schema shows them. Those of requests stand in `requesting`.

Answers are not made by these: public ones are stored bodies, others are built in verification.api.answers.
"""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from verification.requesting import (
    ActionRequest,
    BatchRequest,
    NextRequest,
    PayloadField,
    Shape,
    SubmissionRequest,
)
from verification.sop import Action, Ground, Intent, Origin, Reason, Risk, Role, State, Status

__all__ = ["ActionRequest", "BatchRequest", "NextRequest", "Shape", "SubmissionRequest"]


class Person(Shape):
    """Who took a step: a public pseudonym, in what capacity, for whom."""

    by = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)
    organisation = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()


class Verifier(Person):
    """Who found it true, and on what grounds."""

    grounds = serializers.ListField(child=serializers.ChoiceField(choices=Ground.choices))
    called_at = serializers.DateTimeField(
        required=False, help_text=_("When the institution was called back, where somebody did.")
    )


class Changed(Shape):
    """Fields whose change could harm, told until a moment: ask before you rely on them."""

    fields = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]
    at = serializers.DateTimeField()
    until = serializers.DateTimeField()


class Organisation(Shape):
    """The institution, and whether the register knows it and somebody proved that it speaks for itself."""

    uid = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(allow_blank=True)
    proven = serializers.BooleanField()


class Clocks(Shape):
    """Exact times, never one for another."""

    source_dated = serializers.DateField(allow_null=True)
    verified = serializers.DateTimeField()
    confirmed = serializers.DateTimeField(allow_null=True)
    changed = serializers.DateTimeField()
    published = serializers.DateTimeField()


class Thresholds(Shape):
    """When it falls due for another look, is overdue, and is out of date, unless somebody looks before."""

    due_at = serializers.DateTimeField()
    overdue_at = serializers.DateTimeField()
    stale_at = serializers.DateTimeField()


class PublicRecord(Shape):
    """A record's public body; each list adds its own public fields."""

    uid = serializers.UUIDField()
    kind = serializers.CharField()
    version = serializers.IntegerField(min_value=1)
    state = serializers.ChoiceField(choices=[State.LIVE.value])
    title = serializers.CharField()
    origin = serializers.ChoiceField(choices=Origin.choices)
    organisation = Organisation()
    verified = Verifier()
    entered = Person()
    changed = Changed(many=True, required=False, help_text=_("What changed lately that could harm."))
    clocks = Clocks()
    freshness = Thresholds()


class Gone(Shape):
    """Since when, and why."""

    at = serializers.DateTimeField()
    reason = serializers.ChoiceField(choices=Reason.choices)


class Tombstone(Shape):
    """What stays of a record that was taken down."""

    uid = serializers.UUIDField()
    kind = serializers.CharField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=[State.WITHDRAWN.value, State.MERGED.value])
    title = serializers.CharField(allow_blank=True)
    gone = Gone()
    merged_into = serializers.UUIDField(
        required=False, help_text=_("Where the record went, if it was merged.")
    )


class Merged(Shape):
    """Where a merged record went."""

    uid = serializers.UUIDField()
    merged_into = serializers.UUIDField()


class RecordPage(Shape):
    """A page of a list."""

    results = PublicRecord(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    version = serializers.IntegerField(help_text=_("The list's version; it rises with every change."))


class Change(Shape):
    """One field that differs from the version before; `line` is the line's number for fields of a line."""

    field = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)
    item = serializers.CharField(allow_blank=True)
    old = serializers.JSONField(allow_null=True)
    new = serializers.JSONField(allow_null=True)
    format_only = serializers.BooleanField(help_text=_("Only spaces or the width of characters changed."))


class HistoryEntry(Shape):
    """One thing that happened to a record."""

    seq = serializers.IntegerField(
        allow_null=True, help_text=_("Its number in the journal, once it has one.")
    )
    action = serializers.ChoiceField(choices=Action.choices)
    version = serializers.IntegerField(allow_null=True)
    at = serializers.DateTimeField()
    by = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)
    reason = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    verified = Verifier(allow_null=True)
    entered = Person(allow_null=True)
    returned_to = serializers.IntegerField(
        allow_null=True, help_text=_("The earlier version whose content this one repeats.")
    )
    related = serializers.UUIDField(
        allow_null=True, help_text=_("The other record, where two were merged or taken apart again.")
    )
    changes = Change(many=True)


class RecordHistory(Shape):
    """A record's public history, newest first."""

    uid = serializers.UUIDField()
    kind = serializers.CharField()
    entries = HistoryEntry(many=True)


class FeedChange(Shape):
    """A record as it stands now, and the number of its last change: a body or a tombstone, by its `state`."""

    seq = serializers.IntegerField()
    record = serializers.DictField()


class Changes(Shape):
    """Changes in order, and the number to go on from."""

    changes = FeedChange(many=True)
    next = serializers.IntegerField()


class ListEntry(Shape):
    """A list, and where it is."""

    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    version = serializers.IntegerField()
    records = serializers.URLField()
    csv = serializers.URLField()
    json = serializers.URLField(help_text=_("The whole list at once."))


class Index(Shape):
    """Where everything is."""

    lists = ListEntry(many=True)
    changes = serializers.URLField()
    submissions = serializers.URLField()
    schema = serializers.URLField()
    docs = serializers.URLField()


class Verdict(Shape):
    """The last thing said to a submitter."""

    action = serializers.ChoiceField(choices=Action.choices)
    reason = serializers.CharField(allow_blank=True)
    how_to_fix = serializers.CharField(allow_blank=True)
    by = serializers.CharField()
    role = serializers.CharField()
    at = serializers.DateTimeField()


class Submission(Shape):
    """A submission, private fields included: for its submitter and for reviewers."""

    uid = serializers.UUIDField()
    kind = serializers.CharField()
    intent = serializers.ChoiceField(choices=Intent.choices)
    status = serializers.ChoiceField(choices=Status.choices)
    title = serializers.CharField()
    record = serializers.UUIDField(allow_null=True, help_text=_("The public record, once there is one."))
    base_version = serializers.IntegerField()
    origin = serializers.ChoiceField(choices=Origin.choices)
    risk = serializers.ChoiceField(choices=Risk.choices)
    schema = serializers.IntegerField()
    payload = PayloadField()
    submitted_at = serializers.DateTimeField()
    verified_at = serializers.DateTimeField(allow_null=True)
    entered_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(
        allow_null=True, help_text=_("From when on it is published; until then reviewers can still object.")
    )
    policy = serializers.IntegerField(help_text=_("The version of the policy that it was judged by."))
    closed_at = serializers.DateTimeField(allow_null=True)
    being_looked_at = serializers.BooleanField(
        help_text=_("Its publication failed, and somebody is looking at it.")
    )
    verdict = Verdict(allow_null=True)


class StepTaken(Shape):
    """One thing that happened to a submission."""

    action = serializers.ChoiceField(choices=Action.choices)
    at = serializers.DateTimeField()
    by = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)
    reason = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    public_note = serializers.CharField(allow_blank=True)
    grounds = serializers.ListField(child=serializers.CharField())


class LeaseShape(Shape):
    """Who is checking it until when; the fence is told to its holder."""

    mine = serializers.BooleanField()
    until = serializers.DateTimeField()
    fence = serializers.IntegerField(allow_null=True)


class Wording(Shape):
    """What a reviewer proposed with the return, private fields included."""

    payload = PayloadField()
    schema = serializers.IntegerField()
    by = serializers.CharField()
    at = serializers.DateTimeField()


class SubmissionDetail(Submission):
    """A submission with its life so far."""

    steps = StepTaken(many=True)
    lease = LeaseShape(allow_null=True)
    proposed_wording = Wording(
        allow_null=True, help_text=_("A reviewer's wording, while it waits for the submitter's answer.")
    )


class BatchAnswer(Shape):
    """The submissions of a batch as they are now, oldest first."""

    results = Submission(many=True)
    fence = serializers.IntegerField(
        allow_null=True, help_text=_("Of *claim*: what decisions present, one for all.")
    )


class SubmissionPage(Shape):
    """A person's own submissions, newest first."""

    results = Submission(many=True)
    next = serializers.CharField(allow_null=True)


class ClassAsks(Shape):
    """What one class of change asks for; times in hours."""

    people = serializers.IntegerField(min_value=1, max_value=2)
    outsiders = serializers.BooleanField()
    call_back = serializers.BooleanField()
    cooling_new = serializers.IntegerField()
    cooling_change = serializers.IntegerField()
    note = serializers.IntegerField()


class Classes(Shape):
    """The three classes."""

    routine = ClassAsks()
    sensitive = ClassAsks()
    dangerous = ClassAsks()


class ListClasses(Shape):
    """Of which class a new entry of a list is, and a change of each of its fields."""

    new = serializers.ChoiceField(choices=[r.name.lower() for r in Risk])
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ChoiceField(choices=[r.name.lower() for r in Risk])
    )


class PolicyInForce(Shape):
    """The rules that bind everybody; `fingerprint` is the SHA-256 of what was adopted."""

    version = serializers.IntegerField()
    fingerprint = serializers.CharField()
    adopted_at = serializers.DateTimeField()
    reason = serializers.CharField()
    sop_version = serializers.IntegerField()
    classes = Classes()
    lists = serializers.DictField(child=ListClasses())


class ErrorBody(Shape):
    """What went wrong: a code for programs, a sentence for people, sentences by field."""

    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), required=False
    )
    details = serializers.DictField(required=False)
    request_id = serializers.CharField()


class Failure(Shape):
    """Every error has this shape."""

    error = ErrorBody()
