"""Everything people and programs have been seen to put into sheets, each built by a few lines.

`FILES` are refused as a whole, each with the words that say why. `ROWS` hold one bad row after good ones, with
the verdict it must get. `FINE` look odd and are read right.
"""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from itertools import chain, repeat
from typing import Any

from openpyxl import Workbook
from openpyxl.utils.datetime import MAC_EPOCH

from tests.supplies.sheet_files import GOOD, HEADERS, as_csv, as_xlsx, row, saved, workbook_of

MB = 1 << 20
Build = Callable[[], bytes]


def changed(content: bytes, entries: Mapping[str, bytes | Iterable[bytes] | None]) -> bytes:
    """An xlsx file with some of its parts replaced, added or (None) left out; large ones come in pieces."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in entries:
                new.writestr(name, old.read(name))
        for name, body in entries.items():
            if body is not None:
                with new.open(name, "w") as part:
                    part.writelines([body] if isinstance(body, bytes) else body)
    return out.getvalue()


def sheet_xml(cells: str, *, before: str = "") -> bytes:
    """A worksheet of our own making."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    head = f'<?xml version="1.0" encoding="UTF-8"?>{before}<worksheet xmlns="{space}"><sheetData>'
    return f"{head}{cells}</sheetData></worksheet>".encode()


def with_sheet(cells: str, **more: Any) -> bytes:
    """A workbook whose only sheet we wrote ourselves."""
    return changed(as_xlsx(GOOD), {"xl/worksheets/sheet1.xml": sheet_xml(cells, **more)})


def inline(*texts: str, line: int = 1) -> str:
    """A row of texts, in a worksheet of our own making."""
    cells = "".join(f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>' for text in texts)
    return f'<row r="{line}">{cells}</row>'


def far_cell(place: str) -> bytes:
    workbook = workbook_of(GOOD)
    workbook.active[place] = "x"
    return saved(workbook)


def huge_cell(size: int) -> bytes:
    """A cell of so many MB, a thousandth of that as a file."""
    before, after = sheet_xml(inline(*HEADERS) + inline("@", line=2)).split(b"@")
    pieces = chain([before], repeat(b"a" * MB, size), [after])
    return changed(as_xlsx(GOOD), {"xl/worksheets/sheet1.xml": pieces})


def shared_text_in_many_cells() -> bytes:
    """One text of 30,000 characters, meant by 100,000 cells."""
    strings = (
        b'<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>'
    )
    strings += b"x" * 30_000 + b"</t></si></sst>"
    rows = "".join(f'<row r="{n}">' + '<c t="s"><v>0</v></c>' * 10 + "</row>" for n in range(2, 10_002))
    sheet = sheet_xml(inline(*HEADERS) + rows)
    return changed(as_xlsx(GOOD), {"xl/worksheets/sheet1.xml": sheet, "xl/sharedStrings.xml": strings})


def zip_bomb() -> bytes:
    return changed(as_xlsx(GOOD), {"xl/media/image1.png": repeat(bytes(MB), 400)})


def lying_directory() -> bytes:
    """A directory that says a part is small, when it is not."""
    content = huge_cell(60)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    return content.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))


def many_parts() -> bytes:
    return changed(as_xlsx(GOOD), {f"xl/media/{n}.txt": b"x" for n in range(3000)})


def billion_laughs() -> bytes:
    entities = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    return with_sheet(inline("&j;"), before=f"<!DOCTYPE x [{entities}]>")


def outside_entity() -> bytes:
    return with_sheet(inline("&x;"), before='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>')


def ole(*, marker: bytes) -> bytes:
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + marker + bytes(2000)


def merged_headers() -> bytes:
    workbook = workbook_of(GOOD)
    workbook.active.merge_cells("C1:D1")
    return saved(workbook)


def two_line_headers() -> bytes:
    workbook = workbook_of([["", "", "个", "套"], *GOOD])
    for column in "AB":
        workbook.active.merge_cells(f"{column}1:{column}2")
    return saved(workbook)


def shifted(by: int = 1) -> list[list[Any]]:
    return [[""] * by + cells[:-by] for cells in GOOD]


def second_sheet_slipped() -> bytes:
    workbook = workbook_of(GOOD)
    other = workbook.create_sheet("huangshishi")
    for cells in [HEADERS, *shifted()]:
        other.append(cells)
    return saved(workbook)


