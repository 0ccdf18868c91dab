"""Sieves: which tokens a public row may hold, in bits small enough to stand in the indexes that pages walk.

A row whose sieve lacks one of a token's bits does not hold the token; one that has them all probably does, and
its tokens decide. So a search walks a list in its order without fetching the rows it passes over.
"""

import zlib
from collections.abc import Iterable
from functools import lru_cache

# Bits of a sieve. Some seventy tokens fill a third of it: of rows without a token one in twenty-five passes.
WIDTH = 512
# Where nothing is known of a row: every token may be in it.
ANYTHING = "x" + "f" * (WIDTH // 4)
# Tokens that nobody searches for: digests by which duplicates are found.
_UNSEARCHED = "~"


def sieve(tokens: Iterable[str]) -> str:
    """The bits of these tokens, as PostgreSQL reads a bit string."""
    found = 0
    for token in tokens:
        if not token.startswith(_UNSEARCHED):
            found |= _bits(token)
    return f"x{found:0{WIDTH // 4}x}"


@lru_cache(maxsize=65_536)
def _bits(token: str) -> int:
    """Three of them, chosen by the token's checksum. The database can do the same: see migration 0006."""
    checksum, found = zlib.crc32(token.encode()), 0
    for _ in range(3):
        checksum, number = divmod(checksum, WIDTH)
        # Bits are numbered from the left, as PostgreSQL numbers them.
        found |= 1 << (WIDTH - 1 - number)
    return found
