"""Who may do what: `POLICY[action]` names the rules, each rule is one small function that refuses or not.

A rule looks at a `Step`: everything about one act, read beforehand, so that rules ask no questions of the
database. All rules bind everybody, coordinators and administrators included.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from verification import calls, kinds, reasons
from verification.models import Submission
from verification.people import Standing
from verification.refusals import (
    CallBackMissing,
    ChecklistIncomplete,
    FreshFactorNeeded,
    GroundMissing,
    HowToFixMissing,
    LeaseLost,
    MachineOnly,
    NotAllowed,
    NoteMissing,
    NotReviewer,
    NotSubmitter,
    OutsiderNeeded,
    OwnOrganisation,
    OwnSubmission,
    ReasonMissing,
    RulesChanged,
    SecondPersonNeeded,
    TwinMissing,
    WrongStatus,
)
from verification.rules import UNJUDGED, Judged
from verification.sop import (
    CHECKLISTS,
    HOW_TO_FIX,
    LINKED_GROUNDS,
    REQUESTS,
    Action,
    Ground,
    Intent,
    Origin,
    Risk,
    Status,
)


@dataclass(frozen=True)
class Step:
    """One act on one submission: who, what, and what they brought.

    `organisations` are those of everybody who had a hand in it, by person; read where the class asks for it.
    `fresh_factor`: the person used a second factor a moment ago, in the session in which they act. `one_of` is
    how many submissions the decision is about. `judged` is of which class it is under the policy in force, and what
    that asks for; `outgrown`, that the steps it has were taken under rules that asked for less. Where nobody judged
    it, it asks for everything.
    """

    action: Action
    submission: Submission
    who: Standing
    lease_held: bool = False
    answers: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    note: str = ""
    organisations: Mapping[int, frozenset[int]] = field(default_factory=dict)
    related: UUID | None = None
    fresh_factor: bool = False
    one_of: int = 1
    judged: Judged = UNJUDGED
    outgrown: bool = False


Rule = Callable[[Step], None]
_GROUNDS = frozenset(Ground.values)
_LETS_THROUGH = frozenset({Action.VERIFY, Action.ENTER, Action.CONFIRM})


def reviewer_in_force(step: Step) -> None:
    """A real-name reviewer, checked, not suspended, not expired."""
    if not step.who.is_reviewer:
        raise NotReviewer()


def not_an_author(step: Step) -> None:
    """Nobody takes a step on what they submitted, edited or imported."""
    if step.who.user.pk in step.submission.authors:
        raise OwnSubmission()


def not_their_organisation(step: Step) -> None:
    """Nobody reviews what is about an organisation they belong to."""
    if step.submission.organisation_id in step.who.organisations:
        raise OwnOrganisation()


def lease_held(step: Step) -> None:
    """A decision presents the live fence of its lease."""
    if not step.lease_held:
        raise LeaseLost()


def checklist_answered(step: Step) -> None:
    """Every point of the step's checklist is answered yes."""
    if any(step.answers.get(code) is not True for code in CHECKLISTS[step.action]):
        raise ChecklistIncomplete()


def grounded(step: Step) -> None:
    """The verifier names a ground; one that rests on a page needs the link, unless the organisation itself speaks."""
    named = step.answers.get("grounds")
    grounds = {str(ground) for ground in named} if isinstance(named, list | tuple) else set()
    if not grounds or not grounds <= _GROUNDS:
        raise GroundMissing(_("Name at least one ground on which you believe it."))
    linked = bool(step.submission.payload.get("source_link"))
    if not linked and step.submission.origin != Origin.ORGANISATION and grounds <= LINKED_GROUNDS:
        raise GroundMissing()


def call_back_where_the_class_asks(step: Step) -> None:
    """The verifier called the institution back, and says when and on which public line."""
    asked = step.judged.rules.call_back
    if asked and Ground.CALL_BACK not in step.answers.get("grounds", ()):
        raise CallBackMissing()
    if asked or "call_back" in step.answers:  # what is written down of a call is looked at wherever it is
        row = step.submission
        changed = () if row.intent == Intent.NEW else row.touched
        spec = kinds.get(row.kind)
        calls.refuse_without(step.answers, spec, row.payload, changed=changed, now=timezone.now())


def verified_under_these_rules(step: Step) -> None:
    """A step taken while the rules asked for less does not count."""
    if step.outgrown:
        raise RulesChanged()


