"""Contenders that are functions of a contender's process, or addresses of its web server."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

from bench.client import Connection
from bench.processor import spent
from bench.rounds import Contender, Done, repeated
from bench.stage import Stage
from bench.working import forget_peak, peak
from glacier.runner.processes import members


def work(
    stage: Stage,
    name: str,
    project: str,
    function: str,
    *,
    answer: Callable[[], Any] | None = None,
    **values: Any,
) -> Contender:
    """A function that says how many seconds it took for how much."""

    def run() -> Done:
        done = stage.do(project, function, **values)
        return Done(done["seconds"], done["amount"], done["memory"], done["computed"])

    stage.worker(project)
    return Contender(name, run, lambda: spent(stage.processes(project)), answer)


def web(
    stage: Stage,
    name: str,
    project: str,
    path: str,
    *,
    answer: Callable[[bytes], Any] | None = None,
    status: int = 200,
    headers: Callable[[Connection], dict[str, str]] | None = None,
) -> Contender:
    """An address, asked again and again over one connection a round, since servers hang up on who waits."""
    connection = stage.web(project)
    request = connection.request(path, **(headers(connection) if headers else {}))
    connection.close()

    def once(connection: Connection) -> bytes:
        said, _head, body = connection.send(request)
        if said != status:
            raise RuntimeError(f"{path} of {project} answers {said}: {body[:300]!r}")
        return body

    def run() -> Done:
        pids = members(stage.webs[project][0].pid)
        for pid in pids:
            forget_peak(pid)
        with closing(stage.web(project)) as connection:
            done = repeated(lambda: once(connection), stage.size.seconds)
        return Done(done.seconds, done.amount, max(peak(pid) for pid in pids))

    def answered() -> Any:
        with closing(stage.web(project)) as connection:
            return answer(once(connection)) if answer else None

    meter = lambda: spent(stage.processes(project))  # noqa: E731
    return Contender(name, run, meter, answered if answer else None)


def bare(
    stage: Stage, name: str, run: Callable[[], Done], answer: Callable[[], Any] | None = None
) -> Contender:
    """A statement with nothing around it: only PostgreSQL's time is the limit's."""
    return Contender(name, run, lambda: spent(stage.processes()), answer)
