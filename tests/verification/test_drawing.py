"""The drawing: nobody chooses whom to approve; a coordinator may hand over, and everybody can read it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from tests import builders, people
from tests.fingerprints import refused
from verification import drawing, history, inbox, leases, presenting, rehearsing, workflow
from verification import people as core_people
from verification.models import Event, Handing, Lease, User
from verification.refusals import (
    DirectedToOneself,
    LeaseTaken,
    NotHanded,
    NothingWaits,
    NotReviewer,
    OtherStepDirected,
    OutsiderNeeded,
    OwnOrganisation,
    OwnSubmission,
    ReasonMissing,
    SecondPersonNeeded,
    TooManyPutBack,
)
from verification.refused_people import NotCoordinator
from verification.sop import Action, Given, Reason, Risk

WHY = Reason.KNOWS_THE_MATTER


class Told:
    """Chance that gives what one wants, where it may be given at all."""

    def __init__(self, *wanted):
        self.wanted = {one.pk for one in wanted}
        self.offered = []

    def choice(self, among):
        self.offered = [one.pk for one in among]
        return next(one for one in among if one.pk in self.wanted)


def needs(by, number, **changes):
    return [builders.submit_need(by, organisation_name=f"江城第{n}医院", **changes) for n in range(number)]


def standing(user):
    return core_people.standing(user, now=timezone.now())


def a_correction(volunteer, reviewer, name="江城甲医院", **changes):
    """Sensitive, unless something dangerous is changed."""
    record = builders.published_need(volunteer, reviewer, organisation_name=name)
    changed = {"office_line": "027-85550199"} | changes
    return builders.submit_need(volunteer, record=record.uid, organisation_name=name, **changed)


def put_back(reviewer, number):
    for _turn in range(number):
        drawn = drawing.draw(by=reviewer)
        leases.release(drawn.submission.pk, by=reviewer)


def test_draw_hands_over_one_that_waits_and_writes_it_down(volunteer, reviewer):
    (sent,) = needs(volunteer, 1)
    drawn = drawing.draw(by=reviewer)
    lease, handing = Lease.objects.get(), Handing.objects.get()
    assert (drawn.submission, lease.holder, lease.fence, lease.given) == (
        sent,
        reviewer,
        drawn.fence,
        Given.DRAWN,
    )
    assert (handing.reviewer, handing.submission, handing.given, handing.by) == (
        reviewer,
        sent,
        Given.DRAWN,
        None,
    )
    builders.verify(sent, reviewer, fence=drawn.fence)
    with refused(NothingWaits):
        drawing.draw(by=reviewer)


def test_draw_is_among_a_window_of_the_highest_class(volunteer, reviewer, other_reviewer, monkeypatch):
    monkeypatch.setattr(drawing, "WINDOW", 3)
    grave = a_correction(volunteer, reviewer)
    waiting = needs(volunteer, 5)
    chance = Told(grave)
    drawing.draw(by=reviewer, chance=chance)
    assert chance.offered == [grave.pk]
    chance = Told(waiting[2])
    assert drawing.draw(by=other_reviewer, chance=chance).submission == waiting[2]
    assert chance.offered == [one.pk for one in waiting[:3]]


def test_draw_is_by_chance(volunteer, reviewer, monkeypatch):
    monkeypatch.setattr(drawing, "PUT_BACK", 100)
    monkeypatch.setattr(drawing, "UNDECIDED", 100)
    waiting = needs(volunteer, 5)
    found = set()
    for _turn in range(40):
        with transaction.atomic():
            found.add(drawing.draw(by=reviewer).submission.pk)
            transaction.set_rollback(True)
    assert found == {one.pk for one in waiting}


def test_draw_is_of_the_step_that_is_named(volunteer, reviewer, other_reviewer):
    first, second = needs(volunteer, 2)
    builders.verify(first, reviewer)
    Lease.objects.all().delete()
    assert drawing.draw(by=other_reviewer, step="enter").submission == first
    assert drawing.draw(by=other_reviewer, step="verify").submission == second


def test_draw_leaves_conflicts_out_as_the_inbox_does(volunteer, reviewer, other_reviewer, hospital, alliance):
    insider = people.make_reviewer("insider", alliance)
    core_people.add_member(user=insider, organisation=hospital, by=people.registrar())
    own = builders.submit_need(reviewer)
    about = builders.submit_need(volunteer, organisation_name=hospital.name)
    assert drawing.window(standing(reviewer)) == [about]
    assert drawing.window(standing(insider)) == [own]
    assert drawing.window(standing(other_reviewer)) == [own, about]
    grave = a_correction(volunteer, reviewer, delivery_address="江城区新路1号")
    builders.verify(grave, reviewer)
    colleague = people.make_reviewer("colleague", alliance)
    assert grave not in drawing.window(standing(colleague))
    assert drawing.window(standing(other_reviewer)) == [grave]


@pytest.mark.parametrize("who", ["volunteer", "coordinator", "clerk"])
def test_draw_is_for_reviewers(request, volunteer, who):
    needs(volunteer, 1)
    with refused(NotReviewer):
        drawing.draw(by=request.getfixturevalue(who))


def test_what_was_put_back_is_not_drawn_again_for_a_while(volunteer, reviewer, other_reviewer):
    first, second = needs(volunteer, 2)
    drawing.draw(by=reviewer, chance=Told(first))
    leases.release(first.pk, by=reviewer)
    assert drawing.draw(by=reviewer).submission == second
    Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
    with refused(NothingWaits):
        drawing.draw(by=reviewer)
    assert len(drawing.window(standing(other_reviewer))) == 2


def test_who_puts_back_again_and_again_is_handed_nothing_more(volunteer, reviewer, other_reviewer):
    needs(volunteer, 8)
    put_back(reviewer, drawing.PUT_BACK)
    with refused(TooManyPutBack):
        drawing.draw(by=reviewer)
    drawing.draw(by=other_reviewer)


def test_what_is_held_and_not_decided_counts_too(volunteer, reviewer):
    """Else somebody would draw many, and decide those she likes."""
    needs(volunteer, 8)
    drawn = [drawing.draw(by=reviewer) for _turn in range(drawing.PUT_BACK)]
    with refused(TooManyPutBack):
        drawing.draw(by=reviewer)
    builders.verify(drawn[0].submission, reviewer, fence=drawn[0].fence)
    drawing.draw(by=reviewer)


def test_a_decision_a_doubt_and_what_its_sender_took_away_cost_nothing(volunteer, reviewer):
    needs(volunteer, 3 * drawing.PUT_BACK)
    for _turn in range(drawing.PUT_BACK):
        drawn = drawing.draw(by=reviewer)
        workflow.leave_in_doubt(drawn.submission.pk, by=reviewer, fence=drawn.fence, note="电话打不通")
        drawn = drawing.draw(by=reviewer)
        workflow.advance([drawn.submission.pk], Action.WITHDRAW, by=volunteer, reason=Reason.MISTAKE)
    drawing.draw(by=reviewer)


def test_doubts_without_end_are_no_way_to_choose(volunteer, reviewer, monkeypatch):
    monkeypatch.setattr(drawing, "UNDECIDED", 3)
    needs(volunteer, 5)
    for _turn in range(3):
        drawn = drawing.draw(by=reviewer)
        workflow.leave_in_doubt(drawn.submission.pk, by=reviewer, fence=drawn.fence, note="电话打不通")
    with refused(TooManyPutBack):
        drawing.draw(by=reviewer)


def test_coordinators_see_who_puts_back(volunteer, reviewer, other_reviewer, monkeypatch):
    needs(volunteer, 8)
    put_back(reviewer, drawing.PUT_BACK)
    drawing.draw(by=other_reviewer)
    assert drawing.put_back_often() == []  # it may be on somebody's screen still
    monkeypatch.setattr(
        drawing, "_SINCE_YESTERDAY", drawing._SINCE_YESTERDAY.replace("interval '10 minutes'", "interval '0'")
    )
    (seen,) = drawing.put_back_often()
    assert (seen.pseudonym, seen.drawn, seen.put_back) == (reviewer.pseudonym, 5, 5)


def test_second_step_is_drawn_apart_from_those_one_meets_often(
    volunteer, reviewer, other_reviewer, team, monkeypatch
):
    """Where there is somebody else's; where there is none, it is drawn all the same."""
    third = people.make_reviewer("third", team)
    theirs, others = (a_correction(volunteer, reviewer, name=f"江城{n}医院") for n in "甲乙")
    builders.verify(theirs, other_reviewer)
    builders.verify(others, third)
    assert {one.pk for one in drawing.window(standing(reviewer))} == {theirs.pk, others.pk}
    monkeypatch.setattr(drawing.pairs, "met_often", lambda user: {other_reviewer.pk})
    assert drawing.window(standing(reviewer)) == [others]
    monkeypatch.setattr(drawing.pairs, "met_often", lambda user: {other_reviewer.pk, third.pk})
    assert {one.pk for one in drawing.window(standing(reviewer))} == {theirs.pk, others.pk}


