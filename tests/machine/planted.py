"""Bugs: one rule of the application taken out at a time, the moves that can reach it, and what finds it."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, ExitStack, contextmanager
from copy import copy
from dataclasses import dataclass, replace
from unittest import mock

from hypothesis.stateful import rule

from supplies import wanted
from tests import builders
from tests.machine.accidents import Accidents
from tests.machine.moves import Cheating, Publishing, Sending
from tests.machine.power import Ruling, Trusting
from tests.machine.stage import chosen
from verification import (
    belonging,
    burying,
    counting,
    drawing,
    granting,
    holding,
    in_force,
    inbox,
    journal,
    kinds,
    leases,
    people,
    policies,
    preparing,
    publishing,
    ruling,
    stamping,
    taking,
    uniting,
    workflow,
)
from verification.models import Submission
from verification.sop import TRANSITIONS, Action, Status


class Machine(Sending, Cheating, Publishing, Ruling, Trusting, Accidents):
    """Everything somebody may try."""


MOVES = frozenset(name for name in dir(Machine) if hasattr(getattr(Machine, name), "often"))


def only(names: Collection[str] = MOVES) -> type[Machine]:
    """The machine with these moves, and all its promises.

    One rule for all: Hypothesis would leave whole rules out of a run, most of all those that get somewhere.
    """

    @rule(move=chosen(names, Machine))
    def play(self, move):
        name, given = move
        getattr(self, name)(**given)

    return type("Played", (Machine,), {"play": play})


@dataclass(frozen=True)
class Bug:
    """What is planted; the moves that reach it; the promises of which one is found broken, or PostgreSQL's refusal.

    `refused_by`: the name of the constraint or trigger with which PostgreSQL stops it, where it is stopped there.
    """

    plant: Callable[[], AbstractContextManager]
    moves: set[str]
    breaks: tuple[str, ...] = ()
    refused_by: str = ""


def without(rule):
    """No action asks this rule."""
    law = {action: tuple(r for r in rules if r is not rule) for action, rules in policies.POLICY.items()}
    return mock.patch.object(policies, "POLICY", law)


def bent(action, **changes):
    """A transition says something else."""
    return mock.patch.dict(TRANSITIONS, {action: TRANSITIONS[action]._replace(**changes)})


def saying(module, name, old, new):
    """A statement says something else."""
    text = getattr(module, name)
    assert old in text
    return mock.patch.object(module, name, text.replace(old, new))


def silent(module, name, returns=None):
    """A function that does nothing."""
    return mock.patch.object(module, name, return_value=returns)


def saying_of_bonds(old, new):
    """Who may act is asked in several statements; all of them say something else."""
    stack = ExitStack()
    for module, name in ((people, "BONDS"), (holding, "_HOLD"), (in_force, "_STANDING")):
        stack.enter_context(saying(module, name, old, new))
    return stack


def saying_of_rules(old, new):
    """Which rules are in force is asked in several statements; all of them say something else."""
    stack = ExitStack()
    for module, name in (
        (in_force, "IN_FORCE"),
        (holding, "_HOLD"),
        (in_force, "_STANDING"),
        (taking, "DUE"),
    ):
        stack.enter_context(saying(module, name, old, new))
    return stack


def telling():
    """What is published tells a telephone number."""
    told = {name: builders.need_payload()[name] for name in ("contact_phone",)}
    leaky = lambda content: journal.canonical({**content, **told})  # noqa: E731
    return mock.patch.object(preparing, "canonical", side_effect=leaky)


def forgetting(action):
    """Events of this action are not written."""
    append = journal.append
    kept = lambda events: append([e for e in events if e.action != action])  # noqa: E731
    return mock.patch.object(journal, "append", kept)


def stammering(action):
    """Events of this action are written twice."""
    append = journal.append

    def twice(events):
        for event in events:
            if event.action == action:
                append([copy(event)])
        return append(events)

    return mock.patch.object(journal, "append", twice)


def bury_nothing(row, **_more):
    """A tombstone that leaves everything standing."""
    row.version += 1
    row.save(update_fields=["version"])


@contextmanager
def naming_alone(*, by, reason="", request_id=""):
    """Names who acts, and opens no transaction."""
    journal._set_names((str(by.pk), reason, request_id))
    try:
        yield
    finally:
        journal._set_names(("", "", ""))


def forgetting_remarks():
    """A record loses what was remarked."""
    columns = kinds.Kind.columns_of
    lossy = lambda spec, payload: {**columns(spec, payload), "remarks": ""}  # noqa: E731
    return mock.patch.object(kinds.Kind, "columns_of", lossy)


def at_once(action):
    """One person is enough."""
    return mock.patch.dict(granting.RULES, {action: replace(granting.RULES[action], at_once=True)})


_ASKS = {"submit", "correct"}
_GETS_THERE = {"submit", "correct", "see_through", "publish", "a_day_goes_by"}

PLANTED = {
    # Who decides.
    "authors review": Bug(
        lambda: without(policies.not_an_author),
        _ASKS | {"step", "object", "verify"},
        ("nobody decides on what they wrote",),
        "no_author",
    ),
    "members review": Bug(
        lambda: without(policies.not_their_organisation),
        _ASKS | {"verify", "object"},
        ("nobody decides about their own house",),
    ),
    "one person takes two steps": Bug(
        lambda: without(policies.second_person_where_the_class_asks),
        {"correct_the_address", "see_through"},
        refused_by="submission_two_people",
    ),
    "housemates take dangerous steps": Bug(
        lambda: without(policies.outsider_where_the_class_asks),
        {"correct_the_address", "verify", "see_through"},
        ("both are outsiders where the class asks for it",),
    ),
    "suspension is overlooked": Bug(
        lambda: saying_of_bonds(" AND suspended_at IS NULL", ""),
        _ASKS | {"verify", "suspend"},
        ("only reviewers in force decide", "nothing is handed to whom it concerns"),
    ),
    "checks never run out": Bug(
        lambda: saying_of_bonds(" AND expires_at > %(now)s::timestamptz", ""),
        _ASKS | {"verify", "time_passes"},
        ("only reviewers in force decide", "nothing is handed to whom it concerns"),
    ),
    "no factor is asked for": Bug(
        lambda: saying_of_bonds("(%(unarmed)s::boolean OR", "(true OR %(unarmed)s::boolean OR"),
        _ASKS | {"verify", "lose_the_factor"},
        ("only reviewers in force decide", "nothing is handed to whom it concerns"),
    ),
    "no factor used a moment ago is asked for": Bug(
        lambda: without(policies.fresh_factor_where_asked),
        {"correct_the_address", "verify"},
        ("the gravest steps ask for a factor used a moment ago",),
    ),
    "who is removed reviews on": Bug(
        lambda: silent(belonging, "_end_reviewing"),
        {"remove_a_member"},
        ("whoever reviews for a house belongs to it",),
    ),
    "one person lets a reviewer work again": Bug(
        lambda: at_once(Action.REINSTATE),
        {"suspend", "propose_a_grant"},
        ("power over people takes two",),
        "grant_done_by_enough",
    ),
    # What is handed out, and how long.
    "no lease is asked for": Bug(
        lambda: without(policies.lease_held),
        {"submit", "decide_under_another_lease"},
        ("a decision presents the live fence of its lease",),
    ),
    "leases do not run out": Bug(
        lambda: saying(holding, "_HOLD", " AND until > clock_timestamp()", ""),
        {"submit", "decide_too_late"},
        ("an expired lease decides nothing",),
    ),
    "leases have no end": Bug(
        lambda: silent(leases, "held_by", 0),
        {"submit", "correct", "hoard"},
        ("nobody holds more than they may, nor what waits for nobody",),
    ),
    "authors are handed what they wrote": Bug(
        lambda: mock.patch.object(inbox, "drawable", side_effect=lambda _who: Submission.objects.waiting()),
        {"submit", "draw"},
        ("nothing is handed to whom it concerns",),
    ),
    "coordinators hand to whom it concerns": Bug(
        lambda: silent(policies, "refuse_handing"),
        {"submit", "direct"},
        ("nothing is handed to whom it concerns",),
    ),
    "a coordinator chooses both": Bug(
        lambda: silent(drawing, "_verifier_was_chosen", set()),
        {"submit", "correct_the_address", "direct_both"},
        ("no coordinator chooses both of two, nor themselves",),
        "both steps of submission",
    ),
    # The procedure.
    "questions stay open": Bug(
        lambda: without(policies.checklist_answered),
        {"submit", "leave_a_question_open"},
        ("checklists are answered, and grounds are named",),
    ),
    "no reason is asked for": Bug(
        lambda: without(policies.reason_given),
        {"submit", "send_back_without_a_reason"},
        refused_by="event_reason_given",
    ),
    "people publish": Bug(
        lambda: without(policies.machine_only),
        {"correct", "see_through", "work_through_what_waits", "publish_by_hand"},
        ("publishing is the machine's",),
    ),
    "an edit leaves the steps": Bug(
        lambda: mock.patch.dict(stamping.VOID, clear=True),
        {"submit", "verify", "object", "step"},
        refused_by="submission_steps_void",
    ),
    "what is collected is entered": Bug(
        lambda: bent(Action.ENTER, sources=frozenset({Status.COLLECTED, Status.VERIFIED})),
        {"correct", "decide_on_anything"},
        refused_by="submission_steps_verified",
    ),
    "a moved base is overlooked": Bug(
        lambda: silent(workflow, "_refuse_outdated"),
        {"correct", "take_down", "verify"},
        ("a step builds on the record as it stands",),
    ),
    "two changes are approved at once": Bug(
        lambda: silent(workflow, "_refuse_rivals"),
        {"correct", "see_through"},
        refused_by="submission_one_entered",
    ),
    # The rules of each class.
    "nobody is called back": Bug(
        lambda: without(policies.call_back_where_the_class_asks),
        {"correct_the_address", "verify"},
        ("the institution is called back where the class asks for it",),
    ),
    "nothing cools off": Bug(
        lambda: saying(taking, "DUE", " AND s.due_at <= statement_timestamp()", ""),
        {"correct_the_address", "see_through", "publish"},
        # PostgreSQL refuses it, and the publisher notes that it failed.
        ("what cools off is not public", "what is approved can be published"),
    ),
    "the first rules bind for ever": Bug(
        lambda: saying_of_rules("ORDER BY version DESC", "ORDER BY version"),
        {"correct", "change_rules", "verify"},
        (
            "every step is judged by the rules in force",
            "nothing stands that the rules in force would not let stand",
        ),
    ),
    "what the rules outgrew stands": Bug(
        lambda: silent(ruling, "settle", 0),
        {"correct", "change_rules", "see_through"},
        ("nothing stands that the rules in force would not let stand",),
    ),
    "anybody changes the rules": Bug(
        lambda: silent(ruling, "_refuse_unfit"),
        {"propose_rules", "adopt_rules"},
        ("rules are changed by two people of two houses",),
    ),
    # The public, and the journal.
    "the journal misses a step": Bug(
        lambda: forgetting(Action.VERIFY),
        {"submit", "verify"},
        ("a submission stands where the journal left it",),
    ),
    "the journal tells a step twice": Bug(
        lambda: stammering(Action.RETURN),
        {"submit", "object"},
        ("every step starts where the law lets it",),
    ),
    "publication is no transaction": Bug(
        lambda: mock.patch.object(publishing, "acting", naming_alone),
        _ASKS | {"work_through_what_waits", "kill_the_publisher"},
        (
            "a submission stands where the journal left it",
            "a version is published once, by one submission",
            "versions count up one by one",
        ),
    ),
    "counters stand still": Bug(
        lambda: silent(counting, "note_changes"),
        {"take_down"},
        ("an unknown amount adds nothing, and is said to be unknown", "counters count what is shown"),
    ),
    "an unknown amount is one": Bug(
        lambda: mock.patch.object(wanted, "_known", lambda line: (line["unit"], line["amount"]["low"] or 1)),
        _GETS_THERE,
        ("an unknown amount adds nothing, and is said to be unknown", "counters count what is shown"),
    ),
    "a telephone number is public": Bug(telling, _GETS_THERE, ("nothing private stands in public",)),
    "a record loses a value": Bug(
        forgetting_remarks,
        _GETS_THERE,
        ("the body is the record's rendering", "the record holds what was approved"),
    ),
    "what is taken down stays": Bug(
        lambda: mock.patch.object(burying, "bury", bury_nothing),
        {"take_down"},
        (
            "a record stands as its public row does",
            "a record leaves the public at once, and leaves a tombstone",
        ),
    ),
    "anybody merges": Bug(
        lambda: silent(policies, "refuse_merging"),
        {"merge"},
        ("only reviewers in force decide", "nobody decides about their own house"),
    ),
    "what was merged leads nowhere": Bug(
        lambda: silent(uniting, "_lead"), {"merge"}, refused_by="is not merged into a root"
    ),
}
