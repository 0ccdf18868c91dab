"""Places in a list, as text for addresses: signed together with the view they belong to.

A cursor holds the sort key of the row a page ended at, not a number of rows, so that paging costs the
same at any depth and rows that come or go shift nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core import signing

from verification.refusals import BadCursor

Key = tuple[str | int, ...]

# Far longer than any cursor we give out.
_LONGEST = 400


@dataclass(frozen=True)
class Cursor:
    """The sort key to go on from, forwards or back."""

    key: Key
    back: bool = False


def write(view: str, key: Sequence[str | int], *, back: bool = False) -> str:
    """The cursor as text, good for this view only: `view` names the list and its filters."""
    return _signer(view).sign_object([int(back), *key])


def read(view: str, text: str) -> Cursor:
    """The place meant. BadCursor for one we did not write, or wrote for another view."""
    try:
        if len(text) > _LONGEST:
            raise BadCursor()
        back, *key = _signer(view).unsign_object(text)
    except (signing.BadSignature, UnicodeError):
        raise BadCursor() from None
    return Cursor(tuple(key), bool(back))


def _signer(view: str) -> signing.Signer:
    return signing.Signer(sep=".", salt=f"verification.cursor.1:{view}")
