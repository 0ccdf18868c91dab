"""Reading what happened: a record's published versions with their differences, and a submission's steps.

The public history is read from the journal, not from the history tables: publish events carry the bytes
that were shown.
"""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max
from django.utils.encoding import force_str

from verification.models import Event, Public, Robot, Submission
from verification.sop import HIDING, Action

# What the public may know of: the rest of a submission's life is between its sender and the reviewers.
PUBLIC_ACTIONS = (
    Action.PUBLISH,
    Action.TAKE_DOWN,
    Action.SECOND_LOOK,
    Action.RERENDER,
    Action.CONFIRM,
    Action.MERGE,
    Action.ABSORB,
    Action.UNMERGE,
    Action.LET_GO,
)
_BETWEEN_TWO = frozenset({Action.MERGE, Action.ABSORB, Action.UNMERGE, Action.LET_GO})
# What gave a version its content.
_SHOWING = (Action.PUBLISH, Action.UNMERGE)
# Fields that say when and by whom, not what: they differ between any two versions.
_NOT_CONTENT = frozenset(
    {"version", "state", "verified", "entered", "changed", "clocks", "freshness", "uid", "kind", "title"}
)


@dataclass(frozen=True)
class Change:
    """One field that differs between two versions; `line` is the line's number for fields of a line."""

    field: str
    old: Any
    new: Any
    line: int | None = None
    item: str = ""
    # The whole line before and after: an amount is read with its unit.
    lines: tuple[Mapping[str, Any], Mapping[str, Any]] | None = None

    @property
    def format_only(self) -> bool:
        """Only spaces or the width of characters changed."""
        return _squeezed(self.old) == _squeezed(self.new)


@dataclass(frozen=True)
class Entry:
    """One thing that happened to a record, in public words."""

    id: int
    seq: int | None
    action: Action
    at: datetime
    by: str
    role: str
    reason: str
    text: str
    version: int | None
    body: Mapping[str, Any] | None
    changes: list[Change] = field(default_factory=list)
    returned_to: int | None = None
    # The other record, where this one was merged with it.
    related: UUID | None = None
    # Done by whoever holds the record's owner link.
    by_link: bool = False


def of_record(uid: UUID) -> list[Entry]:
    """A record's public history, newest first, with field-by-field differences, lines included.

    `returned_to` names the earlier version whose content this one repeats after having left it. Versions
    taken down because they showed something private keep their place but not their content. One query.
    """
    events = list(
        Event.objects.filter(record=uid, action__in=PUBLIC_ACTIONS)
        .select_related("actor", "leaf")
        .order_by("pk")
    )
    hidden = max((e.version or 0 for e in events if e.reason in HIDING), default=0)
    entries: list[Entry] = []
    before: Mapping[str, Any] | None = None
    seen: list[tuple[int, Any]] = []
    for event in events:
        shown = event.body and (event.version or 0) > hidden
        body = json.loads(event.body) if shown else None
        changes = compare(before, body) if body is not None and before is not None else []
        returned = None
        if event.action == Action.PUBLISH and body is not None:
            content = _content(body)
            returned = _returned_to(content, seen)
            seen.append((event.version or 0, content))
        entries.append(_entry(event, body, changes, returned))
        before = body if body is not None else before
    return entries[::-1]


def _entry(
    event: Event, body: Mapping[str, Any] | None, changes: list[Change], returned: int | None
) -> Entry:
    leaf = getattr(event, "leaf", None)
    return Entry(
        id=event.pk,
        seq=leaf.seq if leaf else None,
        action=Action(event.action),
        at=event.at,
        by=event.actor.pseudonym,
        role=event.role,
        reason=event.reason,
        text=event.public_text,
        version=event.version,
        body=body,
        changes=changes,
        returned_to=returned,
        related=event.related if event.action in _BETWEEN_TWO else None,
        by_link=event.actor_id == Robot.OWNER,
    )


def _content(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in _NOT_CONTENT}


def _returned_to(content: Any, seen: list[tuple[int, Any]]) -> int | None:
    """The earlier version with this very content, unless it is the one just before."""
    return next((version for version, earlier in reversed(seen[:-1]) if earlier == content), None)


def latest_corrections(*, limit: int) -> list[dict[str, Any]]:
    """The last published corrections of records that still stand: uid, kind, title, version, at."""
    events = Event.objects.filter(action=Action.PUBLISH, version__gt=1).order_by("-pk")
    latest = list(events.values("record", "kind", "version", "at")[: limit * 2])
    titles = dict(
        Public.objects.live().filter(pk__in=[e["record"] for e in latest]).values_list("pk", "title")
    )
    found = [{**e, "uid": e["record"], "title": titles[e["record"]]} for e in latest if e["record"] in titles]
    return list({e["uid"]: e for e in reversed(found)}.values())[::-1][:limit]


def bodies(uid: UUID, version: int) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """What was published as `version` of a record, and what was published last."""
    events = Event.objects.filter(record=uid, action__in=_SHOWING).order_by("version")
    shown = {number or 0: body for number, body in events.values_list("version", "body")}
    old, new = shown.get(version), shown[max(shown)] if shown else None
    return json.loads(old) if old else None, json.loads(new) if new else None


def earlier_version_like(uid: UUID, public: Mapping[str, Any]) -> int | None:
    """The latest version that said just this and was left since: a sign of going back and forth.

    Left is what another version replaced, or a take-down removed; what stands now was not left.
    """
    events = Event.objects.filter(record=uid, action__in=[Action.PUBLISH, Action.TAKE_DOWN]).order_by(
        "-version"
    )
    left = False
    for version, action, body in events.values_list("version", "action", "body"):
        shown = json.loads(body) if action == Action.PUBLISH else None
        if shown is None or any(shown.get(name) != value for name, value in public.items()):
            left = True
        elif left:
            return version
    return None


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """What differs between two bodies or payloads: fields in the new one's order, then lines by their number."""
    names = [n for n in {**new, **old} if n not in _NOT_CONTENT and n != "lines"]
    changes = [Change(n, old.get(n), new.get(n)) for n in names if old.get(n) != new.get(n)]
    lines_before = {line["no"]: line for line in old.get("lines") or ()}
    lines_after = {line["no"]: line for line in new.get("lines") or ()}
    for number in sorted({*lines_before, *lines_after}):
        a, b = lines_before.get(number), lines_after.get(number)
        item = (b or a or {}).get("item", "")
        if a is None or b is None:
            changes.append(Change("line", a, b, number, item))
        else:
            changes += [
                Change(n, a.get(n), b.get(n), number, item, (a, b))
                for n in {**b, **a}
                if a.get(n) != b.get(n)
            ]
    return changes


def _squeezed(value: Any) -> str:
    return "".join(unicodedata.normalize("NFKC", force_str(value if value is not None else "")).split())


def mark_of(uid: UUID) -> tuple[int, int, int]:
    """Changes whenever a record's public history does: one small query, before any is read."""
    found = Event.objects.filter(record=uid, action__in=PUBLIC_ACTIONS).aggregate(
        n=Count("pk"), event=Max("pk"), seq=Max("leaf__seq")
    )
    return found["n"], found["event"] or 0, found["seq"] or 0


def of_submission(submission: Submission) -> list[Event]:
    """Everything that happened to a submission, oldest first, for its sender and for reviewers."""
    return list(Event.objects.filter(submission=submission).select_related("actor").order_by("pk"))
