"""People: who may act in what capacity, read from the database as it is now."""

import hashlib
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from verification import journal, sealing, statements
from verification.journal import acting
from verification.models import ApiToken, Event, LegalName, Membership, Organisation, Reviewer, User
from verification.models.checks import VALID
from verification.models.people import OrganisationKind, Way
from verification.sop import Action, Origin, Role

# What coordinators may edit in the admin.
_LOOKED_AFTER = ("organisation", "organisationalias", "reasonwords", "item", "standard")
_ROOT = Coalesce("organisation__merged_into", "organisation")
_TEAMS = (OrganisationKind.TEAM, OrganisationKind.CHARITY)

# The houses a person belongs to (member) or reviews for, each at its root, with all that was merged into it.
# Written by hand, because it is asked before every act: the ORM would ask three times. Nobody reviews without a
# second factor; `unarmed` asks who would, if only they had one.
BONDS = """
WITH bond AS (
    SELECT organisation_id, true AS member FROM verification_membership
     WHERE user_id = %(user)s::bigint AND ended_at IS NULL
    UNION ALL
    SELECT organisation_id, false FROM verification_reviewer
     WHERE user_id = %(user)s::bigint AND ended_at IS NULL AND suspended_at IS NULL
       AND confirmed_at <= %(now)s::timestamptz AND expires_at > %(now)s::timestamptz
       AND (%(unarmed)s::boolean OR EXISTS (
           SELECT FROM mfa_authenticator
            WHERE user_id = %(user)s::bigint AND type IN ('totp', 'webauthn')))
)
SELECT DISTINCT bond.member, root.kind, root.proven, family.id
  FROM bond
  JOIN verification_organisation house ON house.id = bond.organisation_id
  JOIN verification_organisation root ON root.id = coalesce(house.merged_into_id, house.id)
  JOIN LATERAL (
      SELECT root.id UNION ALL SELECT id FROM verification_organisation WHERE merged_into_id = root.id
  ) AS family ON true
 WHERE EXISTS (SELECT FROM verification_user WHERE id = %(user)s::bigint AND is_active)
"""


@dataclass(frozen=True)
class Standing:
    """What a person is at this moment: read once per act, never kept.

    `organisations` and `proven` are ids, with those of everything that was merged into theirs.
    """

    user: User
    is_reviewer: bool
    organisations: frozenset[int]
    proven: frozenset[int]
    in_a_team: bool

    def role_towards(self, organisation_id: int | None, *, submitter: bool) -> Role:
        """In what capacity this person touches something about that organisation."""
        if self.user.is_robot:
            return Role.ROBOT
        if organisation_id in self.proven:
            return Role.ORGANISATION
        if submitter:
            return Role.SUBMITTER
        if self.is_reviewer:
            return Role.REVIEWER
        return Role.COORDINATOR if self.user.is_staff else Role.SUBMITTER


def standing(user: User, *, now: datetime) -> Standing:
    """Read a person's memberships and reviewer's check as they are in the database now. One query."""
    return standing_from(user, [] if user.is_robot else statements.rows(BONDS, asked_for(user, now=now)))


def reviews_but_for_a_factor(user: User, *, now: datetime) -> bool:
    """Whether all that keeps this person from reviewing is that they have no second factor. One query."""
    rows = statements.rows(BONDS, asked_for(user, now=now) | {"unarmed": True})
    return standing_from(user, rows).is_reviewer


def asked_for(user: User, *, now: datetime) -> dict[str, Any]:
    """The values `BONDS` asks for; a robot is nobody's."""
    return {"user": 0 if user.is_robot else user.pk, "now": now, "unarmed": False}


def standing_from(user: User, rows: Iterable[tuple[bool, str, bool, int]]) -> Standing:
    """What a person is, by the rows of `BONDS`."""
    rows = list(rows)
    return Standing(
        user=user,
        is_reviewer=any(not member for member, *_house in rows),
        organisations=frozenset(pk for *_house, pk in rows),
        proven=frozenset(pk for member, _kind, proven, pk in rows if member and proven),
        in_a_team=any(member and kind in _TEAMS for member, kind, *_house in rows),
    )


def organisations_of(users: Collection[int]) -> dict[int, frozenset[int]]:
    """The organisations each of these people belongs to or reviews for, resolved to their roots."""
    pairs = [
        *Membership.objects.filter(user__in=users, ended_at=None).values_list("user", _ROOT),
        *Reviewer.objects.filter(user__in=users, ended_at=None).values_list("user", _ROOT),
    ]
    return {user: frozenset(o for u, o in pairs if u == user) for user in users}


def members_of(organisations: Collection[int]) -> QuerySet[Any]:
    """The ids of everybody who belongs to one of these or reviews for it; a query to be used in another."""
    of_these = Q(memberships__ended_at=None, memberships__organisation__in=organisations)
    reviews = Q(checks__ended_at=None, checks__organisation__in=organisations)
    return User.objects.filter(of_these | reviews).values("pk")


def called(name: str) -> User | None:
    """The person of that public name or mail address; nobody by a part of it. Robots have only the name."""
    of_a_person = Q(email__iexact=name, is_robot=False)
    return User.objects.filter(Q(pseudonym=name) | of_a_person).order_by("pk").first()


def origin_of(who: Standing, organisation: Organisation | None) -> Origin:
    """Where a submission comes from: the organisation itself only by a member of the proven one it is about."""
    if organisation is not None and organisation.pk in who.proven:
        return Origin.ORGANISATION
    return Origin.VOLUNTEER if who.in_a_team or who.is_reviewer else Origin.PUBLIC


