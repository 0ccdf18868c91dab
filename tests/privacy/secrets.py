"""A site with something private in every place that can hold it, each with a mark of its own.

Of every list: a live record of two versions with a correction that waits, a record taken down, one hidden for
what it showed, one merged into the first; entries at every other status; a file that is being imported. Built by
walking the real workflow, many at a time.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from supplies import sheets
from supplies.cells import text_of
from supplies.imported import Import
from tests import builders, people
from tests.privacy.marks import Marks
from tests.supplies import sheet_files
from verification import (
    belonging,
    confirming,
    journal,
    kinds,
    leases,
    owner_links,
    publishing,
    rehearsing,
    sealing,
    uniting,
    vouching,
    workflow,
)
from verification import people as core_people
from verification.kinds import Kind
from verification.models import ApiToken, LegalName, Public, Submission, TakeDown, User
from verification.models.people import OrganisationKind
from verification.sop import CHECKLISTS, Action, Reason

HOSPITAL = "江城第九医院"


@dataclass
class Cast:
    """Two send, four review; `warden` speaks for the hospital and, like `stranger` and `coordinator`, sent nothing."""

    volunteer: User
    clerk: User
    reviewer: User
    other: User
    hider: User
    enterer: User
    warden: User
    stranger: User
    coordinator: User


@dataclass
class Secrets:
    """The marks, and the addresses' parts worth trying, by list."""

    cast: Cast
    marks: Marks = field(default_factory=Marks)
    records: dict[str, list[UUID]] = field(default_factory=dict)
    submissions: dict[str, list[UUID]] = field(default_factory=dict)
    imports: list[Import] = field(default_factory=list)
    take_downs: list[int] = field(default_factory=list)
    links: dict[str, list[str]] = field(default_factory=dict)
    token: str = ""
    invitation: str = ""


def make_cast() -> Cast:
    """Everybody, each in the house that makes the part."""
    hospital = people.make_organisation(HOSPITAL, OrganisationKind.HOSPITAL, place=people.WUHAN, proven=True)
    team = people.make_organisation("江城志愿队", OrganisationKind.TEAM, proven=True)
    houses = [people.make_organisation(name, OrganisationKind.TEAM) for name in ("核实联盟", "信息核查会")]
    return Cast(
        volunteer=people.make_member("volunteer", team),
        clerk=people.make_member("clerk", hospital),
        reviewer=people.make_reviewer("reviewer", houses[0]),
        other=people.make_reviewer("other_reviewer", houses[1]),
        hider=people.make_reviewer("hider", houses[0]),
        enterer=people.make_reviewer("enterer", houses[1]),
        warden=people.make_member("warden", hospital),
        stranger=people.make_person("stranger"),
        coordinator=people.make_coordinator(),
    )


def make() -> Secrets:
    """The whole site."""
    kept = Secrets(make_cast())
    live = _published(kept)
    _corrected(kept, live)
    _taken_down(kept, live)
    _united(kept, live)
    _never_public(kept, live)
    _imported(kept)
    _of_people(kept)
    for slug, kind_records in _by_kind(Public.objects.values_list("kind", "pk")).items():
        kept.records[slug] = kind_records
    kept.submissions = _by_kind(Submission.objects.order_by("pk").values_list("kind", "uid"))
    kept.take_downs = list(TakeDown.objects.values_list("pk", flat=True))
    while journal.sequence():
        pass
    return kept


