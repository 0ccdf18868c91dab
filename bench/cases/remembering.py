"""What history costs where the database writes it, beside the same writes without and beside the signal's."""

from bench.cases.working import work
from bench.rounds import Case
from bench.stage import Stage


def save(stage: Stage) -> Case:
    """One save() after the other."""
    return _case(stage, "history-save", "save", stage.size.save)


def bulk(stage: Stage) -> Case:
    """One statement for many rows."""
    return _case(stage, "history-bulk", "bulk", stage.size.publish)


def _case(stage: Stage, name: str, function: str, count: int) -> Case:
    count = min(count, stage.size.needs)
    return Case(
        name,
        "rows",
        [
            work(stage, "peer", "peer", f"peers.remembering:{function}", count=count),
            work(stage, "none", "ours", f"ours.remembering:{function}", count=count, history=False),
            work(stage, "ours", "ours", f"ours.remembering:{function}", count=count, history=True),
        ],
    )
