"""Three-way merging of payloads: what somebody changed, on top of what changed meanwhile."""

from collections.abc import Iterable
from typing import Any

from verification.kinds import Payload

Line = dict[str, Any]


def three_way(old: Payload, mine: Payload, new: Payload, *, names: Iterable[str]) -> Payload:
    """`mine`, written against `old`, brought onto `new`.

    Of the fields `names`, those I did not change are taken from `new`; those I changed stay mine, also where
    `new` changed them too: the reviewer sees that difference. Lines are merged one by one, by their numbers.
    """
    merged = dict(mine)
    for name in names:
        if name == "lines":
            merged[name] = _lines(old.get(name) or [], mine.get(name) or [], new.get(name) or [])
        elif name in mine:
            merged[name] = _pick(old.get(name), mine[name], new.get(name))
    return merged


def _pick(old: Any, mine: Any, new: Any) -> Any:
    return new if mine == old else mine


def _lines(old: list[Line], mine: list[Line], new: list[Line]) -> list[Line]:
    before, ours, theirs = ({line["no"]: line for line in lines} for lines in (old, mine, new))
    kept: list[Line] = []
    added: list[Line] = []
    for number in sorted({*before, *ours, *theirs}):
        was, my, their = before.get(number), ours.get(number), theirs.get(number)
        if was is None and my is not None and their is not None and my != their:
            # Both added a line under the same number: theirs is public, mine gets the next free one.
            kept.append(their)
            added.append(my)
        elif (line := _line(was, my, their)) is not None:
            kept.append(line)
    top = max({*before, *ours, *theirs}, default=0)
    return kept + [{**line, "no": top + place} for place, line in enumerate(added, 1)]


def _line(was: Line | None, my: Line | None, their: Line | None) -> Line | None:
    if was is not None and my is not None and their is not None:
        return {name: _pick(was.get(name), value, their.get(name)) for name, value in my.items()}
    return _pick(was, my, their) if was is not None else my or their
