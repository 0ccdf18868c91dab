"""Who asks: each role is a person in a state, with the browser, or the token, they have in it.

What a role lost, it lost after it held it: whoever is suspended, expired, removed, reset or closed comes with the
cookie, the lease and the factor of the moment before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.test import Client
from django.utils import timezone

from tests.people import PASSWORD, registrar
from tests.signing_in import open_session
from verification import belonging, granting, rehearsing
from verification import people as core
from verification.journal import acting
from verification.models import ApiToken, Membership, Reviewer, User
from verification.sop import Action

Cast = Mapping[str, User]
Loss = Callable[[User, Cast], None]


def _suspended(user: User, cast: Cast) -> None:
    granting.propose(Action.SUSPEND, by=cast["chief"], person=user, fresh_factor=True)


def _closed(user: User, cast: Cast) -> None:
    granting.propose(Action.DEACTIVATE, by=cast["chief"], person=user, fresh_factor=True)


def _reset(user: User, cast: Cast) -> None:
    asked = granting.propose(Action.RESET_FACTOR, by=cast["desk"], person=user, fresh_factor=True)
    granting.confirm(asked.uid, by=cast["colleague"], fresh_factor=True)


def _removed(user: User, cast: Cast) -> None:
    belonging.end(Membership.objects.get(user=user, ended_at=None).pk, by=cast["head"])


def _unmade(user: User, cast: Cast) -> None:
    asked = granting.propose(Action.UNMAKE_COORDINATOR, by=cast["chief"], person=user, fresh_factor=True)
    granting.confirm(asked.uid, by=cast["coordinator"], fresh_factor=True)


def _expired(user: User, cast: Cast) -> None:
    now = timezone.now()
    with acting(by=registrar(), reason="time passes"):
        assert Reviewer.objects.filter(user=user).update(
            checked_at=now - timedelta(days=181),
            confirmed_at=now - timedelta(days=180),
            expires_at=now - timedelta(seconds=1),
        )


@dataclass(frozen=True)
class Role:
    """`person`: whose; none for whoever is nobody. `says`: what the matrix's reader is told."""

    name: str
    says: str
    person: str = ""
    token: bool = False
    signed_in: bool = True
    lost: Loss | None = None
    factor_used_ago: float = 0


def _roles(*roles: Role) -> dict[str, Role]:
    return {role.name: role for role in roles}


