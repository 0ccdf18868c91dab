"""What people, the machine, time and accidents may do: each kind of move by itself, to be put together."""

from datetime import timedelta
from types import SimpleNamespace

from django.utils import timezone
from hypothesis import strategies as st

from tests import builders
from tests.machine.promises import HOLDS, LAW, Broken
from tests.machine.stage import NAMES, Stage, move, work_through
from verification import (
    confirming,
    drawing,
    publishing,
    rehearsing,
    uniting,
    workflow,
)
from verification.models import (
    Lease,
    Public,
    Submission,
    TakeDown,
)
from verification.sop import CHECKLISTS, REASONS, Action, Intent, Origin, Reason, State

CHANGES = [
    {"remarks": "送西门"},
    {"remarks": "可送至东门"},
    {"urgency": "critical"},
    {"office_line": "027-85550199"},
    {"delivery_address": "江城区新路1号"},
    {"lines": [builders.line(amount="8个")]},
    {"lines": [builders.line("goggles", "若干"), builders.line("face-shield", "5-9个")]},
]
# The law as it was when this was read: a rule that somebody bends later bends only itself.
LISTS, WHY = dict(CHECKLISTS), dict(REASONS)
ELSEWHERE = (Action.SUBMIT, Action.PUBLISH, Action.SEND_BACK, Action.TAKE_DOWN, Action.CONFIRM)
STEPS = [action for action in LAW if action not in ELSEWHERE]
# What its sender may do: tried by them every other time.
THEIRS = (Action.EDIT, Action.RESUBMIT, Action.REBASE, Action.WITHDRAW)
CONTENT = (Action.EDIT, Action.RESUBMIT, Action.REBASE)
ANYBODY, ROW = st.integers(0, 9), st.integers(0, 19)
REVIEWERS, COORDINATORS = st.integers(3, 7), st.integers(8, 9)
# Mostly those who may, so that things get somewhere.
DECIDER = st.one_of(REVIEWERS, REVIEWERS, REVIEWERS, ANYBODY)
RULER = st.one_of(REVIEWERS, COORDINATORS, ANYBODY)
CHANGE = st.sampled_from(CHANGES)
USUALLY = st.sampled_from([True, True, True, False])
LETTING_THROUGH = st.sampled_from([Action.VERIFY, Action.ENTER])


class Sending(Stage):
    """Whoever knows something sends it in."""

    @move(5, who=ANYBODY, name=st.sampled_from(NAMES), change=CHANGE)
    def submit(self, who, name, change):
        self.attempt(lambda: builders.submit_need(self.people[who], organisation_name=name, **change))

    @move(3, who=ANYBODY, number=ROW, change=CHANGE)
    def correct(self, who, number, change):
        self.send_correction(who, number, change)

    def send_correction(self, who, number, change):
        record = self.one(Public, number)
        changed = {"organisation_name": record.title or NAMES[0], **change}
        self.attempt(lambda: builders.submit_need(self.people[who], record=record.uid, **changed))

    @move(4, who=ANYBODY, number=ROW)
    def correct_the_address(self, who, number):
        """As dangerous as it gets: things would go somewhere else."""
        self.send_correction(who, number, {"delivery_address": f"江城区新路{number}号"})

    @move(3, who=ANYBODY, row=st.sampled_from("ab"), name=st.sampled_from(NAMES), change=CHANGE)
    def bring_a_sheet(self, who, row, name, change):
        """What comes from a source comes under its key; it proposes, and replaces nothing."""
        data = builders.need_payload(organisation_name=name, **change)
        came = {"origin": Origin.IMPORT, "source": "sheet-1", "source_key": row}
        self.attempt(lambda: workflow.submit(kind="needs", data=data, by=self.people[who], **came))

    @move(who=ANYBODY, number=ROW)
    def ask_to_withdraw(self, who, number):
        record, asked = self.one(Public, number), {"by": self.people[who], "reason": Reason.NEED_MET}
        self.attempt(lambda: publishing.request_withdrawal(record.uid, **asked))

    @move(who=ANYBODY, number=ROW)
    def say_it_is_still_true(self, who, number):
        record = self.one(Public, number)
        self.attempt(lambda: confirming.ask(record.uid, by=self.people[who]))