def second_person_where_the_class_asks(step: Step) -> None:
    """Where its class asks for two people, whoever verified it does not enter it."""
    if step.judged.rules.people > 1 and step.submission.verified_by_id == step.who.user.pk:
        raise SecondPersonNeeded()


def outsider_where_the_class_asks(step: Step) -> None:
    """Where its class asks for outsiders, neither reviewer shares an organisation with an author or the other."""
    if not step.judged.rules.outsiders:
        return
    others = {*step.submission.authors, step.submission.verified_by_id} - {step.who.user.pk}
    if any(step.who.organisations & step.organisations.get(pk, frozenset()) for pk in others if pk):
        raise OutsiderNeeded()


def fresh_factor_where_asked(step: Step) -> None:
    """A decision about many, or one that lets something dangerous through, needs the factor used a moment ago."""
    grave = step.judged.risk >= Risk.DANGEROUS and step.action in _LETS_THROUGH
    if (step.one_of > 1 or grave) and not step.fresh_factor:
        raise FreshFactorNeeded()


def reason_given(step: Step) -> None:
    """A reason code that this action knows, and how to fix it where the submitter has to act."""
    if step.reason not in reasons.offered(step.action):
        raise ReasonMissing()
    if step.action in HOW_TO_FIX and not step.note.strip():
        raise HowToFixMissing()


def note_given(step: Step) -> None:
    """Words for the colleague who takes it next."""
    if not step.note.strip():
        raise NoteMissing()


def twin_named(step: Step) -> None:
    """Whoever calls something a duplicate says of what; never of itself."""
    if step.related is None or step.related in (step.submission.uid, step.submission.record):
        raise TwinMissing()


def by_submitter(step: Step) -> None:
    """Only who sent it."""
    if step.submission.submitted_by_id != step.who.user.pk:
        raise NotSubmitter()


def by_submitter_or_reviewer(step: Step) -> None:
    """Who sent it; or a reviewer who holds it and thereby becomes one of its authors."""
    if step.submission.submitted_by_id == step.who.user.pk:
        return
    reviewer_in_force(step)
    not_their_organisation(step)
    lease_held(step)


def lease_held_unless_entered(step: Step) -> None:
    """What is entered is in nobody's hands: until it is public, whoever may review it can object."""
    if step.submission.status != Status.ENTERED:
        lease_held(step)


def lease_held_unless_their_own(step: Step) -> None:
    """A reviewer presents the lease; the record's own proven organisation needs none."""
    if step.submission.organisation_id not in step.who.proven:
        lease_held(step)


def machine_only(step: Step) -> None:
    """Publishing is nobody's decision."""
    if not step.who.user.is_robot:
        raise MachineOnly()


def consequence_of_a_change(step: Step) -> None:
    """Sent back because the record changed: by the machine, or together with somebody's take-down."""
    if not (step.who.user.is_robot or step.who.is_reviewer or step.who.proven):
        raise NotAllowed()


def asks_for_a_change(step: Step) -> None:
    """A request proposes nothing to verify, enter or edit: a reviewer carries it out in one step, or rejects it."""
    if step.submission.intent in REQUESTS:
        raise WrongStatus()


def asks_to_withdraw(step: Step) -> None:
    """Only a request to withdraw can be carried out by a take-down."""
    if step.submission.intent != Intent.WITHDRAWAL:
        raise WrongStatus()


def asks_to_confirm(step: Step) -> None:
    """Only somebody's word that a record is still true can be confirmed."""
    if step.submission.intent != Intent.CONFIRMATION:
        raise WrongStatus()


_OTHERS: tuple[Rule, ...] = (reviewer_in_force, not_an_author, not_their_organisation)
_REVIEW: tuple[Rule, ...] = (*_OTHERS, lease_held)
_OBJECT: tuple[Rule, ...] = (*_OTHERS, lease_held_unless_entered)

