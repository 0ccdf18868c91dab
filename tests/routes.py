"""Every address there is, read from the live resolver, so that a new one cannot be forgotten."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

# Where somebody is signed in, or about to be; all else is public and meets nobody in particular.
WORKING = re.compile(r"^(accounts|admin|audit|demo|me|mine|owner|people|review|submit)/|^api/v1/submissions/")


def routes() -> list[str]:
    """The routes as they are declared, without the language."""
    return list(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[Any], before: str) -> Iterator[str]:
    for pattern in patterns:
        here = "" if type(pattern.pattern).__name__ == "LocalePrefixPattern" else str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, before + here)
        elif isinstance(pattern, URLPattern):
            yield before + here


def public_addresses(**values: Any) -> list[str]:
    """An address for each public route, its parts filled with `values`; Chinese and English for pages."""
    addresses = []
    for route in routes():
        if WORKING.match(route) or "(?P" in route:
            continue
        path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: str(values[part[1]]), route)
        addresses += [path] if path.startswith("/api") else [path, f"/en{path}"]
    return addresses
