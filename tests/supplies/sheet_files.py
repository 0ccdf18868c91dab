"""Sheets for tests: rows of a hospital sheet as people send them, as CSV or xlsx, made here and now."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

from supplies.imported import AT_WORK, Import
from supplies.importing import imports
from verification.models import User

HEADERS = [
    "区县",
    "医院名称",
    "普通医用口罩",
    "防护服",
    "官方链接",
    "医院地址",
    "联系方式",
    "备注",
    "审核状态",
]
GOOD = [
    [
        "江岸区",
        "江城第一医院",
        "5000",
        "1",
        "https://one.example/1",
        "长堤路1号",
        "027-85550101",
        "可送东门",
        "已审核",
    ],
    [
        "江汉区",
        "江城第二医院",
        "1",
        "300套",
        "https://two.example/2",
        "长堤路2号",
        "027-85550102",
        "",
        "待审核",
    ],
    ["武昌区", "江城第三医院", "2万", "", "https://three.example/3", "长堤路3号", "027-85550103", "", ""],
    ["洪山区", "江城第四医院", "", "800", "", "长堤路4号", "027-85550104", "", ""],
]


def row(**changes: Any) -> list[Any]:
    """The first good row, with some cells changed: row(防护服="5箱")."""
    return [changes.get(header, cell) for header, cell in zip(HEADERS, GOOD[0], strict=True)]


def csv_of(
    rows: Sequence[Sequence[Any]], *, headers: Sequence[Any] | None = HEADERS, delimiter: str = ","
) -> str:
    """A CSV file's text."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([*([headers] if headers else []), *rows])
    return text.getvalue()


def as_csv(rows: Sequence[Sequence[Any]], encoding: str = "utf-8", **more: Any) -> bytes:
    """A CSV file."""
    return csv_of(rows, **more).encode(encoding)


def workbook_of(rows: Sequence[Sequence[Any]], *, headers: Sequence[Any] | None = HEADERS) -> Workbook:
    """A workbook of one sheet, to be spoilt further."""
    workbook = Workbook()
    for cells in [*([headers] if headers else []), *rows]:
        workbook.active.append(list(cells))
    return workbook


def saved(workbook: Workbook) -> bytes:
    """The workbook as a file."""
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def as_xlsx(rows: Sequence[Sequence[Any]], **more: Any) -> bytes:
    """An xlsx file of one sheet."""
    return saved(workbook_of(rows, **more))


def work(batch: Import) -> Import:
    """Everything a worker would do, until a person is asked."""
    batch.refresh_from_db()
    while batch.stage in AT_WORK:
        assert imports.take_step(only=batch.pk)
        batch.refresh_from_db()
    return batch


def judged(content: bytes, by: User, *, kind: str = "needs", name: str = "sheet.csv") -> Import:
    """An import whose rows have their verdicts, or that is refused as a file."""
    batch = imports.receive(kind=kind, file_name=name, content=content, by=by, language="en", ring_bell=False)
    return work(batch)


def sent(content: bytes, by: User, **more: Any) -> Import:
    """An import whose clean rows are submitted."""
    batch = judged(content, by, **more)
    if batch.stage == "ready":
        imports.accept(batch, by=by, ring_bell=False)
    return work(batch)


def verdicts(batch: Import) -> list[str]:
    """The verdict of each row, in order."""
    return list(batch.lines.order_by("number").values_list("verdict", flat=True))


def told(batch: Import) -> list[str]:
    """All reasons given, in order: "header: reason"."""
    return [
        f"{reason['header']}: {reason['reason']}"
        for row in batch.lines.order_by("number")
        for reason in row.reasons
    ]
