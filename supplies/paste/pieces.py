"""Reads one segment: the items it names, and the amounts that stand with them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from supplies import catalogue, quantities
from supplies.catalogue import Item, Match, Mention
from supplies.characters import half_width
from supplies.paste.lines import Doubt, PastedLine
from supplies.paste.segments import Segment
from supplies.quantities import Amount

_EDGES: Final = r"[\s/|:：,，、;；。.!！#_·•—-]|和|及|与|以及|\band\b"
_EDGE_BEFORE: Final = re.compile(rf"(?:{_EDGES}|\*)+", re.IGNORECASE)
_EDGE_AFTER: Final = re.compile(rf"(?:{_EDGES})+$", re.IGNORECASE)
# A remark in brackets that says nothing of how many: no figures, no word of stock.
_REMARK: Final = re.compile(
    r"[(（【\[](?:[^()（）【】\[\]0-9０-９一二两三四五六七八九十百千万几半已剩每]*|[^()（）【】\[\]]*(?:更新|截至|发布)[^()（）【】\[\]]*)[)）】\]]"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a segment, and the line it holds; a piece without a line is bare words."""

    start: int
    end: int
    words: str
    line: PastedLine | None = None


def read_segment(segment: Segment, items: Sequence[Item], stock: Sequence[range]) -> Iterator[Piece]:
    """The pieces of `segment`, one for each item it names; one bare piece where it names none."""
    mentions = _merged(segment, items)
    if not mentions:
        yield Piece(segment.start, segment.ending, segment.text[segment.start : segment.end])
        return
    gaps = _gaps(segment, mentions)
    if len(mentions) > 1 and _has_figure(gaps[0]) and not _has_figure(gaps[-1]):
        # 300个护目镜 10套防护服: each amount stands before its item.
        contexts = [*([gap] for gap in gaps[:-2]), gaps[-2:]]
        bounds = [mention.end for mention in mentions[:-1]]
    else:
        contexts = [gaps[:2], *([gap] for gap in gaps[2:])]
        bounds = [_start_with_modifiers(segment.text, mention) for mention in mentions[1:]]
    starts, ends = [segment.start, *bounds], [*bounds, segment.ending]
    for mention, context, start, end in zip(mentions, contexts, starts, ends, strict=True):
        line = _line(mention.match, context)
        if any(mention.start < span.stop and span.start < end for span in stock):
            line = replace(line, doubt="stock")
        yield Piece(start, end, segment.text[start:end], line)


def read_amount(contexts: Sequence[str]) -> tuple[Amount, str]:
    """The amount and product standard in the words around an item; unknown where there are no words."""
    standard, kept = "", []
    for context in contexts:
        if found := catalogue.find_standard(context):
            standard = standard or catalogue.standard_code(found)
            context = context[: found.start()] + " " + context[found.end() :]
        if words := trimmed(catalogue.without_modifiers(trimmed(context))):
            kept.append(words)
    written = " ".join(kept)
    if not written:
        return Amount("", "unknown"), standard
    amount = quantities.parse(written)
    if not amount.readable and (plain := trimmed(_REMARK.sub(" ", written))) != written:
        without = quantities.parse(plain) if plain else Amount("", "unknown")
        amount = replace(without, text=written) if without.readable else amount
    return amount, standard


def trimmed(words: str) -> str:
    """`words` without the punctuation and conjunctions at their edges."""
    before = _EDGE_BEFORE.match(words)
    words = words[before.end() :] if before else words
    after = _EDGE_AFTER.search(words)
    return words[: after.start()] if after else words


def _line(match: Match, contexts: Sequence[str]) -> PastedLine:
    amount, standard = read_amount(contexts)
    doubt: Doubt = "which_item" if not match.item else "" if amount.readable else "amount"
    return PastedLine("", match.item, match.candidates, amount, standard, doubt)


def _merged(segment: Segment, items: Sequence[Item]) -> list[Mention]:
    """The items named, where N95（无阀门）口罩 and 护目镜/防护眼镜 are one naming each."""
    merged: list[Mention] = []
    for found in catalogue.find_items(segment.text[segment.start : segment.end], items):
        mention = replace(found, start=found.start + segment.start, end=found.end + segment.start)
        if merged and _is_same(merged[-1], mention, segment.text):
            merged[-1] = replace(merged[-1], end=mention.end)
        else:
            merged.append(mention)
    return merged


def _is_same(one: Mention, next_one: Mention, text: str) -> bool:
    between = half_width(text[one.end : next_one.start]).strip()
    item = one.match.item
    if item is None:
        return False
    if next_one.match.item is item:
        return between in ("", "/", "|", "或")
    bracketed = between.startswith("(") and between.endswith(")")
    return (not between or bracketed) and item in next_one.match.candidates


def _gaps(segment: Segment, mentions: Sequence[Mention]) -> list[str]:
    starts = [segment.start, *(mention.end for mention in mentions)]
    ends = [*(mention.start for mention in mentions), segment.end]
    return [segment.text[start:end] for start, end in zip(starts, ends, strict=True)]


def _has_figure(words: str) -> bool:
    return read_amount([words])[0].low is not None


def _start_with_modifiers(text: str, mention: Mention) -> int:
    """Where the naming begins with its 一次性 or 大号."""
    near = max(0, mention.start - 20)
    return near + len(catalogue.without_modifiers_after(text[near : mention.start]))
