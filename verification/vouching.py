"""How somebody becomes a reviewer: they give their legal name, two reviewers of two organisations vouch for it.

The first reads the name and checks it, the second reads it and confirms; then the person reviews for half a year,
and the same two steps are taken again. What is compared, an identity card or a familiar face, is looked at and
never kept. Reading a name is an act of its own.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from verification import journal, mailing, people, sealing
from verification.journal import acting
from verification.models import Event, LegalName, Membership, Organisation, Reviewer, User
from verification.models.checks import OPEN_FOR, VALID
from verification.refusals import FreshFactorNeeded, NameMissing, NotFound, NotReviewer, WrongStatus
from verification.refused_people import (
    AlreadyAsked,
    AnotherPersonNeeded,
    NameTaken,
    NameUnread,
    NotMember,
    OnOneself,
    OtherHouseNeeded,
    Suspended,
)
from verification.sop import Action, Role

# Who opened a name and decides nothing for a day leaves it to the next.
READING = timedelta(days=1)
# A renewal may be asked for this long before the check runs out.
RENEWABLE = timedelta(days=45)
_LONGEST_NAME = 80
# A run of digits is a number of a document, which is never kept.
_NUMBER = re.compile(r"\d{4}")


def ask(*, by: User, organisation: Organisation, legal_name: str) -> Reviewer:
    """Ask to review for an organisation one belongs to; also to renew. The name is encrypted at once.

    Refused: NameMissing, a name with a document's number included; NotMember; Suspended; AlreadyAsked, for a check
    that is far from running out too.
    """
    name = " ".join(legal_name.split())
    if not name or len(name) > _LONGEST_NAME or _NUMBER.search(name):
        raise NameMissing()
    now = timezone.now()
    with acting(by=by, reason="asks to review"):
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        if not _belongs(by, organisation):
            raise NotMember()
        _close_what_was_left_lying(by, now=now)
        mine = list(Reviewer.objects.filter(user=by, ended_at=None))
        if any(check.suspended_at for check in mine):
            raise Suspended()
        if any(check.expires_at is None or check.expires_at > now + RENEWABLE for check in mine):
            raise AlreadyAsked()
        check = Reviewer.objects.create(user=by, organisation=organisation)
        LegalName.objects.create(of=check, sealed=sealing.encrypt(name))
    return check


def _belongs(user: User, organisation: Organisation) -> bool:
    root = organisation.merged_into_id or organisation.pk
    houses = Q(organisation=root) | Q(organisation__merged_into=root)
    return Membership.objects.filter(houses, user=user, ended_at=None).exists()


def _close_what_was_left_lying(user: User, *, now: datetime) -> None:
    for check in Reviewer.objects.filter(
        user=user, confirmed_at=None, ended_at=None, asked_at__lt=now - OPEN_FOR
    ):
        _end(check, now=now)


def _end(check: Reviewer, *, now: datetime) -> None:
    """The check is over, and the name with it."""
    check.ended_at = now
    check.save(update_fields=["ended_at"])
    LegalName.objects.filter(of=check).delete()


def withdraw(*, by: User) -> None:
    """Take one's request back, and the name with it."""
    with acting(by=by, reason="asks no longer"):
        for check in Reviewer.objects.select_for_update().filter(user=by, confirmed_at=None, ended_at=None):
            _end(check, now=timezone.now())


def read_name(uid: UUID, *, by: User, fresh_factor: bool = False, request_id: str = "") -> str:
    """The legal name, for whoever is about to take the next step; one event each time.

    Refused: whom `_step` refuses; FreshFactorNeeded; NameTaken while another reviewer has it open for the same step.
    """
    with acting(by=by, reason=Action.READ_NAME, request_id=request_id):
        check, _house = _step(uid, by=by, now=timezone.now())
        if not fresh_factor:
            raise FreshFactorNeeded()
        others = User.objects.filter(pk__in=_readers(check) - {by.pk})
        if any(people.voice(other, now=timezone.now()).house for other in others):
            raise NameTaken()
        name = sealing.decrypt(check.legal_name.sealed)
        _tell(Action.READ_NAME, check, by, request_id)
    return name


def _readers(check: Reviewer) -> set[int]:
    """Who opened the name for the step that is due, within the last day."""
    since = max(check.checked_at or check.asked_at, timezone.now() - READING)
    read = Event.objects.filter(
        person=check.user_id, action=Action.READ_NAME, related=check.uid, at__gt=since
    )
    return set(read.values_list("actor", flat=True))


def check_name(uid: UUID, *, by: User, fresh_factor: bool = False, request_id: str = "") -> Reviewer:
    """The first step: the name is this person's. By a reviewer in force who read it. Refused: see `_step`;
    NameUnread; FreshFactorNeeded.

    A first step whose taker has no say any more is taken again.
    """
    with acting(by=by, reason=Action.CHECK_NAME, request_id=request_id):
        check, house = _step(uid, by=by, now=timezone.now())
        if check.checked_at is not None:
            raise WrongStatus()
        _refuse_unread(check, by)
        if not fresh_factor:
            raise FreshFactorNeeded()
        check.checked_by, check.checked_for, check.checked_at = by, house, timezone.now()
        check.save(update_fields=["checked_by", "checked_for", "checked_at"])
        _tell(Action.CHECK_NAME, check, by, request_id)
    return check