def test_together_is_what_is_alike_in_whole(volunteer, stranger, reviewer):
    waiting = needs(volunteer, 3)
    builders.submit_need(stranger, organisation_name="江城丁医院")
    with refused(NotHanded):
        drawing.together(waiting[1].pk, by=reviewer)
    drawing.draw(by=reviewer, chance=Told(waiting[1]))
    rows, fence = drawing.together(waiting[1].pk, by=reviewer)
    assert rows == waiting
    assert set(Lease.objects.values_list("fence", "given")) == {(fence, Given.TOGETHER)}


def test_direct_hands_over_with_one_event_that_everybody_reads(volunteer, reviewer, coordinator):
    (sent,) = needs(volunteer, 1)
    drawing.direct([sent.pk], to=reviewer, by=coordinator, reason=WHY, note="她讲当地话")
    event = Event.objects.get(action=Action.DIRECT)
    assert (event.actor, event.person, event.submission, event.reason) == (
        coordinator,
        reviewer.pk,
        sent,
        WHY,
    )
    told = presenting.of_submission(history.of_submission(sent), for_reviewer=True)[0]
    assert (told["action"], told["note"]) == (Action.DIRECT, "她讲当地话")
    assert [lease.submission for lease in inbox.in_hand(standing(reviewer))] == [sent]
    lease = Lease.objects.get()
    assert timedelta(minutes=50) < lease.until - timezone.now() <= drawing.KEPT_FOR
    builders.verify(sent, reviewer, fence=leases.claim([sent.pk], by=reviewer))
    assert Handing.objects.get().by == coordinator


