"""What is about people: names to check, what waits for a second person, invitations, rules somebody proposed."""

from contextlib import suppress
from typing import Any

from tests.authorization.bodies import Act, Asked
from tests.authorization.roles import ROLES
from tests.authorization.things import MISSING, Things
from tests.people import registrar
from verification import belonging, granting, in_force, rules, ruling, vouching
from verification import people as core
from verification.models import Domain, Grant, Membership, Policy, User
from verification.refusals import Refused
from verification.sop import Action, Reason


def make(things: Things) -> None:
    """What waits, by whose it is:

    - names: `asked` for; `checked` by the federation; `checked by alliance`, which most reviewers here are of; the
      candidate's `own`
    - grants: `power` for somebody, that a coordinator proposed; `reset`, that a reviewer of the federation did
    - invitations: one for everybody who can have one; one that was taken back
    """
    cast, houses = things.cast, things.houses
    for whose, name in (
        ("asked", "asking"),
        ("checked", "checked"),
        ("checked by alliance", "house_checked"),
        ("own", "candidate"),
    ):
        asked = vouching.ask(by=cast[name], organisation=houses["mutual"], legal_name="欧阳某某")
        things.checks[whose] = asked.uid
    for whose, name in (("checked", "desk"), ("checked by alliance", "colleague")):
        vouching.read_name(things.checks[whose], by=cast[name], fresh_factor=True)
        vouching.check_name(things.checks[whose], by=cast[name], fresh_factor=True)
    _decided(things)
    things.grants = {
        "power": _proposed(Action.MAKE_COORDINATOR, cast["chief"], cast["finder"]),
        "reset": _proposed(Action.RESET_FACTOR, cast["desk"], cast["clerk"]),
    }
    for name in {role.person for role in ROLES.values() if role.person} | {"finder", "clerk"}:
        if name in ("candidate",):
            continue
        things.invitations[name], _made = belonging.invite(
            organisation=houses["mutual"], email=cast[name].email, by=cast["steward"]
        )
    over, made = belonging.invite(organisation=houses["mutual"], email="x@people.example", by=cast["steward"])
    belonging.revoke(made.uid, by=cast["steward"])
    things.invitations["over"] = over
    _secret, made = belonging.invite(
        organisation=houses["hospital"], email="y@people.example", by=cast["head"]
    )
    things.invited["hospital"] = made.uid


def _proposed(what: Action, by: User, person: User):
    return granting.propose(what, by=by, person=person, fresh_factor=True).uid


def _decided(things: Things) -> None:
    """One is suspended, one closed, and one house has its mail domain."""
    cast = things.cast
    for act, name in ((Action.SUSPEND, "was_suspended"), (Action.DEACTIVATE, "was_closed")):
        granting.propose(act, by=cast["chief"], person=cast[name], fresh_factor=True)
    domain = granting.propose(
        Action.CHANGE_ORGANISATION,
        by=cast["chief"],
        organisation=things.houses["academy"],
        domain="people.example",
        fresh_factor=True,
    )
    granting.confirm(domain.uid, by=cast["coordinator"], fresh_factor=True)
    assert Domain.objects.get().organisation == things.houses["academy"]


# What is sent about them.


def _if_let(act, *args, **values) -> None:
    """Do it where the visitor may; where they may not, what follows is refused too."""
    with suppress(Refused):
        act(*args, **values)


def name_act(action: str) -> Act:
    """What is done with a candidate's name, after it was read."""

    def read(asked: Asked) -> None:
        if action != "read" and asked.visitor.user:
            check = asked.things.checks.get(asked.whose, MISSING)
            _if_let(vouching.read_name, check, by=asked.visitor.user, fresh_factor=True)

    return Act(lambda asked: {"action": action}, before=read)


