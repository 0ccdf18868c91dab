"""The standard operating procedure as data: statuses, actions, transitions, checklists, reason codes.

Nothing here decides or writes. `TRANSITIONS` says which step leads where, `verification.policies.POLICY`
who may take it, and `verification.workflow.advance` is the one door through which it is taken.
"""

from typing import NamedTuple

from django.db.models import IntegerChoices, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Raised whenever a checklist changes; kept with every decision, so that old answers stay readable.
SOP_VERSION = 1


class Status(TextChoices):
    """Where a submission stands. Approved work is the rows that stand at `entered`."""

    COLLECTED = "collected", _("collected")
    VERIFIED = "verified", _("verified")
    ENTERED = "entered", _("entered")
    PUBLISHED = "published", _("published")
    RETURNED = "returned", _("returned")
    REJECTED = "rejected", _("rejected")
    DUPLICATE = "duplicate", _("duplicate")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Action(TextChoices):
    """What can be done to a submission or a record; every one leaves exactly one event each."""

    SUBMIT = "submit", pgettext_lazy("action", "submitted")
    VERIFY = "verify", pgettext_lazy("action", "verified")
    ENTER = "enter", pgettext_lazy("action", "entered")
    PUBLISH = "publish", pgettext_lazy("action", "published")
    RETURN = "return", pgettext_lazy("action", "returned")
    RESUBMIT = "resubmit", pgettext_lazy("action", "sent again")
    REJECT = "reject", pgettext_lazy("action", "rejected")
    MARK_DUPLICATE = "duplicate", pgettext_lazy("action", "marked as a duplicate")
    WITHDRAW = "withdraw", pgettext_lazy("action", "withdrawn by its submitter")
    EDIT = "edit", pgettext_lazy("action", "edited")
    REBASE = "rebase", pgettext_lazy("action", "brought up to date")
    SEND_BACK = "send_back", pgettext_lazy("action", "sent back to review")
    REOPEN = "reopen", pgettext_lazy("action", "reopened")
    DISTINCT = "distinct", pgettext_lazy("action", "said to be no duplicate")
    DOUBT = "doubt", pgettext_lazy("action", "left in doubt")
    TAKE_DOWN = "take_down", pgettext_lazy("action", "taken down")
    SECOND_LOOK = "second_look", pgettext_lazy("action", "take-down looked at by a second person")
    RERENDER = "rerendered", pgettext_lazy("action", "shown anew, content unchanged")
    CONFIRM = "confirm", pgettext_lazy("action", "confirmed as still true")
    ISSUE_LINK = "issue_link", pgettext_lazy("action", "owner link issued")
    REVOKE_LINK = "revoke_link", pgettext_lazy("action", "owner link revoked")
    MERGE = "merge", pgettext_lazy("action", "merged into another entry")
    ABSORB = "absorb", pgettext_lazy("action", "another entry merged into it")
    UNMERGE = "unmerge", pgettext_lazy("action", "an entry of its own again")
    LET_GO = "let_go", pgettext_lazy("action", "a merged entry taken out again")
    # Of people and organisations, and of the rules themselves: about no entry.
    FOUND = "found", pgettext_lazy("action", "founded the community's review")
    INVITE = "invite", pgettext_lazy("action", "invited")
    JOIN = "join", pgettext_lazy("action", "joined an organisation")
    REMOVE_MEMBER = "remove_member", pgettext_lazy("action", "left an organisation, or was removed from it")
    CHECK_NAME = "check_name", pgettext_lazy("action", "checked a legal name")
    CONFIRM_NAME = "confirm_name", pgettext_lazy("action", "confirmed the check of a legal name")
    READ_NAME = "read_name", pgettext_lazy("action", "read a legal name")
    SUSPEND = "suspend", pgettext_lazy("action", "suspended a reviewer")
    REINSTATE = "reinstate", pgettext_lazy("action", "let a reviewer work again")
    RESET_FACTOR = "reset_factor", pgettext_lazy("action", "reset a lost second factor")
    ADD_FACTOR = "add_factor", pgettext_lazy("action", "added a second factor")
    REMOVE_FACTOR = "remove_factor", pgettext_lazy("action", "removed a second factor")
    DEACTIVATE = "deactivate", pgettext_lazy("action", "closed a person's account")
    REACTIVATE = "reactivate", pgettext_lazy("action", "opened a person's account again")
    MAKE_COORDINATOR = "make_coordinator", pgettext_lazy("action", "made a person coordinator")
    UNMAKE_COORDINATOR = "unmake_coordinator", pgettext_lazy("action", "took the coordinator's part away")
    ADD_ORGANISATION = "add_organisation", pgettext_lazy("action", "added an organisation")
    CHANGE_ORGANISATION = "change_organisation", pgettext_lazy("action", "changed an organisation")
    CHANGE_WORDS = "change_words", pgettext_lazy("action", "changed the words of the catalogue or of reasons")
    ROTATE_KEYS = "rotate_keys", pgettext_lazy("action", "encrypted what is secret under a new key")
    PROPOSE_POLICY = "propose_policy", pgettext_lazy("action", "proposed other rules")
    ADOPT_POLICY = "adopt_policy", pgettext_lazy("action", "put other rules in force")
    DECLINE_POLICY = "decline_policy", pgettext_lazy("action", "declined proposed rules")
    DIRECT = "direct", pgettext_lazy("action", "handed an entry to a reviewer")
    TRY_AGAIN = "try_again", pgettext_lazy("action", "had what was parked tried again")
    MAKE_TOKEN = "make_token", pgettext_lazy("action", "made a token for the API")
    REVOKE_TOKEN = "revoke_token", pgettext_lazy("action", "took a token for the API back")
    EXPORT_AUDIT = "export_audit", pgettext_lazy("action", "exported the list of privileged acts")


