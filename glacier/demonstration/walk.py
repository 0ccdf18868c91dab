"""The demonstration's lists, walked through the real workflow: submitted, verified, entered, published.

Nothing is written past the door. All of it is one transaction: the demonstration is there, or it is not.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from glacier.demonstration import cast, contents
from verification import (
    confirming,
    duplicates,
    in_force,
    kinds,
    leases,
    publishing,
    rehearsing,
    rules,
    ruling,
    workflow,
)
from verification.kinds import Kind
from verification.models import Submission, TakeDown, User
from verification.refusals import Refused
from verification.sop import CHECKLISTS, Action, Ground, Reason

Row = Mapping[str, Any]

_DECIDED: Final = {
    "returned": Action.RETURN,
    "rejected": Action.REJECT,
    "duplicate": Action.MARK_DUPLICATE,
}
# A line for enquiries that cannot be dialled, like all of them.
_ENQUIRIES: Final = "027-90000000"
# Who verifies, who enters.
_PAIRS: Final = {"one": ("one", "one"), "two": ("two", "two"), "both": ("one", "two")}


class Inhabited(Refused):
    """The database belongs to others, who must not find reviewers with a known password among them."""

    code = "inhabited"
    message = _("This database holds people who are not of the demonstration. Start with GLACIER_DEMO=0.")


def load() -> bool:
    """Load the demonstration; False where it is there already. Refused: Inhabited."""
    emails = cast.emails()
    with transaction.atomic():
        duplicates.hold(["demonstration"])
        if User.objects.filter(email=emails[0]).exists():
            return False
        if User.objects.filter(is_robot=False).exists():
            raise Inhabited()
        Walk(cast.enrol()).play()
    return True


Sent = tuple[Row, Submission]


class Walk:
    """One telling of the lists and of what came after."""

    def __init__(self, people: Mapping[str, User]) -> None:
        self.people = people
        self.today = timezone.localdate()
        self.records: dict[str, UUID] = {}
        self.told: dict[str, Row] = {}

    def play(self) -> None:
        """All entries of every list first, in batches; then, one by one, what happened to them.

        While the lists are filled nothing cools off: two people agreed on that, and on the usual rules after it.
        """
        usual = in_force.current()
        self._rule(without_cooling(usual), "首批清单载入期间不设冷静期。", "one", "two")
        self._fill()
        self._rule(rules.content_of(usual), "首批清单已载入，恢复通常的冷静期。", "two", "one")
        for row in contents.read("cooling"):
            self._follow(row)

    def _rule(self, content: rules.Content, reason: str, proposes: str, adopts: str) -> None:
        """Other rules, by two people of two organisations."""
        proposed = ruling.propose(content=content, reason=reason, by=self.people[proposes], fresh_factor=True)
        by, fingerprint = self.people[adopts], proposed.fingerprint
        ruling.adopt(proposed.version, fingerprint=fingerprint, by=by, fresh_factor=True)

    def _fill(self) -> None:
        sent = [
            (row, self._submit(spec, row)) for spec in kinds.every() for row in contents.of_list(spec.slug)
        ]
        public = [(row, s) for row, s in sent if row["ends"] == "published"]
        for row, submission in public:
            name = name_of(submission)
            self.records[name], self.told[name] = submission.record, row
        for some in (public, [(row, s) for row, s in sent if row["ends"] == "verified"]):
            self._review(some)
        publish()
        for row, submission in sent:
            self._end(row, submission)
        for row in contents.read("after"):
            self._follow(row)

    def _submit(self, spec: Kind, row: Row) -> Submission:
        return workflow.submit(kind=spec.slug, data=data_of(spec, row, self.today), by=self.people[row["by"]])

    def _review(self, sent: Sequence[Sent]) -> None:
        """Verify, and enter what shall be public, as few decisions as there are pairs and grounds."""
        groups: dict[tuple[str, Ground, str, str], list[int]] = {}
        for row, submission in sent:
            key = (pair_for(row, submission), ground_of(submission), row["ends"], line_to_call(submission))
            groups.setdefault(key, []).append(submission.pk)
        for (pair, ground, ends, line), ids in groups.items():
            verifier, enterer = (self.people[name] for name in _PAIRS[pair])
            fence = verify(ids, ground, by=verifier, line=line)
            if ends in ("published", "entered"):
                enter(ids, by=enterer, fence=fence if enterer is verifier else None, held_by=verifier)
            else:
                release(ids, by=verifier)

    def _end(self, row: Row, submission: Submission) -> None:
        """Return, reject, mark or withdraw what does not become public."""
        reviewer = self.people[_PAIRS[pair_for(row, submission)][0]]
        if action := _DECIDED.get(row["ends"]):
            reason = row.get("reason", Reason.SAME_RECORD)
            fence = rehearsing.take([submission.pk], by=reviewer)
            note = row.get("how_to_fix", "")
            twin = (
                {submission.pk: {"related": duplicates.twin_of(submission)}}
                if row["ends"] == "duplicate"
                else {}
            )
            workflow.advance(
                [submission.pk], action, by=reviewer, fence=fence, reason=reason, note=note, events=twin
            )
        elif row["ends"] == "withdrawn":
            workflow.advance(
                [submission.pk], Action.WITHDRAW, by=self.people[row["by"]], reason=row["reason"]
            )

    def _follow(self, row: Row) -> None:
        """Something that happened to a published need."""
        record, by = self.records[row["of"]], self.people[row["by"]]
        match row["act"]:
            case "take_down":
                publishing.take_down(record, by=by, reason=row["reason"], note=row["note"], fresh_factor=True)
            case "second_look":
                publishing.second_look(TakeDown.objects.get(record=record).pk, by=by)
            case "ask_to_take_down":
                publishing.request_withdrawal(record, by=by, reason=row["reason"], note=row["note"])
            case "still_true":
                confirming.ask(record, by=by, note=row["note"])
            case "correct":
                self._correct(row, record, by)

    def _correct(self, row: Row, record: UUID, by: User) -> None:
        """A correction; private fields are not sent: whoever corrects cannot see them."""
        spec = kinds.get(row.get("list", "needs"))
        told = {**self.told[row["of"]], **row["changes"]}
        self.told[row["of"]] = told if row["ends"] == "published" else self.told[row["of"]]
        data = {n: value for n, value in data_of(spec, told, self.today).items() if spec.fields[n].public}
        submission = workflow.submit(kind=spec.slug, data=data, by=by, record=record)
        if row["ends"] in ("verified", "entered", "published"):
            self._review([({**row, "reviewed": "both"}, submission)])
            publish()
        else:
            self._end(row, submission)


def name_of(submission: Submission) -> str:
    """What an entry is called by what came after it: needs by their hospital, others with their list."""
    title = kinds.get(submission.kind).facets(submission.payload).title
    return title if submission.kind == "needs" else f"{submission.kind}: {title}"


def data_of(spec: Kind, row: Row, today: date) -> dict[str, Any]:
    """What is sent in: the row's content, its source dated so many days before today."""
    data = {name: row[name] for name in spec.fields if name in row}
    if "source_dated" in spec.fields and "days_ago" in row and row.get("source_link"):
        data["source_dated"] = (today - timedelta(days=row["days_ago"])).isoformat()
    return data


