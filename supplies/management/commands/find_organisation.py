"""`manage.py find_organisation`: one name a line on standard input, one JSON object a line out."""

import contextlib
import io
import json
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand

from supplies import places
from verification import finding
from verification.models import Organisation


class Command(BaseCommand):
    help = (
        "Finds organisations by name: lines of UTF-8 on standard input, one JSON object a line out. "
        "A place may follow the name after a tab, as a code or as a name."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        known = finding.known_names()
        # Whoever reads our lines may stop early (`| head`): not an error of ours.
        with contextlib.suppress(BrokenPipeError):
            for line in _lines(sys.stdin.buffer):
                self.stdout.write(json.dumps(_answer(line, known), ensure_ascii=False))
                self.stdout.flush()


def _lines(source: BinaryIO) -> Iterator[str]:
    """Lines without their ends. Bytes that are not UTF-8 become U+FFFD, which no name contains."""
    for line in io.TextIOWrapper(source, encoding="utf-8", errors="replace", newline="\n"):
        yield line.removesuffix("\n").removesuffix("\r")


def _answer(line: str, known: list[str]) -> dict[str, Any]:
    text, _tab, where = line.partition("\t")
    place = places.get(where.strip()) if places.exists(where.strip()) else places.find(where)
    found = finding.find(text, place.code if place else "", among=known)
    # A place we cannot read must not be taken for none: then a person chooses.
    unread = bool(where.strip()) and place is None
    sure = None if unread else found.organisation
    answer = {
        "text": text,
        "uid": str(sure.uid) if sure else None,
        "name": sure.name if sure else None,
        "match": found.match if sure else None,
        "candidates": [_candidate(organisation, likeness) for organisation, likeness in found.candidates],
    }
    return answer | ({"problem": "place"} if unread else {})


def _candidate(organisation: Organisation, likeness: float) -> dict[str, Any]:
    return {
        "uid": str(organisation.uid),
        "name": organisation.name,
        "place": organisation.place,
        "likeness": round(likeness, 3),
    }
