"""The state machine of an import: received, read, judged; then, at its sender's word, sent.

Each step of work is one transaction that ends by moving the cursor, under a lock no second worker gets:
killed at any moment, it is as if it had never begun. Cancelling waits for nobody.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import structlog
from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Count, Q
from django.utils import timezone, translation

from supplies import sheets
from supplies.files import limits
from supplies.imported import ACCEPTED, AT_WORK, ENDED, SENT, Answer, Import, ImportRow, Stage, Verdict
from supplies.importing import judging, reading, sending, sentences
from verification import kinds
from verification.models import User
from verification.refusals import NotAllowed, NotFound, Refused, WrongStatus

log = structlog.get_logger()

# The task that goes on with whatever is due; sent by name, because domain code imports no tasks.
BELL: Final = "supplies.tasks.go_on_importing"
# What a row says is kept for its sender this long after the last step.
KEPT: Final = timedelta(days=7)
AT_ONCE: Final = 5
# Files read at the same time, on all machines together: each may cost what a child is allowed.
READERS: Final = 2
_LOCK, _READERS = 7_201_904, 7_201_905


class TooMany(Refused):
    """One person's imports come one after another."""

    code = "too_many_imports"
    message = sentences.TOO_MANY


class Overtaken(Exception):
    """The import was cancelled while it was worked at: the step is undone."""


def receive(
    *, kind: str, file_name: str, content: bytes, by: User, language: str = "", ring_bell: bool = True
) -> Import:
    """Take in a file for a list, by our name or the volunteers'. Reading it is left to a worker.

    The same file, still at work or waiting for its sender, is handed back and not taken in twice. Refused:
    NotFound, NotAllowed, TooMany.
    """
    spec = sheets.list_named(kind)
    if by.is_robot or not by.is_active:
        raise NotAllowed()
    sha256 = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)
        mine = Import.objects.filter(by=by).exclude(stage__in=ENDED)
        if same := mine.filter(kind=spec.slug, sha256=sha256).exclude(stage=Stage.DONE).first():
            return same
        if mine.exclude(stage=Stage.DONE).count() >= AT_ONCE:
            raise TooMany()
        batch = Import(
            kind=spec.slug,
            by=by,
            language=language or translation.get_language() or "zh-hans",
            file_name=file_name[-200:],
            size=len(content),
            sha256=sha256,
            content=content[: limits.MAX_BYTES + 1],
        )
        batch.save(force_insert=True)
        batch.refresh_from_db(fields=["created_at", "changed_at", "stage_at"])
        if ring_bell:
            transaction.on_commit(ring, robust=True)
    return batch


def ring() -> None:
    """Ask Celery to go on. A failure costs seconds: beat asks every few seconds anyway."""
    try:
        current_app.send_task(BELL, retry=False, ignore_result=True)
    except Exception as error:
        log.warning("import_bell_not_rung", error=str(error))


def own(uid: Any, by: User) -> Import:
    """This person's import of that uid. Anybody else's is not there."""
    found = Import.objects.filter(uid=uid, by=by).defer("content").first()
    if found is None:
        raise NotFound()
    return found


def take_step(*, only: int | None = None) -> bool:
    """Do the next piece of work of the import that waited longest; False where there is nothing to do.

    What goes wrong by our fault ends the import, with a word to its sender; a database that is away does not.
    """
    due = Import.objects.filter(stage__in=AT_WORK).order_by("changed_at")
    ids = list((due.filter(pk=only) if only else due).values_list("pk", flat=True)[:20])
    for pk in ids:
        try:
            if _take_step_of(pk):
                return True
        except Overtaken:
            return True
        except (OperationalError, InterfaceError, SoftTimeLimitExceeded):
            raise
        except Exception:
            log.exception("import_failed", batch=pk)
            _give_up(pk)
            return True
    return False


def _take_step_of(pk: int) -> bool:
    """One step, where nobody else is at it."""
    with transaction.atomic():
        if not _lock(_LOCK, pk % 2**31):
            return False
        batch = Import.objects.select_related("by").filter(pk=pk, stage__in=AT_WORK).first()
        if batch is None:
            return True
        if batch.stage == Stage.READING and not any(_lock(_READERS, slot) for slot in range(READERS)):
            return False
        with translation.override(batch.language):
            changes = _WORK[Stage(batch.stage)](batch)
        moved = Import.objects.filter(pk=pk, stage=batch.stage).update(changed_at=timezone.now(), **changes)
        if not moved:
            raise Overtaken()
    return True


