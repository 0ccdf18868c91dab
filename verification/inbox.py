"""Reading what waits: for a reviewer to decide, for a submitter to answer, for a second look."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, F, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast, Now
from django.utils import timezone

from verification import people, statements
from verification.counting import MOST_COUNTED, Counted
from verification.models import Attempt, Event, Lease, Submission, TakeDown, User
from verification.models.journal import ClockTimestamp
from verification.people import Standing
from verification.refusals import NotFound, raise_first
from verification.sop import HOW_TO_FIX, WAITING, Action, Intent, Risk, Status

# Where something is counted, no more than so many are looked at, at each step.
MOST_LOOKED_AT = 2 * MOST_COUNTED
# Of what somebody holds, so many are named.
MOST_IN_HAND = 20
STEPS = {"verify": Status.COLLECTED, "enter": Status.VERIFIED}


def waiting_for(who: Standing) -> QuerySet[Submission]:
    """What this reviewer may decide now: highest risk first, then oldest.

    Left out: what they wrote, what is about their organisation, what somebody else is checking, the second
    step of what they verified where two people are asked for, and dangerous changes that somebody of their
    own houses wrote or verified.
    """
    elsewhere = Lease.objects.filter(submission=OuterRef("pk"), until__gt=ClockTimestamp()).exclude(
        holder=who.user
    )
    housemates = people.members_of(who.organisations)
    return (
        Submission.objects.waiting()
        .filter(~Exists(elsewhere))
        .exclude(authors__contains=[who.user.pk])
        .exclude(organisation__in=who.organisations)
        .exclude(status=Status.VERIFIED, verified_by=who.user, people__gt=1)
        .exclude(outsiders=True, authors__overlap=ArraySubquery(housemates))
        .exclude(outsiders=True, verified_by__in=housemates)
        .order_by(F("risk").desc(), "submitted_at", "pk")
    )


def cooling_off(who: Standing) -> QuerySet[Submission]:
    """What is approved and not public yet, and this reviewer could still object to: the first to be public first."""
    return (
        Submission.objects.filter(status=Status.ENTERED, due_at__gt=Now())
        .exclude(authors__contains=[who.user.pk])
        .exclude(organisation__in=who.organisations)
        .order_by("due_at", "pk")
    )


def coming_about(who: Standing) -> QuerySet[Submission]:
    """What will be said of the proven organisations this person speaks for, and is not public yet."""
    return Submission.objects.filter(
        status=Status.ENTERED, due_at__gt=Now(), organisation__in=who.proven
    ).order_by("due_at", "pk")


def like(who: Standing, found: Submission) -> QuerySet[Submission]:
    """What may be decided together with this one: new and routine, of its list and its sender, at the same step.

    Oldest first, itself among them; nothing where it is not of that sort.
    """
    if found.risk > Risk.ROUTINE or found.intent != Intent.NEW:
        return Submission.objects.none()
    same = {"kind": found.kind, "submitted_by": found.submitted_by_id, "status": found.status}
    return (
        waiting_for(who)
        .filter(**same, risk=Risk.ROUTINE, intent=Intent.NEW)
        .select_related("submitted_by")
        .order_by("submitted_at", "pk")
    )


def _first_in_line(queue: QuerySet[Submission]) -> QuerySet[Any, Any]:
    """The ids of what is looked at where something is counted: what comes first, of one status."""
    return queue.order_by(F("risk").desc(), "submitted_at", "pk").values("pk")[:MOST_LOOKED_AT]


def _first(queue: QuerySet[Submission], number: int, step: str = "") -> QuerySet[Submission]:
    """The first of a queue: each step has its part of the index, in order; they are read as far as needed."""
    statuses = [STEPS[step]] if step in STEPS else STEPS.values()
    first, *others = (queue.filter(status=status)[:number] for status in statuses)
    return (
        first.union(*others, all=True).order_by("-risk", "submitted_at", "pk")[:number] if others else first
    )


def drawable(who: Standing) -> QuerySet[Submission]:
    """What this reviewer may be handed: what waits for them and nobody holds, without what they left in doubt for
    somebody else."""
    told = Event.objects.filter(submission=OuterRef("pk"), action=Action.DOUBT).values("actor")
    # An array is asked of each in turn; EXISTS would become a look through the whole journal.
    doubted = Q(doubters__contains=[who.user.pk])
    held = Lease.objects.filter(submission=OuterRef("pk"), until__gt=ClockTimestamp())
    return waiting_for(who).filter(~Exists(held)).alias(doubters=ArraySubquery(told)).exclude(doubted)


def first_of(queue: QuerySet[Submission], number: int, step: str = "") -> list[Submission]:
    """The first of a queue, highest risk first, then oldest; of one step, where it is named."""
    return list(_first(queue, number, step))


def in_hand(who: Standing) -> list[Lease]:
    """What this reviewer was given last and nobody else was since, the newest first: hers now, or to be taken again."""
    return list(
        Lease.objects.filter(holder=who.user, submission__status__in=WAITING)
        .exclude(submission__organisation__in=who.organisations)
        .select_related("submission")
        .order_by("-until", "-pk")[:MOST_IN_HAND]
    )


@dataclass(frozen=True)
class Part:
    """How many of one list and class wait at one step."""

    kind: str
    step: str
    risk: Risk
    number: int
    oldest: datetime


def makeup_for(who: Standing, *, most: int = MOST_COUNTED) -> list[Part]:
    """Of what lists and classes that is which waits for this reviewer, by step: counted among what comes first."""
    queue = waiting_for(who).order_by()
    first, second = (
        queue.filter(
            pk__in=_first_in_line(Submission.objects.filter(status=status)), status=status
        ).values_list("kind", "status", "risk", "submitted_at")[:most]
        for status in STEPS.values()
    )
    found: dict[tuple[str, str, int], list[datetime]] = {}
    for kind, status, risk, at in first.union(second, all=True):
        found.setdefault((kind, status, risk), []).append(at)
    named = {status: step for step, status in STEPS.items()}
    parts = [
        Part(kind, named[Status(status)], Risk(risk), Counted(len(times)), min(times))
        for (kind, status, risk), times in found.items()
    ]
    return sorted(parts, key=lambda part: (-part.risk, part.oldest))


def counts_for(who: Standing, *, most: int = MOST_COUNTED) -> dict[str, int]:
    """How many wait for this reviewer, by step, counted as far as `most`, among what comes first."""
    return counted(makeup_for(who, most=most))


def counted(parts: Sequence[Part]) -> dict[str, int]:
    """How many that are, by step."""
    return {step: Counted(sum(part.number for part in parts if part.step == step)) for step in STEPS}


def doubts(ids: Sequence[int]) -> dict[int, set[int]]:
    """Which of these submissions reviewers left in doubt, and who did."""
    found: dict[int, set[int]] = {}
    told = Event.objects.filter(submission__in=ids, action=Action.DOUBT).values_list("submission", "actor")
    for submission, actor in told:
        found.setdefault(submission or 0, set()).add(actor)
    return found


def looked_up(text: str, *, limit: int) -> list[Submission]:
    """What waits and has this uid, or says this somewhere; for coordinators. Sought among what comes first."""
    try:
        return list(Submission.objects.waiting().filter(uid=UUID(text.rstrip("/")[-36:])))
    except ValueError:
        pass
    first, second = (_first_in_line(Submission.objects.filter(status=status)) for status in STEPS.values())
    found = Submission.objects.waiting().filter(Q(pk__in=first) | Q(pk__in=second))
    said = found.annotate(said=Cast("payload", TextField())).filter(said__icontains=text)
    return list(said.order_by(F("risk").desc(), "submitted_at", "pk")[:limit])


@dataclass(frozen=True)
class Verdict:
    """The last thing said to a submitter: what happened, why, and how to put it right."""

    action: Action
    reason: str
    how_to_fix: str
    person: Mapping[str, str]
    at: datetime
    related: UUID | None = None


_SAID = [
    Action.RETURN,
    Action.REJECT,
    Action.MARK_DUPLICATE,
    Action.SEND_BACK,
    Action.PUBLISH,
    Action.WITHDRAW,
    Action.TAKE_DOWN,
    Action.CONFIRM,
    Action.REOPEN,
]


def mine(user: User, *, before: int | None = None, limit: int = 20) -> list[Submission]:
    """A person's own submissions, newest first; `before` is the last id of the page before."""
    rows = Submission.objects.filter(submitted_by=user).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows[:limit])


