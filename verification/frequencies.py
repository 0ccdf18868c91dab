"""How common a token is, as PostgreSQL's own statistics have it: read once a minute, nothing is counted.

They are a sample's, kept by autovacuum, and only as good as they need be: they choose the cheaper of two ways
to search, each of which finds the same.
"""

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db import connection

# So many rows the GIN index may find before it is cheaper to look along the order: fetched and sorted in milliseconds.
FEW = 3000
# How long what was read is good for, in seconds.
GOOD_FOR = 60.0

_COMMON = """
SELECT c.reltuples, s.most_common_elems::text::text[], s.most_common_elem_freqs
  FROM pg_class AS c
  LEFT JOIN pg_stats AS s
         ON s.schemaname = c.relnamespace::regnamespace::text AND s.tablename = c.relname AND s.attname = 'tokens'
 WHERE c.oid = 'verification_public'::regclass
"""


class _Read(NamedTuple):
    """How many rows there are, the share of them that holds each common token, and until when that is good."""

    rows: float
    shares: Mapping[str, float]
    until: float


_read = _Read(0, {}, 0)


def rare(tokens: Sequence[str]) -> bool:
    """Whether the rarest of these stands in few rows. A token that no statistics know is rare."""
    global _read
    if time.monotonic() > _read.until:
        _read = _read_anew()
    return min(_read.shares.get(token, 0) for token in tokens) * _read.rows <= FEW


def _read_anew() -> _Read:
    with connection.cursor() as cursor:
        cursor.execute(_COMMON)
        rows, tokens, shares = cursor.fetchone()
    # Behind the shares stand the least, the greatest, and that of rows without any.
    return _Read(rows, dict(zip(tokens or (), shares or (), strict=False)), time.monotonic() + GOOD_FOR)
