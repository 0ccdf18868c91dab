"""Changing the policy: one person proposes, another of a different organisation adopts. What it outgrows goes back.

Nobody is exempt while it changes either: the newest adopted version binds from the moment it is committed, each step
and each publication asks for it.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from verification import in_force, journal, rules, workflow
from verification.journal import acting
from verification.models import Event, Policy, Robot, Submission, User
from verification.models.journal import ClockTimestamp
from verification.people import Standing
from verification.refusals import (
    FreshFactorNeeded,
    NotAllowed,
    NoteMissing,
    OutsiderNeeded,
    ProposalGone,
    ProposalWaits,
    SameRules,
    SecondPersonNeeded,
)
from verification.rules import REPLAY, Content, Judged, Rules
from verification.sop import OPEN, Action, Reason, Risk, Role, Status

BATCH: Final = 500
# A step that was being taken while other rules came into force is over by then.
_SETTLES: Final = timedelta(hours=1)
_OTHER_ADOPTS = _("You proposed these rules: another person adopts them.")
_OTHER_HOUSE = _("Rules are adopted by somebody who shares no organisation with whoever proposed them.")
_WHO = _("Rules are for coordinators and reviewers, each of an organisation.")


def propose(
    *, content: Content, reason: str, by: User, fresh_factor: bool = False, request_id: str = ""
) -> Policy:
    """Propose other rules, as a whole; they bind nobody until another person adopts them.

    By a coordinator or a reviewer in force, of some organisation, who used a second factor a moment ago
    (`fresh_factor`). Refused: NotAllowed, FreshFactorNeeded, BadPolicy, NoteMissing without
    a reason, SameRules, ProposalWaits while another proposal does.
    """
    with acting(by=by, reason=Action.PROPOSE_POLICY, request_id=request_id):
        who, now = in_force.standing(by, now=timezone.now())
        _refuse_unfit(who, fresh_factor=fresh_factor)
        read = rules.read(_next_version(), content)
        if not reason.strip():
            raise NoteMissing()
        if read.fingerprint == now.fingerprint:
            raise SameRules()
        try:
            with transaction.atomic():
                row = Policy.objects.create(
                    version=read.version,
                    content=dict(content),
                    fingerprint=read.fingerprint,
                    reason=reason.strip(),
                    proposed_by=by,
                )
        except IntegrityError:
            raise ProposalWaits() from None
        _tell(Action.PROPOSE_POLICY, row, who, reason.strip(), request_id)
    return row


def adopt(
    version: int, *, fingerprint: str, by: User, fresh_factor: bool = False, request_id: str = ""
) -> Policy:
    """Put proposed rules in force, at once; what stands under weaker ones goes back to be verified anew.

    By another coordinator or reviewer, of no organisation that the proposer belongs to. `fingerprint` says which
    content was read. Refused: NotAllowed, FreshFactorNeeded, SecondPersonNeeded, OutsiderNeeded, ProposalGone;
    BadPolicy where the lists have changed since it was proposed.
    """
    with acting(by=by, reason=Action.ADOPT_POLICY, request_id=request_id):
        who, _rules = in_force.standing(by, now=timezone.now())
        _refuse_unfit(who, fresh_factor=fresh_factor)
        row = _waiting(version, fingerprint)
        if row.proposed_by_id == by.pk:
            raise SecondPersonNeeded(_OTHER_ADOPTS)
        proposer, _rules = in_force.standing(row.proposed_by, now=timezone.now())
        if not proposer.organisations or proposer.organisations & who.organisations:
            raise OutsiderNeeded(_OTHER_HOUSE)
        rules.read(row.version, row.content)
        Policy.objects.filter(pk=row.pk).update(adopted_at=ClockTimestamp(), adopted_by=by)
        _tell(Action.ADOPT_POLICY, row, who, row.reason, request_id)
    settle()
    row.refresh_from_db()
    return row


def decline(
    version: int, *, by: User, reason: str, fresh_factor: bool = False, request_id: str = ""
) -> Policy:
    """Say no to proposed rules, or take one's own proposal back; they stay in the history. Refused as for `adopt`."""
    with acting(by=by, reason=Action.DECLINE_POLICY, request_id=request_id):
        who, _rules = in_force.standing(by, now=timezone.now())
        _refuse_unfit(who, fresh_factor=fresh_factor)
        if not reason.strip():
            raise NoteMissing()
        row = _waiting(version)
        Policy.objects.filter(pk=row.pk).update(declined_at=ClockTimestamp(), declined_by=by)
        _tell(Action.DECLINE_POLICY, row, who, reason.strip(), request_id)
    row.refresh_from_db()
    return row


