"""The policy's content: how much each class of change asks for, and which class a change is of. Pure data.

What every policy leaves as it is, the rules of `verification.policies` hold: no author takes a step, nobody reviews
what is about their own organisation, and nobody is exempt. Below the floor named here none can go either.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from verification import kinds
from verification.journal import canonical
from verification.kinds import Kind
from verification.refusals import BadPolicy, NotFound
from verification.sop import Intent, Risk

# The version under which `manage.py replay` plays what happened long ago; in force for nothing else.
REPLAY: Final = 0

Content = Mapping[str, Any]

# A week at most between entering and publication, a month of a note.
MOST_COOLING: Final = 168
MOST_NOTE: Final = 720


@dataclass(frozen=True)
class ClassRules:
    """What one class of change asks for. Times are whole hours.

    `outsiders`: both reviewers are from outside the authors' organisations and each other's. `cooling_new` and
    `cooling_change` pass between entering and publication; for `note` the public reads that it changed.
    """

    people: int = 2
    outsiders: bool = True
    call_back: bool = True
    cooling_new: int = MOST_COOLING
    cooling_change: int = MOST_COOLING
    note: int = MOST_NOTE

    def cooling(self, intent: str) -> int:
        """How many hours pass between entering and publication."""
        return self.cooling_new if intent == Intent.NEW else self.cooling_change

    def asks_more_than(self, other: "ClassRules", *, of_people: bool = False) -> bool:
        """Whether steps taken under the other would not have been enough.

        Of people alone before something is entered: how long it cools off is settled then.
        """
        more = [
            self.people > other.people,
            self.outsiders > other.outsiders,
            self.call_back > other.call_back,
        ]
        if not of_people:
            more += [self.cooling_new > other.cooling_new, self.cooling_change > other.cooling_change]
        return any(more)


STRICTEST: Final = ClassRules()


class Judged(NamedTuple):
    """Under which version of the policy a submission is of which class, and what that asks for."""

    version: int
    risk: Risk
    rules: ClassRules

    def columns(self) -> dict[str, Any]:
        """What a submission keeps of it."""
        return {
            "policy": self.version,
            "risk": self.risk,
            "people": self.rules.people,
            "outsiders": self.rules.outsiders,
        }


# Where nobody has asked the policy: nothing is let through for want of an answer.
UNJUDGED: Final = Judged(-1, Risk.DANGEROUS, STRICTEST)


@dataclass(frozen=True)
class ListRules:
    """Where a policy departs from the classes that a list declares."""

    new: Risk | None = None
    fields: Mapping[str, Risk] = field(default_factory=dict)


_AS_DECLARED: Final = ListRules()


@dataclass(frozen=True)
class Rules:
    """One version of the policy, read."""

    version: int
    fingerprint: str
    classes: Mapping[Risk, ClassRules]
    lists: Mapping[str, ListRules]

    def of_field(self, spec: Kind, name: str) -> Risk:
        """The class of a change of this field."""
        return self.lists.get(spec.slug, _AS_DECLARED).fields.get(name, spec.fields[name].risk)

    def of_new(self, spec: Kind) -> Risk:
        """The class of a new entry of this list."""
        named = self.lists.get(spec.slug, _AS_DECLARED).new
        return spec.risk if named is None else named

    def judge(self, kind: str, intent: str, touched: Collection[str]) -> Judged:
        """The class of a submission: of a new entry its list's, else the highest among the fields it changes."""
        spec = kinds.get(kind)
        if intent == Intent.NEW:
            risk = self.of_new(spec)
        else:
            # A field that the form has no longer cannot be judged: as if it were the worst.
            classes = (self.of_field(spec, n) if n in spec.fields else Risk.DANGEROUS for n in touched)
            risk = max(classes, default=Risk.ROUTINE)
        return Judged(self.version, Risk(risk), self.classes[Risk(risk)])

    def noted(self, spec: Kind, touched: Collection[str]) -> dict[str, int]:
        """The public fields among these whose change the public is told of, and for how many hours."""
        hours = {
            n: self.classes[self.of_field(spec, n)].note
            for n in touched
            if n in spec.fields and spec.fields[n].public
        }
        return {name: n for name, n in hours.items() if n}


def read(version: int, content: Content) -> Rules:
    """A policy as it is written, checked whole. BadPolicy says what is wrong with it, in words, all at once."""
    wrong: list[str | Promise] = []
    if not isinstance(content, Mapping) or set(content) != {"classes", "lists"}:
        raise BadPolicy(
            [_("A policy says what each class asks for, and where lists depart from what they declare.")]
        )
    classes = _classes(content["classes"], wrong)
    lists = _lists(content["lists"], wrong)
    if wrong:
        raise BadPolicy(wrong)
    return Rules(version, fingerprint(content), classes, lists)