# Privileged acts about entries. The others have no list at all: about people, organisations and the rules.
PRIVILEGED: frozenset[Action] = frozenset(
    {
        Action.TAKE_DOWN,
        Action.SECOND_LOOK,
        Action.REOPEN,
        Action.ISSUE_LINK,
        Action.REVOKE_LINK,
        Action.MERGE,
        Action.UNMERGE,
        Action.DIRECT,
        Action.TRY_AGAIN,
    }
)


# What is done to entries in the ordinary course, or by the machine: everything that is not privileged.
_ORDINARY = frozenset(list(Action)[: list(Action).index(Action.FOUND)]) - PRIVILEGED


def is_privileged(action: Action) -> bool:
    """Whether the audit shows acts of this sort."""
    return action not in _ORDINARY


class Transition(NamedTuple):
    """From which statuses an action may start, where it leads, and whether earlier steps are void."""

    sources: frozenset[Status]
    target: Status
    voids_steps: bool = False


S = Status
TRANSITIONS: dict[Action, Transition] = {
    Action.VERIFY: Transition(frozenset({S.COLLECTED}), S.VERIFIED),
    Action.ENTER: Transition(frozenset({S.VERIFIED}), S.ENTERED),
    Action.PUBLISH: Transition(frozenset({S.ENTERED}), S.PUBLISHED),
    # Of what is entered too: while it cools off, whoever may review can still object.
    Action.RETURN: Transition(frozenset({S.COLLECTED, S.VERIFIED, S.ENTERED}), S.RETURNED, voids_steps=True),
    Action.RESUBMIT: Transition(frozenset({S.RETURNED}), S.COLLECTED, voids_steps=True),
    Action.REJECT: Transition(frozenset({S.COLLECTED, S.VERIFIED, S.ENTERED}), S.REJECTED),
    Action.MARK_DUPLICATE: Transition(frozenset({S.COLLECTED, S.VERIFIED}), S.DUPLICATE),
    Action.WITHDRAW: Transition(frozenset({S.COLLECTED, S.VERIFIED, S.ENTERED, S.RETURNED}), S.WITHDRAWN),
    Action.EDIT: Transition(frozenset({S.COLLECTED, S.VERIFIED, S.ENTERED}), S.COLLECTED, voids_steps=True),
    Action.REBASE: Transition(frozenset({S.COLLECTED, S.VERIFIED, S.ENTERED}), S.COLLECTED, voids_steps=True),
    Action.SEND_BACK: Transition(frozenset({S.VERIFIED, S.ENTERED}), S.COLLECTED, voids_steps=True),
    Action.REOPEN: Transition(
        frozenset({S.REJECTED, S.WITHDRAWN, S.DUPLICATE}), S.COLLECTED, voids_steps=True
    ),
    # A request to withdraw is carried out by one reviewer, at once; see publishing.take_down.
    Action.TAKE_DOWN: Transition(frozenset({S.COLLECTED, S.VERIFIED}), S.PUBLISHED),
    # Somebody's word that an entry is still true is found right by one reviewer; see confirming.carry_out.
    Action.CONFIRM: Transition(frozenset({S.COLLECTED}), S.PUBLISHED),
}