def own(uid: UUID, user: User) -> Submission:
    """A person's own submission; NotFound where there is none of theirs."""
    found = Submission.objects.select_related("organisation").filter(uid=uid, submitted_by=user).first()
    if found is None:
        raise NotFound()
    return found


def verdicts(submissions: Sequence[Submission]) -> Mapping[int, Verdict]:
    """The last verdict on each, in one query."""
    events = (
        Event.objects.filter(submission__in=[s.pk for s in submissions], action__in=_SAID)
        .select_related("actor")
        .order_by("submission", "-pk")
        .distinct("submission")
    )
    return {e.submission_id: _verdict(e) for e in events if e.submission_id is not None}


def _verdict(event: Event) -> Verdict:
    return Verdict(
        Action(event.action),
        event.reason,
        event.private_text if event.action in HOW_TO_FIX else "",
        {"by": event.actor.pseudonym, "role": event.role, "organisation": ""},
        event.at,
        event.related,
    )


@dataclass(frozen=True)
class Life:
    """What happened to a submission, oldest first; who is on it now; whether its publication failed."""

    events: list[Event]
    lease: Lease | None
    failing: bool

    @property
    def verdict(self) -> Verdict | None:
        """The last thing said to its submitter."""
        return next((_verdict(e) for e in reversed(self.events) if e.action in _SAID), None)