def _by_kind(pairs: Iterable[tuple[str, UUID]]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {}
    for slug, uid in pairs:
        found.setdefault(slug, []).append(uid)
    return found


# What each list has in public, besides the first record: by what becomes of it.
_FATES = ("live", "met", "hidden", "twin")
Live = dict[tuple[str, str], UUID]


def _send(by: User, spec: Kind, data: dict[str, Any], **more: Any) -> Submission:
    """Whoever corrects a record sends every public field."""
    return workflow.submit(kind=spec.slug, data={**spec.example, **data}, by=by, **more)


def _name(spec: Kind, fate: str) -> dict[str, str]:
    return {"organisation_name": HOSPITAL if fate == "live" else f"江城{fate}{spec.slug}医院"}


def _decide(kept: Secrets, sent: Sequence[Submission], *, verifier: User, enterer: User | None) -> None:
    """Verified, and entered where somebody is named; a few dozen at once, as many as one may hold."""
    steps: list[tuple[Action, User, dict[str, Any]]] = [(Action.VERIFY, verifier, builders.CALLED_ANSWERS)]
    steps += [(Action.ENTER, enterer, builders.ENTER_ANSWERS)] if enterer else []
    for action, by, answers in steps:
        ids = [one.pk for one in sent]
        fence = rehearsing.take(ids, by=by)
        note = kept.marks.text(f"note at {action}")
        workflow.advance(ids, action, by=by, fence=fence, answers=answers, note=note, fresh_factor=True)
        for pk in ids:
            leases.release(pk, by=by)


def _published(kept: Secrets) -> Live:
    """A record for each fate. What is hidden one day showed marks in public."""
    sent: dict[tuple[str, str], Submission] = {}
    for spec in kinds.every():
        for fate in _FATES:
            by = kept.cast.clerk if fate == "live" else kept.cast.volunteer
            what = f"record that is {fate}"
            fill = kept.marks.whole if fate == "hidden" else kept.marks.private
            sent[spec.slug, fate] = _send(by, spec, _name(spec, fate) | fill(spec, what, by))
    _decide(kept, list(sent.values()), verifier=kept.cast.reviewer, enterer=kept.cast.other)
    builders.publish_all()
    return {key: one.record for key, one in sent.items()}


def _corrected(kept: Secrets, live: Live) -> None:
    """Second versions: of what is live by somebody else, of what is hidden by the same."""
    marks, by = kept.marks, kept.cast.volunteer
    sent = []
    for spec in kinds.every():
        for fate in ("live", "hidden"):
            what = f"second version of what is {fate}"
            fill = marks.whole if fate == "hidden" else marks.private
            data = _name(spec, fate) | {"remarks": "可送至西门"} | fill(spec, what, by)
            sent.append(_send(by, spec, data, record=live[spec.slug, fate]))
    _decide(kept, sent, verifier=kept.cast.reviewer, enterer=kept.cast.other)
    builders.publish_all()


def _taken_down(kept: Secrets, live: Live) -> None:
    """Gone: because it was met, and because it showed something private."""
    marks, cast = kept.marks, kept.cast
    for spec in kinds.every():
        secret, link = owner_links.issue(live[spec.slug, "met"], by=cast.reviewer, fresh_factor=True)
        marks.keep(f"{spec.slug}: link of what is gone", secret)
        note = marks.text(f"{spec.slug}: note at taking down through a link")
        confirming.take_down_through_link(link, reason=Reason.NEED_MET, note=note)
        kept.links.setdefault(spec.slug, []).append(secret)
        note = marks.text(f"{spec.slug}: note at hiding")
        hidden = live[spec.slug, "hidden"]
        publishing.take_down(
            hidden, by=cast.hider, reason=Reason.PRIVATE_IN_PUBLIC, note=note, fresh_factor=True
        )


def _united(kept: Secrets, live: Live) -> None:
    """The first record was confirmed; another was merged into it; both have an owner link."""
    marks, cast = kept.marks, kept.cast
    answers = dict.fromkeys(CHECKLISTS[Action.CONFIRM], True) | {"grounds": ["call_back"]}
    for spec in kinds.every():
        root, twin = live[spec.slug, "live"], live[spec.slug, "twin"]
        for record in (root, twin):
            secret, link = owner_links.issue(record, by=cast.reviewer, fresh_factor=True)
            marks.keep(f"{spec.slug}: owner link", secret)
            marks.keep(f"{spec.slug}: digest of an owner link", link.digest)
            kept.links.setdefault(spec.slug, []).append(secret)
        word = marks.text(f"{spec.slug}: word of a confirmation", cast.volunteer)
        asked = confirming.ask(root, by=cast.volunteer, note=word)
        assert asked
        assert asked is not None
        note, fence = marks.text(f"{spec.slug}: note at confirming"), builders.claim(asked, cast.other)
        confirming.carry_out(asked.pk, by=cast.other, fence=fence, answers=answers, note=note)
        note = marks.text(f"{spec.slug}: note at merging")
        uniting.merge(
            twin, into=root, by=cast.reviewer, fresh_factor=True, reason=Reason.SAME_RECORD, note=note
        )


def _never_public(kept: Secrets, live: Live) -> None:
    """What waits, and what comes to nothing, with what was said of it."""
    marks, cast = kept.marks, kept.cast
    decided: dict[bool, list[Submission]] = {False: [], True: []}
    for number, spec in enumerate(kinds.every()):
        root = live[spec.slug, "live"]
        whole = marks.whole(spec, "correction that waits", cast.volunteer)
        correction = _send(cast.volunteer, spec, whole, record=root)
        _doubt(kept, spec, correction)
        note = marks.text(f"{spec.slug}: note of a request to withdraw", cast.volunteer)
        publishing.request_withdrawal(root, by=cast.volunteer, reason=Reason.NO_LONGER_TRUE, note=note)
        by = (cast.volunteer, cast.clerk)[number % 2]
        _send(
            by,
            spec,
            marks.whole(spec, "entry that waits", by),
            note=marks.text(f"{spec.slug}: covering note", by),
        )
        for action, reason in ((Action.RETURN, Reason.UNCLEAR), (Action.REJECT, Reason.FALSE)):
            _send_back(kept, spec, by, action, reason)
        decided[bool(number % 2)].append(_send(by, spec, marks.whole(spec, "entry that was checked", by)))
    _decide(kept, decided[False], verifier=cast.reviewer, enterer=None)
    _decide(kept, decided[True], verifier=cast.reviewer, enterer=cast.other)


def _doubt(kept: Secrets, spec: Kind, sent: Submission) -> None:
    fence, by = builders.claim(sent, kept.cast.reviewer), kept.cast.reviewer
    workflow.leave_in_doubt(
        sent.pk, by=by, fence=fence, note=kept.marks.text(f"{spec.slug}: note of a doubt")
    )


def _send_back(kept: Secrets, spec: Kind, by: User, action: Action, reason: Reason) -> None:
    """Returned with a wording to accept, or rejected: the sender is told how to put it right."""
    marks, reviewer = kept.marks, kept.cast.reviewer
    sent = _send(by, spec, marks.whole(spec, f"entry for {action}", by))
    wording = None
    if action == Action.RETURN:
        wording = {**spec.example, **marks.whole(spec, "proposed wording", by)}
    workflow.advance(
        [sent.pk],
        action,
        by=reviewer,
        fence=builders.claim(sent, reviewer),
        reason=reason,
        note=marks.text(f"{spec.slug}: how to fix, at {action}", by),
        data=wording,
    )


def _imported(kept: Secrets) -> None:
    """A file for each list: a clean row, one that is refused, and two that contradict each other."""
    for number, spec in enumerate(kinds.every()):
        # Nobody has more than a few files open.
        by = (kept.cast.volunteer, kept.cast.clerk)[number % 2]
        name = f"{kept.marks.text(f'{spec.slug}: name of a file', by)}.csv"
        batch = sheet_files.judged(_file(kept, spec, by), by, kind=spec.slug, name=name)
        assert batch.stage == "ready", (spec.slug, batch.problem)
        kept.imports.append(batch)


def _file(kept: Secrets, spec: Kind, by: User) -> bytes:
    rows: list[Any] = []
    for what in ("clean", "refused", "held", "against it"):
        told = kept.marks.whole(spec, f"row that is {what}", by)
        told.pop("as_written", None)
        payload = spec.clean({**spec.example, **told})
        if what == "against it":
            payload["organisation_name"] = rows[-1]["name"]
        row = {h: text_of(cell) for h, cell in sheets.written(spec, payload).items()}
        rows.append({"name": payload["organisation_name"], "row": row})
        if what == "refused":
            needed = next(c.header for c in sheets.columns_of(spec) if c.needed)
            row[needed] = ""
    headers = list(dict.fromkeys(header for one in rows for header in one["row"]))
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, [*headers, kept.marks.text(f"{spec.slug}: header", by)])
    writer.writeheader()
    writer.writerows(one["row"] for one in rows)
    return file.getvalue().encode()


