"""Many at once: each in a thread with a connection of its own, all set off together."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection


def all_at_once(acts: Sequence[Callable[[], Any]], *, patience: float = 180) -> list[Any]:
    """Set all off at the same moment; what each returned or raised, in order. Fails where one never ends."""
    outcomes: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            start.wait(patience)
            outcomes[place] = act()
        except Exception as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(patience)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return outcomes


class Meanwhile:
    """One act in a thread of its own, which the test may wait for later."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self._outcome: Any = None
        self._thread = threading.Thread(target=self._run, args=(act,), daemon=True)
        self._thread.start()

    def _run(self, act: Callable[[], Any]) -> None:
        try:
            self._outcome = act()
        except Exception as error:
            self._outcome = error
        finally:
            connection.close()

    def waits(self, seconds: float = 0.3) -> bool:
        """Whether it is still held up after this long."""
        self._thread.join(seconds)
        return self._thread.is_alive()

    def outcome(self, seconds: float = 20) -> Any:
        """What it returned or raised."""
        self._thread.join(seconds)
        assert not self._thread.is_alive(), "it waits for ever"
        return self._outcome
