"""Who is handed what: reviewers take what chance gives them, and do not choose whom to approve.

`draw` gives one of the first that wait, drawn at random among a window of them, so that nobody can aim at one entry by
the moment they ask. `direct` is a coordinator's word, which everybody who looks at the entry can read. `together` adds
what is alike to one that was drawn, in whole. Each leaves a handing, for ever.
"""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from verification import (
    holding,
    in_force,
    inbox,
    journal,
    leases,
    pairs,
    people,
    policies,
    reasons,
    statements,
)
from verification.journal import acting
from verification.models import Handing, Lease, Submission, User
from verification.models.journal import ClockTimestamp
from verification.people import Standing
from verification.refusals import (
    DirectedToOneself,
    LeaseTaken,
    NotHanded,
    NothingWaits,
    NotReviewer,
    OtherStepDirected,
    ReasonMissing,
    Refused,
    TooManyPutBack,
    WrongStatus,
    raise_first,
)
from verification.refused_people import NotCoordinator
from verification.sop import WAITING, Action, Given, Role, Status

# Drawn among so many of the same class, the oldest.
WINDOW: Final = 20
# Within the hour: entries drawn and not decided; and those together with what was left in doubt.
PUT_BACK: Final = 5
UNDECIDED: Final = 15
# How long a directed entry is kept for the reviewer it was handed to, before anybody may draw it.
KEPT_FOR: Final = timedelta(hours=1)

_T = TypeVar("_T")


class Chance(Protocol):
    """What draws."""

    def choice(self, among: Sequence[_T], /) -> _T:
        """One of them."""


_CHANCE: Final = secrets.SystemRandom()

# What this reviewer drew within the hour and did not settle. It is settled by a step of theirs; or by its sender or the
# machine, who took it away. Whether it is held still, was given back or ran out makes no difference.
_LEFT = """
SELECT h.submission_id,
       EXISTS (SELECT FROM verification_event e WHERE e.submission_id = h.submission_id AND e.at >= h.at
                  AND e.actor_id = h.reviewer_id AND e.action = 'doubt')
  FROM verification_handing h JOIN verification_submission s ON s.id = h.submission_id
 WHERE h.reviewer_id = %(reviewer)s::bigint AND h.given = 'drawn' AND h.at > clock_timestamp() - interval '1 hour'
   AND NOT EXISTS (SELECT FROM verification_event e WHERE e.submission_id = h.submission_id AND e.at >= h.at
                      AND (e.actor_id = h.reviewer_id AND e.action = ANY(%(decisions)s::text[])
                           OR e.actor_id = s.submitted_by_id AND e.action <> 'submit'
                           OR e.action = 'send_back'))
"""
_DECISIONS: Final = [
    action.value
    for action in (
        *(Action.VERIFY, Action.ENTER, Action.RETURN, Action.REJECT, Action.MARK_DUPLICATE),
        *(Action.CONFIRM, Action.TAKE_DOWN, Action.EDIT, Action.REBASE),
    )
]


@dataclass(frozen=True)
class Drawn:
    """What was handed out, and the fence under which it is decided."""

    submission: Submission
    fence: int


def draw(*, by: User, step: str = "", chance: Chance = _CHANCE) -> Drawn:
    """Hand this reviewer one of what waits for them, for ten minutes: of the highest risk there is, one of the oldest.

    Of one step, where it is named. Never what they have in hand, or put back or left in doubt within the hour.
    Refused: NotReviewer; TooManyPutBack where they drew and did not decide; NothingWaits.
    """
    with acting(by=by, reason="drawn"):
        who = people.standing(by, now=timezone.now())
        if not who.is_reviewer:
            raise NotReviewer()
        leases.hold_still(by)
        left = dict(statements.rows(_LEFT, {"reviewer": by.pk, "decisions": _DECISIONS}))
        if sum(not doubted for doubted in left.values()) >= PUT_BACK or len(left) >= UNDECIDED:
            raise TooManyPutBack()
        found = window(who, step=step, without=left)
        while found:
            chosen = chance.choice(found)
            try:
                with transaction.atomic():
                    return Drawn(chosen, leases.give([chosen.pk], to=by, given=Given.DRAWN))
            except (LeaseTaken, WrongStatus):  # somebody was quicker
                found = [one for one in found if one.pk != chosen.pk]
        raise NothingWaits()


def window(who: Standing, *, step: str = "", without: Collection[int] = ()) -> list[Submission]:
    """Those one of which is drawn: the oldest of the highest class that waits for this reviewer.

    Above routine, the second step of what was verified by somebody they met often of late is left out while anything
    else is there.
    """
    first = inbox.first_of(inbox.drawable(who).exclude(pk__in=list(without)), WINDOW, step)
    found = [one for one in first if one.risk == first[0].risk]
    second = [one for one in found if one.status == Status.VERIFIED and one.people > 1]
    if not second:
        return found
    met = pairs.met_often(who.user)
    return [one for one in found if one not in second or one.verified_by_id not in met] or found


def together(submission_id: int, *, by: User) -> tuple[list[Submission], int]:
    """All that may be decided together with one this reviewer holds, itself among them, oldest first; and the fence.

    In whole, as many as one person may hold: nobody picks among them. Refused: NotHanded where they do not hold it,
    NothingWaits where nothing is alike.
    """
    with acting(by=by, reason="drawn together"):
        who = people.standing(by, now=timezone.now())
        if not who.is_reviewer:
            raise NotReviewer()
        found = Submission.objects.get(pk=submission_id)
        holds = Lease.objects.filter(submission=found, holder=by, until__gt=ClockTimestamp()).exists()
        if not holds:
            raise_first({found.uid: NotHanded()})
        rows = list(inbox.like(who, found)[: leases.PER_REVIEWER])
        if not rows:
            raise NothingWaits()
        if found not in rows:
            rows = [found, *rows[: leases.PER_REVIEWER - 1]]
        return rows, leases.give([row.pk for row in rows], to=by, given=Given.TOGETHER)


