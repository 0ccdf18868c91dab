"""Measuring in turns: each round asks every contender once, and only the ratios within a round are compared.

Machines drift by a factor of two within minutes; what is measured side by side drifts together.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

OURS = "ours"


@dataclass(frozen=True)
class Done:
    """What one contender did in one round: so many units in so many seconds; its peak of memory in MB.

    `computed` is the processor time it took; where it is None the contender's meter knows.
    """

    seconds: float
    amount: float
    memory: float = 0.0
    computed: float | None = None


@dataclass(frozen=True)
class Contender:
    """Somebody who is measured. `answer` is what must be equal among all who have one.

    `spent` reads the processor time of all the processes that work for it.
    """

    name: str
    run: Callable[[], Done]
    spent: Callable[[], float]
    answer: Callable[[], Any] | None = None


@dataclass(frozen=True)
class Case:
    """One piece of work and who does it. `facts` are figures of ours with a bound of their own.

    `wall`: it is about waiting, so that the wall clock decides wherever it runs.
    """

    name: str
    unit: str
    contenders: list[Contender]
    facts: Callable[[], dict[str, float]] | None = None
    wall: bool = False


@dataclass
class Measured:
    """The costs of each contender, seconds a unit, round by round; ratios are others' cost to ours.

    `costs` are by the clock in force, wall or processor; `other` by the other one.
    """

    case: str
    unit: str
    costs: dict[str, list[float]]
    other: dict[str, list[float]]
    memory: dict[str, float]
    facts: dict[str, float] = field(default_factory=dict)
    # Wall seconds of the run itself: for answers and warming up, for the rounds, for the facts.
    lasted: dict[str, float] = field(default_factory=dict)

    def rate(self, name: str) -> float:
        """Units a second, in the median."""
        return 1 / median(self.costs[name])

    def ratios(self, name: str, *, other: bool = False) -> list[float]:
        """How many times our rate was theirs, round by round; `other`: by the other clock."""
        costs = self.other if other else self.costs
        pairs = zip(costs[name], costs[OURS], strict=True)
        return [theirs / ours for theirs, ours in pairs]


class LeftOut(Exception):
    """What a case needs is not here; the sentence says what."""


class Unequal(AssertionError):
    """Contenders that do not give the same answer do not do the same work."""


def measure(case: Case, rounds: int, *, cpu: bool) -> Measured:
    """Compare the answers, warm up once, then measure in turns, each round beginning with another contender.

    With `cpu` processor seconds count instead of the wall clock's, for a machine that others use too.
    """
    begun = time.perf_counter()
    refuse_unequal(case)
    for contender in case.contenders:
        contender.run()
    warm = time.perf_counter()
    wall: dict[str, list[float]] = {contender.name: [] for contender in case.contenders}
    computed: dict[str, list[float]] = {name: [] for name in wall}
    memory = dict.fromkeys(wall, 0.0)
    for number in range(rounds):
        turn = number % len(case.contenders)
        for contender in case.contenders[turn:] + case.contenders[:turn]:
            before = contender.spent()
            done = contender.run()
            wall[contender.name].append(done.seconds / done.amount)
            passed = contender.spent() - before
            computed[contender.name].append(
                (passed if done.computed is None else done.computed) / done.amount
            )
            memory[contender.name] = max(memory[contender.name], done.memory)
    costs, other = (computed, wall) if cpu and not case.wall else (wall, computed)
    turned = time.perf_counter()
    facts = case.facts() if case.facts else {}
    lasted = {"warming": warm - begun, "rounds": turned - warm, "facts": time.perf_counter() - turned}
    return Measured(case.name, case.unit, costs, other, memory, facts, lasted)


def refuse_unequal(case: Case) -> None:
    """Before anything is timed: everybody who can be compared gives the same answer."""
    answers = {c.name: c.answer() for c in case.contenders if c.answer}
    first = next(iter(answers.values()), None)
    for name, answer in answers.items():
        if answer != first:
            raise Unequal(f"{case.name}: {name} answers otherwise than {next(iter(answers))}")
        if answer in ([], {}, None):
            raise Unequal(f"{case.name}: {name} answers nothing")


def repeated(once: Callable[[], Any], seconds: float, least: int = 3) -> Done:
    """Do it again and again for about so long, at least so often; once is enough where it takes twice as long."""
    begun, count = time.perf_counter(), 0
    while True:
        once()
        count += 1
        passed = time.perf_counter() - begun
        if passed >= 2 * seconds or (passed >= seconds and count >= least):
            return Done(passed, count)
