"""The gates: what each case must reach, and whether it did."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.rounds import Measured

HERE = Path(__file__).with_name("gates.toml")


@dataclass(frozen=True)
class Verdict:
    """One gate of one case: against whom, the goal of the full size, the bound in force, what was reached."""

    case: str
    against: str
    goal: float
    bound: float
    reached: float
    low: float
    high: float
    at_most: bool = False

    @property
    def met(self) -> bool:
        """Whether the bound in force was kept."""
        return self.reached <= self.bound if self.at_most else self.reached >= self.bound


def verdicts(measured: Measured, size: str, path: Path = HERE) -> list[Verdict]:
    """What the gates say of a case. A gate without a bound for this size says nothing."""
    found = []
    declared = tomllib.loads(path.read_text()).get(measured.case, {})
    for name, gate in declared.items():
        bound = gate.get(size)
        if "most" in gate or "least" in gate:
            reached = [measured.facts[name]] if name in measured.facts else []
        else:
            reached = measured.ratios(name) if name in measured.costs else []
        if bound is not None and reached:
            goal = gate.get("most", gate.get("least", gate.get("goal", bound)))
            low, high = min(reached), max(reached)
            found.append(
                Verdict(measured.case, name, goal, bound, median(reached), low, high, at_most="most" in gate)
            )
    return found