POLICY: dict[Action, tuple[Rule, ...]] = {
    Action.VERIFY: (
        *_REVIEW,
        asks_for_a_change,
        outsider_where_the_class_asks,
        checklist_answered,
        grounded,
        call_back_where_the_class_asks,
        fresh_factor_where_asked,
    ),
    Action.ENTER: (
        *_REVIEW,
        asks_for_a_change,
        verified_under_these_rules,
        second_person_where_the_class_asks,
        outsider_where_the_class_asks,
        checklist_answered,
        fresh_factor_where_asked,
    ),
    Action.PUBLISH: (machine_only,),
    Action.RETURN: (*_OBJECT, asks_for_a_change, reason_given, fresh_factor_where_asked),
    Action.REJECT: (*_OBJECT, reason_given, fresh_factor_where_asked),
    Action.MARK_DUPLICATE: (*_REVIEW, reason_given, twin_named, fresh_factor_where_asked),
    Action.DISTINCT: _REVIEW,
    # Given back to the queue with a note for colleagues; it stays where it stood.
    Action.DOUBT: (reviewer_in_force, lease_held, note_given),
    Action.RESUBMIT: (by_submitter, asks_for_a_change),
    Action.WITHDRAW: (by_submitter, reason_given),
    Action.EDIT: (by_submitter_or_reviewer, asks_for_a_change),
    Action.REBASE: (by_submitter_or_reviewer,),
    Action.SEND_BACK: (consequence_of_a_change, reason_given),
    Action.REOPEN: (*_OTHERS, reason_given),
    # Carrying out somebody's request to withdraw; who may take down at all, publishing.take_down has asked.
    Action.TAKE_DOWN: (not_an_author, asks_to_withdraw, lease_held_unless_their_own, reason_given),
    # Finding right that a record is still true; its own organisation needs nobody's leave: confirming.confirm.
    Action.CONFIRM: (
        *_REVIEW,
        asks_to_confirm,
        checklist_answered,
        grounded,
        call_back_where_the_class_asks,
        fresh_factor_where_asked,
    ),
}

# What people may ask for through pages and API; the rest are the machine's, or a consequence.
SUBMITTER_ACTIONS = frozenset({Action.RESUBMIT, Action.WITHDRAW, Action.EDIT, Action.REBASE})
REVIEWER_ACTIONS = frozenset(
    {
        Action.VERIFY,
        Action.ENTER,
        Action.RETURN,
        Action.REJECT,
        Action.MARK_DUPLICATE,
        Action.REOPEN,
        Action.CONFIRM,
    }
)


def ask(step: Step) -> None:
    """Refuse the step, by the first rule that does."""
    for rule in POLICY[step.action]:
        rule(step)


def refuse_deciding(submission: Submission, who: Standing) -> None:
    """Refuse who may take no step of a review with it: they would only keep others from it."""
    for rule in _OTHERS:
        rule(Step(Action.VERIFY, submission, who))


def refuse_handing(
    submission: Submission, to: Standing, organisations: Mapping[int, frozenset[int]], judged: Judged
) -> None:
    """Refuse whom the step this waits for may not be handed to, by whomever: the rules of *verify* and *enter*."""
    action = Action.VERIFY if submission.status == Status.COLLECTED else Action.ENTER
    step = Step(action, submission, to, organisations=organisations, judged=judged)
    for rule in (*_OTHERS, outsider_where_the_class_asks):
        rule(step)
    if action == Action.ENTER:
        second_person_where_the_class_asks(step)


def refuse_directing(submission: Submission, who: Standing) -> None:
    """Refuse a coordinator who has a hand in the entry itself: what they wrote, or what is about their own house."""
    step = Step(Action.DIRECT, submission, who)
    for rule in (not_an_author, not_their_organisation):
        rule(step)


def may_take_down(who: Standing, organisation_id: int | None) -> bool:
    """The record's own proven organisation, or a reviewer in force."""
    return who.is_reviewer or owns(who, organisation_id)


def refuse_taking_down(who: Standing, organisation_id: int | None, *, fresh_factor: bool) -> None:
    """Whoever else may take it down, a reviewer does so with a factor used a moment ago."""
    if owns(who, organisation_id):
        return
    if not who.is_reviewer:
        raise NotAllowed()
    refuse_without_factor(fresh_factor=fresh_factor)


def refuse_without_factor(*, fresh_factor: bool) -> None:
    """What one person does to the public pages by themselves asks for a factor used a moment ago."""
    if not fresh_factor:
        raise FreshFactorNeeded()


def owns(who: Standing, organisation_id: int | None) -> bool:
    """Whether this person speaks for the proven organisation a record is about."""
    return organisation_id is not None and organisation_id in who.proven


def refuse_merging(who: Standing, *organisations: int | None) -> None:
    """Merging two records, and taking them apart, is for reviewers in force who belong to neither's organisation."""
    if not who.is_reviewer:
        raise NotReviewer()
    if any(organisation in who.organisations for organisation in organisations):
        raise OwnOrganisation()
