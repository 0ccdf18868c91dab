"""The peer's download: an iterator, csv.writer, a row for each line of a need."""

import csv
from typing import Any

from bench.peers.models import IndexedNeed
from bench.peers.serializers import IndexedNeedSerializer
from bench.stopwatch import Stopwatch

_COLUMNS = ("uid", "version", "hospital_name", "place", "delivery_address", "office_line", "source_link")
_LINE = ("no", "item", "unit", "pack_size", "standard", "stock", "daily_use", "note")


class _Echo:
    def write(self, text: str) -> str:
        return text


def export(ending: str, urgency: int | None, most: int) -> dict[str, Any]:
    """Seconds for so many of them."""
    with Stopwatch() as watch:
        rows = IndexedNeed.objects.filter(state="live").exclude(freshness="stale")
        rows = rows.filter(urgency=urgency) if urgency else rows
        rows = rows.select_related("hospital", "verified_by", "entered_by").order_by(
            "-urgency", "unmet_since", "uid"
        )
        rows = rows[:most]
        size = _csv(rows) if ending == "csv" else _json(rows)
    return watch.done(most, bytes=size)


def _csv(rows: Any) -> int:
    writer, size = csv.writer(_Echo()), 0
    for need in rows.iterator(chunk_size=500):
        own = [getattr(need, name) for name in _COLUMNS]
        own += [need.verified_by.pseudonym, need.verified_at, need.published_at, need.freshness]
        for line in need.lines:
            amount = line["amount"] or {}
            cells = [
                *own,
                *(line[name] for name in _LINE),
                amount.get("low"),
                amount.get("high"),
                amount["text"],
            ]
            size += len(writer.writerow(cells).encode())
    return size


def _json(rows: Any) -> int:
    return sum(
        len(str(dict(IndexedNeedSerializer(need).data)).encode()) for need in rows.iterator(chunk_size=500)
    )
