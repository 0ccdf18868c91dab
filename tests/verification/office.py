"""The drawing played in memory, long enough to say what colluders get: fifty reviewers of ten organisations.

It draws as `verification.drawing` does; `test_collusion` holds the two against each other, window by window.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from itertools import islice

from verification import drawing, pairs

HOUR = 60.0
DAY = 24 * HOUR
NOBODY = -1


@dataclass
class Entry:
    """Something above routine that waits; `wanted`: the colluders sent it."""

    number: int
    wanted: bool = False
    verifier: int = NOBODY
    enterer: int = NOBODY


@dataclass
class Office:
    """What waits, oldest first; what each was handed and did not decide; who met whom. Minutes tick."""

    reviewers: Collection[int]
    rng: random.Random
    now: float = 0.0
    waiting: dict[int, Entry] = field(default_factory=dict)
    done: list[Entry] = field(default_factory=list)
    left: dict[int, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))
    held: set[int] = field(default_factory=set)
    met: dict[int, Counter] = field(default_factory=lambda: defaultdict(Counter))

    def send(self, entry: Entry) -> None:
        self.waiting[entry.number] = entry

    def window(self, who: int) -> list[Entry]:
        """As `drawing.window`: the oldest of each step that this reviewer may be handed, then the oldest of those."""
        recent = {number for number, at in self.left[who].items() if at > self.now - HOUR}
        free = [e for e in self.waiting.values() if e.number not in recent | self.held and e.verifier != who]
        firsts = islice((e for e in free if e.verifier == NOBODY), drawing.WINDOW)
        seconds = islice((e for e in free if e.verifier != NOBODY), drawing.WINDOW)
        found = sorted([*firsts, *seconds], key=lambda e: e.number)[: drawing.WINDOW]
        often = pairs.often(self.met[who])
        return [e for e in found if e.verifier not in often] or found

    def may_draw(self, who: int) -> bool:
        return sum(at > self.now - HOUR for at in self.left[who].values()) < drawing.PUT_BACK

    def draw(self, who: int) -> Entry | None:
        found = self.window(who) if self.may_draw(who) else []
        if not found:
            return None
        drawn = self.rng.choice(found)
        self.left[who][drawn.number] = self.now
        return drawn

    def decide(self, who: int, entry: Entry) -> None:
        """Verify it, or enter it."""
        self.left[who].pop(entry.number, None)
        if entry.verifier == NOBODY:
            entry.verifier = who
            return
        entry.enterer = who
        self.met[who][entry.verifier] += 1
        self.met[entry.verifier][who] += 1
        self.done.append(self.waiting.pop(entry.number))


Wants = Callable[[Office, int, Entry], bool]


def work(
    *,
    records: int,
    colluders: Collection[int] = (),
    backlog: int = 60,
    wanted_every: int = 50,
    puts_back: Wants | None = None,
    on_duty: Callable[[float], Iterable[int]] | None = None,
    seed: int = 1,
    reviewers: int = 50,
) -> Office:
    """Let the office work until so many records are done, `backlog` entries waiting at any time.

    Each reviewer takes a step about every ten minutes while on duty. Of the entries one in `wanted_every` is sent by
    the colluders, who put back what they do not want where `puts_back` says so.
    """
    office = Office(range(reviewers), random.Random(seed))
    number = 0
    while len(office.done) < records:
        present = list(on_duty(office.now)) if on_duty else list(office.reviewers)
        while len(office.waiting) < backlog:
            number += 1
            office.send(Entry(number, wanted=number % wanted_every == 0))
        office.now += 10.0 / len(present)
        who = office.rng.choice(present)
        entry = office.draw(who)
        if entry is None:
            continue
        if who in colluders and puts_back and puts_back(office, who, entry):
            continue
        office.decide(who, entry)
    return office


def share(office: Office, colluders: Collection[int], *, wanted: bool = False) -> float:
    """Of the records (of those the colluders sent), how many had both steps taken by colluders."""
    some = [e for e in office.done if e.wanted or not wanted]
    return sum(e.verifier in colluders and e.enterer in colluders for e in some) / max(len(some), 1)


def flagged(office: Office) -> list[tuple[int, int]]:
    """The pairs the report would flag."""
    firsts, seconds = (Counter(getattr(e, step) for e in office.done) for step in ("verifier", "enterer"))
    met = Counter((min(e.verifier, e.enterer), max(e.verifier, e.enterer)) for e in office.done)
    people = len({*firsts, *seconds})
    return sorted(
        pair
        for pair, times in met.items()
        if pairs.is_flagged(
            times, expected(pair, firsts, seconds, len(office.done)), people * (people - 1) / 2
        )
    )


def expected(pair: tuple[int, int], firsts: Counter, seconds: Counter, steps: int) -> float:
    """How often the two would meet by chance."""
    a, b = pair
    return firsts[a] * seconds[b] / max(steps - seconds[a], 1) + firsts[b] * seconds[a] / max(
        steps - seconds[b], 1
    )
