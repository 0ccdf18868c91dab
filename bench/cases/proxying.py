"""The list behind a plain proxy that keeps it a second, as its headers allow, beside a file of that proxy."""

from dataclasses import replace

from bench.cases.reading import OURS
from bench.cases.working import web
from bench.limits import proxy
from bench.processor import spent
from bench.rounds import Case
from bench.stage import Stage


def cached(stage: Stage) -> Case:
    """First page of 50; the time is nginx's, and ours once a second: so that our round lasts one at least."""
    second = replace(stage, size=replace(stage.size, seconds=max(1.0, stage.size.seconds)))
    connection = stage.web("ours")
    _status, _head, body = connection.send(connection.request(OURS))
    connection.close()
    proxy.start(stage, body)
    ours = web(second, "ours", proxy.NAME, OURS, answer=bytes)
    return Case(
        "proxied",
        "requests",
        [
            web(stage, "limit", proxy.NAME, proxy.FILE, answer=bytes),
            replace(ours, spent=lambda: spent({*stage.processes("ours"), *stage.processes(proxy.NAME)})),
        ],
    )