class Deciding(Stage):
    """Steps, by anybody, in any order; drawn, directed, or as a part that is played."""

    def fitting(self, action, number):
        """A submission that stands where the action starts, if there is one; now and then any."""
        sources = LAW[action]["sources"]
        fits = self.one(Submission, number, status__in=sources) if number < 18 else None
        return fits or self.one(Submission, number)

    def given(self, action, submission, change, fence, *, fresh=True, calls=True):
        """All that a step may bring, in order."""
        called = {"grounds": ["call_back"], "call_back": builders.call_back()}
        called = called if calls else {"grounds": ["document_seen"]}
        given = {
            "fence": fence,
            "answers": dict.fromkeys(LISTS.get(action, ()), True) | called,
            "reason": next(iter(WHY.get(action, [""]))),
            "note": "请补充",
            "fresh_factor": fresh,
        }
        if action in CONTENT:
            name = submission.payload.get("organisation_name", NAMES[0])
            given["data"] = builders.correction_payload(organisation_name=name, **change)
        if action == Action.MARK_DUPLICATE:
            given["events"] = {submission.pk: {"related": self.one(Public, 0).uid}}
        return given

    @move(8, who=DECIDER, number=ROW, action=st.sampled_from(STEPS), change=CHANGE, fresh=USUALLY)
    def step(self, who, number, action, change, fresh):
        self.take_step(action, who, number, change, fresh=fresh)

    @move(5, who=DECIDER, number=ROW, fresh=USUALLY, calls=USUALLY)
    def verify(self, who, number, fresh, calls):
        self.take_step(Action.VERIFY, who, number, {}, fresh=fresh, calls=calls)

    @move(6, who=DECIDER, number=ROW, fresh=USUALLY)
    def enter(self, who, number, fresh):
        self.take_step(Action.ENTER, who, number, {}, fresh=fresh)

    @move(3, who=REVIEWERS, number=ROW, action=st.sampled_from([Action.RETURN, Action.REJECT, Action.EDIT]))
    def object(self, who, number, action):
        self.take_step(action, who, number, CHANGES[number % len(CHANGES)])

    def take_step(self, action, who, number, change, *, fresh=True, calls=True):
        submission = self.fitting(action, number)
        by = submission.submitted_by if action in THEIRS and number % 2 else self.people[who]
        fence = self.claimed(submission, by)
        self.decide(
            action, submission, by, **self.given(action, submission, change, fence, fresh=fresh, calls=calls)
        )

    @move(10, first=REVIEWERS, second=st.one_of(st.none(), REVIEWERS, REVIEWERS), number=ROW)
    def see_through(self, first, second, number):
        """Verified by one, entered by another or the same."""
        self.take_step(Action.VERIFY, first, number, {})
        Lease.objects.all().delete()
        self.take_step(Action.ENTER, first if second is None else second, number, {})

    @move(4, who=DECIDER, luck=ROW, action=LETTING_THROUGH, decides=USUALLY)
    def draw(self, who, luck, action, decides):
        """What chance hands out is decided on, or left lying."""
        by, chance = self.people[who], SimpleNamespace(choice=lambda among: among[luck % len(among)])
        drawn = self.attempt(lambda: drawing.draw(by=by, chance=chance))
        if drawn and decides:
            given = self.given(action, drawn.submission, {}, drawn.fence)
            self.decide(action, drawn.submission, by, **given)

    @move(who=DECIDER, luck=ROW)
    def draw_together(self, who, luck):
        """All that is alike is decided on at once."""
        by, chance = self.people[who], SimpleNamespace(choice=lambda among: among[luck % len(among)])
        drawn = self.attempt(lambda: drawing.draw(by=by, chance=chance))
        found = drawn and self.attempt(lambda: drawing.together(drawn.submission.pk, by=by))
        if found:
            rows, fence = found
            given = self.given(Action.VERIFY, drawn.submission, {}, fence)
            self.attempt(lambda: workflow.advance([row.pk for row in rows], Action.VERIFY, by=by, **given))

    @move(who=RULER, to=DECIDER, number=ROW, action=LETTING_THROUGH)
    def direct(self, who, to, number, action):
        """A coordinator's word; whom it was handed to takes it up."""
        self.hand_over(self.fitting(action, number), action, who, to)

    @move(who=COORDINATORS, one=REVIEWERS, other=REVIEWERS, number=ROW)
    def direct_both(self, who, one, other, number):
        """A coordinator would like to choose both."""
        submission = self.fitting(Action.VERIFY, number)
        self.hand_over(submission, Action.VERIFY, who, one)
        Lease.objects.all().delete()
        self.hand_over(submission, Action.ENTER, who, other)

    def hand_over(self, submission, action, who, to):
        by, theirs = self.people[who], self.people[to]
        told = {"to": theirs, "by": by, "reason": Reason.MUST_NOT_WAIT}
        self.attempt(lambda: drawing.direct([submission.pk], **told))
        held = Lease.objects.filter(submission=submission, holder=theirs, given="directed").first()
        if held:
            submission.refresh_from_db()
            given = self.given(action, submission, {}, held.fence)
            self.decide(action, submission, theirs, **given)

    @move(who=REVIEWERS, number=ROW, action=LETTING_THROUGH)
    def decide_on_anything(self, who, number, action):
        """The steps that lead to the public, where they are not due."""
        submission, by = self.one(Submission, number), self.people[who]
        given = self.given(action, submission, {}, self.claimed(submission, by))
        self.decide(action, submission, by, **given)

    @move(who=REVIEWERS)
    def hoard(self, who):
        """All that waits, for one."""
        waiting = list(Submission.objects.waiting().order_by("pk").values_list("pk", flat=True))
        Lease.objects.all().delete()
        self.attempt(lambda: rehearsing.take(waiting[: HOLDS + 1], by=self.people[who]))

    @move(who=REVIEWERS, number=ROW)
    def leave_in_doubt(self, who, number):
        submission, by = self.one(Submission, number), self.people[who]
        fence = self.claimed(submission, by)
        if fence:
            self.attempt(lambda: workflow.leave_in_doubt(submission.pk, by=by, fence=fence, note="查不到"))

    @move(2, first=st.integers(3, 6), enter=USUALLY, publish=st.booleans())
    def work_through_what_waits(self, first, enter, publish):
        work_through(self.people, first, enter=enter)
        if publish:
            self.publish_due()