def add_member(
    *, user: User, organisation: Organisation, by: User, is_admin: bool = False, way: Way = Way.APPOINTED
) -> Membership:
    """Let a person speak for an organisation. No rule is asked and no event written: `belonging` does."""
    with acting(by=by, reason="member added"):
        return Membership.objects.create(user=user, organisation=organisation, is_admin=is_admin, way=way)


@dataclass(frozen=True)
class Voucher:
    """Somebody who takes one of the two steps of a check, and the organisation they review for."""

    person: User
    organisation: Organisation


def add_reviewer(
    *,
    user: User,
    organisation: Organisation,
    legal_name: str,
    checked: Voucher,
    confirmed: Voucher,
    by: User,
    at: datetime,
    founder: int | None = None,
) -> Reviewer:
    """Write both steps of a check at once, in the names of two people, as of `at`; the name is encrypted.

    No rule is asked and no event written: for founding, for the demonstration, the replay and the tests. Everybody
    else is vouched for, one step after the other: `vouching`.
    """
    with acting(by=by, reason="legal name checked"):
        check = Reviewer.objects.create(
            user=user,
            organisation=organisation,
            founder=founder,
            checked_by=checked.person,
            checked_for=checked.organisation,
            checked_at=at,
            confirmed_by=confirmed.person,
            confirmed_for=confirmed.organisation,
            confirmed_at=at,
            expires_at=at + VALID,
        )
        LegalName.objects.create(of=check, sealed=sealing.encrypt(legal_name))
    return check


def in_force(*, now: datetime) -> QuerySet[Reviewer]:
    """The checks that hold now."""
    return Reviewer.objects.filter(
        ended_at=None,
        suspended_at=None,
        confirmed_at__lte=now,
        expires_at__gt=now,
        user__is_active=True,
    )


def reviewers_in_force(*, now: datetime) -> QuerySet[User]:
    """Everybody who may review at this moment, by pseudonym."""
    return User.objects.filter(pk__in=in_force(now=now).values("user")).order_by("pseudonym")


def make_coordinator(*, user: User, by: User) -> None:
    """Let a person into the admin: reads everything, looks after organisations and words.

    Gives no power over submissions: coordinators review only where they are reviewers too. No rule is asked and
    no event written: `granting` and `founding` do.
    """
    reading = Q(codename__startswith="view_")
    writing = Q(codename__in=[f"{verb}_{model}" for model in _LOOKED_AFTER for verb in ("add", "change")])
    ours = Permission.objects.filter(
        reading | writing, content_type__app_label__in=("verification", "supplies")
    )
    with acting(by=by, reason="coordinator made"):
        group, _new = Group.objects.get_or_create(name="coordinators")
        group.permissions.set(ours)
        user.groups.add(group)
        User.objects.filter(pk=user.pk).update(is_staff=True)


def unmake_coordinator(*, user: User, by: User) -> None:
    """Take the part away, with whatever rights came with it."""
    with acting(by=by, reason="coordinator unmade"):
        user.groups.clear()
        user.user_permissions.clear()
        User.objects.filter(pk=user.pk).update(is_staff=False, is_superuser=False)


@dataclass(frozen=True)
class Voice:
    """In what capacity somebody decides about people: as coordinator, as a reviewer for a house, as both or neither."""

    coordinator: bool
    house: Organisation | None

    @property
    def any(self) -> bool:
        """Whether they have a say at all."""
        return self.coordinator or self.house is not None

    @property
    def role(self) -> Role:
        """What is written down beside the act; as coordinator where they are both."""
        return Role.COORDINATOR if self.coordinator else Role.REVIEWER


def with_address(email: str) -> User | None:
    """The person with this mail address, where they confirmed it and the account is open."""
    known = EmailAddress.objects.select_related("user").filter(
        email__iexact=email.strip(), verified=True, user__is_active=True, user__is_robot=False
    )
    found = known.first()
    return found.user if found else None


def voice(user: User, *, now: datetime) -> Voice:
    """What somebody may say about people, as the database has it now; nothing of `user` is believed but its id."""
    coordinates = User.objects.filter(pk=user.pk, is_staff=True, is_active=True).exists()
    house: Organisation | None = None
    if standing(user, now=now).is_reviewer:
        check = in_force(now=now).filter(user=user).select_related("organisation__merged_into").first()
        house = (check.organisation.merged_into or check.organisation) if check else None
    return Voice(coordinates, house)


def make_token(*, user: User, name: str) -> str:
    """A new personal token, returned once in clear; only its digest is kept."""
    token = f"glacier_{secrets.token_urlsafe(32)}"
    with acting(by=user, reason=Action.MAKE_TOKEN):
        ApiToken.objects.create(user=user, name=name, digest=digest(token))
        journal.append([_of_ones_own(Action.MAKE_TOKEN, user)])
    return token


def revoke_token(pk: int, *, by: User) -> None:
    """Take a token of one's own back, at once and for good; nothing happens where it was taken back already."""
    with acting(by=by, reason=Action.REVOKE_TOKEN):
        mine = ApiToken.objects.filter(user=by, pk=pk, revoked_at=None)
        if mine.update(revoked_at=timezone.now()):
            journal.append([_of_ones_own(Action.REVOKE_TOKEN, by)])


def _of_ones_own(action: Action, user: User) -> Event:
    return journal.new_event(action, by=user, role=Role.SUBMITTER, person=user.pk)


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
