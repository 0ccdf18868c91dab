"""What becomes of a row, as far as lists and earlier submissions say: new, a correction, unchanged, doubtful.

A row is known by its sender and its key: nobody learns, by sending rows, what somebody else's rows say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from supplies.imported import Answer, ImportRow, Verdict
from supplies.importing.verdicts import Judged
from verification import likeness, proposals, statements
from verification.kinds import Kind, Payload
from verification.models import Public, Submission, User
from verification.refusals import Refused, Unchanged
from verification.sop import OPEN, Intent, State, Status

# Submissions that propose content.
_CONTENT = (Intent.NEW, Intent.CORRECTION)
_GONE = _("This entry was taken down. If you send the row, reviewers are asked to bring it back.")
_MERGED = _("This entry was merged into another one: correct that one.")
_TWIN = _("This may stand in the list already: %(title)s (%(why)s).")
_REJECTED = _("A reviewer has refused exactly this before.")


def source_of(by: User) -> str:
    """Where a person's rows come from: their own sheets, nobody else's."""
    return f"import/{by.pk}"


@dataclass
class Known:
    """What stands already under the keys of some rows.

    `owned` are the keys whose record nobody but this person ever wrote. Where somebody else did, whatever is
    private in it may be theirs: a row must not find out what it is. `last` are those written last by this person.
    """

    records: Mapping[str, Public] = field(default_factory=dict)
    owned: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()
    latest: Mapping[str, Submission] = field(default_factory=dict)
    answered: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Standing:
    """What stands under the key of one row."""

    base: Public | None
    owned: bool
    last: bool
    latest: Submission | None

    @property
    def waiting(self) -> Submission | None:
        """What this person sent last, if it may still come to something."""
        return self.latest if self.latest is not None and self.latest.status in OPEN else None

    @property
    def changes_what_waits(self) -> bool:
        """Whether a row that says something else changes what waits, and is not sent beside it."""
        waiting = self.waiting
        return waiting is not None and (waiting.status == Status.RETURNED or waiting.intent == Intent.NEW)


# Written by hand, because a parameter for each key costs more than looking for it. The last condition is that of
# the indexes, which PostgreSQL cannot conclude from many keys.
_NAMED: Final = """
SELECT uid, source_key FROM {table}
 WHERE source = %(source)s::text AND source_key = ANY(%(keys)s::text[]) AND NOT source_key = ''
"""
_SENT: Final = """
SELECT id FROM verification_submission
 WHERE source = %(source)s::text AND source_key = ANY(%(keys)s::text[]) AND NOT source_key = ''
"""


def look_up(spec: Kind, by: User, rows: Iterable[tuple[str, str]]) -> Known:
    """Records, this person's latest submissions, and rows they said correct another entry, by (key, digest)."""
    pairs = set(rows)
    asked = {"source": source_of(by), "keys": list({key for key, _digest in pairs})}
    named = _NAMED.format(table=spec.model._meta.db_table)
    uids: dict[UUID, str] = dict(statements.rows(named, asked))
    known = _standing_under(spec, uids, by) if uids else Known()
    known.latest = _latest(spec, by, uids, [pk for (pk,) in statements.rows(_SENT, asked)])
    answered = ImportRow.objects.filter(
        batch__by=by,
        batch__kind=spec.slug,
        answer=Answer.CORRECT,
        digest__in={digest for _key, digest in pairs},
        submission__status__in=[*OPEN, Status.PUBLISHED],
    )
    known.answered = frozenset(answered.values_list("key", "digest"))
    return known


def _standing_under(spec: Kind, uids: Mapping[UUID, str], by: User) -> Known:
    """The records of these keys, and who wrote them."""
    published = Submission.objects.filter(record__in=uids, status=Status.PUBLISHED, intent__in=_CONTENT)
    writers: dict[UUID, list[int]] = {}
    for record, writer in published.order_by("closed_at", "pk").values_list("record", "submitted_by"):
        writers.setdefault(record, []).append(writer)
    return Known(
        {uids[public.pk]: public for public in Public.objects.filter(pk__in=uids)},
        frozenset(key for uid, key in uids.items() if set(writers.get(uid, ())) == {by.pk}),
        frozenset(key for uid, key in uids.items() if writers.get(uid, [])[-1:] == [by.pk]),
    )


def _latest(spec: Kind, by: User, uids: Mapping[UUID, str], under: Sequence[int]) -> dict[str, Submission]:
    """By key, what this person sent last: `under` the keys themselves, or about the records of these uids."""
    mine = Submission.objects.filter(kind=spec.slug, submitted_by=by, intent__in=_CONTENT)
    found = {row.pk: row for row in mine.filter(pk__in=under)} if under else {}
    found |= {row.pk: row for row in mine.filter(record__in=uids)} if uids else {}
    return {row.source_key or uids[row.record]: row for _pk, row in sorted(found.items())}


