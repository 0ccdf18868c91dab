"""Reads a pasted message into lines of item and amount: "N95口罩 5000个，防护服若干".

Nothing of the text is dropped: the pieces, put together, are the text. What a piece does not say
for certain is left open and says why; it is for a person to fill in.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from supplies import catalogue, quantities
from supplies.catalogue import Item
from supplies.paste.lines import DOUBTS, Doubt, PastedLine
from supplies.paste.pieces import Piece, read_segment, trimmed
from supplies.paste.segments import segments, stock_spans

__all__ = ["DOUBTS", "LONGEST", "MOST_LINES", "Doubt", "PastedLine", "read_lines"]

MOST_LINES: Final = 500
LONGEST: Final = 20_000


def read_lines(text: str, items: Iterable[Item]) -> list[PastedLine]:
    """The lines `text` holds, in its order; what names no item comes back as pieces without one.

    The texts of the lines, put together, are `text`; a blank text has none. What goes beyond LONGEST
    characters or MOST_LINES lines is one last piece in doubt.
    """
    if not text.strip():
        return []
    items = tuple(items)
    readable, beyond = text[:LONGEST], text[LONGEST:]
    stock = stock_spans(readable)
    lines: list[PastedLine] = []
    lead = ""  # words of no meaning before the first line: 需要：
    for segment in segments(readable):
        for piece in read_segment(segment, items, stock):
            written = lead + readable[piece.start : piece.end]
            if piece.line:
                lines.append(replace(piece.line, text=written))
            elif lines and (longer := _joined(lines, piece, written)):
                lines[-1] = longer
            elif _says_nothing(piece.words):
                lead = written
                continue
            else:
                lines.append(PastedLine(written, doubt="item"))
            lead = ""
    if lead and lines:
        lines[-1] = replace(lines[-1], text=lines[-1].text + lead)
    elif lead:
        lines.append(PastedLine(lead, doubt="item"))
    if len(lines) > MOST_LINES:
        beyond = "".join(line.text for line in lines[MOST_LINES:]) + beyond
        del lines[MOST_LINES:]
    return [*lines, PastedLine(beyond, doubt="too_long")] if beyond else lines


def _joined(lines: list[PastedLine], piece: Piece, written: str) -> PastedLine | None:
    """The last line with bare words after it (100盒，每盒50只), or None where they do not fit."""
    last = lines[-1]
    words = trimmed(piece.words)
    if not words:
        return replace(last, text=last.text + written)
    if last.amount is None or not last.amount.readable:
        return None
    if not last.standard and (standard := _only_standard(words)):
        return replace(last, text=last.text + written, standard=standard)
    if not last.amount.text and len(lines) > 1 and _is_open(lines[-2]):
        return None  # A、B，500个: whose are they?
    together = f"{last.amount.text}，{words}" if last.amount.text else words
    amount = quantities.parse(together)
    return replace(last, text=last.text + written, amount=amount) if amount.readable else None


def _only_standard(words: str) -> str:
    """The standard that `words` names, where they say nothing else: 标准GB 19083-2010."""
    found = catalogue.find_standard(words)
    if found is None:
        return ""
    rest = trimmed(words[: found.start()] + words[found.end() :])
    return catalogue.standard_code(found) if rest in ("", "标准", "执行", "执行标准", "符合") else ""


def _is_open(line: PastedLine) -> bool:
    return line.amount is not None and not line.amount.text


def _says_nothing(words: str) -> bool:
    """Only punctuation, or a word of asking such as 急需."""
    rest = trimmed(words)
    return not rest or quantities.is_mere_asking(rest)
