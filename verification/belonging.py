"""Belonging to an organisation: by its admin's invitation, by an address at its domain; and how it ends.

Belonging is read anew before every act (`people.standing`), so that its end bites at once.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q, QuerySet
from django.utils import timezone

from verification import journal, mailing, people
from verification.journal import acting
from verification.models import Invitation, LegalName, Membership, Organisation, Reviewer, Robot, User
from verification.models.belonging import INVITED_FOR
from verification.models.people import Way
from verification.refusals import AddressMissing, NotAllowed, NotFound
from verification.refused_people import AlreadySo, InvitationOver, LastAdmin, NotYourHouse, WrongAddress
from verification.sop import Action, Role


def invite(
    *,
    organisation: Organisation,
    email: str,
    by: User,
    as_admin: bool = False,
    to_review: bool = False,
    request_id: str = "",
) -> tuple[str, Invitation]:
    """Invite an address, also to review; returns the secret of the link, told once. By an admin of the organisation.

    Refused: NotYourHouse; AddressMissing; AlreadySo for who belongs to it. An older invitation of the same address
    is taken back.
    """
    address, now = _address(email), timezone.now()
    with acting(by=by, reason=Action.INVITE, request_id=request_id):
        if not administers(by, organisation):
            raise NotYourHouse()
        if living(organisation).filter(user__email__iexact=address).exists():
            raise AlreadySo()
        open_invitations(organisation).filter(email=address).update(revoked_by=by, revoked_at=now)
        secret = secrets.token_urlsafe(32)
        invitation = Invitation.objects.create(
            organisation=organisation,
            email=address,
            as_admin=as_admin,
            to_review=to_review,
            digest=people.digest(secret),
            invited_by=by,
            invited_at=now,
            expires_at=now + INVITED_FOR,
        )
        _tell(Action.INVITE, organisation, by, request_id, related=invitation.uid)
    return secret, invitation


def _address(text: str) -> str:
    address = text.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise AddressMissing() from error
    return address


def revoke(uid: UUID, *, by: User, request_id: str = "") -> Invitation:
    """Take an invitation back; nothing happens where it is over. By an admin of the organisation."""
    with acting(by=by, reason="invitation taken back", request_id=request_id):
        invitation = (
            Invitation.objects.select_for_update(of=("self",)).select_related("organisation").filter(uid=uid)
        )
        found = invitation.first()
        if found is None:
            raise NotFound()
        if not administers(by, found.organisation):
            raise NotYourHouse()
        if found.accepted_at is None and found.revoked_at is None:
            found.revoked_by, found.revoked_at = by, timezone.now()
            found.save(update_fields=["revoked_by", "revoked_at"])
            answers = {"step": "revoked"}
            _tell(Action.INVITE, found.organisation, by, request_id, related=found.uid, answers=answers)
    return found


def found_invitation(secret: str) -> Invitation:
    """The invitation of this secret. InvitationOver where it is wrong, used, taken back, has run out, or who
    invited may not invite any more."""
    candidates = Invitation.objects.select_related("organisation", "invited_by")
    found = candidates.filter(digest=people.digest(secret)).first()
    if found is None or not _good(found):
        raise InvitationOver()
    return found


def _good(invitation: Invitation) -> bool:
    over = invitation.accepted_at or invitation.revoked_at or invitation.expires_at <= timezone.now()
    return not over and administers(invitation.invited_by, invitation.organisation)


def accept(secret: str, *, by: User, request_id: str = "") -> Membership:
    """Follow an invitation, once. Refused: InvitationOver; WrongAddress unless the account confirmed that address."""
    with acting(by=by, reason=Action.JOIN, request_id=request_id):
        invitation = found_invitation(secret)
        Invitation.objects.select_for_update().get(pk=invitation.pk)
        invitation.refresh_from_db()
        if not _good(invitation):
            raise InvitationOver()
        if not EmailAddress.objects.filter(user=by, email__iexact=invitation.email, verified=True).exists():
            raise WrongAddress()
        invitation.accepted_by, invitation.accepted_at = by, timezone.now()
        invitation.save(update_fields=["accepted_by", "accepted_at"])
        return _join(
            by,
            invitation.organisation,
            Way.INVITATION,
            request_id,
            invitation.uid,
            is_admin=invitation.as_admin,
        )


def open_to(user: User) -> Sequence[Organisation]:
    """The organisations this person may join by a confirmed address of theirs: not those that removed them."""
    addresses = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    domains = {address.rpartition("@")[2].lower() for address in addresses}
    theirs = Organisation.objects.filter(
        domains__domain__in=domains, domains__ended_at=None, merged_into=None
    ).exclude(pk__in=Membership.objects.filter(user=user).exclude(ended_by=user).values("organisation"))
    return list(theirs.distinct().order_by("pk"))


def join(organisation: Organisation, *, by: User, request_id: str = "") -> Membership:
    """Join by a confirmed address at one of the organisation's proven domains. Refused: NotAllowed."""
    with acting(by=by, reason=Action.JOIN, request_id=request_id):
        if organisation not in open_to(by):
            raise NotAllowed()
        return _join(by, organisation, Way.DOMAIN, request_id, None)


