"""Why a file is not read at all: a code and what it is about. The sentences are in `supplies.importing.sentences`."""

from typing import Any


class Unreadable(Exception):
    """The file is refused as a whole."""

    def __init__(self, code: str, **context: Any) -> None:
        super().__init__(code)
        self.code = code
        self.context = context