FILES: dict[str, tuple[Build, str]] = {
    "empty": (lambda: b"", "empty"),
    "only spaces": (lambda: b" \r\n \r\n", "empty"),
    "only a byte order mark": (lambda: b"\xef\xbb\xbf", "headers"),
    "only headers": (lambda: as_csv([]), "no rows"),
    "only headers, xlsx": (lambda: as_xlsx([]), "no rows"),
    "an empty workbook": (lambda: saved(Workbook()), "headers"),
    "no headers": (lambda: as_csv(GOOD, headers=None), "headers"),
    "headers of another list": (lambda: as_csv([["x", "y"]], headers=["酒店名称", "酒店辖区"]), "headers"),
    "a needed column missing": (lambda: in_order(*HEADERS[:1], *HEADERS[2:]), "医院名称"),
    "a header twice": (lambda: as_csv([[*r, "x"] for r in GOOD], headers=[*HEADERS, "备注"]), "备注"),
    "a header and its synonym": (lambda: as_csv([[*r, "x"] for r in GOOD], headers=[*HEADERS, "地址"]), "地址"),
    "an unknown header twice": (lambda: as_csv([[*r, 1, 2] for r in GOOD], headers=[*HEADERS, "其他", "其他"]), "其他"),
    "merged headers": (merged_headers, "普通医用口罩"),
    "headers on two lines": (two_line_headers, "区县"),
    "columns slipped by one": (lambda: as_csv(shifted()), "not fit"),
    "columns slipped by two": (lambda: as_csv(shifted(2)), "not fit"),
    "columns slipped, xlsx": (lambda: as_xlsx(shifted()), "not fit"),
    "one sheet of two slipped": (second_sheet_slipped, "huangshishi"),
    "JSON": (lambda: b'[{"a": 1}]', "JSON"),
    "a JSON object": (lambda: b'\xef\xbb\xbf{"rows": []}', "JSON"),
    "a web page named csv": (lambda: "<!DOCTYPE html><html><table><tr><td>区县</td></tr></table>".encode(), "web page"),
    "an XML spreadsheet": (lambda: b'<?xml version="1.0"?><Workbook/>', "web page"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "UTF-8"),
    "NUL bytes": (lambda: as_csv(GOOD).replace(b"5000", b"50\x0000"), "no text"),
    "UTF-16 without its mark": (lambda: as_csv(GOOD, "utf-16-le"), "UTF-8"),
    "latin-1": (lambda: as_csv([row(备注="é\xff\xfe x")]).decode().encode("latin-1", "ignore") + b"\xff\xff", "UTF-8"),
    "two encodings in one file": (lambda: as_csv(GOOD) + as_csv(GOOD, "gb18030") + b"\xff", "UTF-8"),
    "a quote never closed": (lambda: as_csv(GOOD) + '江岸区,"江城第九医院,1,1\n'.encode(), "line 6"),
    "a quote inside a cell": (lambda: as_csv(GOOD) + '江岸区,"江城"第九医院,1,1\n'.encode(), "line 6"),
    "one cell of 11 MB": (lambda: as_csv([row(备注="x" * (11 * MB))]), "10 MB"),
    "one cell of 9 MB": (lambda: as_csv([*GOOD, row(备注="x" * (9 * MB))]), ""),
    "one cell of 60 MB in a small file": (lambda: huge_cell(60), "unpacks"),
    "one cell of 400 MB in a small file": (lambda: huge_cell(400), "unpacks"),
    "a bomb beside the sheet": (zip_bomb, "unpacks"),
    "a directory that lies": (lying_directory, "damaged"),
    "three thousand parts": (many_parts, "parts"),
    "one long text in many cells": (shared_text_in_many_cells, "too much memory"),
    "a far cell": (lambda: far_cell("XFD1048576"), "XFD1048576"),
    "a cell far below": (lambda: far_cell("J1048576"), "J1048576"),
    "a cell far to the right": (lambda: far_cell("XFD2"), "XFD2"),
    "a billion laughs": (billion_laughs, "damaged"),
    "an entity from outside": (outside_entity, "damaged"),
    "a password": (lambda: ole(marker="EncryptedPackage".encode("utf-16-le")), "password"),
    "xls renamed xlsx": (lambda: ole(marker=b"Workbook"), ".xls"),
    "cut in the middle": (lambda: as_xlsx(GOOD)[:3000], "damaged"),
    "a zip of something else": (lambda: changed(as_xlsx(GOOD), {"xl/workbook.xml": None}), "archive"),
    "a workbook without its sheet": (lambda: changed(as_xlsx(GOOD), {"xl/worksheets/sheet1.xml": None}), "damaged"),
    "broken XML": (lambda: with_sheet("<row><c></row>"), "damaged"),
    "twenty thousand rows and one": (lambda: as_csv([row(医院名称=f"江城{n}医院") for n in range(20_001)]), "20000"),
    "six hundred columns": (lambda: as_csv([["x"] * 600], headers=[f"h{n}" for n in range(600)]), "600"),
    "cells parted by bars": (lambda: as_csv(GOOD, delimiter="|"), "headers"),
}  # fmt: skip