_LEASE = ("submission_id", "holder_id", "fence", "until", "given")
# In the order of the model's fields.
_EVENT = [
    "id",
    "at",
    "actor_id",
    "role",
    "action",
    "related",
    "reason",
    "answers",
    "public_text",
    "private_text",
]
# Read after every step over the API. Written by hand, because the ORM asks for each part by itself.
_LIFE = f"""
SELECT attempt.submission_id IS NOT NULL, {", ".join(f"lease.{name}" for name in _LEASE)},
       {", ".join(f"event.{name}" for name in _EVENT)}, person.pseudonym
  FROM (VALUES (%(id)s::bigint)) AS asked (id)
  LEFT JOIN verification_lease lease ON lease.submission_id = asked.id AND lease.until > clock_timestamp()
  LEFT JOIN verification_attempt attempt ON attempt.submission_id = asked.id
  LEFT JOIN (verification_event event JOIN verification_user person ON person.id = event.actor_id)
         ON event.submission_id = asked.id
 ORDER BY event.id
"""  # noqa: S608 (names of columns)


def life_of(submission: Submission) -> Life:
    """Its life, in one query."""
    rows = statements.rows(_LIFE, {"id": submission.pk})
    failing, *lease = rows[0][: 1 + len(_LEASE)]
    return Life(
        [_told(row[1 + len(_LEASE) :]) for row in rows if row[1 + len(_LEASE)] is not None],
        Lease.from_db(DEFAULT_DB_ALIAS, _LEASE, lease) if lease[0] is not None else None,
        failing and submission.status == Status.ENTERED,
    )


def _told(row: Sequence[Any]) -> Event:
    *values, pseudonym = row
    event = Event.from_db(DEFAULT_DB_ALIAS, _EVENT, values)
    event.actor = User.from_db(DEFAULT_DB_ALIAS, ("id", "pseudonym"), (event.actor_id, pseudonym))
    return event


def being_looked_at(submissions: Sequence[Submission]) -> set[int]:
    """Ids of approved entries whose publication failed; somebody is looking at them."""
    ids = [s.pk for s in submissions if s.status == Status.ENTERED]
    return set(Attempt.objects.filter(submission__in=ids).values_list("submission", flat=True))


def seen_by(uid: UUID, user: User) -> Submission:
    """A submission its own submitter, or a reviewer in force, may see; NotFound for everybody else."""
    submission = (
        Submission.objects.select_related("organisation", "submitted_by", "verified_by", "entered_by")
        .filter(uid=uid)
        .first()
    )
    if submission is None:
        raise NotFound()
    if submission.submitted_by_id != user.pk and not people.standing(user, now=timezone.now()).is_reviewer:
        raise NotFound()
    return submission


def all_seen_by(uids: Collection[UUID], user: User) -> list[Submission]:
    """As `seen_by`, of many, in the order they were sent; NotFound names those that are not there for them."""
    found = Submission.objects.named(uids).order_by("pk")
    if not people.standing(user, now=timezone.now()).is_reviewer:
        found = found.filter(submitted_by=user)
    seen = list(found)
    raise_first({uid: NotFound() for uid in {*uids} - {s.uid for s in seen}})
    return seen


def take_downs_to_look_at(who: Standing) -> QuerySet[TakeDown]:
    """Take-downs and merges by others that nobody has looked at a second time, oldest first."""
    return (
        TakeDown.objects.filter(Q(looked_at=None))
        .exclude(taken_by=who.user)
        .exclude(record__organisation__in=who.organisations)
        .select_related("record", "taken_by")
        .order_by("taken_at", "pk")
    )
