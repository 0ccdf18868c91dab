"""Taking rows in: a sheet parsed, matched and judged row by row, beside a serializer and save() that do not."""

from bench.cases.working import bare, work
from bench.rounds import Case, Contender, Done, repeated
from bench.stage import Stage

_ROWS = 1000


def sheet(stage: Stage) -> Case:
    """From the file's bytes to submissions that wait for review."""
    return Case(
        "import",
        "rows",
        [_peer(stage), _limit(stage), work(stage, "ours", "ours", "ours.importing:rows", count=_many(stage))],
    )


def typed(stage: Stage) -> Case:
    """Rows that are typed already, as they go through the door: cleaned, matched to the register, journalled."""
    return Case(
        "import-typed",
        "rows",
        [
            _peer(stage),
            _limit(stage),
            work(stage, "one by one", "ours", "ours.importing:one_by_one", count=20),
            work(stage, "ours", "ours", "ours.importing:together", count=_many(stage)),
        ],
    )


def _many(stage: Stage) -> int:
    return max(100, min(stage.size.publish * 2, 2000))


def _peer(stage: Stage) -> Contender:
    return work(stage, "peer", "peer", "peers.importing:rows", count=min(stage.size.save, 200))


def _limit(stage: Stage) -> Contender:
    connection = stage.bare()
    connection.execute("DROP TABLE IF EXISTS bench_staging")
    connection.execute(
        "CREATE TABLE bench_staging (name text, place text, address text, phone text, link text)"
    )
    line = "江城第三医院\t420106\t长堤路1号\t027-85550100\thttps://hospital.example/1\n".encode()

    def copy() -> None:
        with connection.cursor().copy("COPY bench_staging FROM STDIN") as target:
            target.write(line * _ROWS)

    def limit() -> Done:
        done = repeated(copy, stage.size.seconds / 4)
        return Done(done.seconds, done.amount * _ROWS)

    return bare(stage, "limit", limit)
