"""Small tables that pages read at every turn, remembered in each process.

Whoever edits such a table raises its version in the same transaction (`changed`). Every process asks for
the version at most once a second, when somebody reads, and reads the table anew where it differs: all of
them show an edit within a second, and no page pays more than one tiny query for it.
"""

import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Final, Generic, TypeVar

from django.db import DatabaseError, transaction

from verification import counting, kinds

# How long what is remembered is taken for good, in seconds.
CHECK_EVERY: float = 1.0

T = TypeVar("T")
_UNREAD: Final = -1


class Remembered(Generic[T]):
    """The contents of a table, as `read` gives them; `otherwise` while there is no such table.

    `name` is what its version is called among those of the lists; no list may be called so.
    """

    def __init__(self, name: str, read: Callable[[], T], otherwise: Callable[[], T]) -> None:
        self.name, self._read, self._otherwise = name, read, otherwise
        self._contents: T | None = None
        self._version = _UNREAD
        self._good_until = 0.0

    def current(self) -> T:
        """The contents in force. Where the database does not answer: those remembered last."""
        now = time.monotonic()
        if self._contents is None or now >= self._good_until:
            self._look(now)
        return self._contents  # type: ignore[return-value]

    def _look(self, now: float) -> None:
        try:
            # Within a savepoint until it was read once: a table that is not there yet must not spoil the
            # migration that asks.
            with transaction.atomic() if self._version == _UNREAD else nullcontext():
                version = counting.list_version(self.name)
                if version != self._version or self._contents is None:
                    self._contents, self._version = self._read(), version
        except DatabaseError:
            if self._contents is None:
                self._contents = self._otherwise()
        self._good_until = now + CHECK_EVERY

    def changed(self) -> None:
        """The table was edited: raise its version, and those of all lists, since they show what stands in it."""
        counting.raise_versions({self.name, *(spec.slug for spec in kinds.every())})
        self.forget()

    def assume(self) -> None:
        """Take `otherwise` for the contents until the next look; where nobody can ask a database."""
        self._contents, self._version = self._otherwise(), _UNREAD
        self._good_until = time.monotonic() + CHECK_EVERY

    def forget(self) -> None:
        """Read anew the next time somebody asks."""
        self._version, self._good_until = _UNREAD, 0.0
