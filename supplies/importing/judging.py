"""Verdicts for the rows of an import, some hundred at a time."""

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from supplies.imported import SENT, Answer, Import, ImportRow, Verdict
from supplies.importing import comparing, layout, verdicts, writing
from supplies.importing.layout import Layout
from supplies.importing.verdicts import Judged
from verification import kinds
from verification.kinds import Kind

BATCH: Final = 500
# So many contradicting rows are named.
_NAMED: Final = 5
_JUDGED: Final = ["verdict", "reasons", "title", "given", "payload", "schema", "key", "digest", "candidates"]


def judge_some(batch: Import) -> int:
    """Judge the next rows after the cursor; returns the number of the last one."""
    spec = kinds.get(batch.kind)
    layouts = [layout.of_headers(spec, sheet["line"], sheet["headers"]) for sheet in batch.sheets]
    rows = list(batch.lines.filter(number__gt=batch.cursor).order_by("number")[:BATCH])
    read = [_read(spec, layouts[row.sheet], batch.sheets[row.sheet], row) for row in rows]
    known = comparing.look_up(spec, batch.by, [(j.key, j.digest) for j in read])
    there = [comparing.standing(known, judged.key) for judged in read]
    given = [judged.given if judged.payload is not None else {} for judged in read]
    payloads = [judged.payload for judged in read]
    same = comparing.say_the_same(spec, list(zip(given, payloads, there, strict=True)))
    for row, judged, stands, repeats in zip(rows, read, there, same, strict=True):
        answered = (judged.key, judged.digest) in known.answered
        _settle(row, judged, comparing.compare(judged, stands, same=repeats, answered=answered))
        row.schema = spec.schema
    new = [(row, judged) for row, judged in zip(rows, read, strict=True) if row.verdict == Verdict.NEW]
    for (row, judged), twins in zip(
        new, comparing.twins(spec, [judged for _row, judged in new]), strict=True
    ):
        if twins:
            row.candidates = twins
            _settle(row, judged, Verdict.HELD)
    writing.update(rows, _JUDGED)
    _take_over(batch, rows)
    return rows[-1].number if rows else batch.rows


def _read(spec: Kind, found: Layout, sheet: dict[str, Any], row: ImportRow) -> Judged:
    marks = {int(position): mark for position, mark in row.marks.items()}
    return verdicts.judge(spec, found, row.cells, marks, sheet=sheet["name"], few=sheet["few"])


def _settle(row: ImportRow, judged: Judged, verdict: Verdict) -> None:
    """Write a verdict and its reasons into the row."""
    row.verdict, row.title = verdict, judged.title
    row.key, row.digest = judged.key, judged.digest
    row.given, row.payload = (judged.given, judged.payload) if verdict != Verdict.REFUSED else (None, None)
    told = {Verdict.REFUSED: judged.errors, Verdict.HELD: judged.doubts}.get(verdict)
    row.reasons = [*(told.told if told else ()), *judged.remarks.told]


def _take_over(batch: Import, rows: Sequence[ImportRow]) -> None:
    """The same row, held in an earlier import of the same person, waits in this one only."""
    held = {(row.key, row.digest) for row in rows if row.verdict == Verdict.HELD}
    earlier = ImportRow.objects.filter(
        batch__by=batch.by,
        batch__kind=batch.kind,
        batch__lt=batch.pk,
        verdict=Verdict.HELD,
        answer=Answer.NONE,
        digest__in={digest for _key, digest in held},
    )
    same = [row.pk for row in earlier.only("key", "digest") if (row.key, row.digest) in held]
    ImportRow.objects.filter(pk__in=same).update(
        answer=Answer.REPEATED, cells=[], given=None, payload=None, reasons=[]
    )


def compare_with_each_other(batch: Import) -> None:
    """Rows of one file about the same thing: an exact repeat adds nothing, a contradiction is held on all sides."""
    rows = list(batch.lines.order_by("number").values_list("number", "key", "digest", "verdict"))
    repeats, against = comparing.same_key(rows)
    others = {number for numbers in against.values() for number in numbers} | set(repeats.values())
    touched = {row.number: row for row in batch.lines.filter(number__in=[*repeats, *against, *others])}
    changed = [
        row
        for row in touched.values()
        if row.number in repeats or row.number in against
        if row.verdict in (*SENT, Verdict.HELD)
    ]
    for row in changed:
        if row.number in repeats:
            row.verdict = Verdict.UNCHANGED
            same = [touched[repeats[row.number]]]
            row.reasons = [_reason(batch, row, _("The same row stands here before: %(where)s."), same)]
        else:
            row.verdict = Verdict.HELD
            sentence = _("Another row is about the same and says something else: %(where)s.")
            differing = [touched[number] for number in against[row.number][:_NAMED]]
            row.reasons = [_reason(batch, row, sentence, differing), *row.reasons]
    writing.update(changed, ["verdict", "reasons"])
    _take_over(batch, [row for row in changed if row.verdict == Verdict.HELD])


def _reason(batch: Import, row: ImportRow, sentence: str, others: Sequence[ImportRow]) -> dict[str, str]:
    where = "、".join(_where(batch, other) for other in others)
    return {"header": "", "text": row.title, "reason": sentence % {"where": where}}


def _where(batch: Import, row: ImportRow) -> str:
    sheet = batch.sheets[row.sheet]["name"]
    line = _("line %(n)s") % {"n": row.line}
    return f"{sheet} {line}" if sheet else line
