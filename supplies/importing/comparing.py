"""What becomes of a row, as far as lists and earlier submissions say: new, a correction, unchanged, doubtful.

A row is known by its sender and its key: nobody learns, by sending rows, what somebody else's rows say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from supplies.imported import ImportRow, Verdict
from supplies.importing.verdicts import Judged
from verification import likeness, proposals
from verification.kinds import Kind
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
    """What stands already under the keys of some rows."""

    records: Mapping[str, Public] = field(default_factory=dict)
    latest: Mapping[str, Submission] = field(default_factory=dict)
    answered: frozenset[tuple[str, str]] = frozenset()


def look_up(spec: Kind, by: User, rows: Iterable[tuple[str, str]]) -> Known:
    """Records, this person's latest submissions, and rows they answered for before, by (key, digest)."""
    pairs = set(rows)
    keys, source = {key for key, _digest in pairs}, source_of(by)
    named = spec.model._default_manager.filter(source=source, source_key__in=keys)
    uids: dict[UUID, str] = dict(named.values_list("uid", "source_key"))
    publics = Public.objects.filter(pk__in=uids)
    sent = Submission.objects.filter(kind=spec.slug, submitted_by=by, source=source, source_key__in=keys)
    answered = ImportRow.objects.filter(
        batch__by=by,
        batch__kind=spec.slug,
        digest__in={digest for _key, digest in pairs},
        submission__status__in=[*OPEN, Status.PUBLISHED],
    )
    return Known(
        {uids[public.pk]: public for public in publics},
        {row.source_key: row for row in sent.filter(intent__in=_CONTENT).order_by("pk")},
        frozenset(answered.values_list("key", "digest")),
    )


def compare(spec: Kind, judged: Judged, known: Known) -> Verdict:
    """The verdict of a row; adds what is doubtful to its doubts."""
    if judged.errors.told or judged.payload is None:
        return Verdict.REFUSED
    base, latest = known.records.get(judged.key), known.latest.get(judged.key)
    if base is not None and base.state == State.MERGED:
        judged.errors.add("", judged.title, _MERGED)
        return Verdict.REFUSED
    if says_the_same(spec, judged.given, base, latest) or (judged.key, judged.digest) in known.answered:
        if latest is not None and latest.status in (Status.REJECTED, Status.DUPLICATE):
            judged.remarks.add("", judged.title, _REJECTED)
        return Verdict.UNCHANGED
    if base is not None and base.state == State.WITHDRAWN:
        judged.doubts.add("", judged.title, _GONE)
    if judged.doubts.told:
        return Verdict.HELD
    return Verdict.CORRECTION if base is not None or is_open(latest) else Verdict.NEW


def is_open(latest: Submission | None) -> bool:
    """Whether it may still come to something."""
    return latest is not None and latest.status in OPEN


def says_the_same(
    spec: Kind, given: Mapping[str, Any], base: Public | None, latest: Submission | None
) -> bool:
    """Whether sending this would add nothing to what is public and what this person sent last."""
    if base is None and latest is None:
        return False
    try:
        content = proposals.content_of(spec, given, base, owns_source=True)
    except Unchanged:
        # A correction that waits says something else: it is not meant any more.
        return latest is None or not is_open(latest) or latest.intent == Intent.NEW
    except Refused:
        return False
    standing = latest is not None and latest.status not in (Status.WITHDRAWN, Status.PUBLISHED)
    return standing and latest is not None and latest.payload == content["payload"]


def twins(spec: Kind, judged: Judged) -> list[dict[str, str]]:
    """Records a new row may repeat, as doubts and as choices for its sender."""
    assert judged.payload is not None
    found = likeness.hints(spec, judged.payload)
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