class Cheating(Deciding):
    """What must be refused, whoever tries it and however things stand."""

    @move(who=REVIEWERS, number=ROW, action=LETTING_THROUGH)
    def decide_too_late(self, who, number, action):
        """The lease ran out while the page was open."""
        submission = self.fitting(action, number)
        by = submission.submitted_by if action in THEIRS and number % 2 else self.people[who]
        fence = self.claimed(submission, by)
        Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
        given = self.given(action, submission, {}, fence)
        step = lambda: workflow.advance([submission.pk], action, by=by, **given)  # noqa: E731
        self.refused(step, because="an expired lease decides nothing")

    @move(who=REVIEWERS, other=REVIEWERS, number=ROW, action=LETTING_THROUGH)
    def decide_under_another_lease(self, who, other, number, action):
        """Somebody else holds it, or it was taken over since: the old fence decides nothing."""
        submission, by = self.fitting(action, number), self.people[who]
        fence = self.claimed(submission, self.people[other]) if other != who else self.claimed(submission, by)
        given = self.given(action, submission, {}, fence if other != who else (fence or 0) - 1)
        step = lambda: workflow.advance([submission.pk], action, by=by, **given)  # noqa: E731
        self.refused(step, because="a decision presents the live fence of its lease")

    @move(who=REVIEWERS, number=ROW, action=LETTING_THROUGH)
    def leave_a_question_open(self, who, number, action):
        submission, by = self.fitting(action, number), self.people[who]
        given = self.given(action, submission, {}, self.claimed(submission, by))
        given["answers"][next(iter(LISTS[action]))] = False
        step = lambda: workflow.advance([submission.pk], action, by=by, **given)  # noqa: E731
        self.refused(step, because="checklists are answered, and grounds are named")

    @move(who=ANYBODY, number=ROW)
    def publish_by_hand(self, who, number):
        submission, by = self.fitting(Action.PUBLISH, number), self.people[who]
        step = lambda: workflow.advance([submission.pk], Action.PUBLISH, by=by, fresh_factor=True)  # noqa: E731
        self.refused(step, because="publishing is the machine's")

    @move(who=REVIEWERS, number=ROW, action=st.sampled_from([Action.RETURN, Action.REJECT]))
    def send_back_without_a_reason(self, who, number, action):
        submission, by = self.fitting(action, number), self.people[who]
        given = self.given(action, submission, {}, self.claimed(submission, by)) | {"reason": ""}
        step = lambda: workflow.advance([submission.pk], action, by=by, **given)  # noqa: E731
        self.refused(step, because="reasons are given")


