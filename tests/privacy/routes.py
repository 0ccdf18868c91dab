"""Every address there is, read from the URL resolver, with something to look at for each part of it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation

from glacier.middleware import WORKING

# A part of an address: <uuid:uid> of a path, (?P<key>...) of a regular expression.
_PART = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")
# The API's own pages of somebody who signed in.
_SIGNED_IN = re.compile(r"^/api/v1/submissions/")

Values = Mapping[str, Sequence[object]]
Combination = Mapping[str, object]
# What to put for the named parts of a route.
Filling = Callable[[str, Sequence[str]], Iterable[Combination]]


def every(values: Values) -> list[str]:
    """All addresses, Chinese and English; `values` says what to put for each named part, each with each."""

    def each_with_each(route: str, names: Sequence[str]) -> Iterator[Combination]:
        if missing := [name for name in names if name not in values]:
            raise AssertionError(f"{route}: say what to put for {missing}")
        for chosen in product(*(values[name] for name in names)):
            yield dict(zip(names, chosen, strict=True))

    return filled(each_with_each)


def filled(filling: Filling) -> list[str]:
    """All addresses, Chinese and English; `filling` chooses for each route what is put for its parts."""
    found: dict[str, None] = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            for route in _routes(get_resolver().url_patterns, "/"):
                found |= dict.fromkeys(_addresses(route, filling))
    return list(found)


def is_public(address: str) -> bool:
    """Whether everybody may see it, so that it reads no cookie."""
    return not WORKING.match(address) and not _SIGNED_IN.match(address)


def _routes(patterns: Sequence[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for pattern in patterns:
        route = before + _plain(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":  # who may not enter sees the same at all of its addresses
                yield from _routes(pattern.url_patterns, route)
            else:
                yield route
        else:
            yield route


def _plain(route: str) -> str:
    """A regular expression's marks at both ends taken off."""
    return route.removeprefix("^").removesuffix("\\Z").removesuffix("$")


def _addresses(route: str, filling: Filling) -> Iterator[str]:
    names = [path or expression for path, expression in _PART.findall(route)]
    for chosen in filling(route, names) if names else [{}]:
        parts = iter([chosen[name] for name in names])
        yield _PART.sub(lambda match: str(next(parts)), route)  # noqa: B023
