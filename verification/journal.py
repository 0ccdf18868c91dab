"""The journal: who acts, what happened, and the order it happened in.

`acting` names the actor of a transaction, `append` writes events, `sequence` gives committed events
their leaves. An event is never changed; PostgreSQL refuses it.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
import structlog
from celery import current_app
from django.db import DEFAULT_DB_ALIAS, connection, transaction

from verification import statements
from verification.models import Event, Leaf, Submission, Unsequenced, User
from verification.sop import SOP_VERSION, Action, Role
from verification.writing import Script

log = structlog.get_logger()

# The name of the task that looks for approved work: sent by name, because domain code imports no tasks.
BELL = "verification.tasks.publish_due"

# How often the bell could not be rung since this process started; shown on the status page.
bell_failures = 0

_NAMES = ("glacier.actor", "glacier.reason", "glacier.request")
_NAMING = "SELECT " + ", ".join(f"set_config('{name}', %({name})s::text, true)" for name in _NAMES)
# Made once: json.dumps would make one for each call.
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME
_SEQUENCER_LOCK = 7_201_901
# So many events get their leaves in one transaction.
LEAVES = 1000


class AnotherActor(RuntimeError):
    """A transaction belongs to one actor; a second one tried to write inside it."""


@contextmanager
def acting(*, by: User, reason: str = "", request_id: str = "") -> Iterator[None]:
    """Open a transaction in which `by` acts: every row written to a tracked table names them.

    Nested use by the same actor is fine, keeps the outer request id unless given another, and gives the
    outer reason back on the way out. Another actor inside is refused. The names end with the transaction.
    """
    if not connection.in_atomic_block:
        with transaction.atomic():
            _set_names((str(by.pk), reason, request_id))
            yield
        return
    with transaction.atomic():
        before = _current_names()
        if before[0] not in ("", str(by.pk)):
            raise AnotherActor(f"{before[0]} is acting, so {by.pk} may not")
        _set_names((str(by.pk), reason or before[1], request_id or before[2]))
        yield
        # After an exception the transaction or savepoint rolls back, and the names with it.
        _set_names(before)


def _current_names() -> tuple[str, str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(["coalesce(current_setting(%s, true), '')"] * 3), _NAMES)
        row: tuple[str, str, str] = cursor.fetchone()
    return row


def _set_names(values: tuple[str, str, str]) -> None:
    statements.rows(_NAMING, dict(zip(_NAMES, values, strict=True)))


def new_event(
    action: Action,
    *,
    by: User,
    role: Role,
    kind: str = "",
    submission: Submission | None = None,
    **fields: Any,
) -> Event:
    """An event not yet written, salted, under the SOP in force. Acts about no entry have no kind."""
    return Event(
        action=action,
        actor_id=by.pk,
        role=role,
        kind=kind,
        submission_id=submission.pk if submission else None,
        sop_version=SOP_VERSION,
        public_salt=secrets.token_bytes(16),
        private_salt=secrets.token_bytes(16),
        # The time is the database's to say; Django would make an expression for each that says so.
        **({"at": None} | fields),
    )


def append(events: Sequence[Event]) -> list[Event]:
    """Write events in one statement; where work became due, ring the publisher's bell after commit."""
    _insert(events)
    if any(event.action == Action.ENTER for event in events):
        transaction.on_commit(ring, robust=True)
    return list(events)


# One value for all the rows: reading it costs less than a parameter for each value of each row.
_INSERT = """
INSERT INTO verification_event (actor_id, role, action, kind, submission_id, record, version, related, person,
                                organisation, reason, sop_version, policy, answers, request_id, public_text,
                                private_text, body, public_salt, private_salt)
SELECT actor_id, role, action, kind, submission_id, record, version, related, person, organisation, reason,
       sop_version, policy, answers, request_id, public_text, private_text, body,
       decode(public_salt, 'hex'), decode(private_salt, 'hex')
  FROM jsonb_to_recordset(%(events)s::jsonb) AS event (
       actor_id bigint, role text, action text, kind text, submission_id bigint, record uuid, version integer,
       related uuid, person bigint, organisation bigint, reason text, sop_version integer, policy integer,
       answers jsonb, request_id text, public_text text, private_text text, body text, public_salt text,
       private_salt text)
RETURNING id, at
"""
_AS_IT_IS = (
    *("actor_id", "role", "action", "kind", "submission_id", "version", "person", "organisation", "reason"),
    *("sop_version", "policy", "answers", "request_id", "public_text", "private_text", "body"),
)


