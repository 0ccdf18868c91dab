"""A sheet of needs: received, read, judged, accepted, sent; and rows that are typed already, submitted."""

import csv
import io
import uuid
from typing import Any

from bench.stopwatch import Stopwatch
from supplies.importing import imports, sending
from verification import kinds, workflow
from verification.models import Submission, User
from verification.sop import Origin
from verification.submitting import Sent

_HEADERS = [
    "医院名称",
    "区县",
    "医院地址",
    "联系人/联系方式",
    "官方链接",
    "来源日期",
    "备注",
    "N95口罩",
    "防护服",
]
_PLACES = ["湖北武汉江岸区", "湖北武汉武昌区", "湖北黄冈黄州区", "湖北孝感孝南区"]


def sheet(count: int) -> list[dict[str, str]]:
    """Rows nobody sent before."""
    mark = uuid.uuid4().hex[:6]
    return [
        {
            "医院名称": f"江城{mark}第{n}医院",
            "区县": _PLACES[n % len(_PLACES)],
            "医院地址": f"长堤路{n}号后勤楼",
            "联系人/联系方式": f"027-8{n % 10_000_000:07d}",
            "官方链接": f"https://hospital.example/{mark}/{n}",
            "来源日期": "2020-02-03",
            "备注": "可送至东门",
        }
        for n in range(count)
    ]


def rows(count: int) -> dict[str, Any]:
    """Seconds from the file's bytes to submissions that wait for review."""
    out = io.StringIO()
    headers = list(sheet(1)[0])
    writer = csv.DictWriter(out, [*headers, "医用防护口罩 | N95口罩", "医用防护服"])
    writer.writeheader()
    for row in sheet(count):
        writer.writerow(row | {"医用防护口罩 | N95口罩": "5000个", "医用防护服": "200"})
    by = User.objects.get(pseudonym="sender-0")
    with Stopwatch() as watch:
        batch = imports.receive(
            kind="needs", file_name="bench.csv", content=out.getvalue().encode(), by=by, ring_bell=False
        )
        while imports.take_step(only=batch.pk):
            pass
        batch = imports.own(batch.uid, by)
        if batch.stage == imports.Stage.READY:
            imports.accept(batch, by=by, ring_bell=False)
        while imports.take_step(only=batch.pk):
            pass
    found = imports.counts(imports.own(batch.uid, by))
    if found["sent"] != count:
        raise RuntimeError(f"not every row was sent: {found} {imports.own(batch.uid, by).problem}")
    return watch.done(count)


def one_by_one(count: int) -> dict[str, Any]:
    """Seconds for as many rows that are typed already, through the door one by one, as JSON would come."""
    by, rows = User.objects.get(pseudonym="sender-1"), typed(count)
    with Stopwatch() as watch:
        for data in rows:
            workflow.submit(kind="needs", data=data, by=by, origin=Origin.IMPORT)
    return watch.done(count)


def together(count: int) -> dict[str, Any]:
    """Seconds for the same some hundred at a time, as an import sends them."""
    by, rows = User.objects.get(pseudonym="sender-1"), typed(count)
    with Stopwatch() as watch:
        for first in range(0, count, sending.BATCH):
            sent = [
                Sent(data, source="bench", source_key=data["organisation_name"])
                for data in rows[first : first + sending.BATCH]
            ]
            taken = workflow.submit_many(sent, kind="needs", by=by, origin=Origin.IMPORT)
            if not all(isinstance(one, Submission) for one in taken):
                raise RuntimeError(f"not every row was taken in: {taken}")
    return watch.done(count)


def typed(count: int) -> list[dict[str, Any]]:
    """Rows that nobody sent before, as the list's form leaves them: what the peer's serializer is given, as ours."""
    spec, mark = kinds.get("needs"), uuid.uuid4().hex[:6]
    return [
        spec.clean(
            {
                "organisation_name": f"江城{mark}第{n}医院",
                "place": "420106",
                "urgency": "normal",
                "lines": [
                    {"item": "n95-mask", "amount": "5000"},
                    {"item": "protective-suit", "amount": "200"},
                ],
                "delivery_address": f"长堤路{n}号后勤楼",
                "office_line": f"027-8{n % 10_000_000:07d}",
                "source_link": f"https://hospital.example/{mark}/{n}",
                "source_dated": "2020-02-03",
                "remarks": "可送至东门",
            }
        )
        for n in range(count)
    ]
