"""Codes in words, and icons."""

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final

from django.db.models import TextChoices
from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from supplies.pieces.frames import filled
from verification import reasons, sop

URGENCY: Final = {
    "critical": pgettext_lazy("urgency", "critical"),
    "high": pgettext_lazy("urgency", "high"),
    "normal": pgettext_lazy("urgency", "normal"),
}
FRESHNESS: Final = {
    "fresh": gettext_lazy("Recently verified"),
    "due": gettext_lazy("Due for another look"),
    "overdue": gettext_lazy("Overdue for another look"),
    "stale": gettext_lazy("Out of date"),
}
CHOICES: Final[dict[str, type[TextChoices]]] = {
    "ground": sop.Ground,
    "role": sop.Role,
    "origin": sop.Origin,
    "status": sop.Status,
    "intent": sop.Intent,
    "action": sop.Action,
}
# The colours of how urgent something is; what is normal has none.
_COLOURS: Final = {"critical": " bad", "high": " watch"}


@cache
def icon(name: str) -> SafeString:
    """One icon of the sprite; always beside a word, so it is hidden from screen readers."""
    return filled(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("glacier/icons.svg"),
        name,
    )


def label(code: str, what: str) -> str:
    """The word for a code in the active language. An unknown code is shown as it is."""
    # Coordinators edit the words of reasons.
    return reasons.words(code) if what == "reason" else _label(code, what, get_language() or "")


@lru_cache(maxsize=1024)
def _label(code: str, what: str, language: str) -> str:
    if what == "urgency":
        return str(URGENCY.get(code, code))
    if what == "risk":
        return str(sop.Risk[code.upper()].label)
    if what == "freshness":
        return str(FRESHNESS.get(code, code))
    choices = CHOICES[what]
    return str(choices(code).label) if code in choices.values else code


def labels(codes: Iterable[str], what: str) -> str:
    """The words for several codes, joined as the language joins them."""
    return _labels(tuple(codes), what, get_language() or "")


@lru_cache(maxsize=512)
def _labels(codes: tuple[str, ...], what: str, language: str) -> str:
    return _(", ").join(_label(code, what, language) for code in codes)


def urgency(code: str) -> SafeString:
    """How urgent, in a word; nothing for "", in a list without urgency."""
    return _urgency(code, get_language() or "") if code else SafeString("")


@lru_cache(maxsize=64)
def _urgency(code: str, language: str) -> SafeString:
    sign = SafeString("") if code == "normal" else icon("alert")
    return filled('<span class="tag{}">{}{}</span>', _COLOURS.get(code, ""), sign, label(code, "urgency"))
