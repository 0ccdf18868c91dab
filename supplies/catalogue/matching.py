"""Which item a text names. Better none than the wrong one: what only suggests an item makes a candidate."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from supplies.catalogue.tables import Item
from supplies.characters import INVISIBLE, half_width

# Words that do not change what a thing is.
_MODIFIER: Final = (
    "一次性|医用|医疗用|使用|无菌|灭菌型?|连体式?|成人|加大号?|特大号|大号|中号|小号|均码|大码|无呼吸阀|无阀门?|有注册证|"
    "(?<![a-z0-9])x{0,3}l(?![a-z0-9])|等"
)
_MODIFIERS_BEFORE: Final = re.compile(rf"(?:\s|{_MODIFIER})+")
_MODIFIERS_AFTER: Final = re.compile(rf"(?:\s|{_MODIFIER})+$")
_BRACKETS: Final = re.compile(r"[(\[【〔][^()\[\]【】〔〕]*[)\]】〕]")
_SILENT: Final = re.compile(r"[\s\-_/|·.,、:'\"()\[\]【】〔〕]+")


@dataclass(frozen=True, slots=True)
class Match:
    """The item a text names beyond doubt, or else the items it may mean, in catalogue order."""

    item: Item | None
    candidates: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in a text where an item is named or suggested."""

    start: int
    end: int
    match: Match


def match_item(text: str, items: Iterable[Item]) -> Match:
    """The item `text` names as a whole, remarks in brackets and words like 一次性 aside."""
    vocabulary = _vocabulary(items)
    whole = half_width(text).lower()
    bare = _BRACKETS.sub("", whole)
    for written in (whole, bare, without_modifiers(fold(bare))):
        if found := vocabulary.of(fold(written)):
            return found
    candidates = {item.code: item for mention in find_items(text, items) for item in _items_of(mention.match)}
    return Match(None, tuple(sorted(candidates.values(), key=lambda item: item.position)))


def find_items(text: str, items: Iterable[Item]) -> Iterator[Mention]:
    """Where `text` names items, from left to right, the longest name at each position.

    A name that begins or ends in a letter or digit must stand free: N95 is not in N950 or XN95.
    """
    vocabulary = _vocabulary(items)
    positions = [
        at for at, character in enumerate(text) if character not in INVISIBLE and not character.isspace()
    ]
    compact = _lower_width("".join(text[at] for at in positions))
    at = 0
    while found := vocabulary.pattern.search(compact, at):
        first, last = positions[found.start()], positions[found.end() - 1]
        match = vocabulary.of(found[0])
        if match and not (_runs_on(text, first, -1) or _runs_on(text, last, +1)):
            yield Mention(first, last + 1, match)
            at = found.end()
        else:
            at = found.start() + 1


def without_modifiers(text: str) -> str:
    """`text` without the words around it that change nothing: 一次性, 医用, 大号, XL."""
    before = _MODIFIERS_BEFORE.match(_lower_width(text))
    return without_modifiers_after(text[before.end() :] if before else text)


def without_modifiers_after(text: str) -> str:
    after = _MODIFIERS_AFTER.search(_lower_width(text))
    return text[: after.start()] if after else text


def called_otherwise(word: str, code: str, items: Iterable[Item]) -> Item | None:
    """The other item that `word` names beyond doubt: as a name of the item `code` it would mean both."""
    wanted = fold(word)
    for item in items:
        if item.code != code and wanted in map(
            fold, (item.name_zh, item.name_en, item.header, *item.synonyms)
        ):
            return item
    return None


def fold(text: str) -> str:
    """`text` as names are compared: half-width, lower case, without spaces and punctuation."""
    visible = "".join(character for character in text if character not in INVISIBLE)
    return _SILENT.sub("", half_width(visible).lower())


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    matches: dict[str, Match]
    pattern: re.Pattern[str]

    def of(self, folded: str) -> Match | None:
        return self.matches.get(folded)


@dataclass(frozen=True, slots=True)
class _Entry:
    """An item with its names, by which a vocabulary is kept: other names, another vocabulary."""

    item: Item
    names: tuple[str, ...]
    hints: tuple[str, ...]


def _vocabulary(items: Iterable[Item]) -> _Vocabulary:
    return _build(
        tuple(
            _Entry(item, (item.name_zh, item.name_en, item.header, *item.synonyms), tuple(item.hints))
            for item in items
        )
    )


@lru_cache(maxsize=4)
def _build(entries: tuple[_Entry, ...]) -> _Vocabulary:
    named: dict[str, dict[str, Item]] = defaultdict(dict)
    hinted: dict[str, dict[str, Item]] = defaultdict(dict)
    for entry in entries:
        for words, found in ((entry.names, named), (entry.hints, hinted)):
            for form in (form for word in words for form in _forms(word)):
                found[form][entry.item.code] = entry.item
    matches = {hint: Match(None, tuple(found.values())) for hint, found in hinted.items()}
    for name, those in named.items():
        meant = tuple(those.values())
        matches[name] = Match(meant[0]) if len(meant) == 1 else Match(None, meant)
    longest_first = sorted(matches, key=len, reverse=True)
    return _Vocabulary(matches, re.compile("|".join(map(re.escape, longest_first)) or r"(?!)"))


def _forms(word: str) -> tuple[str, ...]:
    folded = fold(word)
    english = folded.isascii() and folded.isalnum() and folded[-1:].isalpha()
    return (folded, folded + "s") if english else (folded,)


def _items_of(match: Match) -> tuple[Item, ...]:
    return (match.item,) if match.item else match.candidates


def _runs_on(text: str, at: int, step: int) -> bool:
    """Whether the name's edge at `at` is a letter or digit glued to another one outside."""
    beyond = at + step
    if not 0 <= beyond < len(text):
        return False
    return _is_alphanumeric(text[at]) and _is_alphanumeric(text[beyond])


def _lower_width(text: str) -> str:
    """Half-width and lower case of the same length, so that positions stay true."""
    return "".join(character.lower() if character.isascii() else character for character in half_width(text))


def _is_alphanumeric(character: str) -> bool:
    character = half_width(character)
    return character.isascii() and character.isalnum()