def _insert(events: Sequence[Event]) -> None:
    """Write them in the order given; each learns its number and its time."""
    told = [
        {name: getattr(event, name) for name in _AS_IT_IS}
        | {name: str(getattr(event, name) or "") or None for name in ("record", "related")}
        | {name: bytes(getattr(event, name)).hex() for name in ("public_salt", "private_salt")}
        for event in events
    ]
    written = statements.rows(_INSERT, {"events": json.dumps(told, ensure_ascii=False)})
    for event, (number, at) in zip(events, written, strict=True):
        event.pk, event.at = number, at
        event._state.adding, event._state.db = False, DEFAULT_DB_ALIAS


def note(
    script: Script,
    events: Sequence[Mapping[str, Any]],
    *,
    action: Action,
    by: User,
    role: Role,
    reason: str = "",
) -> None:
    """Have one event written for each of many things done at once, in one statement.

    No work becomes due by them, and nobody gets them back. Each says kind, submission, record, version, body.
    """
    salts = secrets.token_bytes(32 * len(events))
    same = vars(new_event(action, by=by, role=role, kind="", reason=reason))
    script.insert(
        Event,
        [
            {**same, **event, "public_salt": salts[at : at + 16], "private_salt": salts[at + 16 : at + 32]}
            for at, event in zip(range(0, len(salts), 32), events, strict=True)
        ],
    )


def ring(bell: str = BELL) -> None:
    """Ask Celery to look for work, approved entries or mail. A failure costs seconds, no work: the clock looks too."""
    global bell_failures
    try:
        current_app.send_task(bell, retry=False, ignore_result=True)
    except Exception as error:
        bell_failures += 1
        log.warning("bell_not_rung", error=str(error), failures=bell_failures)


def sequence(limit: int = LEAVES) -> int:
    """Give committed events their leaves, oldest first, without gaps; returns how many.

    One sequencer at a time, under an advisory lock: readers of numbers never miss a late commit, because
    a number is only given to what has been committed.
    """
    with transaction.atomic():
        if not _try_lock(_SEQUENCER_LOCK):
            return 0
        ids = list(Unsequenced.objects.order_by("pk").values_list("pk", flat=True)[:limit])
        if not ids:
            return 0
        events = Event.objects.filter(pk__in=ids).order_by("pk")
        last = Leaf.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
        leaves = [
            Leaf(seq=seq, event=event, hash=leaf_hash(seq, event))
            for seq, event in enumerate(events, last + 1)
        ]
        Leaf.objects.bulk_create(leaves)
        Unsequenced.objects.filter(pk__in=ids).delete()
    return len(leaves)


def _try_lock(key: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [key])
        (taken,) = cursor.fetchone()
    return bool(taken)


def leaf_hash(seq: int, event: Event) -> bytes:
    """SHA-256 over 0x00 and the canonical JSON of an event, texts replaced by salted commitments."""
    content = {
        "seq": seq,
        "at": event.at.isoformat(),
        "actor": event.actor_id,
        "role": event.role,
        "action": event.action,
        "kind": event.kind,
        "submission": event.submission_id,
        "record": str(event.record or ""),
        "version": event.version,
        "related": str(event.related or ""),
        "person": event.person,
        "organisation": event.organisation,
        "reason": event.reason,
        "sop_version": event.sop_version,
        "policy": event.policy,
        "answers": event.answers,
        "request_id": event.request_id,
        "public": _commitment(event.public_salt, event.public_text, event.body),
        "private": _commitment(event.private_salt, event.private_text),
    }
    return hashlib.sha256(b"\x00" + _CANONICAL.encode(content).encode()).digest()


def _commitment(salt: bytes | memoryview, *texts: str) -> str:
    return hashlib.sha256(bytes(salt) + canonical(list(texts)).encode()).hexdigest()


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces: the same value always gives the same text.

    By orjson, whose text is that of `json` for all that bodies hold; not for fractions, which leaves may hold
    in answers, so that these go by `json` alone.
    """
    try:
        return orjson.dumps(value, option=_SORTED).decode()
    except TypeError:
        return _CANONICAL.encode(value)  # a number of more than 64 bits
