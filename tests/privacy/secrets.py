"""A site with something private in every place that can hold it, each with a mark of its own."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests import builders, people
from verification import confirming, journal, owner_links, publishing, uniting, workflow
from verification import people as core_people
from verification.models import ApiToken, Reviewer, Submission, TakeDown, User
from verification.models.people import OrganisationKind
from verification.sop import CHECKLISTS, Action, Reason


@dataclass
class Secrets:
    """The marks by where they are kept, and the addresses' parts worth trying."""

    marks: dict[str, str] = field(default_factory=dict)
    records: list[UUID] = field(default_factory=list)
    submissions: list[UUID] = field(default_factory=list)
    take_downs: list[int] = field(default_factory=list)
    token: str = ""

    def mark(self, where: str) -> str:
        """A text that stands nowhere else, in letters a search finds."""
        text = f"隐秘{len(self.marks):03d}zqx"
        self.marks[where] = text
        return text

    def phone(self, where: str) -> str:
        """A telephone number that stands nowhere else."""
        number = f"139{len(self.marks):04d}7531"
        self.marks[where] = number
        return number

    def private_fields(self, what: str) -> dict[str, Any]:
        """Marks for the private fields of a need."""
        return {
            "contact_person": self.mark(f"{what}: contact person"),
            "contact_phone": self.phone(f"{what}: contact's telephone"),
            "private_note": self.mark(f"{what}: note to the reviewers"),
        }

    def whole(self, what: str) -> dict[str, Any]:
        """Marks for every text of a need, for one that is not public at all."""
        return self.private_fields(what) | {
            "organisation_name": self.mark(f"{what}: institution") + "医院",
            "delivery_address": self.mark(f"{what}: address"),
            "office_line": self._office(what),
            "remarks": self.mark(f"{what}: remarks"),
            "source_link": f"https://example.org/{self.mark(f'{what}: source')}",
            "lines": [builders.line(note=self.mark(f"{what}: note of a line"))],
        }

    def _office(self, what: str) -> str:
        number = f"027-8{len(self.marks):03d}9753"
        self.marks[f"{what}: office telephone"] = number
        return number


def make(volunteer: User, clerk: User, reviewer: User, other_reviewer: User) -> Secrets:
    """Build it by walking the real workflow."""
    kept = Secrets()
    _published(kept, volunteer, clerk, reviewer, other_reviewer)
    _taken_down(kept, volunteer, clerk, reviewer)
    _united(kept, volunteer, reviewer, other_reviewer)
    _never_public(kept, volunteer, reviewer)
    for user in (volunteer, clerk, reviewer, other_reviewer):
        kept.marks[f"mail address of {user.pseudonym}"] = user.email
    kept.token = core_people.make_token(user=volunteer, name=kept.mark("name of a token"))
    kept.marks["token"] = kept.token
    kept.marks["digest of a token"] = ApiToken.objects.get().digest
    for held in Reviewer.objects.all():
        kept.marks[f"legal name of {held.user.pseudonym}"] = core_people.decrypt(held.legal_name)
        kept.marks[f"legal name of {held.user.pseudonym}, encrypted"] = held.legal_name
    kept.submissions = list(Submission.objects.values_list("uid", flat=True))
    kept.take_downs = list(TakeDown.objects.values_list("pk", flat=True))
    journal.sequence()
    return kept


def _published(kept: Secrets, volunteer: User, clerk: User, reviewer: User, other: User) -> None:
    """A live record of two versions, with notes between reviewers and a correction that waits."""
    first = builders.submit_need(
        clerk, **kept.private_fields("first version"), organisation_name="江城第九医院"
    )
    verified = builders.verify(first, reviewer, note=kept.mark("note at verifying"))
    record = builders.publish(builders.enter(verified, reviewer, note=kept.mark("note at entering")))
    second = builders.submit_need(
        clerk,
        record=record.uid,
        organisation_name="江城第九医院",
        remarks="可送至西门",
        **kept.private_fields("second version"),
    )
    builders.publish(builders.approve(second, reviewer, other))
    builders.submit_need(volunteer, record=record.uid, **kept.whole("waiting correction"))
    publishing.request_withdrawal(
        record.uid,
        by=volunteer,
        reason=Reason.NO_LONGER_TRUE,
        note=kept.mark("note of a request to withdraw"),
    )
    kept.records.append(record.uid)


