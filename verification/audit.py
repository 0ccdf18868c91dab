"""The audit: privileged acts, read from the journal. Who did what to whom, when, in which role and why.

An act is privileged that is about people, organisations or the rules, or that is one of `sop.PRIVILEGED`. Each is one
event. Notes between reviewers are no part of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from verification import journal
from verification.journal import acting
from verification.models import Event, Organisation, Public, User
from verification.sop import PRIVILEGED, Action, Role

# As the index `event_privileged` has it, word for word.
_PRIVILEGED: Final = Q(kind="") | Q(action__in=sorted(PRIVILEGED))
CHUNK: Final = 500


@dataclass(frozen=True)
class Asked:
    """Which acts: those somebody did or that were done to them, those of one sort, those of some days."""

    person: int | None = None
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def filters(self) -> dict[str, str]:
        """What an export says of itself: everything but the person, whom its event names."""
        days = {"since": self.since, "until": self.until}
        return {name: day.isoformat() for name, day in days.items() if day} | (
            {"action": self.action} if self.action else {}
        )


@dataclass(frozen=True)
class Named:
    """Of whom and of what some acts speak: people, organisations, and records that everybody may see."""

    people: Mapping[int, str]
    organisations: Mapping[int, str]
    records: Mapping[UUID, Public]


def acts(asked: Asked, *, before: int | None = None, limit: int) -> list[Event]:
    """The newest of the acts asked for, older than the event `before`. One query."""
    found = Event.objects.filter(_PRIVILEGED)
    if asked.person is not None:
        found = found.filter(Q(actor=asked.person) | Q(person=asked.person))
    if asked.action:
        found = found.filter(action=asked.action)
    if asked.since:
        found = found.filter(at__gte=asked.since)
    if asked.until:
        found = found.filter(at__lt=asked.until)
    return _newest(found, before, limit)


def done_to(person: User, *, before: int | None = None, limit: int) -> list[Event]:
    """The newest of the acts about this person, done by whomever. One query."""
    return _newest(Event.objects.filter(person=person.pk), before, limit)


def _newest(found: QuerySet[Event], before: int | None, limit: int) -> list[Event]:
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.select_related("actor").defer("body", "private_text").order_by("-pk")[:limit])


def named(events: Sequence[Event]) -> Named:
    """The names these acts need, in three queries."""
    people = {event.person for event in events if event.person}
    houses = {event.organisation for event in events if event.organisation}
    records = {event.record for event in events if event.record}
    return Named(
        dict(User.objects.filter(pk__in=people).values_list("pk", "pseudonym")),
        dict(Organisation.objects.filter(pk__in=houses).values_list("pk", "name")),
        Public.objects.only("uid", "kind").in_bulk(records),
    )


def export(asked: Asked, *, by: User, request_id: str = "") -> Iterator[list[Event]]:
    """All the acts asked for, newest first, some hundred at a time; that somebody took them is an act itself.

    Each piece is a statement of its own: however slowly a download is taken, no transaction stays open for it.
    """
    with acting(by=by, reason=Action.EXPORT_AUDIT, request_id=request_id):
        (event,) = journal.append(
            [
                journal.new_event(
                    Action.EXPORT_AUDIT,
                    by=by,
                    role=Role.COORDINATOR,
                    person=asked.person,
                    answers=asked.filters(),
                    request_id=request_id,
                )
            ]
        )
    return _pieces(asked, event.pk)


def _pieces(asked: Asked, before: int) -> Iterator[list[Event]]:
    while rows := acts(asked, before=before, limit=CHUNK):
        yield rows
        before = rows[-1].pk
