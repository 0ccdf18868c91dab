"""Addresses of lists and records, and the links that lead to a list filtered by a place or an item."""

from functools import lru_cache
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from supplies import catalogue, places
from supplies.filters import place_words
from supplies.pieces.frames import filled, joined
from verification import kinds

_LEVELS: Final = ("province", "city", "county")
_ANY: Final = UUID(int=0)


def list_address(kind: str) -> str:
    """Where a list stands, in the active language."""
    return _list_address(kind, get_language() or "")


@lru_cache(maxsize=128)
def _list_address(kind: str, language: str) -> str:
    return reverse("list", kwargs={"kind": kind})


def record_address(kind: str, uid: object) -> str:
    """Where a record stands, in the active language."""
    return _record_address(kind, get_language() or "").replace(str(_ANY), str(uid))


# Addresses are resolved once a list and language, not once a row.
@lru_cache(maxsize=128)
def _record_address(kind: str, language: str) -> str:
    return reverse("record", kwargs={"kind": kind, "uid": _ANY})


def item_chip(code: str, kind: str, standard: str = "") -> SafeString:
    """An item, a link to the list filtered by it; its product standard in small type."""
    return _item_chip(code, catalogue.label(code), standard, list_address(kind))


# What coordinators call an item now is among what it is found by: 1 MB at most.
@lru_cache(maxsize=2048)
def _item_chip(code: str, words: str, standard: str, address: str) -> SafeString:
    beside = filled(' <span class="std">{}</span>', standard) if standard else ""
    return filled('<a class="item" href="{}?item={}">{}</a>{}', address, code, words, beside)


def place_in_words(code: str) -> str:
    """The place in words, from the province down."""
    language = get_language() or ""
    between = ", " if language.startswith("en") else ""
    return between.join(places.label(part.code, language) for part in places.path(code)) if code else ""


def place_links(code: str, kind: str) -> SafeString | str:
    """Province / prefecture / county, each a link to the list filtered there; words where it has no such filter."""
    return _place_links(code, kind, get_language() or "")


# There are 3,200 places; people look at few of them: some 2 MB at most.
@lru_cache(maxsize=4096)
def _place_links(code: str, kind: str, language: str) -> SafeString | str:
    if not places.exists(code) or "province" not in kinds.get(kind).filters:
        return place_words(code)
    links, query = [], ""
    for name, part in zip(_LEVELS, places.path(code), strict=False):
        query += f"{'&' if query else '?'}{name}={part.code}"
        words = places.label(part.code, language)
        links.append(filled('<a class="plain" href="{}{}">{}</a>', list_address(kind), query, words))
    return joined(links, " / ")
