"""The rules change, and people gain and lose their part, while things are under way."""

from copy import deepcopy

from hypothesis import strategies as st

from tests import people
from tests.machine.moves import ANYBODY, COORDINATORS, DECIDER, REVIEWERS, ROW, RULER, USUALLY
from tests.machine.stage import Stage, move
from verification import belonging, granting, rules, ruling, vouching
from verification.models import Grant, Membership, Policy, Reviewer
from verification.sop import Action


def _rules(**by_class):
    told = deepcopy(rules.shipped_contents()[1])
    for name, more in by_class.items():
        told["classes"][name] |= more
    return told


POLICIES = [
    _rules(),
    _rules(routine={"people": 2}, sensitive={"outsiders": True}),
    _rules(dangerous={"cooling_new": 0, "cooling_change": 0, "call_back": False}),
    _rules(sensitive={"cooling_change": 1}, dangerous={"cooling_new": 48, "cooling_change": 72}),
    _rules(routine={"call_back": True}, sensitive={"call_back": True, "outsiders": True}),
]


class Ruling(Stage):
    """The rules change while things are under way."""

    @move(who=RULER, told=st.sampled_from(POLICIES), fresh=USUALLY)
    def propose_rules(self, who, told, fresh):
        how = {"reason": "多看一眼", "by": self.people[who], "fresh_factor": fresh}
        self.attempt(lambda: ruling.propose(content=told, **how))

    @move(who=RULER, fresh=USUALLY)
    def adopt_rules(self, who, fresh):
        if found := self.one(Policy, 0, adopted_at=None, declined_at=None):
            how = {"fingerprint": found.fingerprint, "by": self.people[who], "fresh_factor": fresh}
            self.attempt(lambda: ruling.adopt(found.version, **how))

    @move(1, who=RULER)
    def decline_rules(self, who):
        if found := self.one(Policy, 0, adopted_at=None, declined_at=None):
            how = {"by": self.people[who], "reason": "不必", "fresh_factor": True}
            self.attempt(lambda: ruling.decline(found.version, **how))

    @move(1, told=st.sampled_from(POLICIES), one=REVIEWERS, other=REVIEWERS)
    def change_rules(self, told, one, other):
        """Proposed and adopted, where it goes that far."""
        self.propose_rules(one, told, True)
        self.adopt_rules(other, True)


class Trusting(Stage):
    """People gain and lose their part, and everybody else's acts go on."""

    @move(
        who=RULER,
        whom=DECIDER,
        what=st.sampled_from([Action.SUSPEND, Action.REINSTATE, Action.RESET_FACTOR, Action.DEACTIVATE]),
        fresh=USUALLY,
    )
    def propose_a_grant(self, who, whom, what, fresh):
        by, person = self.people[who], self.people[whom]
        self.attempt(lambda: granting.propose(what, by=by, person=person, fresh_factor=fresh))

    @move(3, who=RULER, number=ROW, fresh=USUALLY)
    def confirm_a_grant(self, who, number, fresh):
        if found := self.one(Grant, number, done_at=None, withdrawn_at=None):
            by = self.people[who]
            self.attempt(lambda: granting.confirm(found.uid, by=by, fresh_factor=fresh))

    @move(1, who=COORDINATORS, whom=REVIEWERS)
    def suspend(self, who, whom):
        by, person = self.people[who], self.people[whom]
        self.attempt(lambda: granting.propose(Action.SUSPEND, by=by, person=person, fresh_factor=True))

    @move(1, who=ANYBODY, number=ROW)
    def remove_a_member(self, who, number):
        if found := self.one(Membership, number, ended_at=None, user__in=self.people):
            self.attempt(lambda: belonging.end(found.pk, by=self.people[who]))

    @move(whom=REVIEWERS, one=REVIEWERS, other=REVIEWERS)
    def vouch(self, whom, one, other):
        """A check is asked for, and made, as far as it goes."""
        person = self.people[whom]
        member = self.one(Membership, 0, user=person, ended_at=None)
        if member is None:
            return
        house = {"organisation": member.organisation, "legal_name": "甄有名"}
        check = self.attempt(lambda: vouching.ask(by=person, **house))
        check = check or self.one(Reviewer, 0, user=person, confirmed_at=None, ended_at=None)
        for by, act in ((self.people[one], vouching.check_name), (self.people[other], vouching.confirm_name)):
            if check:
                self.attempt(lambda by=by: vouching.read_name(check.uid, by=by, fresh_factor=True))
                self.attempt(lambda by=by, act=act: act(check.uid, by=by, fresh_factor=True))

    @move(1, whom=REVIEWERS)
    def lose_the_factor(self, whom):
        self.people[whom].authenticator_set.all().delete()

    @move(whom=REVIEWERS)
    def set_up_a_factor(self, whom):
        if not self.people[whom].authenticator_set.exists():
            people.give_factor(self.people[whom])
