"""Every way Glacier says no: named, coded, with a sentence that says what was expected.

`status` is the HTTP status pages and API answer with. Refusals change nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """The act was not done; the database is as before.

    `each` says of a batch why each submission that stood in its way was refused.
    """

    code = "refused"
    status = 409
    message: str | Promise = _("This could not be done.")

    def __init__(self, message: str | Promise | None = None, **context: Any) -> None:
        super().__init__(self.code)
        if message is not None:
            self.message = message
        self.context = context
        self.each: Mapping[UUID, Refused] = {}

    def __str__(self) -> str:
        return str(self.message)


def raise_first(refused: Mapping[UUID, Refused]) -> None:
    """Refuse where any was refused: by the first name, which knows them all."""
    for first in refused.values():
        first.each = refused
        raise first


class NotAllowed(Refused):
    """The person may not do this."""

    code = "not_allowed"
    status = 403
    message = _("You may not do this.")


class NotReviewer(NotAllowed):
    code = "not_reviewer"
    message = _("Only a real-name reviewer whose check is in force may do this.")


class OwnSubmission(NotAllowed):
    code = "own_submission"
    message = _("You wrote part of this entry, so another person has to review it.")


class OwnOrganisation(NotAllowed):
    code = "own_organisation"
    message = _("This is about an organisation you belong to, so somebody else has to review it.")


class SecondPersonNeeded(NotAllowed):
    code = "second_person_needed"
    message = _("This entry needs two people: somebody other than its verifier has to enter it.")


class OutsiderNeeded(NotAllowed):
    code = "outsider_needed"
    message = _(
        "A wrong value here endangers people: "
        "it needs reviewers from outside its author's and each other's organisations."
    )


class DirectedToOneself(NotAllowed):
    code = "directed_to_oneself"
    message = _("Nobody hands an entry to themselves: another coordinator has to.")


class OtherStepDirected(NotAllowed):
    code = "other_step_directed"
    message = _(
        "A coordinator chose who verified this entry, so chance chooses who enters it: "
        "two people who decide are never both chosen."
    )


class SecondFactorNeeded(NotAllowed):
    """A reviewer without a second factor: told what to do, and led there."""

    code = "second_factor_needed"
    message = _("Reviewers act only with a second factor: set up a passkey or an authenticator app first.")


class FreshFactorNeeded(NotAllowed):
    """The second factor was not used a moment ago in this session."""

    code = "fresh_factor_needed"
    message = _(
        "This asks for your second factor, used within the last ten minutes: use it once more, then try again."
    )


class RulesChanged(Refused):
    code = "rules_changed"
    message = _(
        "The rules ask for more than when this was verified: it goes back, and somebody verifies it anew under them."
    )


class BadPolicy(Refused):
    """`wrong` says in words all that is wrong with it."""

    code = "bad_policy"
    status = 422
    message = _("These rules cannot be put in force.")

    def __init__(self, wrong: Sequence[str | Promise], **context: Any) -> None:
        super().__init__(None, **context)
        self.wrong = list(wrong)


class ProposalWaits(Refused):
    code = "proposal_waits"
    message = _("Other rules are proposed already: adopt or decline them first.")


class ProposalGone(Refused):
    code = "proposal_gone"
    message = _("These rules are no longer proposed as you read them. Look again.")


class SameRules(Refused):
    code = "same_rules"
    message = _("These are the rules in force: change something first.")


class NotSubmitter(NotAllowed):
    code = "not_submitter"
    message = _("Only the person who sent this entry may do this.")


class MachineOnly(NotAllowed):
    code = "machine_only"
    message = _("This step is taken by machine alone.")


class TokenMayNotDecide(NotAllowed):
    code = "token_may_not_decide"
    message = _("A token may submit and read, but decisions are taken by a person who is signed in.")


class NotFound(Refused):
    code = "not_found"
    status = 404
    message = _("There is no such entry, or it is not yours to see.")


class WrongStatus(Refused):
    code = "wrong_status"
    message = _("This entry has moved on in the meantime; look at it again.")


class LeaseLost(Refused):
    code = "lease_lost"
    message = _(
        "You no longer hold this entry: your time ran out or somebody else took it. Take it again to go on."
    )


class LeaseTaken(Refused):
    code = "lease_taken"
    message = _("Another reviewer is checking this entry right now.")


class NotHanded(Refused):
    """Nobody picks what they decide on."""

    code = "not_handed"
    message = _(
        "This entry was not handed to you: reviewers are given what comes next, and do not choose. "
        "Take the next one, or ask a coordinator to hand it to you."
    )


class TooManyPutBack(Refused):
    """Whoever draws and does not decide would be choosing after all."""

    code = "too_many_put_back"
    status = 429
    message = _(
        "Within the hour you were handed several entries that you did not decide. "
        "Decide those you still hold, or go on when the hour is over. Coordinators can see this."
    )


class NothingWaits(Refused):
    code = "nothing_waits"
    status = 404
    message = _("Nothing waits for you now.")


class TooManyLeases(Refused):
    code = "too_many_leases"
    message = _("You hold as many entries as one person may; finish or release one first.")


class Outdated(Refused):
    code = "outdated"
    message = _("The published record changed after this entry was written; bring it up to date first.")


class AnotherEntered(Refused):
    code = "another_entered"
    message = _("Another change of this record is approved and being published; look again in a moment.")


class PossibleDuplicate(Refused):
    code = "possible_duplicate"
    message = _("This may stand in the list already; say whether it is the same or not.")


class Unchanged(Refused):
    code = "unchanged"
    message = _("This is what the list already says; there is nothing to change.")


class AlreadyGone(Refused):
    code = "already_gone"
    message = _("This record is not in the list any more.")


class MergedAway(Refused):
    """`into` is the record it became part of."""

    code = "merged"
    message = _("This entry was merged into another one; go on with that one.")


class NotMerged(Refused):
    code = "not_merged"
    message = _("This entry stands by itself: there is no merge to undo.")


class Incomplete(Refused):
    """A decision lacks something it must carry."""

    code = "incomplete"
    status = 422
    message = _("Something needed for this decision is missing.")


class NameMissing(Incomplete):
    code = "name_missing"
    message = _("Write your full legal name, as on your identity card, without its number.")


class AddressMissing(Incomplete):
    code = "address_missing"
    message = _("Write a mail address, such as name@example.org.")


class ChecklistIncomplete(Incomplete):
    code = "checklist_incomplete"
    message = _("Every point of the checklist has to be answered before the step is taken.")


class GroundMissing(Incomplete):
    code = "ground_missing"
    message = _("There is no source link here: name another ground, such as a call-back by telephone.")


class CallBackMissing(Incomplete):
    code = "call_back_missing"
    message = _(
        "This needs a call-back: tick it among the grounds, and say when it was made and to which public line."
    )


class ReasonMissing(Incomplete):
    code = "reason_missing"
    message = _("Choose a reason.")


class HowToFixMissing(Incomplete):
    code = "how_to_fix_missing"
    message = _("Write how this can be put right; the sender will read it.")


class NoteMissing(Incomplete):
    code = "note_missing"
    message = _("Write what is doubtful; colleagues will read it.")


class OtherInstitution(Refused):
    code = "other_institution"
    message = _(
        "These two are about different institutions of the register. If they are one, merge the institutions first."
    )


class TwinMissing(Incomplete):
    code = "twin_missing"
    message = _("Say which other entry it is the same as.")


class InvalidPayload(Refused):
    """The content does not fit the list's form; `errors` maps field names to sentences."""

    code = "invalid"
    status = 422
    message = _("Some of this cannot be read; see the fields below.")

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(errors=errors)
        self.errors = errors


class BadQuery(Refused):
    """An address asks for something that cannot be asked for; `errors` maps parameters to sentences."""

    code = "bad_query"
    status = 400
    message = _("Some of what this address asks for cannot be read; see the parameters below.")

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(errors=errors)
        self.errors = errors


class BadCursor(Refused):
    """A place in a list that we did not give out, or gave out for another view."""

    code = "bad_cursor"
    status = 400
    message = _(
        "This address points to a place in a list that does not exist; begin again at the first page."
    )
