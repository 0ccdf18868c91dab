"""The list as people see it: what a page costs, what its first load carries, when its first words are painted."""

import atexit
import os
import re
from functools import partial
from statistics import median
from typing import Any

from bench.cases.working import web
from bench.client import Connection
from bench.processor import spent
from bench.rounds import Case, Contender, Done, LeftOut
from bench.stage import Stage
from glacier.runner import browser as chromium
from glacier.runner.bootstrap import Trouble

HELLO = "/hello/"
LIST = "/needs/"
# What a page makes a browser fetch: styles, scripts, pictures.
_FETCHED = re.compile(rb'(?:<link [^>]*?href|<script [^>]*?src|<use href)="(/static/[^"#]+)')
# A slow line: a telephone at the edge of its network.
LATENCY_MS, BYTES_PER_SECOND = 400, 400_000 // 8
LOADS = 3


def page(stage: Stage) -> Case:
    """The list as people see it, beside a plain template of the same rows."""
    return Case(
        "page",
        "requests",
        [
            web(stage, "peer", "peer", "/page/"),
            web(stage, "limit", "peer", HELLO),
            web(stage, "ours", "ours", LIST),
        ],
        partial(_figures, stage),
    )


def _figures(stage: Stage) -> dict[str, float]:
    connection = stage.web("ours")
    plain, packed = _sent(connection, LIST, "identity"), _sent(connection, LIST, "gzip")
    files = sorted(set(_FETCHED.findall(plain)))
    carried = len(packed) + sum(len(_sent(connection, path.decode(), "gzip")) for path in files)
    connection.close()
    costs = stage.do("ours", "ours.showing:costs")
    return {
        "kilobytes": len(plain) / 1024,
        "compressed": len(packed) / 1024,
        "first_load": carried / 1024,
        **{name: costs[name] for name in ("cold_ms", "warm_ms", "record_ms")},
    }


def _sent(connection: Connection, path: str, encoding: str) -> bytes:
    status, _head, body = connection.send(connection.request(path, Accept_Encoding=encoding))
    if status != 200:
        raise RuntimeError(f"{path} answers {status}")
    return body


def paint(stage: Stage) -> Case:
    """Seconds until a fresh browser behind a slow line paints something of the list, and of a record.

    LeftOut where no browser can be had.
    """
    browser = _browser()
    connection = stage.web("ours")
    record = re.findall(rb'<h2><a [^>]*href="(/needs/[^"]+)', _sent(connection, LIST, "identity"))[0].decode()
    connection.close()

    painted: dict[str, list[float]] = {}

    def paints(project: str, path: str) -> float:
        seconds = _first_paint(browser, f"http://127.0.0.1:{stage.webs[project][1]}{path}")
        painted.setdefault(path, []).append(seconds)
        return seconds

    def contender(name: str, project: str, path: str) -> Contender:
        stage.web(project).close()
        return Contender(name, lambda: Done(paints(project, path), 1), partial(_computed, stage, project))

    def facts() -> dict[str, float]:
        for _turn in range(LOADS):
            paints("ours", record)
        # The first is the warming up; the rounds loaded the list already.
        listed = painted[LIST][1:] or painted[LIST]
        return {"list_ms": median(listed) * 1000, "record_ms": median(painted[record]) * 1000}

    contenders = [("peer", "peer", "/page/"), ("limit", "peer", HELLO), ("ours", "ours", LIST)]
    return Case("paint", "loads", [contender(*one) for one in contenders], facts, wall=True)


def _computed(stage: Stage, project: str) -> float:
    return spent(stage.processes(project))


def _browser() -> Any:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise LeftOut("Playwright, of the requirements of the tests, is not installed here.") from None
    try:
        found = chromium.find()
    except Trouble as trouble:
        raise LeftOut(str(trouble)) from None
    playwright = sync_playwright().start()
    atexit.register(playwright.stop)
    return playwright.chromium.launch(
        executable_path=found.executable, args=found.args, env={**os.environ, **found.env}
    )


def _first_paint(browser: Any, address: str) -> float:
    """Seconds from the click to the first words, nothing kept from before."""
    context = browser.new_context()
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    speed = {"downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND}
    line.send("Network.emulateNetworkConditions", {"offline": False, "latency": LATENCY_MS, **speed})
    page.goto(address, wait_until="commit")
    milliseconds: float = page.evaluate(_PAINTED)
    context.close()
    return milliseconds / 1000


_PAINTED = """() => new Promise(tell => new PerformanceObserver(list => {
    for (const paint of list.getEntriesByName("first-contentful-paint")) tell(paint.startTime);
}).observe({type: "paint", buffered: true}))"""
