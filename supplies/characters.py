"""What is done to characters before any text is read: width, invisible marks, storable text."""

import re

# Full-width ASCII and the ideographic space. Deliberately not NFKC, which also turns 10² into 102.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}

# Zero-width and left-to-right marks: telephones paste them along, and text reads the same without.
INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\u200e\u202a\u202c\u202d\u2066\u2068\u2069")

_FULL_WIDTH = re.compile("[\uff01-\uff5e\u3000]")
_INVISIBLE = re.compile(f"[{''.join(sorted(INVISIBLE))}]")

# Marks that make a reader see another order than the machine does (‮0005 looks like 5000).
REORDERING = frozenset("\u061c\u200f\u202b\u202e\u2067")

_CONTROLS = [code for code in range(0x20) if chr(code) not in "\t\n\r"]
_SURROGATES = range(0xD800, 0xE000)
_UNSTORABLE = dict.fromkeys((*_CONTROLS, 0x7F, *_SURROGATES), "\ufffd")


def half_width(text: str) -> str:
    """`text` with full-width ASCII made half-width; every character keeps its position."""
    return text.translate(_HALF_WIDTH) if _FULL_WIDTH.search(text) else text


def without_invisible(text: str) -> str:
    return _INVISIBLE.sub("", text)


def storable(text: str) -> str:
    """`text` with what PostgreSQL or UTF-8 cannot hold (NUL, lone surrogates) shown as U+FFFD."""
    return text.translate(_UNSTORABLE)