def test_direct_is_for_coordinators_and_never_to_oneself(volunteer, reviewer, other_reviewer, coordinator):
    (sent,) = needs(volunteer, 1)
    given = {"to": reviewer, "reason": WHY}
    for person in (reviewer, other_reviewer, volunteer):
        with refused(NotCoordinator):
            drawing.direct([sent.pk], by=person, **given)
    with core_people.acting(by=people.registrar(), reason="made coordinator"):
        User.objects.filter(pk=reviewer.pk).update(is_staff=True)
    with refused(DirectedToOneself):
        drawing.direct([sent.pk], by=reviewer, **given)
    with refused(ReasonMissing):
        drawing.direct([sent.pk], by=coordinator, to=reviewer, reason="")
    with refused(NotReviewer):
        drawing.direct([sent.pk], by=coordinator, to=volunteer, reason=WHY)


def test_direct_is_never_to_somebody_with_a_conflict(
    volunteer, reviewer, other_reviewer, coordinator, hospital, alliance, team
):
    insider = people.make_reviewer("insider", alliance)
    core_people.add_member(user=insider, organisation=hospital, by=people.registrar())
    own = builders.submit_need(reviewer)
    about = builders.submit_need(volunteer, organisation_name=hospital.name)
    grave = a_correction(volunteer, reviewer, delivery_address="江城区新路1号")
    comrade = people.make_reviewer("comrade", team)
    for one, to, refusal in (
        (own, reviewer, OwnSubmission),
        (about, insider, OwnOrganisation),
        (grave, comrade, OutsiderNeeded),
    ):
        with refused(refusal):
            drawing.direct([one.pk], to=to, by=coordinator, reason=WHY)
    builders.verify(grave, reviewer)
    with refused(SecondPersonNeeded):
        drawing.direct([grave.pk], to=reviewer, by=coordinator, reason=WHY)
    with refused(OutsiderNeeded):
        drawing.direct([grave.pk], to=people.make_reviewer("colleague", alliance), by=coordinator, reason=WHY)
    drawing.direct([grave.pk], to=other_reviewer, by=coordinator, reason=WHY)