def was_removed(user: User, organisation: Organisation) -> bool:
    """Whether somebody else ended what this person had there: only an invitation brings them back."""
    ended = Membership.objects.filter(user=user, organisation=organisation, ended_at__isnull=False)
    return ended.exclude(ended_by=user).exists()


def join_by_provider(organisation: Organisation, *, person: User, request_id: str = "") -> None:
    """`person` came through the organisation's own sign-in, and belongs to it from now on. The registrar notes it.

    Nothing happens for who belongs to it already, or was removed from it.
    """
    registrar = User.objects.robot(Robot.REGISTRAR)
    with acting(by=registrar, reason=Action.JOIN, request_id=request_id):
        if not (living(organisation).filter(user=person).exists() or was_removed(person, organisation)):
            _join(person, organisation, Way.PROVIDER, request_id, None, by=registrar)


def _join(
    user: User,
    organisation: Organisation,
    way: Way,
    request_id: str,
    related: UUID | None,
    *,
    by: User | None = None,
    is_admin: bool = False,
) -> Membership:
    by, house = by or user, Organisation.objects.select_for_update().get(pk=organisation.pk)
    if living(house).filter(user=user).exists():
        raise AlreadySo()
    membership = people.add_member(user=user, organisation=house, by=by, is_admin=is_admin, way=way)
    role = Role.ROBOT if by.is_robot else Role.ORGANISATION
    said: dict[str, Any] = {"person": user.pk, "related": related, "answers": {"way": way.value}}
    _tell(Action.JOIN, house, by, request_id, role=role, **said)
    return membership


def end(membership: int, *, by: User, request_id: str = "") -> Membership:
    """Leave, or be removed: by oneself, by an admin of the organisation, or by a coordinator. One event.

    What the person reviews for it ends with it. Refused: NotFound; NotYourHouse; LastAdmin for the only one of a
    proven organisation, whom a coordinator alone removes.
    """
    now = timezone.now()
    with acting(by=by, reason=Action.REMOVE_MEMBER, request_id=request_id):
        found = Membership.objects.filter(pk=membership, ended_at=None).first()
        if found is None:
            raise NotFound()
        house = Organisation.objects.select_for_update().get(pk=found.organisation_id)
        found = living(house).filter(pk=membership).first()
        if found is None:
            raise NotFound()
        coordinates = found.user_id != by.pk and people.voice(by, now=now).coordinator
        if not (found.user_id == by.pk or coordinates or administers(by, house)):
            raise NotYourHouse()
        if (
            house.proven
            and found.is_admin
            and not coordinates
            and living(house).filter(is_admin=True).count() == 1
        ):
            raise LastAdmin()
        found.ended_at, found.ended_by = now, by
        found.save(update_fields=["ended_at", "ended_by"])
        _end_reviewing(found.user_id, house)
        role = Role.COORDINATOR if coordinates else Role.ORGANISATION
        _tell(Action.REMOVE_MEMBER, house, by, request_id, person=found.user_id, role=role)
        if found.user_id != by.pk:
            mailing.decided(Action.REMOVE_MEMBER, of=found.user_id)
    return found


def _end_reviewing(user: int, house: Organisation) -> None:
    """Whoever is no longer of the house does not review for it; a request to goes too."""
    root = house.merged_into_id or house.pk
    theirs = Q(organisation=root) | Q(organisation__merged_into=root)
    if Membership.objects.filter(theirs, user=user, ended_at=None).exists():
        return
    checks = Reviewer.objects.filter(theirs, user=user, ended_at=None)
    LegalName.objects.filter(of__in=checks).delete()
    Reviewer.objects.filter(pk__in=list(checks.values_list("pk", flat=True))).update(ended_at=timezone.now())


def administers(user: User, organisation: Organisation) -> bool:
    """Whether this person may invite into this organisation and remove from it, as the database has it now."""
    return living(organisation).filter(user=user, is_admin=True, user__is_active=True).exists()


def living(organisation: Organisation) -> QuerySet[Membership]:
    """The memberships of an organisation that have not ended."""
    return Membership.objects.filter(organisation=organisation, ended_at=None)


def open_invitations(organisation: Organisation) -> QuerySet[Invitation]:
    """The invitations that can still be accepted, newest first."""
    good = Invitation.objects.filter(
        organisation=organisation, accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()
    )
    return good.order_by("-pk")


def _tell(
    action: Action,
    organisation: Organisation,
    by: User,
    request_id: str,
    *,
    role: Role = Role.ORGANISATION,
    person: int | None = None,
    related: UUID | None = None,
    answers: Mapping[str, Any] | None = None,
) -> None:
    event = journal.new_event(
        action,
        by=by,
        role=role,
        person=person,
        organisation=organisation.pk,
        related=related,
        answers=dict(answers or {}),
        request_id=request_id,
    )
    journal.append([event])
