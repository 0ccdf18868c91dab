"""The call-back a verifier names among the grounds: when it was made, and to which public line.

Never to a private person's number: what is written down about a call may be read by everybody one day.
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from verification.kinds import Kind, Payload
from verification.refusals import CallBackMissing

# So long ago a call says nothing of today.
_OLDEST: Final = timedelta(days=7)
_EARLY: Final = timedelta(minutes=5)  # clocks differ
# As mobile telephones are numbered here: those of people, unless an institution publishes one.
_MOBILE: Final = re.compile(r"(?:0086|86)?1[3-9]\d{9}")
_FEWEST: Final = 5
_MOST: Final = 40


def refuse_without(
    answers: Mapping[str, Any], spec: Kind, payload: Payload, *, changed: Collection[str] = (), now: datetime
) -> None:
    """Refuse a decision that names no call-back as it has to be: `{"at": time, "line": number}`.

    `changed` are the fields in which a correction differs from what stands: a number that only came with it may be
    whoever's who sent it.
    """
    told = answers.get("call_back")
    if not isinstance(told, Mapping) or set(told) != {"at", "line"}:
        raise CallBackMissing()
    at, line = _moment(told["at"]), told["line"]
    if at is None or not now - _OLDEST <= at <= now + _EARLY:
        raise CallBackMissing(_("Say when the call was made: within the last seven days."))
    dialled = _digits(line) if isinstance(line, str) and len(line) <= _MOST else ""
    if len(dialled) < _FEWEST:
        raise CallBackMissing()
    if _is_private(dialled, spec, payload):
        raise CallBackMissing(_("That is a private person's number. Call the institution's public line."))
    if dialled in _numbers_of(payload, changed) - _numbers_of(payload, spec.fields.keys() - set(changed)):
        raise CallBackMissing(
            _(
                "That number came with this very change. "
                "Call a line that stood before, or one the institution publishes."
            )
        )


def _is_private(dialled: str, spec: Kind, payload: Payload) -> bool:
    public = _numbers_of(payload, [name for name, field in spec.fields.items() if field.public])
    private = _numbers_of(payload, [name for name, field in spec.fields.items() if not field.public])
    if dialled in public:
        return False
    return dialled in private or _MOBILE.fullmatch(dialled) is not None


def _numbers_of(payload: Payload, names: Collection[str]) -> set[str]:
    return {number for name in names for number in _numbers(payload.get(name))}


def _numbers(value: Any) -> set[str]:
    return (
        {_digits(one) for one in re.split(r"[、,，;；/\s]+", value) if one}
        if isinstance(value, str)
        else set()
    )


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdecimal())


def _moment(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else timezone.make_aware(at)
