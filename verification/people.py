"""People and organisations: who may act in what capacity, and which organisation a name means."""

import hashlib
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from verification import names, statements
from verification.journal import acting
from verification.models import ApiToken, Membership, Organisation, OrganisationAlias, Reviewer, User
from verification.models.people import OrganisationKind
from verification.refusals import NotAllowed
from verification.sop import Origin, Role

# What coordinators may edit in the admin.
_LOOKED_AFTER = ("organisation", "organisationalias", "membership", "reasonwords", "item", "standard")
_ROOT = Coalesce("organisation__merged_into", "organisation")
_TEAMS = (OrganisationKind.TEAM, OrganisationKind.CHARITY)

# The houses a person belongs to (member) or reviews for, each at its root, with all that was merged into it.
# Written by hand, because it is asked before every act: the ORM would ask three times.
BONDS = """
WITH bond AS (
    SELECT organisation_id, true AS member FROM verification_membership
     WHERE user_id = %(user)s::bigint AND ended_at IS NULL
    UNION ALL
    SELECT organisation_id, false FROM verification_reviewer
     WHERE user_id = %(user)s::bigint AND suspended_at IS NULL
       AND checked_at <= %(now)s::timestamptz AND expires_at > %(now)s::timestamptz
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


def asked_for(user: User, *, now: datetime) -> dict[str, Any]:
    """The values `BONDS` asks for; a robot is nobody's."""
    return {"user": 0 if user.is_robot else user.pk, "now": now}


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
        *Reviewer.objects.filter(user__in=users).values_list("user", _ROOT),
    ]
    return {user: frozenset(o for u, o in pairs if u == user) for user in users}


def members_of(organisations: Collection[int]) -> QuerySet[Any]:
    """The ids of everybody who belongs to one of these or reviews for it; a query to be used in another."""
    of_these = Q(memberships__ended_at=None, memberships__organisation__in=organisations)
    return User.objects.filter(of_these | Q(reviewer__organisation__in=organisations)).values("pk")


def origin_of(who: Standing, organisation: Organisation | None) -> Origin:
    """Where a submission comes from: the organisation itself only by a member of the proven one it is about."""
    if organisation is not None and organisation.pk in who.proven:
        return Origin.ORGANISATION
    return Origin.VOLUNTEER if who.in_a_team or who.is_reviewer else Origin.PUBLIC


def root_of(organisation: Organisation) -> Organisation:
    """The organisation itself, or the one it was merged into."""
    return organisation.merged_into or organisation


def named(name: str, place: str = "") -> list[Organisation]:
    """Organisations that go by exactly this name (normalised), in this place where one is given."""
    normalised = names.normalise(name)
    return _in(place, _called([normalised]).get(normalised, ())) if normalised else []


def _called(normalised: Collection[str]) -> dict[str, list[Organisation]]:
    """The organisations, at their roots, that go by each of these names. One query."""
    aliases = OrganisationAlias.objects.filter(normalised__in=normalised).select_related(
        "organisation__merged_into"
    )
    found: dict[str, dict[int, Organisation]] = {}
    for alias in aliases:
        root = root_of(alias.organisation)
        found.setdefault(alias.normalised, {})[root.pk] = root
    return {name: list(those.values()) for name, those in found.items()}


def _in(place: str, found: Collection[Organisation]) -> list[Organisation]:
    return [o for o in found if not place or not o.place or same_place(o.place, place)]


def same_place(one: str, other: str) -> bool:
    """One lies in the other: codes without their trailing zero pairs, the shorter a beginning of the longer."""
    short, long = sorted((_stem(one), _stem(other)), key=len)
    return long.startswith(short)


def _stem(code: str) -> str:
    while code.endswith("00"):
        code = code[:-2]
    return code


def the_one_named(name: str, place: str = "") -> Organisation | None:
    """The organisation of that name where exactly one goes by it; None where none or several do."""
    found = named(name, place)
    return found[0] if len(found) == 1 else None