def bad(**cells: Any) -> Build:
    """Good rows, then one that is not, as CSV."""
    return lambda: as_csv([*GOOD, row(医院名称=cells.pop("医院名称", "江城第九医院"), **cells)])


def bad_xlsx(**cells: Any) -> Build:
    """The same as a workbook, cells with their types."""
    return lambda: as_xlsx([*GOOD, row(医院名称=cells.pop("医院名称", "江城第九医院"), **cells)])


def dated(value: Any, *, xlsx: bool = False) -> Build:
    """Good rows with a day each, the last of them doubtful."""
    rows = [[*cells, "2020-02-03"] for cells in GOOD] + [[*row(医院名称="江城第九医院"), value]]
    headers = [*HEADERS, "发布时间"]
    return lambda: as_xlsx(rows, headers=headers) if xlsx else as_csv(rows, headers=headers)


def spoilt(place: str, value: Any, *, number_format: str = "") -> Build:
    """A workbook of good rows with one cell of the last row spoilt."""

    def build() -> bytes:
        workbook = workbook_of([*GOOD, row(医院名称="江城第九医院")])
        cell = workbook.active[place]
        cell.value = value
        if number_format:
            cell.number_format = number_format
        if isinstance(value, str) and value.startswith("#"):
            cell.data_type = "e"
        return saved(workbook)

    return build


def merged_rows() -> bytes:
    workbook = workbook_of([*GOOD, row(医院名称="江城第九医院")])
    workbook.active.merge_cells("A5:A6")
    return saved(workbook)


def beyond_headers() -> bytes:
    return as_csv([*GOOD, [*row(医院名称="江城第九医院"), "多出来的"]])


