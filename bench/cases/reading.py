"""Reading the list over HTTP: its first page, what has not changed, and a page far behind."""

import json
from typing import Any

from bench.cases.working import web
from bench.client import Connection
from bench.peers import datasetted
from bench.rounds import Case, Contender, LeftOut
from bench.stage import Stage

OURS = "/api/v1/needs/"
HELLO = "/hello/"


def _results(body: bytes) -> Any:
    return json.loads(body)["results"]


def first_page(stage: Stage) -> Case:
    """Fifty needs, most urgent first."""
    return Case(
        "list",
        "requests",
        [
            web(stage, "peer", "peer", "/needs/", answer=_results),
            web(stage, "peer+idx", "peer", "/indexed-needs/", answer=_results),
            *_datasette(stage),
            web(stage, "limit", "peer", HELLO),
            web(stage, "ours", "ours", OURS, answer=_results),
        ],
    )


def _datasette(stage: Stage) -> list[Contender]:
    try:
        datasetted.start(stage)
    except LeftOut as sentence:
        print(f"\nlist without {datasetted.NAME}: {sentence}")
        return []
    answer = lambda body: [row["body"] for row in json.loads(body)]  # noqa: E731
    return [web(stage, datasetted.NAME, datasetted.NAME, datasetted.PAGE, answer=answer)]


def _tag(path: str) -> Any:
    def headers(connection: Connection) -> dict[str, str]:
        _status, head, _body = connection.send(connection.request(path))
        (line,) = [line for line in head.split(b"\r\n") if line.lower().startswith(b"etag:")]
        return {"If_None_Match": line.partition(b":")[2].strip().decode()}

    return headers


def revalidate(stage: Stage) -> Case:
    """The same page for somebody who has it already; the peer knows no 304 and sends it again."""
    return Case(
        "revalidate",
        "requests",
        [
            web(stage, "peer+idx", "peer", "/indexed-needs/"),
            web(stage, "limit", "peer", HELLO),
            web(stage, "ours", "ours", OURS, status=304, headers=_tag(OURS)),
        ],
    )


def _cursor_at(stage: Stage, row: int) -> str:
    """The address of the page that begins behind this row, by walking pages of 200."""
    connection, path, walked = stage.web("ours"), f"{OURS}?limit=200", 0
    while walked < row:
        _status, _head, body = connection.send(connection.request(path))
        following = json.loads(body)["next"]
        if not following:
            break
        path, walked = following.removeprefix("http://localhost"), walked + 200
    connection.close()
    return path


def deep(stage: Stage) -> Case:
    """A page of 200 far behind, beside the first page of 200, and the peer's page by its number."""
    # What is stale is left out: never more than nine in ten are there.
    row = min(stage.size.deep, int(stage.size.needs * 0.8)) // 200 * 200
    there = _cursor_at(stage, row)
    page = row // 50 + 1
    return Case(
        "deep",
        "requests",
        [
            web(stage, "peer", "peer", f"/needs/?page={page}", answer=lambda b: _results(b)),
            web(stage, "peer+idx", "peer", f"/indexed-needs/?page={page}", answer=lambda b: _results(b)),
            web(stage, "page one", "ours", f"{OURS}?limit=200"),
            web(stage, "ours", "ours", there, answer=lambda b: _results(b)[:50]),
        ],
    )


def feed(stage: Stage) -> Case:
    """Two hundred and fifty changes from the middle of the journal; the peer has its needs by their last change."""
    after = stage.size.needs  # of twice as many events
    ours = f"/api/v1/changes/?after={after}"
    with stage.bare() as connection:
        row = connection.execute(
            "SELECT changed_at FROM peers_indexedneed ORDER BY changed_at OFFSET %s LIMIT 1", [after // 2]
        ).fetchone()
    since = row[0].strftime("%Y-%m-%dT%H:%M:%SZ") if row else ""
    return Case(
        "changes",
        "requests",
        [
            web(
                stage, "peer", "peer", f"/changed/?since={since}&size=250", answer=lambda b: len(_results(b))
            ),
            web(stage, "limit", "peer", HELLO),
            web(stage, "ours", "ours", ours, answer=lambda b: len(json.loads(b)["changes"])),
        ],
    )