def standing(known: Known, key: str) -> Standing:
    """What stands under this key."""
    return Standing(known.records.get(key), key in known.owned, key in known.last, known.latest.get(key))


def compare(judged: Judged, there: Standing, *, same: bool, answered: bool) -> Verdict:
    """The verdict of a row; adds what is doubtful to its doubts.

    `same`: it says what stands there already; `answered`: its sender said that it corrects another entry.
    """
    if judged.errors.told or judged.payload is None:
        return Verdict.REFUSED
    if there.base is not None and there.base.state == State.MERGED:
        judged.errors.add("", judged.title, _MERGED)
        return Verdict.REFUSED
    if same or answered:
        if there.latest is not None and there.latest.status in (Status.REJECTED, Status.DUPLICATE):
            judged.remarks.add("", judged.title, _REJECTED)
        return Verdict.UNCHANGED
    if there.base is not None and there.base.state == State.WITHDRAWN:
        judged.doubts.add("", judged.title, _GONE)
    if judged.doubts.told:
        return Verdict.HELD
    return Verdict.CORRECTION if there.base or there.waiting else Verdict.NEW


def say_the_same(
    spec: Kind, rows: Sequence[tuple[Mapping[str, Any], Payload | None, Standing]]
) -> list[bool]:
    """For each row whether sending it would add nothing to what is public and what this person sent last.

    A row is what was given, what the form made of it as a new entry where that is known, and what stands there.
    """
    known = [
        (number, given, payload, there)
        for number, (given, payload, there) in enumerate(rows)
        if there.base is not None or there.latest is not None
    ]
    asked = [
        proposals.Asked(
            proposed(spec, given, owned=there.base is None or there.owned),
            there.base,
            there.owned,
            payload,
            spec.schema,
        )
        for _number, given, payload, there in known
    ]
    same = [False] * len(rows)
    for (number, _given, _payload, there), content in zip(
        known, proposals.contents_of(spec, asked), strict=True
    ):
        same[number] = _adds_nothing(content, there)
    return same


def _adds_nothing(content: Mapping[str, Any] | Refused, there: Standing) -> bool:
    base, latest = there.base, there.latest
    if isinstance(content, Unchanged):
        # A correction that waits says something else: it is not meant any more.
        return there.waiting is None or there.waiting.intent == Intent.NEW
    if isinstance(content, Refused) or latest is None or latest.status == Status.WITHDRAWN:
        return False
    stands = base is not None and base.state == State.LIVE and there.last
    return (latest.status != Status.PUBLISHED or stands) and latest.payload == content["payload"]


def proposed(spec: Kind, given: Mapping[str, Any], *, owned: bool) -> dict[str, Any]:
    """What is sent of a row. Of an entry somebody else has written nothing private is emptied."""
    if owned:
        return dict(given)
    return {
        name: value
        for name, value in given.items()
        if spec.fields[name].public or (name != "as_written" and value not in ("", None, [], {}))
    }


def twins(spec: Kind, new: Sequence[Judged]) -> list[list[dict[str, str]]]:
    """Of each new row the records it may repeat, as doubts and as choices for its sender."""
    return [
        _told(judged, found)
        for judged, found in zip(
            new, likeness.hints_of([(spec, judged.payload or {}) for judged in new]), strict=True
        )
    ]


def _told(judged: Judged, found: Sequence[likeness.Candidate]) -> list[dict[str, str]]:
    for one in found:
        judged.doubts.add("", judged.title, _TWIN % {"title": one.title, "why": one.reasons[0]})
    return [{"uid": str(one.uid), "title": one.title, "why": str(one.reasons[0])} for one in found]


def same_key(rows: Sequence[tuple[int, str, str, str]]) -> tuple[dict[int, int], dict[int, list[int]]]:
    """Of (number, key, digest, verdict): which rows repeat which, and which contradict which.

    Refused rows say nothing.
    """
    by_key: dict[str, list[tuple[int, str]]] = {}
    for number, key, digest, verdict in rows:
        if verdict != Verdict.REFUSED:
            by_key.setdefault(key, []).append((number, digest))
    repeats: dict[int, int] = {}
    against: dict[int, list[int]] = {}
    for same in by_key.values():
        first: dict[str, int] = {}
        for number, digest in same:
            if number != (one := first.setdefault(digest, number)):
                repeats[number] = one
        if len(first) > 1:
            against.update({number: [n for n in first.values() if n != number] for number in first.values()})
    return repeats, against
