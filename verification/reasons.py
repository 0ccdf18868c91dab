"""The words for reason codes in force: as coordinators edited them, or as shipped; and which are offered.

A code that was switched off keeps its words, since decisions that gave it stay; no new decision may give it.
"""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import get_language

from verification.models import ReasonWords
from verification.remembered import Remembered
from verification.sop import REASONS, Action, Reason

# Given by the machine, or the only one of its action: never switched off.
ALWAYS: Final = frozenset(
    {
        Reason.SUPERSEDED,
        Reason.RECORD_CHANGED,
        Reason.FORM_CHANGED,
        Reason.ORGANISATION_CHANGED,
        Reason.RENDERER_CHANGED,
        *(reasons[0] for reasons in REASONS.values() if len(reasons) == 1),
    }
)


def _stored() -> Mapping[str, ReasonWords]:
    return {row.code: row for row in ReasonWords.objects.all()}


IN_FORCE: Final = Remembered("reasons", _stored, dict[str, ReasonWords])


def words(code: str) -> str:
    """The words for a code in the active language; the code itself where it is none of ours."""
    row = IN_FORCE.current().get(code)
    if row and (stored := row.words_zh if _chinese() else row.words_en):
        return stored
    return str(Reason(code).label) if code in Reason.values else code


def how_to_fix(code: str) -> str:
    """What a reviewer may tell the sender who gets this reason, in the active language; "" where nothing is kept."""
    row = IN_FORCE.current().get(code)
    return (row.how_to_fix_zh if _chinese() else row.how_to_fix_en) if row else ""


def is_off(code: str) -> bool:
    """Whether no new decision may give it."""
    row = IN_FORCE.current().get(code)
    return bool(row and row.off)


def offered(action: Action) -> tuple[Reason, ...]:
    """The reasons a new decision may give."""
    return tuple(code for code in REASONS.get(action, ()) if not is_off(code))


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")
