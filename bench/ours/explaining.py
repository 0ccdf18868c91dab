"""Every statement that reading asks, and what the database looks at to answer it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from bench.ours.reviewing import open_session, reviewers
from bench.seed.words import TYPED
from glacier.middleware import WORKING
from verification import frequencies
from verification.listing import Listing
from verification.models import Public, Submission

# What is read in order to be downloaded whole, and what shows nothing of what there is.
_WHOLE = re.compile(r"\.(csv|json)$")
_QUERIES: list[dict[str, str]] = [
    {"sort": "unmet"},
    {"sort": "newest"},
    {"urgency": "critical"},
    {"freshness": "due"},
    {"freshness": "stale", "sort": "newest"},
    {"stale": "1"},
    {"place": "420100"},
    {"province": "420000"},
    {"item": "n95-mask"},
    {"item": "n95-mask", "county": "420102"},
    {"item": "n95-mask", "urgency": "critical", "place": "420000"},
    {"q": "医院", "item": "goggles", "province": "630000"},
    *({"q": word} for word in TYPED),
]
_INBOX = (
    "/review/",
    "/review/?step=verify",
    "/review/?step=enter",
    "/review/?from=2000",
    "/review/next/",
    "/mine/",
    "/me/",
)
Statement = dict[str, Any]


def statements() -> dict[str, list[Statement]]:
    """Each statement once, with the address that asks it, how many rows it looked at and by which scans."""
    found: dict[str, Statement] = {}
    anybody, reviewer = Client(), Client()
    reviewer.cookies[settings.SESSION_COOKIE_NAME] = open_session(reviewers()[0])
    frequencies.rare(["any"])
    for client, address in [*((anybody, a) for a in _public()), *((reviewer, a) for a in _of_reviewers())]:
        for sql, params in _asked(client, address):
            key = " ".join(re.sub(r"'[^']*'", "''", sql).split())
            seen = {"address": address, "sql": key, **_looked_at(sql, params)}
            if key not in found or found[key]["rows"] < seen["rows"]:
                found[key] = seen
    return {"statements": list(found.values())}


def _asked(client: Client, address: str) -> list[tuple[str, Any]]:
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if re.match(r"[\s(]*(SELECT|WITH)\b", str(sql)):
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        status = client.get(address, headers={"host": "localhost"}).status_code
    if status not in (200, 302):
        raise RuntimeError(f"{address} answers {status}")
    return asked


def _public() -> Iterator[str]:
    """Every public address there is; a list's and the search's with what people ask of them."""
    record = Public.objects.live().values_list("uid", flat=True).first()
    for route in _routes(get_resolver().url_patterns, "/"):
        path = re.sub(r"<(\w+:)?uid>", str(record), re.sub(r"<(\w+:)?kind>", "needs", route))
        if not (WORKING.match(path) or _WHOLE.search(path) or "(?P" in path):
            yield path
    for query in _QUERIES:
        for path in ("/needs/", "/api/v1/needs/"):
            yield f"{path}?{urlencode(query)}"
        across = {
            name: value
            for name, value in query.items()
            if name in ("q", "place", "province", "county", "stale")
        }
        if across:
            yield f"/search/?{urlencode(across)}"
            yield f"/api/v1/search/?{urlencode(across)}"
        view = Listing.parse("needs", query)
        if following := view.page().next_cursor:
            yield f"/needs/?{view.query_string(cursor=following)}"
    yield f"/api/v1/changes/?after={Public.objects.order_by('pk').count()}"


def _of_reviewers() -> list[str]:
    waiting = Submission.objects.waiting().order_by("pk").values_list("uid", flat=True).first()
    return [*_INBOX, f"/review/{waiting}/"]


def _routes(patterns: list[Any], before: str) -> Iterator[str]:
    for pattern in patterns:
        here = "" if type(pattern.pattern).__name__ == "LocalePrefixPattern" else str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, before + here)
        elif isinstance(pattern, URLPattern):
            yield before + here


def _looked_at(sql: str, params: Any) -> Statement:
    """The milliseconds it takes, the pages it touches, the most rows one scan of it looks at, and its sequential
    scans with theirs."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {sql}", params)
        (plan,) = cursor.fetchone()[0]
    scans = [node for node in _nodes(plan["Plan"]) if "Scan" in node["Node Type"] and _rows(node)]
    whole = {n["Relation Name"]: _rows(n) for n in scans if n["Node Type"] == "Seq Scan"}
    rows = max((_rows(node) for node in scans), default=0)
    top = plan["Plan"]
    touched = top.get("Shared Hit Blocks", 0) + top.get("Shared Read Blocks", 0)
    return {
        "rows": rows,
        "pages": touched,
        "whole": whole,
        "ms": plan["Planning Time"] + plan["Execution Time"],
    }


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for below in node.get("Plans", []):
        yield from _nodes(below)


def _rows(node: Mapping[str, Any]) -> int:
    passed_over = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return round((node.get("Actual Rows", 0) + passed_over) * node.get("Actual Loops", 0))
