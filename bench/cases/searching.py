"""Searching: a word that few have, words that most have, and whatever else people type."""

from typing import Any

from bench.cases.working import bare, work
from bench.rounds import Case, Contender, repeated
from bench.seed.words import COMMON, RARE, TYPED
from bench.stage import Stage

_BARE = """
SELECT uid, body FROM verification_public
 WHERE state = 'live' AND freshness <> 'stale' AND tokens @> %s::text[]
 ORDER BY urgency DESC, unmet_since, uid LIMIT 50
"""


def _contenders(stage: Stage, words: list[str], theirs: int, ours: int) -> list[Contender]:
    def answer(project: str, **values: Any) -> Any:
        module = "ours" if project == "ours" else "peers"
        return lambda: stage.do(project, f"{module}.searching:answers", words=words, **values)["found"]

    peers = [
        work(
            stage,
            name,
            "peer",
            "peers.searching:search",
            words=words,
            times=theirs,
            table=name,
            answer=answer("peer", table=name),
        )
        for name in ("peer", "peer+idx")
    ]
    mine = work(
        stage,
        "ours",
        "ours",
        "ours.searching:search",
        words=words,
        times=ours,
        answer=answer("ours"),
    )
    return [*peers, mine]


def rare(stage: Stage) -> Case:
    """A word of two characters that forty needs have, whatever the size."""
    connection = stage.bare()

    def once() -> None:
        connection.execute(_BARE, [[RARE]]).fetchall()

    limit = bare(stage, "limit", lambda: repeated(once, stage.size.seconds / 2))
    contenders = _contenders(stage, [RARE], theirs=1, ours=40)
    slowest = lambda: {"p99_ms": stage.do("ours", "ours.searching:slowest", words=TYPED)["p99_ms"]}  # noqa: E731
    return Case("search-rare", "searches", [*contenders[:-1], limit, contenders[-1]], slowest)


def common(stage: Stage) -> Case:
    """Words that a tenth to all of the needs have."""
    return Case("search-common", "searches", _contenders(stage, COMMON, theirs=1, ours=20))