WAITING = frozenset({S.COLLECTED, S.VERIFIED})
OPEN = frozenset({S.COLLECTED, S.VERIFIED, S.ENTERED, S.RETURNED})
TERMINAL = frozenset({S.PUBLISHED, S.REJECTED, S.DUPLICATE, S.WITHDRAWN})


class Intent(TextChoices):
    """What a submission asks for."""

    NEW = "new", pgettext_lazy("intent", "new")
    CORRECTION = "correction", pgettext_lazy("intent", "correction")
    WITHDRAWAL = "withdrawal", pgettext_lazy("intent", "request to withdraw")
    CONFIRMATION = "confirmation", pgettext_lazy("intent", "confirmation")


# These propose no content: the record stays as it stands, or goes.
REQUESTS = frozenset({Intent.WITHDRAWAL, Intent.CONFIRMATION})


class Origin(TextChoices):
    """Where a submission comes from: worked out by `people.origin_of`, never chosen."""

    ORGANISATION = "organisation", _("the organisation itself")
    VOLUNTEER = "volunteer", _("a volunteer")
    IMPORT = "import", _("a spreadsheet")
    PARTNER = "partner", _("a partner organisation")
    PUBLIC = "public", _("the public")


class Risk(IntegerChoices):
    """How much harm a wrong value does. What each asks for is the policy's (`verification.rules`)."""

    ROUTINE = 0, _("routine")
    SENSITIVE = 1, _("sensitive")
    DANGEROUS = 2, _("dangerous")


class Given(TextChoices):
    """How a submission came into a reviewer's hands; nobody picks one out of what waits."""

    DRAWN = "drawn", pgettext_lazy("handing", "drawn")
    DIRECTED = "directed", pgettext_lazy("handing", "handed over by a coordinator")
    TOGETHER = "together", pgettext_lazy("handing", "together with one that was drawn")
    OWN = "own", pgettext_lazy("handing", "verified by the same reviewer before")
    REHEARSED = "rehearsed", pgettext_lazy("handing", "in a rehearsal")


class State(TextChoices):
    """Whether a record stands."""

    LIVE = "live", _("live")
    WITHDRAWN = "withdrawn", pgettext_lazy("record", "withdrawn")
    MERGED = "merged", _("merged")


class Freshness(TextChoices):
    """How long ago somebody last looked, against the list's interval."""

    FRESH = "fresh", _("fresh")
    DUE = "due", _("due for another look")
    OVERDUE = "overdue", _("overdue")
    STALE = "stale", _("stale")


class Ground(TextChoices):
    """On what we believe a submission: the public grounds a verifier names."""

    OFFICIAL_NOTICE = "official_notice", _("official notice")
    OFFICIAL_MEDIA = "official_media", _("official media")
    ORGANISATION_STATEMENT = "organisation_statement", _("the organisation's own statement")
    CALL_BACK = "call_back", _("call-back by telephone")
    DOCUMENT_SEEN = "document_seen", _("document seen")
    CROSS_CHECKED = "cross_checked", _("cross-checked with public sources")


# Grounds that rest on a page one can open: without a source link they prove nothing.
LINKED_GROUNDS = frozenset({Ground.OFFICIAL_NOTICE, Ground.OFFICIAL_MEDIA})

# The written checklist of each human step: code -> question. All are answered yes before the step is taken.
CHECKLISTS: dict[Action, dict[str, Promise]] = {
    Action.VERIFY: {
        "source_opened": _("I opened the source, or heard the statement myself"),
        "own_notice": _("It is the institution's own notice, or official media quoting it"),
        "true_now": _("It is still true today"),
    },
    Action.ENTER: {
        "as_stated": _("Amounts, units and product standards are as the source states them"),
        "place_right": _("Name, place and address are those of the institution"),
        "no_private": _("No private number or name stands in a public field"),
        "not_twice": _("No other entry in the list says the same"),
    },
    Action.CONFIRM: {
        "source_opened": _("I opened the source, or heard the statement myself"),
        "true_now": _("It is still true today"),
    },
}


