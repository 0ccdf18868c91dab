"""Looking for duplicates while somebody types, beside the exact lookup and the usual icontains."""

from bench.cases.working import work
from bench.rounds import Case
from bench.stage import Stage


def lookup(stage: Stage) -> Case:
    """Names as others would write them; `recall` is how often the same record was proposed."""
    count = 100
    asked = stage.do("ours", "ours.likening:names", count=count)["asked"]

    def facts() -> dict[str, float]:
        return {
            "recall": stage.do("ours", "ours.likening:candidates", count=count)["recall"],
            "recall of exact": stage.do("ours", "ours.likening:exact", count=count)["recall"],
            "recall of peer": stage.do("peer", "peers.likening:candidates", asked=asked)["recall"],
        }

    return Case(
        "duplicates",
        "lookups",
        [
            work(stage, "peer", "peer", "peers.likening:candidates", asked=asked),
            work(stage, "exact", "ours", "ours.likening:exact", count=count),
            work(stage, "ours", "ours", "ours.likening:candidates", count=count),
        ],
        facts,
    )