def pair_for(row: Row, submission: Submission) -> str:
    """Who reviews it, unless the row says who; above routine it takes two people of two organisations."""
    return str(row.get("reviewed") or ("both" if submission.risk else "one"))


def ground_of(submission: Submission) -> Ground:
    """The notice where there is one; else the word of the house itself, or a call to it."""
    if submission.payload.get("source_link"):
        return Ground.OFFICIAL_NOTICE
    return Ground.ORGANISATION_STATEMENT if submission.origin == "organisation" else Ground.CALL_BACK


def line_to_call(submission: Submission) -> str:
    """Where its class asks for a call-back: the house's public line, or that of its district."""
    judged = in_force.current().judge(submission.kind, submission.intent, submission.touched)
    line = str(submission.payload.get("office_line") or _ENQUIRIES)
    return line.split("、")[0] if judged.rules.call_back else ""


def without_cooling(usual: rules.Rules) -> rules.Content:
    """The same rules, but for the time between approval and publication."""
    content = rules.content_of(usual)
    for asked in content["classes"].values():
        asked.update(cooling_new=0, cooling_change=0)
    return content


def verify(ids: Sequence[int], ground: Ground, *, by: User, line: str = "") -> int:
    """Take and verify; the fence of the lease. With a call-back on that line, where one is named."""
    fence = rehearsing.take(ids, by=by)
    answers: dict[str, Any] = {**dict.fromkeys(CHECKLISTS[Action.VERIFY], True), "grounds": [ground]}
    if line:
        answers["grounds"] = list(dict.fromkeys([ground, Ground.CALL_BACK]))
        answers["call_back"] = {"at": timezone.now().isoformat(), "line": line}
    workflow.advance(ids, Action.VERIFY, by=by, fence=fence, answers=answers, fresh_factor=True)
    return fence


def enter(ids: Sequence[int], *, by: User, fence: int | None, held_by: User) -> None:
    """Enter under the verifier's own fence, or after she gave them out of her hands."""
    if fence is None:
        release(ids, by=held_by)
        fence = rehearsing.take(ids, by=by)
    answers = dict.fromkeys(CHECKLISTS[Action.ENTER], True)
    workflow.advance(ids, Action.ENTER, by=by, fence=fence, answers=answers, fresh_factor=True)


def release(ids: Sequence[int], *, by: User) -> None:
    """Give all of them back."""
    for pk in ids:
        leases.release(pk, by=by)


def publish() -> None:
    """The machine's step, here and now; what fails in the demonstration is a mistake in it."""
    outcome = publishing.publish_due()
    if outcome.published != outcome.taken:
        raise RuntimeError(f"the demonstration could not be published whole: {outcome}")