class Reason(TextChoices):
    """Why something was returned, rejected, withdrawn or sent back."""

    SOURCE_MISSING = "source_missing", _("the source cannot be found or opened")
    SOURCE_SAYS_OTHERWISE = "source_says_otherwise", _("the source says something else")
    NOT_REACHED = "not_reached", _("nobody could be reached by telephone")
    UNCLEAR = "unclear", _("amount, unit or item is unclear")
    INCOMPLETE = "incomplete", _("something needed is missing")
    PRIVATE_IN_PUBLIC = "private_in_public", _("a private number or name stands in a public field")
    WRONG_PLACE = "wrong_place", _("the place or address is wrong")
    FALSE = "false", _("it is not true")
    SUSPECTED_FRAUD = "suspected_fraud", _("it looks like fraud")
    OUT_OF_SCOPE = "out_of_scope", _("it does not belong in this list")
    SAME_RECORD = "same_record", _("it stands in the list already")
    NEED_MET = "need_met", _("the need has been met")
    NO_LONGER_TRUE = "no_longer_true", _("it is no longer true")
    MISTAKE = "mistake", _("it was a mistake")
    SUPERSEDED = "superseded", _("a newer correction took its place")
    RECORD_CHANGED = "record_changed", _("the published record changed in the meantime")
    FORM_CHANGED = "form_changed", _("the form changed and the entry no longer fits it")
    RULES_CHANGED = "rules_changed", _("the rules ask for more since")
    NEW_FACTS = "new_facts", _("new facts came to light")
    MUST_NOT_WAIT = "must_not_wait", _("it must not wait for its turn")
    KNOWS_THE_MATTER = "knows_the_matter", _("the reviewer knows the matter, the place or the language")
    NOBODY_TOOK_IT = "nobody_took_it", _("it has waited long and nobody could settle it")
    ORGANISATION_CHANGED = "organisation_changed", _("the organisation was renamed, proven or merged")
    RENDERER_CHANGED = "renderer_changed", _("the way records are shown changed")


# Which reasons each action may give; an action that is not here needs none.
REASONS: dict[Action, tuple[Reason, ...]] = {
    Action.RETURN: (
        Reason.SOURCE_MISSING,
        Reason.SOURCE_SAYS_OTHERWISE,
        Reason.NOT_REACHED,
        Reason.UNCLEAR,
        Reason.INCOMPLETE,
        Reason.PRIVATE_IN_PUBLIC,
        Reason.WRONG_PLACE,
        Reason.FORM_CHANGED,
    ),
    Action.REJECT: (
        Reason.FALSE,
        Reason.SUSPECTED_FRAUD,
        Reason.SOURCE_SAYS_OTHERWISE,
        Reason.NO_LONGER_TRUE,
        Reason.OUT_OF_SCOPE,
    ),
    Action.MARK_DUPLICATE: (Reason.SAME_RECORD,),
    Action.WITHDRAW: (Reason.MISTAKE, Reason.NEED_MET, Reason.NO_LONGER_TRUE, Reason.SUPERSEDED),
    Action.SEND_BACK: (Reason.RECORD_CHANGED, Reason.FORM_CHANGED, Reason.RULES_CHANGED),
    Action.REOPEN: (Reason.NEW_FACTS, Reason.MISTAKE),
    Action.TAKE_DOWN: (
        Reason.NEED_MET,
        Reason.NO_LONGER_TRUE,
        Reason.MISTAKE,
        Reason.FALSE,
        Reason.SUSPECTED_FRAUD,
        Reason.PRIVATE_IN_PUBLIC,
    ),
    Action.MERGE: (Reason.SAME_RECORD,),
    Action.DIRECT: (Reason.MUST_NOT_WAIT, Reason.KNOWS_THE_MATTER, Reason.NOBODY_TOOK_IT),
    Action.UNMERGE: (Reason.MISTAKE, Reason.NEW_FACTS),
}

# What was taken down for this is not shown again: no title in the tombstone, no content in the history.
HIDING = frozenset({Reason.PRIVATE_IN_PUBLIC})

# Reasons a reviewer gives must say how to fix it; the text goes to the submitter.
HOW_TO_FIX = frozenset({Action.RETURN, Action.REJECT})


class Role(TextChoices):
    """In what capacity somebody acted; shown beside the pseudonym."""

    SUBMITTER = "submitter", _("submitter")
    ORGANISATION = "organisation", _("the organisation's own person")
    REVIEWER = "reviewer", _("real-name reviewer")
    COORDINATOR = "coordinator", _("coordinator")
    ROBOT = "robot", _("machine")