def direct(
    submission_ids: Collection[int],
    *,
    to: User,
    by: User,
    reason: str,
    note: str = "",
    request_id: str = "",
) -> None:
    """A coordinator hands these to a reviewer, all or none, who finds them in the inbox for an hour.

    One event each, with the reason; the `note` is read by reviewers. Refused: NotCoordinator, DirectedToOneself,
    ReasonMissing; OwnSubmission and OwnOrganisation for the coordinator too; whoever may not decide on it, by the rule
    that says so; OtherStepDirected where a coordinator chose who verified what two people decide; WrongStatus,
    LeaseTaken, TooManyLeases.
    """
    with acting(by=by, reason=Action.DIRECT, request_id=request_id):
        if not User.objects.filter(pk=by.pk, is_staff=True, is_active=True).exists():
            raise NotCoordinator()
        if to.pk == by.pk:
            raise DirectedToOneself()
        if reason not in reasons.offered(Action.DIRECT):
            raise ReasonMissing()
        leases.hold_still(to)  # before the entries, as whoever draws does
        now = timezone.now()
        held, theirs = holding.hold(submission_ids, by=by, now=now), people.standing(to, now=now)
        _refuse_directing(held, theirs)
        leases.give([row.pk for row in held.rows], to=to, given=Given.DIRECTED, by=by, duration=KEPT_FOR)
        journal.append(
            [
                journal.new_event(
                    Action.DIRECT,
                    by=by,
                    role=Role.COORDINATOR,
                    kind=row.kind,
                    submission=row,
                    record=row.record,
                    person=to.pk,
                    reason=reason,
                    private_text=note,
                    request_id=request_id,
                )
                for row in held.rows
            ]
        )


def _refuse_directing(held: holding.Held, to: Standing) -> None:
    """Whom it may not be handed to, and by whom; and two people chosen where chance has to choose one."""
    judged = {
        row.pk: in_force.for_row(row.policy, held.rules).judge(row.kind, row.intent, row.touched)
        for row in held.rows
    }
    grave = [row for row in held.rows if judged[row.pk].rules.people > 1]
    hands = {pk for row in grave for pk in (*row.authors, row.verified_by_id) if pk}
    houses = people.organisations_of(hands) if hands else {}
    chosen = _verifier_was_chosen([row for row in grave if row.status == Status.VERIFIED])
    refused: dict[UUID, Refused] = {}
    for row in held.rows:
        try:
            if row.status not in WAITING:
                raise WrongStatus(statuses=[row.status])
            policies.refuse_directing(row, held.who)
            policies.refuse_handing(row, to, houses, judged[row.pk])
            if row.pk in chosen:
                raise OtherStepDirected()
        except Refused as refusal:
            refused[row.uid] = refusal
    raise_first(refused)


def _verifier_was_chosen(rows: Sequence[Submission]) -> set[int]:
    """Those whose first step was taken by somebody whom a coordinator chose for it. No query where there are none."""
    if not rows:
        return set()
    verifiers = {row.pk: (row.verified_by_id, row.verified_at) for row in rows}
    handed = Handing.objects.filter(submission__in=verifiers).order_by("pk")
    last: dict[int, str] = {}
    for submission, reviewer, at, given in handed.values_list("submission", "reviewer", "at", "given"):
        verifier, verified_at = verifiers[submission]
        if reviewer == verifier and verified_at is not None and at <= verified_at:
            last[submission] = given
    return {pk for pk, given in last.items() if given == Given.DIRECTED}


@dataclass(frozen=True)
class Undecided:
    """How much a reviewer drew since yesterday, and how much of it they gave back or let run out."""

    pseudonym: str
    drawn: int
    put_back: int


_SINCE_YESTERDAY = """
SELECT person.pseudonym, count(*), count(*) FILTER (WHERE NOT settled)
  FROM (SELECT h.reviewer_id,
               EXISTS (SELECT FROM verification_event e WHERE e.submission_id = h.submission_id AND e.at >= h.at
                          AND (e.actor_id = h.reviewer_id AND e.action = ANY(%(decisions)s::text[] || 'doubt'::text)
                               OR e.actor_id = s.submitted_by_id AND e.action <> 'submit'
                               OR e.action = 'send_back')) AS settled
          FROM verification_handing h JOIN verification_submission s ON s.id = h.submission_id
         WHERE h.given = 'drawn' AND h.at > clock_timestamp() - interval '1 day'
           AND h.at < clock_timestamp() - interval '10 minutes') AS draw
  JOIN verification_user person ON person.id = draw.reviewer_id
 GROUP BY person.id, person.pseudonym HAVING count(*) FILTER (WHERE NOT settled) >= %(many)s
 ORDER BY 3 DESC, 1
"""


def put_back_often() -> list[Undecided]:
    """Reviewers who since yesterday drew and did not decide, as often as is minded within an hour. One query."""
    values = {"decisions": _DECISIONS, "many": PUT_BACK}
    return [Undecided(*row) for row in statements.rows(_SINCE_YESTERDAY, values)]