def _of_people(kept: Secrets) -> None:
    """What is known of people themselves."""
    cast, marks = kept.cast, kept.marks
    for user in vars(cast).values():
        marks.keep(f"mail address of {user.pseudonym}", user.email, user)
    name = marks.text("name of a token", cast.volunteer)
    kept.token = core_people.make_token(user=cast.volunteer, name=name)
    marks.keep("token", kept.token)
    marks.keep("digest of a token", ApiToken.objects.get().digest)
    team = cast.volunteer.memberships.get().organisation
    core_people.add_member(user=cast.enterer, organisation=team, by=people.registrar(), is_admin=True)
    address = "invited-nurse@people.example"
    marks.keep("address invited", address, cast.enterer)
    kept.invitation, _made = belonging.invite(organisation=team, email=address, by=cast.enterer)
    vouching.ask(by=cast.volunteer, organisation=team, legal_name="将被核实者")
    for held in LegalName.objects.select_related("of__user"):
        marks.keep(f"legal name of {held.of.user.pseudonym}", sealing.decrypt(held.sealed))
        marks.keep(f"legal name of {held.of.user.pseudonym}, encrypted", held.sealed)
    for public in Public.objects.all():
        for digest in (token for token in public.tokens if token.startswith("~")):
            marks.keep("digest of a trait", digest)
