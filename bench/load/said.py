"""What a load says: goodput, refusals, latencies of each kind, and the facts the gates look at."""

from operator import itemgetter
from statistics import median
from typing import TYPE_CHECKING, Any

from bench.load.mix import REVIEWING

if TYPE_CHECKING:
    from bench.load.running import Course

Phase = dict[str, Any]


def goodput(phase: Phase) -> float:
    """Right answers in time, a second."""
    return sum(phase["in_time"].values()) / phase["seconds"]


def quantile(times: list[float], share: float) -> float:
    """In milliseconds; 0 where there is nothing."""
    ordered = sorted(times)
    return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def work(phase: Phase, costs: dict[str, float]) -> float:
    """As goodput, each answer weighed by how long it takes a server that has nothing else to do."""
    return sum(number * costs.get(name, 0.0) for name, number in phase["in_time"].items()) / phase["seconds"]


def by_processor(phase: Phase) -> float:
    """Right answers for each second the servers computed: what wall clocks cannot say on a shared machine."""
    return sum(phase["in_time"].values()) / sum(phase["servers"].values())


def costs(phases: list[Phase]) -> dict[str, float]:
    """The median time of each kind, over some phases."""
    names = {name for phase in phases for name in phase["good"]}
    return {name: median([t for phase in phases for t in phase["good"].get(name, [])]) for name in names}


def of_line(phase: Phase, what: str, line: str) -> list[float]:
    """Times of one line's answers, right ones or refusals."""
    return [t for name, times in phase[what].items() if phase["lines"][name] == line for t in times]


def troubles(phase: Phase) -> int:
    """Questions that were neither answered rightly in time nor turned away with a word."""
    return sum(times for _name, _why, times in phase["errors"]) + sum(phase["late"].values())


def facts(course: "Course") -> dict[str, float]:
    """What the gates bound. Of a run with kills only what was lost, and how soon all was public."""
    proof, over = course.proof, course.over
    found = {
        "lost": float(len(proof["lost"])),
        "twice": float(len(proof["twice"])),
        "unpublished": float(len(proof["unpublished"]) + proof["not_public"]),
        "settled_s": 999.0 if course.settled is None else course.settled,
    }
    if course.kills:
        return found | {"after_kill_s": 999.0 if course.settled is None else course.since_last_kill or 0.0}
    each = costs([course.before, *course.ramp])
    before, after = costs([course.before]), costs([course.after])
    both = before.keys() & after.keys()
    refused = sum(map(len, over["refused"].values()))
    return found | {
        "goodput": goodput(over) / goodput(course.peak),
        "work": work(over, each) / work(course.peak, each),
        "by_processor": by_processor(over) / by_processor(course.peak),
        "reviewers_p95_ms": quantile(of_line(over, "good", REVIEWING), 0.95),
        "turned_away_in_order": refused / max(1, refused + troubles(over)),
        "normal_after": sum(after[name] for name in both) / sum(before[name] for name in both),
    }


def lines(course: "Course") -> list[str]:
    """The whole course, for people."""
    over = course.over
    asked = sum(over["asked"].values())
    told = [
        f"\npeak {goodput(course.peak):.0f} right answers a second; then {asked / over['seconds']:.0f} asked, "
        f"{goodput(over):.0f} right, for {over['seconds']:.0f} s",
        f"the asking process took {over['computed'] / over['seconds']:.2f} of a processor"
        + "".join(f", {name} {spent / over['seconds']:.2f}" for name, spent in over["servers"].items()),
        f"\n  {'':<14}{'asked':>8}{'right':>8}{'refused':>9}{'late':>6}{'errors':>8}{'p50 ms':>9}{'p95':>8}{'p99':>8}",
    ]
    for line in dict.fromkeys(over["lines"].values()):
        told.append(_line(over, line))
    often = sorted(over["errors"], key=itemgetter(2), reverse=True)
    told += [f"  {name}: {why}, {times} times" for name, why, times in often[:8]]
    if unsent := sum(over["unsent"].values()):
        told.append(f"  {unsent} questions were not asked: too many on their way, or nothing left to decide")
    waits = [t for times in over["refused"].values() for t in times]
    told.append(f"  refusals took {quantile(waits, 0.5):.0f} ms, p95 {quantile(waits, 0.95):.0f} ms")
    for name, phase in (("before", course.before), ("after", course.after)):
        times = [t for found in phase["good"].values() for t in found]
        told.append(f"  {name}: p50 {quantile(times, 0.5):.0f} ms, p95 {quantile(times, 0.95):.0f} ms")
    proof = course.proof
    told.append(
        f"\n{proof['sent']} submissions and {proof['decided']} decisions acknowledged, {proof['approved']} approved; "
        f"{len(proof['lost'])} lost, {len(proof['twice'])} twice, {len(proof['unpublished'])} not published"
    )
    if course.kills:
        told.append(f"{course.kills} kills; all public {course.since_last_kill:.0f} s after the last")
    return told


def _line(over: Phase, line: str) -> str:
    names = [name for name, its in over["lines"].items() if its == line]
    good, refused = of_line(over, "good", line), of_line(over, "refused", line)
    errors = sum(times for name, _why, times in over["errors"] if name in names)
    counts = [sum(over[what].get(name, 0) for name in names) for what in ("asked", "late")]
    times = "".join(f"{quantile(good, share):8.0f}" for share in (0.5, 0.95, 0.99))
    return f"  {line:<14}{counts[0]:>8}{len(good):>8}{len(refused):>9}{counts[1]:>6}{errors:>8} {times}"