ROWS: dict[str, tuple[Build, str]] = {
    "no name": (bad(医院名称=""), "refused"),
    "a name that is a dash": (bad(医院名称="-"), "held"),
    "a place nobody knows": (bad(区县="火星区"), "refused"),
    "two units in a cell": (bad(防护服="5箱20个"), "held"),
    "two amounts in a cell": (bad(防护服="N95 500个，外科 2000个"), "held"),
    "an amount in prose": (bad(防护服="还差一些吧，看情况"), "held"),
    "a negative amount": (bad(防护服="-5"), "held"),
    "a percentage": (bad(防护服="25%"), "held"),
    "a percentage, as a number": (spoilt("D6", 0.25, number_format="0%"), "held"),
    "a fraction": (bad(防护服="0.5"), "held"),
    "an amount in exponents": (bad(防护服="1e5"), "held"),
    "an amount in exponents, large": (bad(防护服="1.2E+03"), "held"),
    "an amount without end": (bad_xlsx(防护服=1e300), "held refused"),
    "an amount beyond reason": (bad(防护服="9" * 40), "held refused"),
    "an amount that is not a number": (bad(防护服="NaN"), "held"),
    "infinitely many": (bad(防护服="∞"), "held"),
    "a day where an amount should be": (spoilt("D6", date(2020, 3, 5)), "held"),
    "a time where an amount should be": (spoilt("D6", time(3, 5)), "held"),
    "a span of time where an amount should be": (spoilt("D6", timedelta(hours=30)), "held"),
    "yes where an amount should be": (spoilt("D6", True), "held"),
    "a telephone number as a float": (spoilt("G6", 13800000000.0), "held"),
    "a telephone number as an integer": (spoilt("G6", 2785550101), "held"),
    "a telephone number shortened": (bad(联系方式="1.38E+10"), "held"),
    "a telephone number with .0": (bad(联系方式="13800000000.0"), "held"),
    "an account as a float": (spoilt("H6", 6.222e18), "held"),
    "a formula": (spoilt("D6", "=SUM(1,2)"), "held"),
    "a formula that runs a program": (spoilt("H6", "=cmd|' /C calc'!A0"), "held"),
    "a formula instead of the name": (spoilt("B6", "=A2"), "refused"),
    "an error": (spoilt("D6", "#REF!"), "held"),
    "an error instead of the name": (spoilt("B6", "#N/A"), "refused"),
    "a cell under a merged one": (merged_rows, "held refused"),
    "a cell beyond the headers": (beyond_headers, "held"),
    "zero-width characters in a name": (bad(医院名称="江城\u200b第九\u2060医院"), "held"),
    "text that reads backwards": (bad(备注="送到\u202e门东\u202c"), "held"),
    "a byte order mark in a cell": (bad(医院名称="\ufeff江城第九医院"), "held"),
    "a bell": (bad(备注="ding\x07"), "held"),
    "an escaped NUL": (bad_xlsx(医院名称="江城_x0000_医院"), "refused"),
    "a cell of a hundred thousand characters": (bad(备注="长" * 100_000), "refused"),
    "a name of a thousand characters": (bad(医院名称="江城医院" * 250), "refused held"),
    "a day that can be two": (dated("3/4/2020"), "held"),
    "a day without its year": (dated("2月3日"), "held"),
    "a day as a number": (dated("43864"), "held"),
    "a day that is none": (dated("2020-02-31"), "held"),
    "a day in words": (dated("昨天下午"), "held"),
    "a day before there were spreadsheets": (dated(0.5, xlsx=True), "held"),
    "a day with its zone, and none": (dated("2020-02-03T99:00:00Z"), "held"),
}  # fmt: skip


def last_headers(*more: str) -> list[str]:
    return [*HEADERS, *more]


def claiming(header: str, value: str) -> Build:
    """A row that claims something in a column of its own."""
    return lambda: as_csv(
        [[*cells, ""] for cells in GOOD] + [[*row(医院名称="江城第九医院"), value]],
        headers=last_headers(header),
    )


def headers_below() -> bytes:
    title = [["物资需求表"], ["填表日期：2月3日"]]
    return as_csv([*title, HEADERS, *GOOD, row(医院名称="江城第九医院")], headers=None)


def with_legend() -> bytes:
    workbook = workbook_of([*GOOD, row(医院名称="江城第九医院")])
    workbook.create_sheet("填表说明").append(["请按实际填写"])
    workbook.create_chartsheet("图")
    return saved(workbook)


def a_million_empty_rows() -> bytes:
    return as_csv([*GOOD, row(医院名称="江城第九医院")]) + b"\r\n" * 1_000_000


def a_million_empty_rows_xlsx() -> bytes:
    rows = [HEADERS, *GOOD, row(医院名称="江城第九医院")]
    xml = "".join(inline(*map(str, cells), line=n) for n, cells in enumerate(rows, 1))
    return with_sheet(xml + "".join(f'<row r="{n}"/>' for n in range(7, 1_000_007)))


def another_epoch() -> bytes:
    workbook = workbook_of([*GOOD, row(医院名称="江城第九医院")])
    workbook.epoch = MAC_EPOCH
    for number in range(2, 7):
        workbook.active.cell(number, len(HEADERS) + 1, datetime(2020, 2, 3))
    workbook.active.cell(1, len(HEADERS) + 1, "发布时间")
    return saved(workbook)


def three_hundred_columns() -> bytes:
    more = [f"栏{n}" for n in range(300)]
    rows = [[*cells, *(["x"] * 300)] for cells in [*GOOD, row(医院名称="江城第九医院")]]
    return as_csv(rows, headers=[*HEADERS, *more])


def in_order(*headers: str) -> bytes:
    rows = [*GOOD, row(医院名称="江城第九医院")]
    return as_csv([[dict(zip(HEADERS, r, strict=True))[h] for h in headers] for r in rows], headers=headers)