def test_direct_is_not_by_somebody_with_a_hand_in_it(volunteer, reviewer, coordinator, hospital):
    core_people.add_member(user=coordinator, organisation=hospital, by=people.registrar())
    about = builders.submit_need(volunteer, organisation_name=hospital.name)
    own = builders.submit_need(coordinator, organisation_name="江城乙医院")
    for one, refusal in ((about, OwnOrganisation), (own, OwnSubmission)):
        with refused(refusal):
            drawing.direct([one.pk], to=reviewer, by=coordinator, reason=WHY)


def test_direct_never_chooses_both_of_two(volunteer, reviewer, other_reviewer, coordinator, team):
    """Not the same coordinator, not another one; chance hands out the second step."""
    grave = a_correction(volunteer, reviewer)
    another = people.make_person("another", is_staff=True)
    drawing.direct([grave.pk], to=reviewer, by=coordinator, reason=WHY)
    builders.verify(grave, reviewer, fence=leases.claim([grave.pk], by=reviewer))
    for by in (coordinator, another):
        with refused(OtherStepDirected):
            drawing.direct([grave.pk], to=other_reviewer, by=by, reason=WHY)
    with (
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="both steps"),
        transaction.atomic(),
    ):
        cursor.execute(
            "INSERT INTO verification_handing (reviewer_id, submission_id, status, risk, given, by_id)"
            " VALUES (%s, %s, 'verified', 1, 'directed', %s)",
            [other_reviewer.pk, grave.pk, another.pk],
        )
    drawn = drawing.draw(by=other_reviewer)
    assert drawn.submission == grave
    builders.enter(grave, other_reviewer, fence=drawn.fence)


def test_direct_takes_nothing_out_of_anybodys_hands(volunteer, reviewer, other_reviewer, coordinator):
    (sent,) = needs(volunteer, 1)
    drawing.draw(by=other_reviewer)
    with refused(LeaseTaken):
        drawing.direct([sent.pk], to=reviewer, by=coordinator, reason=WHY)


def test_handings_are_kept_as_they_were(volunteer, reviewer):
    needs(volunteer, 1)
    drawing.draw(by=reviewer)
    for change in ("UPDATE verification_handing SET given = 'own'", "DELETE FROM verification_handing"):
        with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(change)


@pytest.mark.parametrize(
    ("given", "by"), [("drawn", True), ("directed", False), ("picked", False), ("directed", "oneself")]
)
def test_handings_say_who_directed_and_nothing_else(volunteer, reviewer, coordinator, given, by):
    (sent,) = needs(volunteer, 1)
    named = {True: coordinator.pk, False: None, "oneself": reviewer.pk}[by]
    with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute(
            "INSERT INTO verification_handing (reviewer_id, submission_id, status, risk, given, by_id)"
            " VALUES (%s, %s, 'collected', 0, %s, %s)",
            [reviewer.pk, sent.pk, given, named],
        )


def test_rehearsals_reach_nobody_who_could_sign_in_where_it_is_in_earnest(volunteer, reviewer, settings):
    (sent,) = needs(volunteer, 1)
    settings.DEMO = False
    with refused(NotHanded):
        rehearsing.take([sent.pk], by=reviewer)
    with core_people.acting(by=people.registrar(), reason="no password"):
        reviewer.set_unusable_password()
        reviewer.save()
    rehearsing.take([sent.pk], by=reviewer)
    assert Handing.objects.get().given == Given.REHEARSED
    assert Risk(sent.risk) == Risk.ROUTINE
