"""The parent's side: starts the child, feeds it a file, hands out rows as they come."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from supplies.files import limits
from supplies.files.refusing import Unreadable
from supplies.files.rows import Row, Sheet

TOP: Final = Path(__file__).parents[2]
COMMAND: Final = (sys.executable, "-E", "-s", "-X", "utf8", "-m", "supplies.files.parsing")


def read(content: bytes) -> Iterator[Sheet | Row]:
    """Sheets and their rows, as a child process reads them. Unreadable where the file is refused.

    The refusal may come after rows: whoever reads writes nothing for good before the end.
    """
    if len(content) > limits.MAX_BYTES:
        raise Unreadable("too_large", most=limits.MAX_BYTES // limits.MB)
    with _child() as child:
        assert child.stdin is not None
        assert child.stdout is not None
        # The child reads everything before it says anything, so neither waits for the other.
        with suppress(BrokenPipeError):
            child.stdin.write(content)
            child.stdin.close()
        for line in child.stdout:
            message = _decoded(line)
            if message.get("done"):
                return
            if "refused" in message:
                raise Unreadable(message["refused"], **message["context"])
            yield Sheet(message["sheet"]) if "sheet" in message else _row(message)
    # It fell silent: out of memory, out of time, or broken by what it read.
    raise Unreadable("too_much")


@contextmanager
def _child() -> Iterator[subprocess.Popen[bytes]]:
    """The child, with no secrets in its surroundings; it does not outlive the block, nor its time."""
    child = subprocess.Popen(  # noqa: S603
        COMMAND,
        cwd=TOP,
        env={"LANG": "C.UTF-8", "RUST_BACKTRACE": "0"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    end = threading.Timer(limits.CHILD_SECONDS, child.kill)
    end.start()
    try:
        yield child
    finally:
        end.cancel()
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            with suppress(BrokenPipeError):
                if pipe is not None:
                    pipe.close()


def _decoded(line: bytes) -> dict[str, Any]:
    try:
        message: dict[str, Any] = json.loads(line)
    except ValueError:
        raise Unreadable("too_much") from None
    return message


def _row(message: dict[str, Any]) -> Row:
    return Row(message["line"], message["cells"], {int(k): mark for k, mark in message["marks"].items()})


def value_of(cell: Any) -> Any:
    """A cell as it was in the file: days and times are Python's own again."""
    if not isinstance(cell, dict):
        return cell
    moment = datetime.fromisoformat(cell["day"])
    return moment if "T" in cell["day"] else date(moment.year, moment.month, moment.day)
