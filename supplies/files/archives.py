"""A look at the directory of a zipped workbook before anything in it is unpacked."""

import io
import zipfile
from typing import Final

from supplies.files import limits
from supplies.files.refusing import Unreadable

_WORKBOOK: Final = "xl/workbook.xml"
_ENCRYPTED: Final = 1


def open_workbook(content: bytes) -> zipfile.ZipFile:
    """The archive, where it is a workbook of bearable size; Unreadable says what is wrong with it."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise Unreadable("broken") from None
    names = {entry.filename for entry in entries}
    if len(entries) > limits.MAX_ENTRIES:
        raise Unreadable("too_many_parts", n=len(entries), most=limits.MAX_ENTRIES)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Unreadable("password")
    if sum(entry.file_size for entry in entries) > limits.MAX_UNPACKED or any(map(_is_bomb, entries)):
        raise Unreadable("unpacks_too_large")
    if _WORKBOOK not in names:
        raise Unreadable("no_workbook")
    return archive


def _is_bomb(entry: zipfile.ZipInfo) -> bool:
    """Whether it says of itself that it swells beyond what writing can explain."""
    large = entry.file_size > limits.RATIO_MATTERS
    return large and entry.file_size > limits.MAX_RATIO * max(entry.compress_size, 1)