NINTH = [*GOOD, row(医院名称="江城第九医院")]
# What the last row must say: fields of its payload.
FINE: dict[str, tuple[Build, dict[str, Any]]] = {
    "UTF-8 with its mark": (lambda: as_csv(NINTH, "utf-8-sig"), {}),
    "GB18030": (lambda: as_csv(NINTH, "gb18030"), {}),
    "UTF-16, as Excel writes Unicode text": (lambda: as_csv(NINTH, "utf-16", delimiter="\t"), {}),
    "tabs": (lambda: as_csv(NINTH, delimiter="\t"), {}),
    "semicolons": (lambda: as_csv(NINTH, delimiter=";"), {}),
    "a first line that names the delimiter": (lambda: b"sep=;\r\n" + as_csv(NINTH, delimiter=";"), {}),
    "old Macintosh line ends": (lambda: as_csv(NINTH).replace(b"\r\n", b"\r"), {}),
    "mixed line ends": (lambda: as_csv(NINTH).replace(b"\r\n", b"\n", 2), {}),
    "headers in line 3": (headers_below, {}),
    "headers spaced and full width": (lambda: as_csv(NINTH, headers=[" 区 县", "医院 名称 ", *HEADERS[2:]]), {}),
    "headers with characters nobody sees": (
        lambda: as_csv(NINTH, headers=[f"\ufeff{HEADERS[0]}", f"{HEADERS[1]}\u200b", *HEADERS[2:]]),
        {},
    ),
    "columns in another order": (lambda: in_order(*reversed(HEADERS)), {}),
    "a sheet of explanations, and a chart": (with_legend, {}),
    "a million empty rows": (a_million_empty_rows, {}),
    "a million empty rows, xlsx": (a_million_empty_rows_xlsx, {}),
    "three hundred columns more": (three_hundred_columns, {}),
    "another epoch": (another_epoch, {"source_dated": "2020-02-03"}),
    "a day as spreadsheets keep it": (dated(date(2020, 2, 3), xlsx=True), {"source_dated": "2020-02-03"}),
    "midnight in Beijing, told in UTC": (dated("2020-02-02T16:00:00.000Z"), {"source_dated": "2020-02-03"}),
    "a day in Chinese": (dated("2020年2月3日"), {"source_dated": "2020-02-03"}),
    "a day with slashes": (dated("2020/2/3"), {"source_dated": "2020-02-03"}),
    "an amount with separators": (bad(防护服="5,000"), {"amount": 5000}),
    "an amount in full width": (bad(防护服="５０００"), {"amount": 5000}),
    "an amount in Chinese": (bad(防护服="三千五百"), {"amount": 3500}),
    "an amount in tens of thousands": (bad(防护服="2万"), {"amount": 20000}),
    "an amount as a number": (bad_xlsx(防护服=5000.0), {"amount": 5000}),
    "needed, nobody says how much": (bad(防护服="1"), {"amount": None}),
    "a row that claims to be published": (claiming("状态", "published"), {}),
    "a row that claims to be reviewed": (bad(审核状态="已审核"), {}),
    "a status nobody knows": (bad(审核状态="enum{已审核}"), {}),
    "somebody else's uid": (claiming("uid", "00000000-0000-0000-0000-000000000001"), {}),
    "a version and a submitter": (claiming("submitted_by", "1"), {}),
    "smileys": (bad(备注="谢谢😷🙏"), {"remarks": "谢谢😷🙏"}),
    "right-to-left words": (bad(备注="مستشفى"), {"remarks": "مستشفى"}),
    "a formula as text": (bad(备注="=cmd|' /C calc'!A0"), {"remarks": "=cmd|' /C calc'!A0"}),
    "markup": (bad(备注="<script>alert(1)</script>"), {"remarks": "<script>alert(1)</script>"}),
    "SQL": (bad(备注="'; DROP TABLE supplies_need; --"), {"remarks": "'; DROP TABLE supplies_need; --"}),
    "a cell of several lines": (bad(备注="东门\n西门"), {"remarks": "东门\n西门"}),
    "spaces around": (bad(医院名称="  江城第九医院　"), {"organisation_name": "江城第九医院"}),
    "a link without its scheme": (bad(官方链接="www.nine.example/1"), {"source_link": ""}),
    "a link that runs a script": (bad(官方链接="javascript:alert(1)"), {"source_link": ""}),
    "a mobile number in a public column": (bad(备注="请打 13800009999"), {"remarks": ""}),
}  # fmt: skip
