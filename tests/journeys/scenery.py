"""A lived-in site: something on every page, in every state the pages know, with a name that is far too long."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests import builders
from verification import confirming, journal, owner_links, people, uniting, workflow
from verification.models import Submission, User
from verification.sop import Reason

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
    doubtful: Submission
    withdrawal: Submission
    merged: UUID
    confirmation: Submission | None
    link: str


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
    uniting.merge(twin.uid, into=record.uid, by=reviewer, reason=Reason.SAME_RECORD)
    owner_links.revoke(owner_links.issue(record.uid, by=reviewer)[1].uid, by=reviewer)
    people.make_token(user=volunteer, name="物资组每日填报脚本")
    scenery = Scenery(
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
        doubtful=doubtful,
        withdrawal=builders.withdrawal_request(stranger, long),
        merged=twin.uid,
        confirmation=confirming.ask(record.uid, by=stranger, note="今天总机说还在收"),
        link=owner_links.issue(record.uid, by=reviewer)[0],
    )
    journal.sequence()
    return scenery