def _taken_down(kept: Secrets, volunteer: User, clerk: User, reviewer: User) -> None:
    """Two records that are gone: one because it was met, one because it showed something private."""
    met = builders.published_need(
        volunteer, reviewer, organisation_name="江城第六医院", **kept.private_fields("record taken down")
    )
    publishing.take_down(met.uid, by=reviewer, reason=Reason.NEED_MET, note=kept.mark("note at taking down"))
    hidden = builders.published_need(
        volunteer, reviewer, **kept.whole("record that showed something private")
    )
    again = kept.whole("its second version")
    again["organisation_name"] = kept.marks["record that showed something private: institution"] + "医院"
    second = builders.submit_need(volunteer, record=hidden.uid, **again)
    hider = people.make_reviewer("hider", Reviewer.objects.get(user=reviewer).organisation)
    builders.publish(builders.approve(second, reviewer, people.make_reviewer("enterer", _house("核对小组"))))
    publishing.take_down(
        hidden.uid, by=hider, reason=Reason.PRIVATE_IN_PUBLIC, note=kept.mark("note at hiding")
    )
    kept.records += [met.uid, hidden.uid]


def _united(kept: Secrets, volunteer: User, reviewer: User, other: User) -> None:
    """A record that was merged, confirmed and given an owner link, with what was said of it."""
    root, twin = (
        builders.published_need(
            volunteer, reviewer, organisation_name=name, **kept.private_fields(f"record of {name}")
        )
        for name in ("江城第八医院", "江城八院")
    )
    for record, what in ((root, "link of the root"), (twin, "link of the merged")):
        secret, link = owner_links.issue(record.uid, by=reviewer)
        kept.marks |= {what: secret, f"{what}, digest": link.digest}
    word = confirming.ask(root.uid, by=volunteer, note=kept.mark("word of a confirmation"))
    answers = dict.fromkeys(CHECKLISTS[Action.CONFIRM], True) | {"grounds": ["call_back"]}
    note = kept.mark("note at confirming")
    confirming.carry_out(word.pk, by=other, fence=builders.claim(word, other), answers=answers, note=note)
    note = kept.mark("note at merging")
    uniting.merge(twin.uid, into=root.uid, by=reviewer, reason=Reason.SAME_RECORD, note=note)
    kept.records[1:1] = [root.uid, twin.uid]


def _house(name: str):
    return people.make_organisation(name, OrganisationKind.TEAM)


def _never_public(kept: Secrets, volunteer: User, reviewer: User) -> None:
    """What is sent in and comes to nothing, with what was said of it."""
    builders.submit_need(volunteer, **kept.whole("waiting entry"))
    doubtful = builders.submit_need(volunteer, **kept.whole("doubtful entry"))
    fence = builders.claim(doubtful, reviewer)
    workflow.leave_in_doubt(doubtful.pk, by=reviewer, fence=fence, note=kept.mark("note of a doubt"))
    for action, reason in ((Action.RETURN, Reason.UNCLEAR), (Action.REJECT, Reason.FALSE)):
        sent = builders.submit_need(volunteer, **kept.whole(f"entry for {action}"))
        fence = builders.claim(sent, reviewer)
        how = kept.mark(f"how to fix, at {action}")
        workflow.advance([sent.pk], action, by=reviewer, fence=fence, reason=reason, note=how)
    builders.verify(builders.submit_need(volunteer, **kept.whole("verified entry")), reviewer)
    entered = builders.submit_need(volunteer, **kept.whole("approved entry"))
    builders.approve(entered, reviewer)
