"""What nobody decides alone about people and organisations: `RULES` is the law of it, `propose` and `confirm` the door.

Each step is exactly one event, under the name of the act; `related` is the grant, `answers.step` says which step.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from verification import journal, mail_domains, mailing, people
from verification.journal import acting
from verification.models import (
    ApiToken,
    Domain,
    Grant,
    Lease,
    Membership,
    Organisation,
    Reviewer,
    Session,
    User,
)
from verification.models.grants import OPEN_FOR
from verification.people import Voice
from verification.refusals import FreshFactorNeeded, NotFound, NotReviewer, WrongStatus
from verification.refused_people import (
    AlreadyAsked,
    AlreadySo,
    AnotherPersonNeeded,
    NotCoordinator,
    NoVoice,
    OnOneself,
    OtherHouseNeeded,
)
from verification.sop import Action, Role


@dataclass(frozen=True)
class Rule:
    """Who proposes, who confirms, how many it takes, and what then happens."""

    # A coordinator has to propose it; else a reviewer in force may too.
    proposed_by_coordinator: bool
    # What a coordinator does takes effect at once: it only takes power away.
    at_once: bool
    # One other coordinator confirms, or two reviewers do.
    two_reviewers: bool
    # Two reviewers of different organisations, and nobody else.
    vouched: bool
    is_so: Callable[[Grant], bool]
    carry_out: Callable[[Grant, User], None]


def propose(
    what: Action,
    *,
    by: User,
    person: User | None = None,
    organisation: Organisation | None = None,
    domain: str = "",
    fresh_factor: bool = False,
    request_id: str = "",
) -> Grant:
    """Take the first step; what a coordinator may do at once is done with it.

    Refused: NotCoordinator, NotReviewer, NoVoice by the rule of the act; OnOneself; FreshFactorNeeded; AlreadySo;
    AlreadyAsked while the same waits for somebody.
    """
    rule, now = RULES[what], timezone.now()
    with acting(by=by, reason=what, request_id=request_id):
        voice = people.voice(by, now=now)
        _refuse_proposing(rule, voice)
        if person is not None and person.pk == by.pk:
            raise OnOneself()
        if not fresh_factor:
            raise FreshFactorNeeded()
        if what == Action.CHANGE_ORGANISATION and domain:
            domain = mail_domains.own_domain(domain)
        grant = Grant(
            act=what,
            person=person,
            organisation=organisation,
            domain=domain,
            proposed_by=by,
            proposed_as=Role.REVIEWER if rule.vouched else voice.role,
            proposed_for=voice.house,
            proposed_at=now,
        )
        if rule.is_so(grant):
            raise AlreadySo()
        _add(grant, now=now)
        done = rule.at_once and voice.coordinator
        if done:
            _carry_out(rule, grant, by, now=now)
        _tell(grant, by, Role(grant.proposed_as), "done" if done else "proposed", request_id)
    return grant


def _refuse_proposing(rule: Rule, voice: Voice) -> None:
    if rule.vouched and voice.house is None:
        raise NotReviewer()
    if rule.proposed_by_coordinator and not voice.coordinator:
        raise NotCoordinator()
    if not voice.any:
        raise NoVoice()


def _add(grant: Grant, *, now: datetime) -> None:
    """Write it down; what was left lying under the same words is withdrawn."""
    Grant.objects.filter(
        done_at=None, withdrawn_at=None, proposed_at__lt=now - OPEN_FOR, act=grant.act, person=grant.person
    ).update(withdrawn_at=now)
    try:
        with transaction.atomic():
            grant.save(force_insert=True)
    except IntegrityError as error:
        if "grant_open_once" in str(error):
            raise AlreadyAsked() from error
        raise


def confirm(uid: UUID, *, by: User, fresh_factor: bool = False, request_id: str = "") -> Grant:
    """Take the next step; with the last one it is done.

    Refused: NotFound; WrongStatus where it is over, or who proposed it has no say any more; OnOneself;
    AnotherPersonNeeded; NoVoice, NotReviewer, OtherHouseNeeded by the rule of the act; FreshFactorNeeded; AlreadySo.
    """
    now = timezone.now()
    with acting(by=by, reason="confirmed", request_id=request_id):
        grant, voice = _open(uid, now=now), people.voice(by, now=now)
        rule = RULES[Action(grant.act)]
        _refuse_confirming(rule, grant, by, voice)
        if not fresh_factor:
            raise FreshFactorNeeded()
        if not _still_says(grant, now=now):
            raise WrongStatus()
        if rule.is_so(grant):
            raise AlreadySo()
        role = Role.REVIEWER if rule.vouched else voice.role
        if grant.confirmed_at is None or role == Role.COORDINATOR:
            grant.confirmed_by, grant.confirmed_as, grant.confirmed_at = by, role, now
            grant.confirmed_for = voice.house
        else:
            grant.seconded_by, grant.seconded_at = by, now
        done = not rule.two_reviewers or role == Role.COORDINATOR or grant.seconded_at is not None
        grant.save()
        if done:
            _carry_out(rule, grant, by, now=now)
        _tell(grant, by, role, "done" if done else "confirmed", request_id)
    return grant


def _open(uid: UUID, *, now: datetime) -> Grant:
    grant = (
        Grant.objects.select_for_update(of=("self",))
        .select_related("proposed_by", "confirmed_by")
        .filter(uid=uid)
    )
    found = grant.first()
    if found is None:
        raise NotFound()
    if found.done_at or found.withdrawn_at or found.proposed_at < now - OPEN_FOR:
        raise WrongStatus()
    return found


def _refuse_confirming(rule: Rule, grant: Grant, by: User, voice: Voice) -> None:
    if not voice.any:
        raise NoVoice()
    if rule.vouched and voice.house is None:
        raise NotReviewer()
    if grant.person_id == by.pk:
        raise OnOneself()
    if by.pk in (grant.proposed_by_id, grant.confirmed_by_id):
        raise AnotherPersonNeeded()
    if rule.vouched and voice.house and grant.proposed_for_id == voice.house.pk:
        raise OtherHouseNeeded()


def _still_says(grant: Grant, *, now: datetime) -> bool:
    """Whether those who took the earlier steps have the say they took them with."""
    taken = [(grant.proposed_by, grant.proposed_as), (grant.confirmed_by, grant.confirmed_as)]
    for person, role in taken:
        voice = people.voice(person, now=now) if person else None
        if voice and not (voice.coordinator if role == Role.COORDINATOR else voice.house):
            return False
    return True


def withdraw(uid: UUID, *, by: User, request_id: str = "") -> Grant:
    """Take back what one proposed, or decline what another did; open to whoever could confirm it. One event."""
    now = timezone.now()
    with acting(by=by, reason="withdrawn", request_id=request_id):
        grant, voice = _open(uid, now=now), people.voice(by, now=now)
        if not voice.any:
            raise NoVoice()
        if grant.person_id == by.pk:
            raise OnOneself()
        grant.withdrawn_at = now
        grant.save(update_fields=["withdrawn_at"])
        _tell(grant, by, voice.role, "withdrawn", request_id)
    return grant


def _carry_out(rule: Rule, grant: Grant, by: User, *, now: datetime) -> None:
    grant.done_at = now
    grant.save()
    rule.carry_out(grant, by)


def _tell(grant: Grant, by: User, role: Role, step: str, request_id: str) -> None:
    event = journal.new_event(
        Action(grant.act),
        by=by,
        role=role,
        person=grant.person_id,
        organisation=grant.organisation_id,
        related=grant.uid,
        answers={"step": step},
        request_id=request_id,
    )
    journal.append([event])
    if step == "done" and grant.person_id and grant.act != Action.RESET_FACTOR:
        mailing.decided(Action(grant.act), of=grant.person_id)


def open_grants(*, now: datetime) -> QuerySet[Grant]:
    """What waits for somebody, oldest first."""
    waiting = Grant.objects.filter(done_at=None, withdrawn_at=None, proposed_at__gte=now - OPEN_FOR)
    return waiting.select_related("person", "organisation", "proposed_by", "confirmed_by").order_by("pk")


def waiting_for(user: User, *, now: datetime) -> Sequence[Grant]:
    """What this person may confirm now."""
    voice = people.voice(user, now=now)
    return [grant for grant in open_grants(now=now) if may_confirm(grant, user, voice)]


def may_confirm(grant: Grant, user: User, voice: Voice) -> bool:
    """Whether this person may take the next step."""
    try:
        _refuse_confirming(RULES[Action(grant.act)], grant, user, voice)
    except (NoVoice, NotReviewer, OnOneself, AnotherPersonNeeded, OtherHouseNeeded):
        return False
    return True


# What is so already, and what is done. Everything read anew: the grant may have waited for days.


def _coordinates(grant: Grant) -> bool:
    return User.objects.filter(pk=grant.person_id or 0, is_staff=True).exists()


def _active(grant: Grant) -> bool:
    return User.objects.filter(pk=grant.person_id or 0, is_active=True).exists()


def _checks(grant: Grant) -> QuerySet[Reviewer]:
    return Reviewer.objects.filter(user=grant.person_id, confirmed_at__isnull=False, ended_at=None)


def _not_to_suspend(grant: Grant) -> bool:
    return not _checks(grant).filter(suspended_at=None).exists()


def _not_to_reinstate(grant: Grant) -> bool:
    return not _checks(grant).filter(suspended_at__isnull=False).exists()


def _belongs_as_admin(grant: Grant) -> bool:
    return Membership.objects.filter(
        user=grant.person_id, organisation=grant.organisation_id, is_admin=True, ended_at=None
    ).exists()


def _so_of_the_house(grant: Grant) -> bool:
    if grant.domain:
        return Domain.objects.filter(domain=grant.domain, ended_at=None).exists()
    return Organisation.objects.filter(pk=grant.organisation_id or 0, proven=True).exists()


def _never(_grant: Grant) -> bool:
    return False


def _person(grant: Grant) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=grant.person_id or 0)


def _make_coordinator(grant: Grant, by: User) -> None:
    people.make_coordinator(user=_person(grant), by=by)


def _unmake_coordinator(grant: Grant, by: User) -> None:
    people.unmake_coordinator(user=_person(grant), by=by)


def _suspend(grant: Grant, by: User) -> None:
    _checks(grant).update(suspended_at=timezone.now())
    Lease.objects.filter(holder=grant.person_id).delete()


def _reinstate(grant: Grant, by: User) -> None:
    _checks(grant).update(suspended_at=None)


def _deactivate(grant: Grant, by: User) -> None:
    User.objects.filter(pk=grant.person_id or 0).update(is_active=False)
    _sign_out(grant)


def _reactivate(grant: Grant, by: User) -> None:
    User.objects.filter(pk=grant.person_id or 0).update(is_active=True)


def _reset_factor(grant: Grant, by: User) -> None:
    """The factors are gone, and whatever opens the account without one: sessions, tokens, what was held."""
    Authenticator.objects.filter(user=grant.person_id).delete()
    _sign_out(grant)
    ApiToken.objects.filter(user=grant.person_id, revoked_at=None).update(revoked_at=timezone.now())
    mailing.factor_reset(of=_person(grant))


def _sign_out(grant: Grant) -> None:
    Session.objects.filter(user=grant.person_id).delete()
    Lease.objects.filter(holder=grant.person_id).delete()


def _appoint(grant: Grant, by: User) -> None:
    house = Organisation.objects.select_for_update().get(pk=grant.organisation_id or 0)
    member = Membership.objects.filter(user=grant.person_id, organisation=house, ended_at=None)
    if not member.update(is_admin=True):
        people.add_member(user=_person(grant), organisation=house, by=by, is_admin=True)


def _prove(grant: Grant, by: User) -> None:
    if grant.domain:
        assert grant.organisation is not None
        Domain.objects.create(organisation=grant.organisation, domain=grant.domain, grant=grant)
    else:
        Organisation.objects.filter(pk=grant.organisation_id or 0).update(proven=True)


RULES: dict[Action, Rule] = {
    Action.MAKE_COORDINATOR: Rule(True, False, True, False, _coordinates, _make_coordinator),
    Action.UNMAKE_COORDINATOR: Rule(
        True, False, True, False, lambda grant: not _coordinates(grant), _unmake_coordinator
    ),
    Action.SUSPEND: Rule(False, True, False, False, _not_to_suspend, _suspend),
    Action.REINSTATE: Rule(False, False, False, False, _not_to_reinstate, _reinstate),
    Action.DEACTIVATE: Rule(True, True, False, False, lambda grant: not _active(grant), _deactivate),
    Action.REACTIVATE: Rule(True, False, False, False, _active, _reactivate),
    Action.RESET_FACTOR: Rule(False, False, False, True, _never, _reset_factor),
    Action.JOIN: Rule(True, False, False, False, _belongs_as_admin, _appoint),
    Action.CHANGE_ORGANISATION: Rule(True, False, False, False, _so_of_the_house, _prove),
}
