"""How often something may be tried: counters as rows, one statement for each try, counted before it is looked at.

A counter belongs to an account or to an address, whose digest is all that is kept of it. It runs for a window
that begins with the first try; what is tried in vain meanwhile prolongs nothing. PostgreSQL adds, so that however
many try at the same moment, no more get through than the limit.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.utils.crypto import salted_hmac

from verification import statements
from verification.models import Throttle


@dataclass(frozen=True)
class Limit:
    """At most so many tries in so many seconds, for each account or address."""

    name: str
    most: int
    seconds: int


# Of an account, whether there is one of that name or not.
PASSWORD: Final = Limit("password", 5, 300)
CODE: Final = Limit("code", 5, 300)
RESET_MAIL: Final = Limit("reset mail", 3, 3600)
# A code that was used is used up, for as long as it would be right.
SAME_CODE: Final = Limit("same code", 1, 120)
# Of an address: a whole office may stand behind one.
GUESSES_FROM: Final = Limit("guesses from", 50, 300)
PASSKEYS_FROM: Final = Limit("passkeys from", 50, 300)
OWN_SIGN_INS_FROM: Final = Limit("own sign-ins from", 50, 300)
RESET_MAILS_FROM: Final = Limit("reset mails from", 30, 3600)
SIGN_UPS_FROM: Final = Limit("sign-ups from", 60, 3600)

Try = tuple[Limit, str]

# Rows are locked in the order of their keys, so that two who try the same things never wait for each other.
_COUNT = """
INSERT INTO verification_throttle AS counter (key, tries, until)
SELECT key, 1, clock_timestamp() + make_interval(secs => seconds)
  FROM unnest(%(keys)s::text[], %(seconds)s::integer[]) AS asked (key, seconds)
 ORDER BY key
ON CONFLICT (key) DO UPDATE SET
   tries = CASE WHEN counter.until > clock_timestamp() THEN counter.tries + 1 ELSE 1 END,
   until = CASE WHEN counter.until > clock_timestamp() THEN counter.until ELSE excluded.until END
RETURNING key, tries, extract(epoch FROM until - clock_timestamp())::float
"""
_TAKE_BACK = """
UPDATE verification_throttle SET tries = tries - 1
 WHERE key IN (SELECT key FROM verification_throttle WHERE key = ANY(%(keys)s::text[]) AND tries > 0
                ORDER BY key FOR UPDATE)
RETURNING key
"""


def count(tries: Collection[Try]) -> int:
    """Count a try everywhere it belongs. Returns 0 where it may go on, else for how many seconds it may not.

    Outside a transaction it is kept whatever becomes of the rest.
    """
    limits = {_key(one): one[0] for one in tries}
    if not limits:
        return 0
    seconds = [limit.seconds for limit in limits.values()]
    counted = statements.rows(_COUNT, {"keys": list(limits), "seconds": seconds})
    waits = [left for key, tried, left in counted if tried > limits[key].most]
    return max(1, round(max(waits))) if waits else 0


def take_back(tries: Collection[Try]) -> None:
    """What was right was no guess: uncount it. Only itself, so that being right hides no guesses of others."""
    if tries:
        statements.rows(_TAKE_BACK, {"keys": [_key(one) for one in tries]})


def forget_old() -> int:
    """Delete the counters that count no more; returns how many."""
    return Throttle.objects.over().delete()[0]


def _key(one: Try) -> str:
    limit, whose = one
    return salted_hmac(f"throttle: {limit.name}", whose.strip().lower(), algorithm="sha256").hexdigest()
