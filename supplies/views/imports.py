"""Pages of imports: send a file, see its verdicts, accept, answer, cancel. Each person sees their own only."""

import csv
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from supplies import sheets
from supplies.cells import text_of
from supplies.files import limits
from supplies.files.reading import value_of
from supplies.imported import ACCEPTED, AT_WORK, Answer, Import, ImportRow, Stage, Verdict
from supplies.importing import answers, sentences
from supplies.importing import imports as importing
from verification import kinds
from verification.csv_cells import guarded
from verification.refusals import Refused, WrongStatus
from verification.views.requests import actor, number_of, uid_of

PAGE: Final = 50
LATEST: Final = 50
_SHOWN: Final = {
    "accepted": tuple(ACCEPTED),
    "held": (Verdict.HELD,),
    "refused": (Verdict.REFUSED,),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def send_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Choose a file for a list; what it holds is read by a worker."""
    spec = kinds.get(kind)
    problem = ""
    if request.method == "POST":
        sent = request.FILES.get("file")
        if sent is None:
            problem = _("Choose a file first.")
        elif (sent.size or 0) > limits.MAX_BYTES:
            problem = sentences.of_file("too_large", {"most": limits.MAX_BYTES // limits.MB})
        else:
            try:
                batch = importing.receive(
                    kind=kind, file_name=_name(sent.name), content=sent.read(), by=actor(request)
                )
                return redirect("import", uid=batch.uid)
            except importing.TooMany as refusal:
                problem = str(refusal)
    columns = sheets.columns_of(spec)
    context = {
        "kind": kind,
        "kind_label": spec.label,
        "problem": problem,
        "most": limits.MAX_BYTES // limits.MB,
        "most_rows": limits.MAX_ROWS,
        "needed": [column.header for column in columns if column.needed],
        "columns": [column.header for column in columns],
    }
    return render(request, "import_file.html", context, status=422 if problem else 200)


def _name(name: str | None) -> str:
    return "".join(character for character in name or "" if character.isprintable())[-200:] or "?"


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """A person's imports, newest first."""
    found = importing.mine(actor(request), limit=LATEST)
    counts = importing.counts_of(found)
    return render(request, "imports.html", {"imports": [_head(batch, counts[batch.pk]) for batch in found]})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One import: how far it is, what became of each row, and what its sender may do."""
    by = actor(request)
    batch = importing.own(uid, by)
    if request.method == "POST":
        return _act(request, batch)
    return render(request, "import.html", _context(request, batch))


def _act(request: HttpRequest, batch: Import) -> HttpResponse:
    by = actor(request)
    acts = {
        "accept": (importing.accept, _("The clean rows are being sent.")),
        "cancel": (importing.cancel, _("Cancelled. Nothing more is sent.")),
        "close": (importing.close, _("Closed. What was not sent is forgotten.")),
    }
    act = acts.get(request.POST.get("action", ""))
    if act is None:
        raise WrongStatus()
    try:
        act[0](batch, by=by)
        messages.success(request, act[1])
    except WrongStatus as refusal:
        messages.error(request, str(refusal))
    return redirect("import", uid=batch.uid)


@login_required
@require_safe
def progress(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Fragment: how far it is. Where it stands still now, the whole page is asked for anew."""
    batch = importing.own(uid, actor(request))
    response = render(request, "_import_progress.html", {"import": _head(batch, importing.counts(batch))})
    if batch.stage not in AT_WORK:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_POST
def answer(request: HttpRequest, uid: UUID, number: int) -> HttpResponse:
    """What the sender says to a row that is held."""
    by = actor(request)
    batch = importing.own(uid, by)
    said = request.POST.get("answer", "")
    try:
        if said not in Answer.values:
            raise WrongStatus()
        row = answers.answer(batch, number, Answer(said), by=by, record=uid_of(request.POST.get("record")))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        told = {Verdict.REFUSED: _("Row %(n)s is left out."), Verdict.HELD: _("Row %(n)s could not be sent.")}
        messages.success(request, told.get(Verdict(row.verdict), _("Row %(n)s is sent.")) % {"n": row.line})
    return redirect(f"{reverse('import', kwargs={'uid': uid})}?verdict=held")


@login_required
@require_safe
def refused_csv(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The refused rows as they came, each with its reasons before it; safe in a spreadsheet."""
    batch = importing.own(uid, actor(request))
    headers = {"Content-Disposition": f'attachment; filename="glacier-refused-{batch.uid}.csv"'}
    language = translation.get_language() or batch.language
    return StreamingHttpResponse(
        _refused(batch, language), content_type="text/csv; charset=utf-8", headers=headers
    )


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _refused(batch: Import, language: str) -> Iterator[str]:
    writer = csv.writer(_Echo())
    with translation.override(language):
        head = [_("reasons"), _("sheet"), pgettext("sheet", "line")]
    rows = batch.lines.filter(verdict=Verdict.REFUSED).order_by("number")
    yield "\ufeff"
    shown = None
    for row in rows.iterator(500):
        sheet = batch.sheets[row.sheet]
        if shown != row.sheet:
            yield writer.writerow([guarded(cell) for cell in (*head, *sheet["headers"])])
            shown = row.sheet
        cells = [text_of(value_of(cell)) for cell in row.cells]
        told = "; ".join(f"{r['header']}: {r['reason']}".removeprefix(": ") for r in row.reasons)
        yield writer.writerow([guarded(cell) for cell in (told, sheet["name"], row.line, *cells)])
    if shown is None:
        yield writer.writerow(head)


def _head(batch: Import, counts: dict[str, int]) -> dict[str, Any]:
    """What the pages say of an import as a whole."""
    elapsed = (timezone.now() - batch.stage_at).total_seconds()
    left = elapsed * (batch.rows - batch.cursor) / batch.cursor if batch.cursor else None
    return {
        "uid": batch.uid,
        "kind": batch.kind,
        "label": importing.label_of(batch),
        "file_name": batch.file_name,
        "created_at": batch.created_at,
        "stage": Stage(batch.stage).value,
        "stage_label": Stage(batch.stage).label,
        "at_work": batch.stage in AT_WORK,
        "problem": batch.problem,
        "notes": batch.notes,
        "rows": batch.rows,
        "cursor": batch.cursor,
        "seconds_left": round(left) if left is not None else None,
        "counts": counts,
    }


def _context(request: HttpRequest, batch: Import) -> dict[str, Any]:
    verdict = request.GET.get("verdict", "")
    verdict = verdict if verdict in _SHOWN else ""
    after = number_of(request.GET.get("after")) or 0
    rows = batch.lines.exclude(verdict=Verdict.PENDING).filter(number__gt=after)
    if verdict:
        rows = rows.filter(verdict__in=_SHOWN[verdict])
    found = list(rows.select_related("submission").order_by("number")[: PAGE + 1])
    query = f"verdict={verdict}&" if verdict else ""
    return {
        "import": _head(batch, importing.counts(batch)),
        "verdict": verdict,
        "rows": [_row(batch, row) for row in found[:PAGE]],
        "previous_url": f"?{query.removesuffix('&')}" if after else "",
        "next_url": f"?{query}after={found[PAGE - 1].number}" if len(found) > PAGE else "",
        "may_answer": batch.stage in (Stage.READY, Stage.DONE),
    }


def _row(batch: Import, row: ImportRow) -> dict[str, Any]:
    sheet = batch.sheets[row.sheet] if row.sheet < len(batch.sheets) else {"name": "", "headers": []}
    headers = sheet["headers"]
    return {
        "number": row.number,
        "line": row.line,
        "sheet": sheet["name"],
        "title": row.title,
        "verdict": row.verdict,
        "verdict_label": Verdict(row.verdict).label,
        "accepted": row.verdict in ACCEPTED,
        "reasons": row.reasons,
        "candidates": row.candidates,
        "open": row.verdict == Verdict.HELD and row.answer == Answer.NONE,
        "answer_label": Answer(row.answer).label if row.answer else "",
        "submission": row.submission.uid if row.submission else None,
        "cells": [
            {"header": headers[p] if p < len(headers) else "", "text": text}
            for p, cell in enumerate(row.cells)
            if (text := text_of(value_of(cell)))
        ],
    }
