"""One reviewer's decision, over HTTP and in process, and a batch of them: ours with every check it makes."""

import json
import math
import time
from collections.abc import Iterator

from bench.cases.working import bare, work
from bench.client import bytes_of
from bench.crowd import waited
from bench.limits import pgbench
from bench.processor import spent
from bench.rounds import Case, Contender, Done
from bench.stage import Stage
from bench.working import forget_peak, peak
from glacier.runner.processes import members

_AT_ONCE = 20
_BATCH = 100
_REVIEWERS, _EACH = 50, 9
_UPDATE = r"""
\set id random(1, 1000)
BEGIN;
SELECT status FROM peers_submission WHERE id = :id FOR UPDATE;
UPDATE peers_submission SET verified_at = now() WHERE id = :id;
COMMIT;
"""


def _posts(stage: Stage, name: str, project: str, requests: Iterator[bytes]) -> Contender:
    connection = stage.web(project)

    def run() -> Done:
        pids = members(stage.webs[project][0].pid)
        for pid in pids:
            forget_peak(pid)
        taken = [next(requests) for _ in range(_AT_ONCE)]
        begun = time.perf_counter()
        for request in taken:
            status, _head, body = connection.send(request)
            if status != 200:
                raise RuntimeError(f"{project} answers {status}: {body[:300]!r}")
        return Done(time.perf_counter() - begun, _AT_ONCE, max(peak(pid) for pid in pids))

    return Contender(name, run, lambda: spent(stage.processes(project)))


def _count(stage: Stage) -> int:
    return _AT_ONCE * (stage.rounds + 1)


def _ours(stage: Stage, count: int, **values: int) -> list[bytes]:
    prepared = stage.do("ours", "ours.reviewing:prepare", count=count, **values)
    body = {"answers": prepared["answers"]}
    return [
        bytes_of(
            path, "POST", json.dumps({"fence": fence, **body}).encode(), Cookie=cookie, X_CSRFToken=token
        )
        for path, cookie, token, fence in prepared["asked"]
    ]


def _at_once(stage: Stage) -> dict[str, float]:
    """How long the slowest hundredth of decisions takes, in milliseconds, on the web server that ./run starts.

    Fifty reviewers who each need a second for what they decide on next; and the same, without any pause.
    """
    each = max(2, min(_EACH, stage.size.waiting // (4 * _REVIEWERS)))
    facts = {}
    for name, pause in (("p99_ms", 1.0), ("p99_no_pause_ms", 0.0)):
        requests = _ours(stage, _REVIEWERS * each, each=each)
        people = [requests[n * each : (n + 1) * each] for n in range(_REVIEWERS)]
        # The first question of each warms the server: its threads, and their connections to the database.
        waited(stage.as_run(), [mine[:1] for mine in people], 0)
        seconds = sorted(waited(stage.as_run(), [mine[1:] for mine in people], pause))
        facts[name] = seconds[math.ceil(0.99 * len(seconds)) - 1] * 1000
    return facts


def _theirs(stage: Stage) -> Iterator[bytes]:
    found = stage.do("peer", "peers.reviewing:waiting", count=_count(stage))
    body = json.dumps({"by": found["by"]}).encode()
    for path in found["paths"]:
        yield bytes_of(path, "POST", body)


def over_http(stage: Stage) -> Case:
    """Verify a submission: session, lease, policy, checklist, history, journal, the answer with its life."""
    return Case(
        "approve-http",
        "decisions",
        [
            _posts(stage, "peer", "peer", iter(list(_theirs(stage)))),
            bare(stage, "limit", lambda: pgbench.transactions(stage, _UPDATE, 200)),
            _posts(stage, "ours", "ours", iter(_ours(stage, _count(stage)))),
        ],
        facts=lambda: _at_once(stage),
    )


def one(stage: Stage) -> Case:
    """The same step through the one door, without HTTP."""
    return Case(
        "approve",
        "decisions",
        [
            work(stage, "peer", "peer", "peers.reviewing:approve", count=_AT_ONCE),
            bare(stage, "limit", lambda: pgbench.transactions(stage, _UPDATE, 200)),
            work(stage, "ours", "ours", "ours.reviewing:verify", count=_AT_ONCE, batch=1),
        ],
    )


def batch(stage: Stage) -> Case:
    """As many as one reviewer may hold, decided at once."""
    count = min(_BATCH, stage.size.waiting // 10)
    return Case(
        "approve-batch",
        "decisions",
        [
            work(stage, "peer", "peer", "peers.reviewing:approve", count=_AT_ONCE),
            work(stage, "ours", "ours", "ours.reviewing:verify", count=count, batch=count),
        ],
    )