def grant_act(action: str) -> Act:
    """The next step of what was proposed, or the end of it."""

    def propose(asked: Asked) -> None:
        user, cast = asked.visitor.user, asked.things.cast
        if user is None:
            return
        act = Action.UNMAKE_COORDINATOR if user.is_staff else Action.MAKE_COORDINATOR
        if asked.whose == "about oneself":
            _if_let(granting.propose, act, by=cast["chief"], person=user, fresh_factor=True)
        elif asked.whose == "own":
            mine = Action.MAKE_COORDINATOR if user.is_staff else Action.SUSPEND
            _if_let(granting.propose, mine, by=user, person=cast["colleague"], fresh_factor=True)

    def body(asked: Asked) -> dict[str, object]:
        uid = asked.things.grants.get(asked.whose)
        if uid is None and asked.visitor.user:
            column = {"about oneself": "person", "own": "proposed_by"}.get(asked.whose, "pk")
            found = Grant.objects.filter(done_at=None, **{column: asked.visitor.user.pk}).order_by("-pk")
            uid = found.values_list("uid", flat=True).first() if column != "pk" else None
        return {"action": action, "grant": uid or MISSING}

    return Act(body, before=propose)


def person_act(action: Action, *of: str) -> Act:
    """What may be decided about a person, asked about those it makes sense for."""
    return Act(lambda asked: {"action": action.value}, of=frozenset({*of, "oneself"}))


def removal() -> Act:
    """Somebody is removed from the house."""

    def body(asked: Asked) -> dict[str, object]:
        name = "unproven" if asked.whose == "house" else "clerk"
        member = Membership.objects.get(user=asked.things.cast[name], ended_at=None)
        return {"action": "remove", "membership": member.pk}

    return Act(body)


def withdrawal_of_invitation() -> Act:
    """An invitation of the house is taken back."""
    return Act(lambda a: {"action": "revoke", "invitation": a.things.invited.get(a.whose, MISSING)})


def of_oneself(action: str, house: str = "mutual") -> Act:
    """Joining, leaving, asking to review: by a member of the house it is about, but for joining."""

    def join(asked: Asked) -> None:
        user, mutual = asked.visitor.user, asked.things.houses["mutual"]
        if user and action != "join" and not belonging.living(mutual).filter(user=user).exists():
            core.add_member(user=user, organisation=mutual, by=registrar())

    def body(asked: Asked) -> dict[str, object]:
        mine = belonging.living(asked.things.houses["mutual"]).filter(user=asked.visitor.user)
        return {
            "action": action,
            "organisation": asked.things.houses[house].uid,
            "membership": (mine.first() or belonging.living(asked.things.houses["hospital"])[0]).pk,
            "legal_name": "司马某某",
        }

    return Act(body, before=join)


def left_by_another() -> Act:
    """Somebody else's membership, as if it were one's own."""

    def body(asked: Asked) -> dict[str, object]:
        theirs = Membership.objects.get(user=asked.things.cast["asking"], ended_at=None)
        return {"action": "leave", "membership": theirs.pk}

    return Act(body)


def _other_rules() -> dict[str, Any]:
    content = rules.content_of(in_force.current())
    content["classes"]["routine"]["note"] += 1
    return content


def rule_act(action: Action, proposer: str = "") -> Act:
    """Rules are proposed; or adopted, or declined, after `proposer` proposed them."""

    def propose(asked: Asked) -> None:
        by = asked.visitor.user if proposer == "own" else asked.things.cast.get(proposer)
        if by:
            _if_let(ruling.propose, content=_other_rules(), reason="试行", by=by, fresh_factor=True)

    def body(asked: Asked) -> dict[str, object]:
        sent: dict[str, object] = {"action": action.value, "reason": "试行一周"}
        waits = Policy.objects.filter(adopted_at=None, declined_at=None).first()
        if waits:
            return sent | {"version": waits.version, "fingerprint": waits.fingerprint}
        content = _other_rules()
        for risk, told in content["classes"].items():
            sent |= {f"{risk}-{rule}": value for rule, value in told.items() if value is not False}
        named = [
            (f"{slug}.{name}", word)
            for slug, told in content["lists"].items()
            for name, word in told.get("fields", {}).items()
        ]
        return sent | {"field": [where for where, _word in named], "class": [word for _where, word in named]}

    return Act(body, before=propose)


def directed() -> Act:
    """An entry is handed to whoever holds it."""

    def body(asked: Asked) -> dict[str, object]:
        found = asked.things.submission(asked.whose, "collected", asked.visitor.user)
        holder = asked.visitor.holder
        return {
            "submission": found.uid if found else MISSING,
            "to": holder.pk if holder else 0,
            "reason": Reason.KNOWS_THE_MATTER,
            "note": "请先看这一条",
        }

    return Act(body)
