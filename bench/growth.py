"""What each piece of our work costs on ten thousand needs, on a hundred thousand, on a million.

One database for each size; a round asks all of them, so that the machine's drift is nobody's growth.
"""

import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from statistics import median

from bench import gates
from bench.cases import CASES
from bench.report import figure
from bench.rounds import OURS, Case, Contender, LeftOut, Measured, measure
from bench.seed import making
from bench.sizes import growing
from bench.stage import Stage

NEEDS = (10_000, 100_000, 1_000_000)
# They say nothing of size: all databases would share one broker for Celery's workers, and one browser.
LEFT_OUT = ("visible", "paint")


@contextmanager
def stages(first: Stage, needs: Sequence[int], *, kept: bool) -> Iterator[list[Stage]]:
    """A stage for each size, on the servers of the first."""
    made = [
        replace(first, size=size, database=f"bench_work_{size.needs}", workers={}, webs={}, celeries={})
        for size in growing(needs)
    ]
    try:
        for stage in made:
            making.ensure(stage, kept=kept)
        yield made
    finally:
        for stage in made:
            stage.leave()


def compared(stages: Sequence[Stage], name: str, rounds: int, *, cpu: bool) -> Measured:
    """One case of ours at every size, in turns."""
    cases = [CASES[name](stage) for stage in stages]
    contenders = [_ours(case, f"{stage.size.needs:,}") for stage, case in zip(stages, cases, strict=True)]
    return measure(Case(name, cases[0].unit, contenders, wall=cases[0].wall), rounds, cpu=cpu)


def _ours(case: Case, name: str) -> Contender:
    (ours,) = [contender for contender in case.contenders if contender.name == OURS]
    return replace(ours, name=name, answer=None)


def growth(measured: Measured) -> list[float]:
    """How many times the smallest's cost the largest's is, round by round."""
    first, *_between, last = measured.costs.values()
    return [large / small for small, large in zip(first, last, strict=True)]


def bounds() -> dict[str, float]:
    """How far a case may grow: [growth] in the gates, `all` and whoever has a bound of its own."""
    found: dict[str, float] = tomllib.loads(gates.HERE.read_text()).get("growth", {})
    return found


def report(stages: Sequence[Stage], names: Sequence[str], rounds: int, *, cpu: bool) -> list[str]:
    """Print a line for each case: microseconds a unit at each size, and its growth. Returns who grew too far."""
    heads = [f"{stage.size.needs:,}" for stage in stages]
    print(f"\n{'µs for one of its units':<26}" + "".join(f"{head:>12}" for head in heads) + f"{'growth':>9}")
    too_far, allowed = [], bounds()
    for name in names:
        with suppress(LeftOut):
            measured = compared(stages, name, rounds, cpu=cpu)
            grown, bound = median(growth(measured)), allowed.get(name, allowed.get("all", 1.3))
            costs = "".join(f"{figure(1e6 * median(costs)):>12}" for costs in measured.costs.values())
            said = "" if grown <= bound else f"  NOT within {bound:g}"
            print(f"{name:<26}{costs}{figure(grown):>8}x{said}", flush=True)
            if said:
                too_far.append(f"{name}: {grown:.2f}, not {bound:g}")
    return too_far
