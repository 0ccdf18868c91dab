"""The peer's import: a serializer for each row, then save(), with history by signal."""

import uuid
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from bench.peers.models import Need, Person
from bench.stopwatch import Stopwatch


class RowSerializer(serializers.ModelSerializer[Need]):
    """A row whose columns are typed already."""

    class Meta:
        model = Need
        fields = (
            "hospital_name",
            "place",
            "urgency",
            "lines",
            "delivery_address",
            "office_line",
            "source_link",
            "source_dated",
            "remarks",
        )


def rows(count: int) -> dict[str, Any]:
    """Seconds for so many; nothing is parsed, matched or judged."""
    mark, now, by = uuid.uuid4().hex[:6], timezone.now(), Person.objects.earliest("pk")
    given = [
        {
            "hospital_name": f"江城{mark}第{n}医院",
            "place": "420106",
            "urgency": 1,
            "lines": [{"item": "n95-mask", "amount": "5000"}, {"item": "protective-suit", "amount": "200"}],
            "delivery_address": f"长堤路{n}号后勤楼",
            "office_line": f"027-8{n:07d}",
            "source_link": f"https://hospital.example/{mark}/{n}",
            "source_dated": "2020-02-03",
            "remarks": "可送至东门",
        }
        for n in range(count)
    ]
    with Stopwatch() as watch:
        for row in given:
            serializer = RowSerializer(data=row)
            serializer.is_valid(raise_exception=True)
            serializer.save(
                uid=uuid.uuid4(),
                state="waiting",
                verified_by=by,
                verified_at=now,
                entered_by=by,
                entered_at=now,
                changed_at=now,
                published_at=now,
                unmet_since=now,
                freshness="fresh",
                due_at=now,
                overdue_at=now,
                stale_at=now,
            )
    return watch.done(count)
