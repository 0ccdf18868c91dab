"""`manage.py read_amounts`: one amount a line on standard input, one JSON object a line out."""

import contextlib
import io
import json
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand

from supplies import quantities


class Command(BaseCommand):
    help = "Reads amounts as the pages do: lines of UTF-8 on standard input, one JSON object a line out."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")
        # Whoever reads our lines may stop early (`| head`): not an error of ours.
        with contextlib.suppress(BrokenPipeError):
            for line in _lines(sys.stdin.buffer):
                self.stdout.write(json.dumps(_reading(line), ensure_ascii=False))
                self.stdout.flush()


def _lines(source: BinaryIO) -> Iterator[str]:
    """Lines without their ends. Bytes that are not UTF-8 become U+FFFD, which no amount contains."""
    for line in io.TextIOWrapper(source, encoding="utf-8", errors="replace", newline="\n"):
        yield line.removesuffix("\n").removesuffix("\r")


def _reading(text: str) -> dict[str, Any]:
    amount = quantities.parse(text)
    reading: dict[str, Any] = {
        "text": text,
        "kind": amount.kind,
        "low": amount.low,
        "high": amount.high,
        "unit": amount.unit or None,
    }
    if amount.problem:
        reading["problem"] = amount.problem
    return reading
