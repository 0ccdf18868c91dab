"""A lived-in site: something on every page, in every state the pages know, with a name that is far too long."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from supplies.imported import Import
from supplies.importing import imports
from tests import builders
from tests.people import registrar
from tests.supplies.sheet_files import GOOD, as_csv, row, work
from verification import (
    belonging,
    confirming,
    granting,
    journal,
    kinds,
    owner_links,
    people,
    publishing,
    uniting,
    vouching,
    workflow,
)
from verification.models import Submission, User
from verification.sop import Action, Reason

LONG = (
    "湖北省江城市经济技术开发区第一人民医院（江城市传染病医院、江城大学附属第一临床学院）"
    "新冠肺炎定点救治分院南区急诊医学部物资保障组"
)


@dataclass(frozen=True)
class Scenery:
    """What there is to look at."""

    record: UUID
    long: UUID
    gone: UUID
    hidden: UUID
    returned: Submission
    rejected: Submission
    waiting: Submission
    correction: Submission
    # Its address is changed: the one was published lately, the other cools off.
    moved: UUID
    cooling: Submission
    doubtful: Submission
    withdrawal: Submission
    merged: UUID
    confirmation: Submission | None
    link: str
    # Of people: an invitation, an organisation with an admin, a name to check, somebody something is proposed about.
    invitation: str
    house: UUID
    check: UUID
    person: int
    # Of every list: a published record, and an entry that waits, brought by a sheet.
    records: Mapping[str, UUID]
    entries: Mapping[str, Submission]
    imports: list[Import]


def make(volunteer: User, stranger: User, reviewer: User, other_reviewer: User) -> Scenery:
    """Build it, by walking the real workflow."""
    fields: dict[str, Any] = {
        "standard": "GB 19083-2010",
        "stock": 0,
        "daily_use": 12_000,
        "note": "请附检验报告",
    }
    first = builders.published_need(
        volunteer,
        reviewer,
        organisation_name="江城第五医院",
        lines=[builders.line(**fields)],
        urgency="critical",
    )
    record = builders.published_need(
        volunteer,
        reviewer,
        record=first.uid,
        organisation_name="江城第五医院",
        lines=[builders.line(amount="8000个", **fields)],
    )
    long = builders.published_need(
        stranger,
        reviewer,
        organisation_name=LONG,
        place="422825",
        lines=[
            builders.line(item, "12345678901件", note=LONG[:60])
            for item in ("n95-mask", "goggles", "isolation-gown")
        ],
        delivery_address=LONG * 2,
        remarks="\n".join([LONG] * 3),
    )
    gone = builders.taken_down(
        reviewer, builders.published_need(volunteer, reviewer, organisation_name="江城第六医院")
    )
    hidden = builders.taken_down(
        reviewer,
        builders.published_need(volunteer, reviewer, organisation_name="江城第七医院"),
        reason=Reason.PRIVATE_IN_PUBLIC,
    )
    doubtful = builders.submit_need(stranger, organisation_name="江城第八医院", source_link="")
    workflow.leave_in_doubt(
        doubtful.pk, by=reviewer, fence=builders.claim(doubtful, reviewer), note="总机无人接听，已留言"
    )
    twin = builders.published_need(volunteer, reviewer, organisation_name="江城五院", remarks="送东门")
    uniting.merge(twin.uid, into=record.uid, by=reviewer, fresh_factor=True, reason=Reason.SAME_RECORD)
    owner_links.revoke(owner_links.issue(record.uid, by=reviewer, fresh_factor=True)[1].uid, by=reviewer)
    people.make_token(user=volunteer, name="物资组每日填报脚本")
    moved, cooling = _moved(volunteer, reviewer, other_reviewer)
    records, entries = _every_list(volunteer, stranger, reviewer, other_reviewer)
    scenery = Scenery(
        **_people(volunteer, stranger, reviewer, other_reviewer),
        records=records,
        entries=entries,
        imports=_imports(volunteer),
        record=record.uid,
        long=long.uid,
        gone=gone.uid,
        hidden=hidden.uid,
        returned=builders.returned_need(volunteer, reviewer, organisation_name="江城第十医院"),
        rejected=builders.rejected_need(volunteer, reviewer, organisation_name="江城第十一医院"),
        waiting=builders.submit_need(stranger, organisation_name=LONG + "二"),
        correction=builders.submit_need(
            volunteer,
            record=record.uid,
            organisation_name="江城第五医院",
            lines=[builders.line("goggles", "10副", no=1), builders.line("isolation-gown", "越多越好")],
            delivery_address="江城区长堤路3号",
        ),
        moved=moved,
        cooling=cooling,
        doubtful=doubtful,
        withdrawal=builders.withdrawal_request(stranger, long),
        merged=twin.uid,
        confirmation=confirming.ask(record.uid, by=stranger, note="今天总机说还在收"),
        link=owner_links.issue(record.uid, by=reviewer, fresh_factor=True)[0],
    )
    journal.sequence()
    return scenery


def _people(volunteer: User, stranger: User, reviewer: User, other_reviewer: User) -> dict[str, Any]:
    """A house with an admin and invitations, a name to check, and things that wait for another person."""
    house = volunteer.memberships.get().organisation
    people.add_member(user=other_reviewer, organisation=house, by=registrar(), is_admin=True)
    secret, _made = belonging.invite(organisation=house, email="nurse@people.example", by=other_reviewer)
    check = vouching.ask(by=volunteer, organisation=house, legal_name="欧阳某某")
    granting.propose(Action.RESET_FACTOR, by=reviewer, person=stranger, fresh_factor=True)
    return {"invitation": secret, "house": house.uid, "check": check.uid, "person": stranger.pk}


def _moved(volunteer: User, reviewer: User, other_reviewer: User) -> tuple[UUID, Submission]:
    """A need whose delivery address was changed, and is going to be changed once more."""
    name: dict[str, Any] = {"organisation_name": "江城第十二医院"}
    first = builders.published_need(volunteer, reviewer, **name)
    builders.published_need(
        volunteer, reviewer, other_reviewer, record=first.uid, delivery_address="江城区长堤路5号东门", **name
    )
    again = builders.submit_need(volunteer, record=first.uid, delivery_address="江城区新路8号", **name)
    return first.uid, builders.approve(again, reviewer, other_reviewer)


def _every_list(
    volunteer: User, stranger: User, reviewer: User, other_reviewer: User
) -> tuple[dict[str, UUID], dict[str, Submission]]:
    """The example of each list, published; and once more, out of a sheet, waiting beside it."""
    records, entries = {}, {}
    for spec in kinds.every():
        sent = workflow.submit(kind=spec.slug, data=spec.example, by=volunteer)
        builders.cool_off(builders.approve(sent, reviewer, other_reviewer))
        as_written = {"名称": LONG, "数量": "若干", "联系人": [{"name": "甄不存", "tel": "13800000000"}]}
        data = {**spec.example, "as_written": as_written, "remarks": LONG}
        entries[spec.slug] = workflow.submit(kind=spec.slug, data=data, by=stranger)
        records[spec.slug] = sent.record
    publishing.publish_due()
    return records, entries


def _imports(by: User) -> list[Import]:
    """Sheets: one with a verdict of each sort, one that is refused as a file, one at work."""
    doubtful = [row(医院名称="江城第九医院", 防护服="5箱20个"), row(医院名称="", 医院地址="无名路9号")]
    contents = [as_csv([*GOOD, *doubtful]), b"{}", as_csv(GOOD)]
    received = [
        imports.receive(
            kind="needs", file_name="表.csv", content=content, by=by, language="zh-hans", ring_bell=False
        )
        for content in contents
    ]
    return [*map(work, received[:2]), received[2]]
