"""The note that something that could harm changed lately: which fields, since when."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from supplies.pieces.codes import icon
from supplies.pieces.frames import filled, joined, said
from supplies.pieces.times import ago
from verification import kinds
from verification.rendering import exact

_NOTHING: Final = SafeString("")


def changed_note(record: Mapping[str, Any]) -> SafeString:
    """`changed 3 hours ago: delivery address`, for as long as the policy lets it stand; else nothing.

    What changed twice is told once, as it changed last.
    """
    notes = record.get("changed")
    if not notes:
        return _NOTHING
    now = exact(timezone.now()) or ""
    lately: dict[str, str] = {}
    for note in notes:
        if note["until"] > now:
            lately |= dict.fromkeys(note["fields"], note["at"])
    moments = sorted(set(lately.values()), reverse=True)
    spec = kinds.get(record["kind"])
    return joined([_note(spec, at, [name for name, when in lately.items() if when == at]) for at in moments])


def _note(spec: kinds.Kind, at: str, names: list[str]) -> SafeString:
    labels = _(", ").join(str(spec.fields[name].label) for name in names if name in spec.fields)
    frame = said(_("Changed %(when)s: %(fields)s"), when="when", fields="fields")
    return filled(_NOTE, icon=icon("alert"), words=filled(frame, when=ago(at), fields=labels))


_NOTE: Final = '<p class="changed small">{icon}<span>{words}</span></p>'