def read_leniently(version: int, content: Content) -> Rules:
    """A policy that was in force, or proposed, when lists were others: what it says of what is gone is left out."""
    kept: dict[str, Any] = {}
    known = {spec.slug: spec for spec in kinds.every()}
    for slug, told in content["lists"].items():
        if slug in known:
            fields_now = {n: word for n, word in told.get("fields", {}).items() if n in known[slug].fields}
            kept[slug] = {**told, "fields": fields_now} if "fields" in told else told
    read_now = read(version, {**content, "lists": kept})
    return Rules(version, fingerprint(content), read_now.classes, read_now.lists)


def _classes(given: Any, wrong: list[str | Promise]) -> dict[Risk, ClassRules]:
    names = {risk.name.lower(): risk for risk in Risk}
    if not isinstance(given, Mapping) or set(given) != set(names):
        wrong.append(_("Each of the three classes needs its rules."))
        return {}
    found = {risk: _class_rules(given[name], wrong) for name, risk in names.items()}
    if wrong:
        return found
    for risk in (Risk.SENSITIVE, Risk.DANGEROUS):
        if found[risk].people < 2:
            wrong.append(_("Sensitive and dangerous changes always take two people."))
        if found[Risk(risk - 1)].asks_more_than(found[risk]):
            wrong.append(_("A higher class asks for no less than a lower one."))
    if not found[Risk.DANGEROUS].outsiders:
        wrong.append(
            _("For dangerous changes both are always from outside the author's and each other's house.")
        )
    return found


def _class_rules(given: Any, wrong: list[str | Promise]) -> ClassRules:
    expected = {f.name: f.type for f in fields(ClassRules)}
    if not isinstance(given, Mapping) or set(given) != set(expected):
        wrong.append(_("A class needs all of its rules, and no others."))
        return STRICTEST
    most = {"people": (1, 2), "cooling_new": (0, MOST_COOLING), "cooling_change": (0, MOST_COOLING)}
    for name, value in given.items():
        if expected[name] is bool:
            fits = isinstance(value, bool)
        else:
            low, high = most.get(name, (0, MOST_NOTE))
            fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        if not fits:
            wrong.append(_("Out of range: people 1 or 2, cooling-off 0 to 168 hours, note 0 to 720 hours."))
            return STRICTEST
    return ClassRules(**given)


def _lists(given: Any, wrong: list[str | Promise]) -> dict[str, ListRules]:
    if not isinstance(given, Mapping):
        wrong.append(
            _("A policy says what each class asks for, and where lists depart from what they declare.")
        )
        return {}
    found = {}
    for slug, told in given.items():
        try:
            spec = kinds.get(slug)
        except NotFound:
            wrong.append(_("There is no list of that name: %(name)s") % {"name": slug})
            continue
        if not isinstance(told, Mapping) or not set(told) <= {"new", "fields"}:
            wrong.append(
                _("Of a list it says the class of new entries and of named fields: %(name)s") % {"name": slug}
            )
            continue
        named = told.get("fields", {})
        if not isinstance(named, Mapping) or not set(named) <= set(spec.fields):
            wrong.append(_("The list has no such field: %(name)s") % {"name": slug})
            continue
        new = _class_of(told["new"], spec.risk, slug, wrong) if "new" in told else None
        classes = {n: _class_of(word, spec.fields[n].risk, f"{slug}.{n}", wrong) for n, word in named.items()}
        found[slug] = ListRules(new, classes)
    return found


def _class_of(word: Any, declared: Risk, where: str, wrong: list[str | Promise]) -> Risk:
    """A named class; what a list declares dangerous stays so."""
    if not isinstance(word, str) or word.upper() not in Risk.__members__ or word != word.lower():
        wrong.append(_("There is no such class: %(name)s") % {"name": where})
        return declared
    risk = Risk[word.upper()]
    if declared == Risk.DANGEROUS and risk != Risk.DANGEROUS:
        wrong.append(_("What a list declares dangerous stays dangerous: %(name)s") % {"name": where})
    return risk


def content_of(rules: Rules) -> dict[str, Any]:
    """The policy as it is written."""
    lists: dict[str, dict[str, Any]] = {}
    for slug, told in rules.lists.items():
        named = {name: risk.name.lower() for name, risk in told.fields.items()}
        lists[slug] = ({} if told.new is None else {"new": told.new.name.lower()}) | (
            {"fields": named} if named else {}
        )
    return {"classes": {r.name.lower(): asdict(c) for r, c in rules.classes.items()}, "lists": lists}


def fingerprint(content: Content) -> str:
    """SHA-256 of the canonical JSON: the same policy always has the same one."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


@cache
def shipped() -> dict[int, Rules]:
    """What comes with the software: the first version, and that of replays."""
    return {version: read(version, content) for version, content in shipped_contents().items()}


@cache
def shipped_contents() -> dict[int, Content]:
    """The same, as written in `shipped_rules.json`."""
    file = Path(__file__).parent / "shipped_rules.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    return {REPLAY if name == "replay" else int(name): content for name, content in told.items()}