def confirm_name(uid: UUID, *, by: User, fresh_factor: bool = False, request_id: str = "") -> Reviewer:
    """The second step, by another reviewer of another organisation: from now on, and for 180 days, the person reviews.

    Refused: see `_step`; NameUnread; FreshFactorNeeded; WrongStatus before the first step; Suspended.
    The check it renews ends.
    """
    now = timezone.now()
    with acting(by=by, reason=Action.CONFIRM_NAME, request_id=request_id):
        check, house = _step(uid, by=by, now=now)
        if check.checked_at is None:
            raise WrongStatus()
        _refuse_unread(check, by)
        if not fresh_factor:
            raise FreshFactorNeeded()
        if not _belongs(check.user, check.organisation):
            raise NotMember()
        for former in Reviewer.objects.select_for_update().filter(
            user=check.user, confirmed_at__isnull=False, ended_at=None
        ):
            if former.suspended_at:
                raise Suspended()
            _end(former, now=now)
        now = max(now, check.checked_at)
        check.confirmed_by, check.confirmed_for, check.confirmed_at = by, house, now
        check.expires_at = now + VALID
        check.save(update_fields=["confirmed_by", "confirmed_for", "confirmed_at", "expires_at"])
        _tell(Action.CONFIRM_NAME, check, by, request_id)
        mailing.decided(Action.CONFIRM_NAME, of=check.user_id)
    return check


def decline(uid: UUID, *, by: User, request_id: str = "") -> Reviewer:
    """The name was not found to be this person's: the request ends, and may be made again."""
    with acting(by=by, reason="declined", request_id=request_id):
        check, _house = _step(uid, by=by, now=timezone.now())
        _refuse_unread(check, by)
        step = Action.CONFIRM_NAME if check.checked_at else Action.CHECK_NAME
        _end(check, now=timezone.now())
        _tell(step, check, by, request_id, step="declined")
    return check


def _step(uid: UUID, *, by: User, now: datetime) -> tuple[Reviewer, Organisation]:
    """The check, locked, and the house `by` speaks for, where they may take the step that is due.

    Refused: NotFound; NotReviewer; OnOneself; AnotherPersonNeeded and OtherHouseNeeded after the first step;
    WrongStatus where it is over.
    """
    house = people.voice(by, now=now).house
    if house is None:
        raise NotReviewer()
    check = (
        Reviewer.objects.select_for_update(of=("self",))
        .select_related("user", "organisation")
        .filter(uid=uid)
    )
    found = check.first()
    if found is None:
        raise NotFound()
    if found.user_id == by.pk:
        raise OnOneself()
    if found.ended_at or found.confirmed_at or found.asked_at < now - OPEN_FOR or not found.user.is_active:
        raise WrongStatus()
    _forget_a_step_outlived(found, now=now)
    if found.checked_by_id == by.pk:
        raise AnotherPersonNeeded()
    if found.checked_for_id == house.pk:
        raise OtherHouseNeeded()
    return found, house


def _forget_a_step_outlived(check: Reviewer, *, now: datetime) -> None:
    """The first step counts while its taker still has a say: suspended, expired or gone, it is taken again."""
    if check.checked_by is None or people.voice(check.checked_by, now=now).house is not None:
        return
    check.checked_by = check.checked_for = check.checked_at = None
    check.save(update_fields=["checked_by", "checked_for", "checked_at"])


def _refuse_unread(check: Reviewer, by: User) -> None:
    if by.pk not in _readers(check):
        raise NameUnread()


def _tell(action: Action, check: Reviewer, by: User, request_id: str, *, step: str = "") -> None:
    event = journal.new_event(
        action,
        by=by,
        role=Role.REVIEWER,
        person=check.user_id,
        organisation=check.organisation_id,
        related=check.uid,
        request_id=request_id,
        answers={"step": step} if step else {},
    )
    journal.append([event])


def waiting_for(user: User, *, now: datetime) -> Sequence[Reviewer]:
    """The candidates on whom this person may take the next step, oldest first."""
    house = people.voice(user, now=now).house
    if house is None:
        return []
    return list(open_checks(now=now).exclude(user=user).exclude(checked_by=user).exclude(checked_for=house))


def open_checks(*, now: datetime) -> QuerySet[Reviewer]:
    """What was asked for and is not decided yet."""
    found = Reviewer.objects.filter(
        ended_at=None, confirmed_at=None, asked_at__gte=now - OPEN_FOR, user__is_active=True
    )
    return found.select_related("user", "organisation", "checked_by").order_by("asked_at", "pk")
