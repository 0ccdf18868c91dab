"""What there is to ask for, by whose it is: made once, by walking the real workflow.

- `own`: the asker's; `hospital`: about the proven hospital, sent by its clerk; `others`: somebody else's, about
  nobody the register knows; `house`: about a house nobody proved
- `gone`, `merged`: records taken down, and made part of another; `missing`: a number nothing has

What is about people is in `colleagues`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.cache import cache

from supplies.imported import Import
from tests import builders, people
from tests.authorization.roles import ROLES
from tests.supplies import sheet_files
from verification import confirming, journal, leases, owner_links, uniting, workflow
from verification import people as core
from verification.models import ApiToken, Organisation, Public, Submission, TakeDown, User
from verification.models.people import OrganisationKind
from verification.sop import Action, Reason

MISSING = uuid4()
HOSPITAL = "江城第九医院"
HOUSE = "江城某某公司"
# Where a submission stands, or what it asks for.
STANDS = ("collected", "verified", "returned", "worded", "rejected", "withdrawal", "confirmation")
# What everything here says that not everybody may read; what visitors type says other things. In this order: what
# stands in private fields; in what waits or was refused, and whom that is about; legal names; mail addresses of others.
UNPUBLISHED, SENT_BY_OTHERS = "尚未公布", "江城别处"
_FIELDS = ("甄不存", "13800000000", "夜间请打值班电话")
_PRIVATE = (*_FIELDS, UNPUBLISHED, SENT_BY_OTHERS, "Legal Name of", "欧阳某某")
PRIVATE = re.compile("|".join((*_PRIVATE, r"(?:clerk|finder|desk)@people\.example")).encode())


@dataclass
class Things:
    """People by name; submissions by whose and where they stand; the rest by whose."""

    cast: dict[str, User]
    houses: dict[str, Organisation]
    submissions: dict[tuple[str, str], Submission] = field(default_factory=dict)
    records: dict[str, UUID] = field(default_factory=dict)
    imports: dict[str, Import] = field(default_factory=dict)
    take_downs: dict[str, int] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    link_ids: dict[str, UUID] = field(default_factory=dict)
    checks: dict[str, UUID] = field(default_factory=dict)
    grants: dict[str, UUID] = field(default_factory=dict)
    # Secrets of invitations by the name of whom they are for, and the invitation a house may take back.
    invitations: dict[str, str] = field(default_factory=dict)
    invited: dict[str, UUID] = field(default_factory=dict)
    token_id: int = 0
    # What the admin shows, by table.
    rows: dict[str, list[tuple[str, Mapping[str, Any]]]] = field(default_factory=dict)

    def waiting(self) -> list[int]:
        """What a reviewer may hold; one more waits that nobody holds."""
        return [s.pk for s in self.submissions.values() if s.status in ("collected", "verified")]

    def submission(self, whose: str, stands: str, user: User | None) -> Submission | None:
        """The asker's own, or that of whom it is named after; None where there is none of theirs."""
        name = user.email.partition("@")[0] if whose == "own" and user else whose
        return self.submissions.get((name, stands))


_HOUSES: dict[str, tuple[str, OrganisationKind, dict[str, Any]]] = {
    "hospital": (HOSPITAL, OrganisationKind.HOSPITAL, {"place": people.WUHAN, "proven": True}),
    "house": (HOUSE, OrganisationKind.COMPANY, {"place": people.WUHAN}),
    "team": ("江城志愿队", OrganisationKind.TEAM, {"proven": True}),
    "other_team": ("江北志愿队", OrganisationKind.TEAM, {}),
    "alliance": ("核实联盟", OrganisationKind.TEAM, {}),
    "federation": ("信息核查会", OrganisationKind.CHARITY, {}),
    "office": ("协调处", OrganisationKind.CHARITY, {}),
    "council": ("监督会", OrganisationKind.CHARITY, {}),
    # Anybody with an address of ours may join it.
    "academy": ("江城学会", OrganisationKind.CHARITY, {}),
    "mutual": ("江城互助会", OrganisationKind.TEAM, {}),
}
# Who belongs where; who reviews for whom.
_MEMBERS = {
    "team": "sender",
    "other_team": "other_sender",
    "hospital": "clerk member former",
    "house": "unproven",
    "office": "coordinator late_coordinator former_coordinator",
    "council": "chief",
    "mutual": "candidate asking checked house_checked",
}
_HEADS = {"hospital": "head", "mutual": "steward"}
_REVIEWERS = {
    "alliance": "reviewer late_reviewer author_reviewer suspended expired closed reset unarmed colleague was_suspended",
    "hospital": "house_reviewer",
    "federation": "desk holder",
}
_COORDINATORS = ("coordinator", "late_coordinator", "former_coordinator", "chief")


def make_cast(houses: dict[str, Organisation]) -> dict[str, User]:
    """Everybody, each in the house that makes the role, and those who made what there is."""
    nobodies = ("deactivated", "person", "finder", "unconfirmed", "was_closed", *_HEADS.values())
    cast = {name: people.make_person(name) for name in nobodies}
    EmailAddress.objects.filter(user=cast["unconfirmed"]).update(verified=False)
    for house, names in _MEMBERS.items():
        cast |= {name: people.make_member(name, houses[house]) for name in names.split()}
    for house, name in _HEADS.items():
        core.add_member(user=cast[name], organisation=houses[house], by=people.registrar(), is_admin=True)
    for house, names in _REVIEWERS.items():
        cast |= {name: people.make_reviewer(name, houses[house]) for name in names.split()}
    Authenticator.objects.filter(user=cast["unarmed"]).delete()
    cast["superuser"] = people.make_person("superuser", is_staff=True, is_superuser=True)
    for name in _COORDINATORS:
        core.make_coordinator(user=cast[name], by=people.registrar())
    for name in (*_COORDINATORS, "superuser"):
        people.give_factor(cast[name])
    return {name: User.objects.get(pk=user.pk) for name, user in cast.items()}


