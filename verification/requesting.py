"""Shapes of requests to the API: what somebody may send, and what a step brings with it.

Shape only. What a list's payload must hold is decided by the list's form; who may do what, by the policies.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from verification import kinds, leases
from verification.forms import UNSEEN
from verification.payload_schema import payload_schema
from verification.refusals import NotFound
from verification.sop import CHECKLISTS, REQUESTS, Ground, Reason

LONGEST_NOTE = 2000
# The largest fence the database can give out.
LAST = 2**63 - 1

Shape = serializers.Serializer[Any]


class TextField(serializers.CharField):
    """Text without characters nobody can see."""

    def to_internal_value(self, data: Any) -> str:
        """The text, trimmed; unseen characters dropped."""
        return UNSEEN.sub("", super().to_internal_value(data)).strip()


class TrueOrFalse(serializers.BooleanField):
    """true or false themselves: an answer to a checklist is not guessed from "yes" or 1."""

    def to_internal_value(self, data: Any) -> bool:
        """The answer."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


@extend_schema_field({"type": "string", "enum": [spec.slug for spec in kinds.every()]})
class KindField(serializers.CharField):
    """The name of a list."""

    def to_internal_value(self, data: Any) -> str:
        """The name, where there is such a list."""
        slug = super().to_internal_value(data)
        try:
            kinds.get(slug)
        except NotFound:
            raise serializers.ValidationError(_("There is no such list.")) from None
        return slug


@extend_schema_field(payload_schema())
class PayloadField(serializers.DictField):
    """A list's content, as its form reads it."""


def _note(**more: Any) -> TextField:
    return TextField(required=False, allow_blank=True, default="", max_length=LONGEST_NOTE, **more)


def _fence() -> serializers.IntegerField:
    return serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=LAST,
        help_text=_("From *claim*: decisions present it."),
    )


class SubmissionRequest(Shape):
    """Something new, a correction of `record`, (intent "withdrawal") a request to take it down, or (intent
    "confirmation") the word that it is still true."""

    kind = KindField(max_length=40)
    payload = PayloadField(required=False, help_text=_("The content. Not needed to ask for a withdrawal."))
    record = serializers.UUIDField(required=False, allow_null=True, help_text=_("The record this is about."))
    intent = serializers.ChoiceField(
        choices=sorted(REQUESTS),
        required=False,
        help_text=_(
            "Only to ask that the record be taken down, or to say that it is still true; "
            "all else is worked out."
        ),
    )
    reason = serializers.ChoiceField(
        choices=Reason.choices, required=False, default="", help_text=_("Why it should be taken down.")
    )
    note = _note(help_text=_("For the reviewers."))
    uid = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text=_("A number you choose. Sending the same number again gives back what was sent first."),
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A request names its record, anything else brings its content."""
        if attrs.get("intent"):
            if not attrs.get("record"):
                raise serializers.ValidationError({"record": [_("Name the record this is about.")]})
        elif "payload" not in attrs:
            raise serializers.ValidationError({"payload": [_("The content is missing.")]})
        return attrs


class CallBackRequest(Shape):
    """When the institution was called back, and on which public line; never a private person's."""

    at = serializers.DateTimeField()
    line = serializers.CharField(max_length=40)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """As the journal keeps it: the time as text."""
        told: dict[str, Any] = super().to_internal_value(data)
        return {**told, "at": told["at"].isoformat()}


class AnswersRequest(Shape):
    """The checklist's answers, and for *verify* the grounds."""

    call_back = CallBackRequest(
        required=False, help_text=_("With the ground of that name, where the class asks.")
    )

    grounds = serializers.ListField(
        child=serializers.ChoiceField(choices=Ground.choices), required=False, max_length=len(Ground.values)
    )

    def get_fields(self) -> dict[str, Any]:
        """One answer for each question of the checklists in force."""
        questions = {code: text for checklist in CHECKLISTS.values() for code, text in checklist.items()}
        answers = {code: TrueOrFalse(required=False, help_text=str(text)) for code, text in questions.items()}
        return {**super().get_fields(), **answers}


class NextRequest(Shape):
    """Of which step the next one shall be."""

    step = serializers.ChoiceField(
        choices=["verify", "enter"],
        required=False,
        default="",
        allow_blank=True,
        help_text=_("Of this step; of any, where it is left out."),
    )


class BatchRequest(Shape):
    """The submissions of a batch, and what is said of all of them."""

    submissions = serializers.ListField(
        child=serializers.UUIDField(),
        min_length=1,
        max_length=leases.PER_REVIEWER,
        help_text=_("Their numbers."),
    )
    fence = _fence()
    answers = AnswersRequest(required=False, help_text=_("For *verify* and *enter*, true of each."))
    reason = serializers.ChoiceField(choices=Reason.choices, required=False, default="", allow_blank=True)
    note = _note(help_text=_("How to put it right, for *return* and *reject*; else for the reviewers."))
    public_note = _note(help_text=_("A sentence the public may read."))


class ActionRequest(Shape):
    """What an action brings with it; each asks for its own part."""

    fence = _fence()
    answers = AnswersRequest(required=False, help_text=_("For *verify*, *enter* and *confirm*."))
    reason = serializers.ChoiceField(choices=Reason.choices, required=False, default="", allow_blank=True)
    note = _note(help_text=_("How to put it right, for *return* and *reject*; else for the reviewers."))
    public_note = _note(help_text=_("A sentence the public may read."))
    data = PayloadField(  # type: ignore[assignment]
        required=False,
        allow_null=True,
        help_text=_("The new content, for *edit*, *resubmit*, *rebase*; the wording that *return* proposes."),
    )
    other = serializers.UUIDField(
        required=False, allow_null=True, help_text=_("The other record, for *duplicate* and *distinct*.")
    )
