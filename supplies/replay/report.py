"""What a replay ended with, key by key: read back from the typed records, in the sheets' own words."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from supplies import sheets
from supplies.replay.playing import Key, Outcome
from verification.models import Record
from verification.sop import State

NEVER = "never public"


def report(outcomes: Sequence[Outcome], records: Mapping[Key, UUID]) -> Iterator[dict[str, Any]]:
    """A line per key of every list: list, sheet, key, uid, state, version, returns, row.

    `state` is `live`, `withdrawn`, or `never public`; `returns` counts the changes that said again what an
    earlier version said. `row` is the published record as its row, private fields included, None where
    nothing is published.
    """
    lists = {(o.happening.sheet, o.happening.key): o.happening.list for o in outcomes}
    returns = Counter((o.happening.sheet, o.happening.key) for o in outcomes if o.flagged)
    for name in dict.fromkeys(lists.values()):
        keys = [key for key in lists if lists[key] == name]
        stored = _stored(name, [records[key] for key in keys if key in records])
        for key in keys:
            uid = records.get(key)
            yield {
                "list": name,
                "sheet": key[0],
                "key": key[1],
                "uid": str(uid) if uid else None,
                **_published(name, stored.get(uid) if uid else None),
                "returns": returns[key],
            }


def _stored(name: str, uids: Sequence[UUID]) -> dict[UUID, Record]:
    records = sheets.list_named(name).model._default_manager.filter(uid__in=uids)
    return {record.uid: record for record in records.select_related("organisation")}


def _published(name: str, record: Record | None) -> dict[str, Any]:
    if record is None:
        return {"state": NEVER, "version": 0, "row": None}
    spec, row = sheets.list_named(name), None
    if record.state == State.LIVE:
        row = sheets.written(spec, spec.payload_of(record), record.source)
    return {"state": record.state, "version": record.version, "row": row}