def make() -> Things:
    """The whole site, but for what is about people."""
    houses = {
        name: people.make_organisation(called, kind, **more) for name, (called, kind, more) in _HOUSES.items()
    }
    things = Things(make_cast(houses), houses)
    _records(things)
    _submissions(things)
    for whose in ("sender", "finder"):
        things.imports[whose] = sheet_files.judged(
            sheet_files.as_csv(
                [
                    *sheet_files.GOOD,
                    sheet_files.row(医院名称="江城第九医院", 防护服="5箱20个", 备注=UNPUBLISHED),
                ]
            ),
            things.cast[whose],
        )
    core.make_token(user=things.cast["sender"], name="填报脚本")
    things.token_id = ApiToken.objects.get(user=things.cast["sender"]).pk
    return things


def settle() -> None:
    """What the machine does after all that."""
    while journal.sequence():
        pass
    cache.clear()


def _records(things: Things) -> None:
    cast, desk = things.cast, things.cast["desk"]

    def published(by: str, name: str, **changes: Any) -> Public:
        return builders.published_need(cast[by], desk, cast["holder"], organisation_name=name, **changes)

    rows = {
        "others": published("finder", "江城第一医院"),
        "hospital": published("clerk", HOSPITAL),
        "house": published("finder", HOUSE),
        "gone": published("finder", "江城第二医院"),
        "merged": published("finder", "江城一院"),
    }
    things.records = {whose: row.uid for whose, row in rows.items()} | {"missing": MISSING}
    for whose in ("others", "hospital", "gone", "revoked"):
        about = rows["others" if whose == "revoked" else whose]
        things.links[whose], link = owner_links.issue(about.uid, by=desk, fresh_factor=True)
        things.link_ids[whose] = link.uid
    owner_links.revoke(things.link_ids["revoked"], by=desk)
    builders.taken_down(desk, rows["gone"])
    uniting.merge(
        rows["merged"].uid, into=rows["others"].uid, by=desk, reason=Reason.SAME_RECORD, fresh_factor=True
    )
    things.take_downs["others"] = TakeDown.objects.get(record=rows["gone"].uid).pk
    for name in ("reviewer", "house_reviewer"):
        gone = published("finder", f"江城{name}医院")
        builders.taken_down(cast[name], gone)
        things.take_downs[name] = TakeDown.objects.get(record=gone.uid).pk


def _submissions(things: Things) -> None:
    """Of everybody one that waits and one that was returned; of some, one at every stand."""
    everywhere = {"sender", "author_reviewer"}
    for name in {role.person for role in ROLES.values() if role.person}:
        stands = STANDS if name in everywhere else ("collected", "returned")
        for stand in stands:
            data = {"organisation_name": f"江城{name}{stand}医院", "remarks": UNPUBLISHED}
            things.submissions[name, stand] = _sent(things, things.cast[name], stand, "others", data)
    for stand in STANDS:
        elsewhere = {"organisation_name": f"{SENT_BY_OTHERS}{stand}医院", "remarks": UNPUBLISHED}
        things.submissions["others", stand] = _sent(things, things.cast["finder"], stand, "others", elsewhere)
        by = things.cast["finder" if stand in ("withdrawal", "confirmation") else "clerk"]
        about: dict[str, Any] = {"organisation_name": HOSPITAL, "remarks": f"{stand}{UNPUBLISHED}"}
        if stand == "verified":  # a second one that is new may be the same as the first
            about["record"] = things.records["hospital"]
        things.submissions["hospital", stand] = _sent(things, by, stand, "hospital", about)
    builders.submit_need(things.cast["finder"], organisation_name="江城无人领取医院", remarks=UNPUBLISHED)


def _sent(things: Things, by: User, stand: str, whose: str, data: dict[str, Any]) -> Submission:
    desk = things.cast["desk"]
    if stand == "worded":
        return _worded(builders.submit_need(by, **data), desk)
    if stand == "returned":
        return builders.returned_need(by, desk, **data)
    if stand == "rejected":
        return builders.rejected_need(by, desk, **data)
    record = Public.objects.get(pk=things.records[whose])
    if stand == "withdrawal":
        return builders.withdrawal_request(by, record)
    if stand == "confirmation":
        asked = confirming.ask(record.uid, by=by, note="今天总机说还在收")
        assert asked
        return asked
    sent = builders.submit_need(by, **data)
    if stand == "verified":
        builders.verify(sent, desk)
        leases.release(sent.pk, by=desk)
        sent.refresh_from_db()
    return sent


def _worded(sent: Submission, desk: User) -> Submission:
    """Returned with a wording to accept."""
    wording = builders.need_payload(organisation_name=sent.payload["organisation_name"], remarks="可送至西门")
    fence = builders.claim(sent, desk)
    return workflow.advance(
        [sent.pk],
        Action.RETURN,
        by=desk,
        fence=fence,
        reason=Reason.UNCLEAR,
        note="请写明",
        data=wording,
    )[0]
