"""Who decides together with whom: what two people took the two steps of, against what chance would give.

Where reviewers are handed what they decide, two of them meet as often as their work makes it likely. A pair that meets
far more often than that has found a way around the drawing, or shares its hours; people look at which.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from verification import statements
from verification.models import User

LOOKED_BACK: Final = timedelta(days=90)
# Fewer than so many say nothing of two people.
FEW: Final = 5
# How seldom chance alone may make a report name anybody at all.
BY_CHANCE: Final = 0.001
MOST_SHOWN: Final = 50

# Of what the one verified, the second step fell to the other with the other's share of all second steps that were not
# the one's own; and the other way round.
_TOGETHER = """
WITH decided AS MATERIALIZED (
    SELECT verified_by_id AS one, entered_by_id AS two FROM verification_submission
     WHERE (entered_by_id > verified_by_id OR entered_by_id < verified_by_id)
       AND entered_at > clock_timestamp() - %(back)s::interval
), people AS MATERIALIZED (
    SELECT who, count(*) FILTER (WHERE first) AS firsts, count(*) FILTER (WHERE NOT first) AS seconds
      FROM (SELECT one, true FROM decided UNION ALL SELECT two, false FROM decided) AS step (who, first) GROUP BY who
), met AS (
    SELECT least(one, two) AS a, greatest(one, two) AS b, count(*) AS times FROM decided GROUP BY 1, 2
), everything AS (
    SELECT (SELECT count(*) FROM decided) AS steps, (SELECT count(*) FROM people) AS people
)
SELECT met.a, met.b, met.times,
       (a.firsts * b.seconds / greatest(everything.steps - a.seconds, 1)::double precision
        + b.firsts * a.seconds / greatest(everything.steps - b.seconds, 1)::double precision) AS expected,
       everything.steps, everything.people, one.pseudonym, two.pseudonym
  FROM met
  JOIN people a ON a.who = met.a JOIN people b ON b.who = met.b
  JOIN verification_user one ON one.id = met.a JOIN verification_user two ON two.id = met.b
 CROSS JOIN everything
 ORDER BY met.times DESC, met.a, met.b
"""

_WITH = """
SELECT other, count(*) FROM (
    SELECT entered_by_id FROM verification_submission
     WHERE verified_by_id = %(who)s::bigint AND (entered_by_id > verified_by_id OR entered_by_id < verified_by_id)
       AND entered_at > clock_timestamp() - %(back)s::interval
     UNION ALL
    SELECT verified_by_id FROM verification_submission
     WHERE entered_by_id = %(who)s::bigint AND (entered_by_id > verified_by_id OR entered_by_id < verified_by_id)
       AND entered_at > clock_timestamp() - %(back)s::interval
) AS met (other) GROUP BY other
"""


@dataclass(frozen=True)
class Pair:
    """Two people, how often they decided together, and how often chance would have had them do so.

    `flagged`: chance makes a pair of all there are meet that often less than once in a thousand reports.
    """

    ids: tuple[int, int]
    names: tuple[str, str]
    times: int
    expected: float
    flagged: bool


@dataclass(frozen=True)
class Report:
    """The pairs that met most against chance, what is flagged first; of how many decisions by how many people."""

    pairs: list[Pair]
    decided: int
    people: int

    @property
    def flagged(self) -> list[Pair]:
        """Those somebody should look at."""
        return [pair for pair in self.pairs if pair.flagged]


def report() -> Report:
    """Everybody who decided together in the last 90 days. One query."""
    rows = statements.rows(_TOGETHER, {"back": LOOKED_BACK})
    if not rows:
        return Report([], 0, 0)
    decided, people = rows[0][4:6]
    possible = people * (people - 1) / 2
    pairs = [
        Pair((a, b), (one, two), times, expected, is_flagged(times, expected, possible))
        for a, b, times, expected, _decided, _people, one, two in rows
    ]
    pairs.sort(key=lambda pair: (not pair.flagged, pair.expected - pair.times))
    return Report(pairs[:MOST_SHOWN], decided, people)


def is_flagged(times: int, expected: float, possible: float) -> bool:
    """Whether chance hardly lets a pair, of so many possible ones, meet so often."""
    return times >= FEW and times > expected and at_least(times, expected) * possible < BY_CHANCE


def at_least(times: int, expected: float) -> float:
    """How likely something that happens `expected` times on average happens at least so often (Poisson)."""
    if expected <= 0:
        return 0.0
    term = math.exp(times * math.log(expected) - expected - math.lgamma(times + 1))
    total, n = 0.0, times
    while term > total * 1e-12 and n < times + 10_000:
        total += term
        n += 1
        term *= expected / n
    return min(total, 1.0)


def met_often(user: User) -> set[int]:
    """With whom this reviewer decided together often of late: see `often`. One query."""
    return often(dict(statements.rows(_WITH, {"who": user.pk, "back": LOOKED_BACK})))


def often(met: Mapping[int, int]) -> set[int]:
    """Those met at least `FEW` times, and more than twice as often as one of them is met on average."""
    average = sum(met.values()) / len(met) if met else 0
    return {other for other, times in met.items() if times >= FEW and times > 2 * average}