def refuse_ruling(who: Standing) -> None:
    """Refuse whoever may neither propose nor adopt rules: NotAllowed.

    A coordinator or a reviewer in force may, of some organisation: two of none cannot be of different ones.
    """
    part = who.is_reviewer or (who.user.is_staff and who.user.is_active and not who.user.is_robot)
    if not part or not who.organisations:
        raise NotAllowed(_WHO)


def _refuse_unfit(who: Standing, *, fresh_factor: bool) -> None:
    refuse_ruling(who)
    if not fresh_factor:
        raise FreshFactorNeeded()


def _next_version() -> int:
    last: int | None = Policy.objects.aggregate(last=Max("version"))["last"]
    return (last or 0) + 1


def _waiting(version: int, fingerprint: str | None = None) -> Policy:
    """The proposal, locked, where it still waits and says what was read."""
    row = (
        Policy.objects.select_for_update(of=("self",))
        .select_related("proposed_by")
        .filter(pk=version, adopted_at=None, declined_at=None)
        .first()
    )
    if row is None or (fingerprint is not None and row.fingerprint != fingerprint):
        raise ProposalGone()
    return row


def _tell(action: Action, row: Policy, who: Standing, reason: str, request_id: str) -> Event:
    role = Role.REVIEWER if who.is_reviewer else Role.COORDINATOR
    event = journal.new_event(
        action,
        by=who.user,
        role=role,
        policy=row.version,
        answers={"fingerprint": row.fingerprint},
        request_id=request_id,
        public_text=reason,
    )
    (told,) = journal.append([event])
    return told


def settle() -> int:
    """Judge what is open by the rules in force, where it was judged by others; returns how many were.

    What was verified or entered under rules that asked for less goes back to be verified anew. By the keeper, in
    batches; called when rules are adopted, and by the clock for a while after, for steps that were under way.
    """
    robot, done = User.objects.robot(Robot.KEEPER), 0
    after = 0
    while True:
        with acting(by=robot, reason=Reason.RULES_CHANGED):
            now = in_force.current()
            rows = list(
                Submission.objects.filter(status__in=OPEN, pk__gt=after)
                .exclude(policy__in=[now.version, REPLAY])
                .order_by("pk")
                .select_for_update()[:BATCH]
            )
            if not rows:
                return done
            _judge_anew(rows, now, by=robot)
        after, done = rows[-1].pk, done + len(rows)


def settle_lately_adopted() -> int:
    """`settle`, where rules came into force within the hour: one small query otherwise."""
    lately = Policy.objects.filter(version__gt=1, adopted_at__gt=ClockTimestamp() - _SETTLES)
    return settle() if lately.exists() else 0


def _judge_anew(rows: Sequence[Submission], now: Rules, *, by: User) -> None:
    """Void the steps that no longer count, then write of which class each is."""
    before = in_force.of_versions({row.policy for row in rows})
    judged = [(row, now.judge(row.kind, row.intent, row.touched)) for row in rows]
    outgrown = [row.pk for row, found in judged if _outgrown(row, found, before[row.policy])]
    if outgrown:
        workflow.advance(outgrown, Action.SEND_BACK, by=by, reason=Reason.RULES_CHANGED)
    for kept, ids in _grouped(judged):
        Submission.objects.filter(pk__in=ids).update(**kept)


def _outgrown(row: Submission, now: Judged, before: Rules) -> bool:
    """Whether the steps it has were taken while the rules asked for less."""
    if row.status not in (Status.VERIFIED, Status.ENTERED):
        return False
    then = before.classes[Risk(row.risk)]
    return now.rules.asks_more_than(then, of_people=row.status == Status.VERIFIED)


def _grouped(judged: Iterable[tuple[Submission, Judged]]) -> Iterable[tuple[dict[str, Any], list[int]]]:
    by_class = sorted(judged, key=lambda pair: pair[1].risk)
    for _risk, pairs in groupby(by_class, key=lambda pair: pair[1].risk):
        alike = list(pairs)
        yield alike[0][1].columns(), [row.pk for row, _found in alike]
