"""From a file's bytes to rows that wait for their verdict."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from supplies import sheets as columns
from supplies.files import limits
from supplies.files import reading as files
from supplies.files.refusing import Unreadable
from supplies.files.rows import Row, Sheet
from supplies.imported import Import, ImportRow
from supplies.importing import layout, sentences, writing
from supplies.importing.layout import Layout
from verification import kinds
from verification.kinds import Kind

_CHUNK: Final = 500
# Rows looked at to see whether a sheet's columns have slipped.
_SAMPLE: Final = 2000


@dataclass
class Outcome:
    """What was read: why the file is refused, or its sheets, their rows, and what its sender should know."""

    problem: str = ""
    notes: list[str] = field(default_factory=list)
    sheets: list[dict[str, Any]] = field(default_factory=list)
    rows: int = 0


def read(batch: Import) -> Outcome:
    """Write the rows of the import's file; or say why it is refused as a whole, and write none."""
    outcome = Outcome()
    try:
        with transaction.atomic():
            _read_all(kinds.get(batch.kind), batch, outcome)
    except Unreadable as refusal:
        return Outcome(problem=sentences.of_file(refusal.code, refusal.context))
    return outcome


def _read_all(spec: Kind, batch: Import, outcome: Outcome) -> None:
    for name, rows in _by_sheet(files.read(bytes(batch.content or b""))):
        _read_sheet(spec, batch, outcome, name, rows)
    if not outcome.sheets:
        every = columns.columns_of(spec)
        needed = [column.header for column in every if column.needed]
        raise Unreadable("no_headers", columns=needed or [column.header for column in every][:6])
    if not outcome.rows:
        raise Unreadable("no_rows")


def _by_sheet(found: Iterator[Sheet | Row]) -> Iterator[tuple[str, Iterator[Row]]]:
    """Each sheet with its rows, which are used up before the next."""
    following: list[Sheet] = []

    def rows() -> Iterator[Row]:
        for one in found:
            if isinstance(one, Sheet):
                following.append(one)
                return
            yield one

    for _above in rows():
        pass
    while following:
        name, remaining = following.pop().name, rows()
        yield name, remaining
        for _unread in remaining:
            pass


def _read_sheet(spec: Kind, batch: Import, outcome: Outcome, name: str, rows: Iterator[Row]) -> None:
    first = list(islice(rows, layout.LOOKED_THROUGH))
    if not first:
        return
    found = layout.find(spec, first, sheet=name)
    if found is None:
        if name:
            outcome.notes.append(
                _("The sheet “%(sheet)s” was not read: it has none of the headers of this list.")
                % {"sheet": name}
            )
        return
    place, before = len(outcome.sheets), outcome.rows
    _write(batch, place, outcome, chain((row for row in first if row.line > found.line), rows))
    few = outcome.rows - before < layout.TELLING
    if not few and (wrong := columns.misfits(spec, found.found, _sample(batch, place))):
        raise Unreadable("misfits", columns=wrong, sheet=name)
    if outcome.rows > before:
        _tell(outcome, found, name)
    outcome.sheets.append({"name": name, "headers": list(found.headers), "line": found.line, "few": few})


def _write(batch: Import, place: int, outcome: Outcome, rows: Iterator[Row]) -> None:
    while chunk := list(islice(rows, _CHUNK)):
        if outcome.rows + len(chunk) > limits.MAX_ROWS:
            raise Unreadable("too_many_rows", most=limits.MAX_ROWS)
        writing.insert(batch, place, chunk, before=outcome.rows)
        outcome.rows += len(chunk)


def _sample(batch: Import, place: int) -> Iterator[list[Any]]:
    """Cells of some rows, from all over the sheet."""
    rows = ImportRow.objects.filter(batch=batch, sheet=place)
    step = rows.count() // _SAMPLE + 1
    numbers = rows.order_by("number").values_list("number", flat=True)[::step]
    for cells in rows.filter(number__in=numbers).values_list("cells", flat=True).iterator(_CHUNK):
        yield [files.value_of(cell) for cell in cells]


def _tell(outcome: Outcome, found: Layout, name: str) -> None:
    """What its sender should know of a sheet's headers."""
    told = []
    if found.line > 1:
        told.append(
            _("The headers were found in line %(line)d; what stands above was not read.")
            % {"line": found.line}
        )
    if found.found.unknown:
        told.append(
            _(
                "Columns this list does not have: %(columns)s. Their cells go into the note only reviewers see."
            )
            % {"columns": "、".join(dict.fromkeys(found.found.unknown))}
        )
    outcome.notes += [
        str(sentences.IN_SHEET) % {"sheet": name, "sentence": sentence} if name else sentence
        for sentence in told
    ]