def _lock(one: int, two: int) -> bool:
    """Take this lock until the transaction ends; False where somebody has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [one, two])
        (taken,) = cursor.fetchone()
    return bool(taken)


def _begin(stage: Stage, **more: Any) -> dict[str, Any]:
    return {"stage": stage, "stage_at": timezone.now(), "cursor": 0, **more}


def _read(batch: Import) -> dict[str, Any]:
    outcome = reading.read(batch)
    if outcome.problem:
        return _begin(Stage.REFUSED, content=None, problem=outcome.problem)
    told = {"notes": outcome.notes, "sheets": outcome.sheets, "rows": outcome.rows}
    return _begin(Stage.JUDGING, content=None, **told)


def _judge(batch: Import) -> dict[str, Any]:
    cursor = judging.judge_some(batch)
    if cursor < batch.rows:
        return {"cursor": cursor}
    judging.compare_with_each_other(batch)
    return _begin(Stage.READY)


def _send(batch: Import) -> dict[str, Any]:
    cursor = sending.send_some(batch)
    return {"cursor": cursor} if cursor < batch.rows else _begin(Stage.DONE, cursor=batch.rows)


_WORK: Final = {Stage.READING: _read, Stage.JUDGING: _judge, Stage.SENDING: _send}


def _give_up(pk: int) -> None:
    batch = Import.objects.get(pk=pk)
    with translation.override(batch.language):
        problem = sentences.of_file("our_fault", {})
    _end(Import.objects.filter(pk=pk, stage__in=AT_WORK), Stage.CANCELLED, problem=problem)


def accept(batch: Import, *, by: User, ring_bell: bool = True) -> None:
    """Send all clean rows. Those that are held wait on; refused ones stay out."""
    _mine(batch, by)
    with transaction.atomic():
        ready = Import.objects.filter(pk=batch.pk, stage=Stage.READY)
        if not ready.update(**_begin(Stage.SENDING), changed_at=timezone.now()):
            raise WrongStatus()
        if ring_bell:
            transaction.on_commit(ring, robust=True)


def cancel(batch: Import, *, by: User) -> None:
    """Stop: what was sent stays sent, nothing more is, and the cells are dropped."""
    _mine(batch, by)
    if not _end(Import.objects.filter(pk=batch.pk).exclude(stage__in=[*ENDED, Stage.DONE]), Stage.CANCELLED):
        raise WrongStatus()


def close(batch: Import, *, by: User) -> None:
    """Done with it: what was not sent is forgotten."""
    _mine(batch, by)
    if not _end(Import.objects.filter(pk=batch.pk, stage__in=[Stage.READY, Stage.DONE]), Stage.CLOSED):
        raise WrongStatus()


def sweep() -> int:
    """Close what nobody touched for a week; returns how many imports that were."""
    old = Import.objects.filter(changed_at__lt=timezone.now() - KEPT)
    return _end(old.filter(stage__in=[Stage.READY, Stage.DONE, Stage.REFUSED]), Stage.CLOSED)


def _end(which: Any, stage: Stage, **more: Any) -> int:
    with transaction.atomic():
        ids = list(which.values_list("pk", flat=True))
        now = timezone.now()
        ended = which.filter(pk__in=ids).update(
            stage=stage, stage_at=now, changed_at=now, content=None, **more
        )
        if ended:
            forget(ImportRow.objects.filter(batch__in=ids))
    return int(ended)


def forget(rows: Any) -> None:
    """Drop what rows say; that they were there, and what became of them, stays."""
    rows.update(cells=[], marks={}, given=None, payload=None, title="", reasons=[], candidates=[])


def _mine(batch: Import, by: User) -> None:
    if batch.by_id != by.pk:
        raise NotFound()


def counts(batch: Import) -> dict[str, int]:
    """How many rows of this import have which verdict; see counts_of."""
    return counts_of([batch])[batch.pk]


def counts_of(batches: Sequence[Import]) -> dict[int, dict[str, int]]:
    """For each import how many rows have which verdict; `accepted` are new, corrections and unchanged together.

    `open` are held rows that wait for an answer, `clean` accepted ones not yet sent. One query for all.
    """
    found = {
        batch.pk: dict.fromkeys((*Verdict.values, "accepted", "open", "clean", "sent"), 0)
        for batch in batches
    }
    rows = ImportRow.objects.filter(batch__in=found).values("batch", "verdict").order_by()
    for row in rows.annotate(
        n=Count("pk"),
        unanswered=Count("pk", filter=Q(answer=Answer.NONE)),
        sent=Count("submission"),
    ):
        of, verdict = found[row["batch"]], row["verdict"]
        of[verdict] = row["n"]
        of["sent"] += row["sent"]
        of["accepted"] += row["n"] if verdict in ACCEPTED else 0
        of["clean"] += row["n"] - row["sent"] if verdict in SENT else 0
        of["open"] += row["unanswered"] if verdict == Verdict.HELD else 0
    return found


def mine(by: User, *, limit: int) -> list[Import]:
    """A person's imports, newest first."""
    return list(Import.objects.filter(by=by).defer("content").order_by("-pk")[:limit])


def label_of(batch: Import) -> str:
    """The list's name."""
    return str(kinds.get(batch.kind).label)