HOUR = 3600.0
ROLES = _roles(
    Role("anybody", "not signed in", signed_in=False),
    Role("link_holder", "opened an owner link in this browser; else nobody", signed_in=False),
    Role("unconfirmed", "signed up, right password, mail not confirmed", "unconfirmed", signed_in=False),
    Role("deactivated", "the cookie of an account that was closed", "deactivated", lost=_closed),
    Role("person", "a confirmed mail address and nothing else", "person"),
    Role("sender", "sent what is `own`", "sender"),
    Role("other_sender", "sends too, of another team", "other_sender"),
    Role("member", "speaks for the proven hospital", "member"),
    Role("head", "may invite others into the proven hospital", "head"),
    Role("former_member", "spoke for the proven hospital until a moment ago", "former", lost=_removed),
    Role("unproven_member", "speaks for a house nobody proved", "unproven"),
    Role("candidate", "asked to review; nobody looked at the name yet", "candidate"),
    Role("reviewer", "in force, factor used just now", "reviewer"),
    Role("late_reviewer", "in force, factor used an hour ago", "late_reviewer", factor_used_ago=HOUR),
    Role("author_reviewer", "in force, and sent what is `own`", "author_reviewer"),
    Role("house_reviewer", "in force, of the hospital itself", "house_reviewer"),
    Role("unarmed_reviewer", "vouched for, without a second factor", "unarmed"),
    Role("suspended_reviewer", "suspended, with a lease from before", "suspended", lost=_suspended),
    Role("expired_reviewer", "check ran out, with a lease from before", "expired", lost=_expired),
    Role("closed_reviewer", "account closed, with a lease from before", "closed", lost=_closed),
    Role("reset_reviewer", "lost factor reset, with the cookie from before", "reset", lost=_reset),
    Role("coordinator", "may open the admin; of an office of their own", "coordinator"),
    Role("late_coordinator", "factor used an hour ago", "late_coordinator", factor_used_ago=HOUR),
    Role("former_coordinator", "until a moment ago", "former_coordinator", lost=_unmade),
    Role("superuser", "every permission Django knows", "superuser"),
    Role("sender_token", "the sender's token", "sender", token=True),
    Role("member_token", "the hospital member's token", "member", token=True),
    Role("reviewer_token", "a reviewer's token", "reviewer", token=True),
    Role("author_token", "the token of a reviewer who sent what is `own`", "author_reviewer", token=True),
    Role("suspended_token", "a suspended reviewer's token", "suspended", token=True, lost=_suspended),
    Role("deactivated_token", "the token of a closed account", "deactivated", token=True, lost=_closed),
    Role("revoked_token", "a token taken back", "sender", token=True, signed_in=False),
)
EVERYBODY = frozenset(ROLES)
# Their cookie opens nothing, or they never had one.
_OUT = {"anybody", "link_holder", "unconfirmed", "deactivated", "closed_reviewer", "reset_reviewer"}
BY_SESSION = frozenset(n for n, r in ROLES.items() if not r.token) - _OUT
BY_TOKEN = frozenset({"sender_token", "member_token", "reviewer_token", "author_token", "suspended_token"})
NOBODY = EVERYBODY - BY_SESSION
OWN_HOSPITAL = frozenset({"member", "head"})
# In force, and with no part in anything that waits.
OUTSIDERS = frozenset({"reviewer", "late_reviewer"})
IN_FORCE = OUTSIDERS | {"author_reviewer", "house_reviewer"}
# Whoever reviews for the hospital itself is kept from what is about it.
NOT_OF_HOUSE = IN_FORCE - {"house_reviewer"}
COORDINATORS = frozenset({"coordinator", "late_coordinator", "superuser"})
# Those who used their factor just now.
_LATE = {"late_reviewer", "late_coordinator"}
FRESH, FRESH_COORDINATORS = IN_FORCE - _LATE, COORDINATORS - _LATE
# Whoever may say something about people.
VOICE, FRESH_VOICE = IN_FORCE | COORDINATORS, (IN_FORCE | COORDINATORS) - _LATE
# Of those who are signed in.
HAVE_FACTOR = VOICE | {"suspended_reviewer", "expired_reviewer", "former_coordinator"}
HAVE_FRESH = HAVE_FACTOR - _LATE
HAVE_NONE = BY_SESSION - HAVE_FACTOR


@dataclass
class Visitor:
    """A role at work: who they are, what they ask with, and under which fence they hold what waits."""

    role: Role
    user: User | None
    client: Client
    headers: dict[str, str] = field(default_factory=dict)
    holder: User | None = None
    fence: int = 0


def visitor_of(role: Role, cast: Cast) -> Visitor:
    """The role, before it comes."""
    return Visitor(role, cast.get(role.person), Client())


def arrive(role: Role, cast: Cast, waiting: list[int], link: str) -> Visitor:
    """The role as it comes: signed in, its reviewer holding all that waits, then without what it lost."""
    visitor = visitor_of(role, cast)
    user = visitor.user
    # Whoever cannot hold anything presents the fence of somebody who does.
    reviews = user and core.standing(user, now=timezone.now()).is_reviewer
    visitor.holder = user if reviews else cast["holder"]
    assert visitor.holder
    visitor.fence = rehearsing.take(waiting, by=visitor.holder)
    if role.name == "link_holder":
        visitor.client.get(f"/owner/{link}/")
    elif role.name == "unconfirmed":
        assert user
        visitor.client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    elif role.token:
        assert user
        visitor.headers = {"Authorization": f"Bearer {core.make_token(user=user, name='script')}"}
        visitor.client = Client(headers=visitor.headers)
        if role.name == "revoked_token":
            ApiToken.objects.filter(user=user).update(revoked_at=timezone.now())
    elif role.signed_in:
        assert user
        visitor.client.cookies[settings.SESSION_COOKIE_NAME] = open_session(user, ago=role.factor_used_ago)
    if role.lost:
        assert user
        role.lost(user, cast)
    return visitor
