"""Tables, constraints and querysets of the verification app."""

from verification.models.belonging import Domain, Invitation
from verification.models.checks import LegalName, Reviewer
from verification.models.grants import Grant
from verification.models.handings import Handing
from verification.models.journal import Event, Leaf, Unsequenced
from verification.models.links import OwnerLink
from verification.models.outbox import MailChoice, Outbox
from verification.models.people import (
    ApiToken,
    Membership,
    Organisation,
    OrganisationAlias,
    Robot,
    User,
)
from verification.models.policy import Policy
from verification.models.reasons import ReasonWords
from verification.models.records import Counter, ListVersion, Public, Record, TakeDown
from verification.models.sessions import Session
from verification.models.submissions import Attempt, Lease, Submission
from verification.models.throttles import Throttle
from verification.models.wording import ProposedWording
from verification.models.work import Pulse

__all__ = [
    "ApiToken",
    "Attempt",
    "Counter",
    "Domain",
    "Event",
    "Grant",
    "Handing",
    "Invitation",
    "Leaf",
    "Lease",
    "LegalName",
    "ListVersion",
    "MailChoice",
    "Membership",
    "Organisation",
    "OrganisationAlias",
    "Outbox",
    "OwnerLink",
    "Policy",
    "ProposedWording",
    "Public",
    "Pulse",
    "ReasonWords",
    "Record",
    "Reviewer",
    "Robot",
    "Session",
    "Submission",
    "TakeDown",
    "Throttle",
    "Unsequenced",
    "User",
]