class Publishing(Deciding):
    """The machine's part, and what takes a record away or brings it back."""

    @move(6)
    def publish(self):
        self.publish_due()

    @move()
    def rerender(self):
        uids = list(Public.objects.values_list("pk", flat=True))
        self.attempt(lambda: publishing.rerender(uids, reason="renderer 2"))

    @move(2, who=DECIDER, number=ROW, reason=st.sampled_from(WHY[Action.TAKE_DOWN]))
    def take_down(self, who, number, reason):
        record, how = self.one(Public, number), {"reason": reason, "fresh_factor": True}
        self.attempt(lambda: publishing.take_down(record.uid, by=self.people[who], **how))

    @move(3, number=ROW, who=REVIEWERS, fresh=USUALLY)
    def carry_out(self, number, who, fresh):
        """What somebody asked for is done: a record is taken down, or found to be still true."""
        wishes = [Intent.WITHDRAWAL, Intent.CONFIRMATION]
        request, by = self.one(Submission, number, intent__in=wishes, status="collected"), self.people[who]
        if request is None:
            return
        how = {"by": by, "fence": self.claimed(request, by), "fresh_factor": fresh}
        if request.intent == Intent.WITHDRAWAL:
            down = {"reason": Reason.NEED_MET, "submission_id": request.pk, **how}
            self.attempt(lambda: publishing.take_down(request.record, **down))
        else:
            answers = self.given(Action.CONFIRM, request, {}, None)["answers"]
            self.attempt(lambda: confirming.carry_out(request.pk, answers=answers, **how))

    @move(2, number=ROW, who=DECIDER)
    def look_again(self, number, who):
        """The second look at what was taken down or merged."""
        if found := self.one(TakeDown, number):
            self.attempt(lambda: publishing.second_look(found.pk, by=self.people[who]))

    @move(3, one=ROW, other=ROW, who=DECIDER, fresh=USUALLY)
    def merge(self, one, other, who, fresh):
        row, root = self.one(Public, one, state=State.LIVE), self.one(Public, other)
        told = {"by": self.people[who], "reason": Reason.SAME_RECORD, "fresh_factor": fresh}
        if row:
            done = self.attempt(lambda: uniting.merge(row.pk, into=root.pk, **told))
            self.refuse_unless(fresh, done)

    @move(3, number=ROW, who=DECIDER, fresh=USUALLY)
    def unmerge(self, number, who, fresh):
        row = self.one(Public, number, state=State.MERGED)
        told = {"by": self.people[who], "reason": Reason.MISTAKE, "fresh_factor": fresh}
        if row:
            done = self.attempt(lambda: uniting.unmerge(row.pk, **told))
            self.refuse_unless(fresh, done)

    @staticmethod
    def refuse_unless(fresh, done):
        if done and not fresh:
            raise Broken("the gravest steps ask for a factor used a moment ago", done)
