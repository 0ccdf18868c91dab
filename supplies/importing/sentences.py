"""What is said to whoever sends a file: why it is refused, and what is odd about a cell."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FILES: Final[Mapping[str, str | Promise]] = {
    "empty": _("The file is empty."),
    "too_large": _("The file is larger than %(most)s MB. Send it in parts."),
    "too_much": _(
        "Reading the file took too much memory or time. Send only the table itself, in parts if need be."
    ),
    "too_many_rows": _("The file has more than %(most)s rows. Send it in parts."),
    "too_many_columns": _(
        "A row has %(n)s cells; %(most)s are read at most. Perhaps the cells are parted wrongly."
    ),
    "too_many_sheets": _("The workbook has more than %(most)s sheets. Send it in parts."),
    "too_many_parts": _("The workbook is made of %(n)s parts, more than any we can read. Save it anew."),
    "too_many_merges": _(
        "The sheet “%(sheet)s” has too many merged cells. Undo the merging and send it again."
    ),
    "too_much_text": _("The cells hold more text than we can read at once. Send the file in parts."),
    "unpacks_too_large": _("The file unpacks to far more than its size. Send only the table itself."),
    "far_cell": _(
        "The cell %(cell)s of the sheet “%(sheet)s” stands far from all others. Delete it and what is around it."
    ),
    "broken": _("The file is damaged, or is no workbook. Save it anew as .xlsx or .csv."),
    "no_workbook": _("This is an archive and no workbook. Send the .xlsx or .csv file itself."),
    "password": _("The file is protected by a password. Save it without one."),
    "old_excel": _("This is Excel's old format, .xls. Save it as .xlsx or .csv."),
    "html": _("This is a web page, whatever its name says. Save it as .xlsx or .csv."),
    "json": _("This is JSON, whatever its name says. Programs use the API; here a table is expected."),
    "no_text": _("This is no text that could be a table. Save it as .xlsx or .csv."),
    "encoding": _(
        "The file is neither UTF-8 nor GB18030 (byte %(byte)s). Save it as .xlsx, or as CSV in UTF-8."
    ),
    "quotes": _(
        "A quotation mark in the row that begins in line %(line)s is not closed, or stands inside a cell."
    ),
    "no_headers": _(
        "No headers of this list were found in the first rows. Known are, among others: %(columns)s."
    ),
    "missing_columns": _("Needed columns are missing: %(columns)s."),
    "repeated_headers": _("These headers stand twice: %(columns)s. Which one counts is not ours to guess."),
    "merged_headers": _("Headers are merged cells: %(columns)s. Give every column a header of its own."),
    "misfits": _(
        "The values do not fit their headers: %(columns)s. "
        "Perhaps a column was inserted or left out. Nothing was taken in."
    ),
    "no_rows": _("There are headers, but no rows under them."),
    "our_fault": _("Something went wrong on our side. Nothing more was taken in; we have been told."),
}

TOO_MANY: Final = _("Several of your imports wait already. Finish or cancel one first.")
IN_SHEET: Final = _("Sheet “%(sheet)s”: %(sentence)s")

MARKS: Final[Mapping[str, str | Promise]] = {
    "formula": _("This is a formula; what it last showed was read."),
    "error": _("The spreadsheet shows an error here."),
    "merged": _("This cell lies under a merged one; its value stands in another row or column."),
    "unseen": _("There are characters here that nobody can see. They are left out."),
    "long": _("This is longer than a cell can be."),
    "unstorable": _("There are characters here that are no text."),
}
# A row with one of these is not kept.
FATAL: Final = frozenset({"long", "unstorable"})


def of_file(code: str, context: Mapping[str, Any]) -> str:
    """Why a file is refused, in the active language; `sheet` is named where the sentence does not."""
    sentence = str(FILES.get(code, FILES["broken"])) % _joined(context)
    sheet = context.get("sheet")
    if sheet and "%(sheet)s" not in str(FILES.get(code, "")):
        return str(IN_SHEET) % {"sheet": sheet, "sentence": sentence}
    return sentence


def _joined(context: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: "、".join(str(part) for part in value) if isinstance(value, list | tuple) else value
        for name, value in context.items()
    }
