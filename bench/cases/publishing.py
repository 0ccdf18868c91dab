"""Publishing what was approved, in the batches the product takes, beside a save() loop doing the same."""

import os
import signal
from statistics import quantiles

from bench.cases.working import bare, work
from bench.rounds import Case, Contender, Done, repeated
from bench.stage import Stage

_ROWS = 500


def publish(stage: Stage) -> Case:
    """Needs with four lines each: record, history, journal, body, search tokens, counters."""
    size, connection = stage.size, stage.bare()
    connection.execute("DROP TABLE IF EXISTS bench_bare")
    connection.execute("CREATE UNLOGGED TABLE bench_bare AS SELECT * FROM verification_public WITH NO DATA")

    def insert() -> Done:
        connection.execute("TRUNCATE bench_bare")
        statement = f"INSERT INTO bench_bare SELECT * FROM verification_public LIMIT {_ROWS}"
        done = repeated(lambda: connection.execute(statement), size.seconds / 4)
        return Done(done.seconds, done.amount * _ROWS)

    def answer(project: str, module: str) -> object:
        return stage.do(project, f"{module}.publishing:published", count=5)["rows"]

    return Case(
        "publish",
        "needs",
        [
            work(
                stage,
                "peer",
                "peer",
                "peers.publishing:publish",
                count=min(size.save, size.waiting // 8),
                answer=lambda: answer("peer", "peers"),
            ),
            bare(stage, "limit", insert),
            work(
                stage,
                "ours",
                "ours",
                "ours.publishing:publish",
                count=min(size.publish, size.waiting // 8),
                answer=lambda: answer("ours", "ours"),
            ),
        ],
    )


def appear(stage: Stage) -> Case:
    """From the last approval to what the public reads, one after the other; the wall clock decides.

    Ours is as it runs: bell and clock, whoever comes first. `bell` is the same while the clock stands still.
    """
    stage.do("ours", "ours.appearing:set_aside")
    stage.celery("ours")
    stage.celery("peer")
    clock, count = stage.clock(), 10

    def paused(contender: Contender) -> Contender:
        def run() -> Done:
            os.kill(clock.pid, signal.SIGSTOP)
            try:
                return contender.run()
            finally:
                os.kill(clock.pid, signal.SIGCONT)

        return Contender(contender.name, run, contender.spent)

    def facts() -> dict[str, float]:
        taken = [
            seconds
            for _ in range(max(1, min(20, stage.size.waiting // 200)))
            for seconds in stage.do("ours", "ours.appearing:appear", count=count)["taken"]
        ]
        return {
            "p50_ms": 1000 * quantiles(taken, n=2)[0],
            "p99_ms": 1000 * quantiles(taken, n=100)[98],
            "slowest_ms": 1000 * max(taken),
        }

    return Case(
        "visible",
        "approvals",
        [
            work(stage, "peer", "peer", "peers.appearing:appear", count=count),
            paused(work(stage, "bell", "ours", "ours.appearing:appear", count=count)),
            work(stage, "ours", "ours", "ours.appearing:appear", count=count),
        ],
        facts,
        wall=True,
    )