def the_ones_meant(asked: Sequence[tuple[str, str, str]]) -> list[Organisation | None]:
    """For each (uid, name, place) the organisation of that uid, at its root, or else the one of that name.

    A query for all uids, one for all names.
    """
    uids = {uid for uid, _name, _place in asked if uid}
    those = Organisation.objects.select_related("merged_into").filter(uid__in=uids) if uids else ()
    chosen = {str(one.uid): root_of(one) for one in those}
    wanted = {names.normalise(name) for uid, name, _place in asked if uid not in chosen} - {""}
    called = _called(wanted) if wanted else {}
    found: list[Organisation | None] = []
    for uid, name, place in asked:
        so_called = _in(place, called.get(names.normalise(name), ()))
        found.append(chosen.get(uid) or (so_called[0] if len(so_called) == 1 else None))
    return found


def search_organisations(text: str, *, limit: int = 8) -> list[Organisation]:
    """Organisations whose name or alias holds the text, shortest name first; for the form's suggestions."""
    normalised = names.normalise(text)
    if not normalised:
        return []
    matches = Q(normalised__contains=normalised)
    aliases = (
        OrganisationAlias.objects.filter(matches)
        .select_related("organisation__merged_into")
        .order_by("normalised")[: limit * 4]
    )
    found = {root_of(a.organisation).pk: root_of(a.organisation) for a in aliases}
    return sorted(found.values(), key=lambda o: (len(o.name), o.name))[:limit]


def add_organisation(
    *,
    name: str,
    kind: OrganisationKind,
    by: User,
    place: str = "",
    proven: bool = False,
    aliases: tuple[str, ...] = (),
) -> Organisation:
    """A new organisation, known by its name and its aliases."""
    with acting(by=by, reason="organisation added"):
        organisation = Organisation.objects.create(name=name, kind=kind, place=place, proven=proven)
        known_as = {names.normalise(n): n for n in (name, *aliases)}
        OrganisationAlias.objects.bulk_create(
            OrganisationAlias(organisation=organisation, name=n, normalised=key)
            for key, n in known_as.items()
        )
    return organisation


def settle_merge(organisation: Organisation, *, by: User) -> list[Organisation]:
    """After an edit: `merged_into` names the root, for this organisation and all that were merged into it.

    Returns the organisations whose records may show another name now. Undoing a merge is setting it to none.
    """
    with acting(by=by, reason="organisations merged"):
        root, seen = organisation.merged_into, {organisation.pk}
        while root is not None and root.merged_into is not None and root.pk not in seen:
            seen.add(root.pk)
            root = root.merged_into
        if root is not None:
            if root.pk in seen:
                raise NotAllowed(_("These organisations would be merged in a circle."))
            Organisation.objects.filter(merged_into=organisation).update(merged_into=root)
            Organisation.objects.filter(pk=organisation.pk).update(merged_into=root)
        return [organisation, *Organisation.objects.filter(merged_into=root or organisation)]


def add_member(*, user: User, organisation: Organisation, by: User, is_admin: bool = False) -> Membership:
    """Let a person speak for an organisation."""
    with acting(by=by, reason="member added"):
        return Membership.objects.create(user=user, organisation=organisation, is_admin=is_admin)


def add_reviewer(
    *,
    user: User,
    organisation: Organisation,
    legal_name: str,
    by: User,
    checked_at: datetime,
    expires_at: datetime,
) -> Reviewer:
    """Make a person a reviewer after `by`, another person, checked their legal name, which is kept encrypted."""
    with acting(by=by, reason="legal name checked"):
        return Reviewer.objects.create(
            user=user,
            organisation=organisation,
            legal_name=encrypt(legal_name),
            checked_by=by,
            checked_at=checked_at,
            expires_at=expires_at,
        )


def make_coordinator(*, user: User, by: User) -> None:
    """Let a person into the admin: reads everything, looks after organisations, memberships and words.

    Gives no power over submissions: coordinators review only where they are reviewers too.
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


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.NAME_KEYS])


def encrypt(text: str) -> str:
    """Encrypt under the newest of GLACIER_NAME_KEYS."""
    return _fernet().encrypt(text.encode()).decode()


def decrypt(text: str) -> str:
    """Read what any of GLACIER_NAME_KEYS encrypted."""
    return _fernet().decrypt(text.encode()).decode()


def make_token(*, user: User, name: str) -> str:
    """A new personal token, returned once in clear; only its digest is kept."""
    token = f"glacier_{secrets.token_urlsafe(32)}"
    ApiToken.objects.create(user=user, name=name, digest=digest(token))
    return token


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
