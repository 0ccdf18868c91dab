"""How somebody becomes a reviewer, step by step, and who may take none of them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import people
from tests.fingerprints import refused
from verification import people as core
from verification import sealing, vouching
from verification.journal import acting
from verification.models import Event, LegalName, Reviewer
from verification.refusals import FreshFactorNeeded, NameMissing, NotReviewer, WrongStatus
from verification.refused_people import (
    AlreadyAsked,
    AnotherPersonNeeded,
    NameTaken,
    NameUnread,
    NotMember,
    OnOneself,
    OtherHouseNeeded,
    Suspended,
)
from verification.sop import Action

NAME = "欧阳某某"


@pytest.fixture
def candidate(volunteer, team, reviewer, other_reviewer):
    people.give_factor(volunteer)
    return volunteer


def ask(candidate, team):
    return vouching.ask(by=candidate, organisation=team, legal_name=f" {NAME} ")


def checked(check, by):
    vouching.read_name(check.uid, by=by, fresh_factor=True)
    return vouching.check_name(check.uid, by=by, fresh_factor=True)


def confirmed(check, by):
    vouching.read_name(check.uid, by=by, fresh_factor=True)
    return vouching.confirm_name(check.uid, by=by, fresh_factor=True)


def reviews(user):
    return core.standing(user, now=timezone.now()).is_reviewer


def acts(check):
    return list(Event.objects.filter(related=check.uid).order_by("pk").values_list("action", "actor"))


def test_two_reviewers_of_two_houses_make_a_third(candidate, team, reviewer, other_reviewer):
    check = ask(candidate, team)
    checked(check, reviewer)
    assert not reviews(candidate)
    found = confirmed(check, other_reviewer)
    assert reviews(candidate)
    assert found.expires_at == found.confirmed_at + timedelta(days=180)
    assert acts(check) == [
        ("read_name", reviewer.pk),
        ("check_name", reviewer.pk),
        ("read_name", other_reviewer.pk),
        ("confirm_name", other_reviewer.pk),
    ]
    for event in Event.objects.filter(related=check.uid):
        assert (event.person, event.organisation, event.kind) == (candidate.pk, team.pk, "")
        assert NAME not in f"{event.public_text}{event.private_text}{event.answers}{event.body}"


def test_the_name_is_sealed_and_goes_with_the_request(candidate, team, reviewer):
    check = ask(candidate, team)
    sealed = LegalName.objects.get(of=check).sealed
    assert NAME not in sealed
    assert sealing.decrypt(sealed) == NAME == vouching.read_name(check.uid, by=reviewer, fresh_factor=True)
    vouching.withdraw(by=candidate)
    assert not LegalName.objects.filter(of=check).exists()
    with refused(WrongStatus):
        vouching.read_name(check.uid, by=reviewer, fresh_factor=True)


@pytest.mark.parametrize("name", ["", "   ", "欧阳 420106199001010011", "x" * 81])
def test_a_name_is_a_name_and_no_number(name, candidate, team):
    with refused(NameMissing):
        vouching.ask(by=candidate, organisation=team, legal_name=name)


def test_who_does_not_belong_may_not_ask_for_it(stranger, team, candidate, alliance):
    for by, house in ((stranger, team), (candidate, alliance)):
        with refused(NotMember):
            vouching.ask(by=by, organisation=house, legal_name=NAME)


def test_one_person_and_one_house_take_one_step(candidate, team, alliance, reviewer, other_reviewer):
    colleague = people.make_reviewer("colleague", alliance)
    check = ask(candidate, team)
    checked(check, reviewer)
    for by, refusal in ((reviewer, AnotherPersonNeeded), (colleague, OtherHouseNeeded)):
        for act in (vouching.read_name, vouching.confirm_name, vouching.decline):
            with refused(refusal):
                act(check.uid, by=by)


def test_nobody_vouches_for_themselves_nor_without_a_check(candidate, team, reviewer, coordinator, stranger):
    check = ask(candidate, team)
    for by in (candidate, coordinator, stranger):
        for act in (vouching.read_name, vouching.check_name, vouching.confirm_name):
            with refused(NotReviewer):
                act(check.uid, by=by)
    core.add_member(user=reviewer, organisation=team, by=people.registrar())
    with acting(by=people.registrar(), reason="runs out"):
        Reviewer.objects.filter(user=reviewer).update(expires_at=timezone.now() + timedelta(days=3))
    renewal = vouching.ask(by=reviewer, organisation=team, legal_name=NAME)
    with refused(OnOneself):
        vouching.read_name(renewal.uid, by=reviewer, fresh_factor=True)


def test_a_name_is_decided_on_by_who_read_it_and_read_by_one_at_a_time(
    candidate, team, reviewer, other_reviewer
):
    check = ask(candidate, team)
    with refused(NameUnread):
        vouching.check_name(check.uid, by=reviewer, fresh_factor=True)
    with refused(FreshFactorNeeded):
        vouching.read_name(check.uid, by=reviewer)
    vouching.read_name(check.uid, by=reviewer, fresh_factor=True)
    with refused(NameTaken):
        vouching.read_name(check.uid, by=other_reviewer, fresh_factor=True)
    vouching.check_name(check.uid, by=reviewer, fresh_factor=True)
    with refused(NameUnread):
        vouching.confirm_name(check.uid, by=other_reviewer, fresh_factor=True)


def test_the_steps_are_taken_in_order_and_once(candidate, team, reviewer, other_reviewer):
    check = ask(candidate, team)
    vouching.read_name(check.uid, by=reviewer, fresh_factor=True)
    with refused(WrongStatus):
        vouching.confirm_name(check.uid, by=reviewer, fresh_factor=True)
    checked(check, reviewer)
    confirmed(check, other_reviewer)
    for act in (vouching.read_name, vouching.check_name, vouching.confirm_name, vouching.decline):
        with refused(WrongStatus):
            act(check.uid, by=other_reviewer)


def test_a_first_step_counts_while_its_taker_has_a_say(candidate, team, federation, reviewer, other_reviewer):
    third = people.make_reviewer("third", people.make_organisation("第三家", "team"))
    check = ask(candidate, team)
    checked(check, reviewer)
    with acting(by=people.registrar(), reason="suspended"):
        Reviewer.objects.filter(user=reviewer).update(suspended_at=timezone.now())
    vouching.read_name(check.uid, by=other_reviewer, fresh_factor=True)
    with refused(WrongStatus):
        vouching.confirm_name(check.uid, by=other_reviewer, fresh_factor=True)
    checked(check, other_reviewer)
    confirmed(check, third)
    assert reviews(candidate)


def test_declined_is_over_and_may_be_asked_again(candidate, team, reviewer):
    check = ask(candidate, team)
    with refused(AlreadyAsked):
        ask(candidate, team)
    vouching.read_name(check.uid, by=reviewer, fresh_factor=True)
    vouching.decline(check.uid, by=reviewer)
    assert Event.objects.latest("pk").answers == {"step": "declined"}
    assert ask(candidate, team).pk != check.pk


def test_a_renewal_takes_the_same_steps_and_ends_the_check_before_it(
    candidate, team, reviewer, other_reviewer
):
    first = ask(candidate, team)
    checked(first, reviewer)
    confirmed(first, other_reviewer)
    with refused(AlreadyAsked):
        ask(candidate, team)
    with acting(by=people.registrar(), reason="runs out"):
        Reviewer.objects.filter(pk=first.pk).update(expires_at=timezone.now() + timedelta(days=3))
    again = ask(candidate, team)
    checked(again, reviewer)
    assert reviews(candidate)
    confirmed(again, other_reviewer)
    assert list(Reviewer.objects.filter(user=candidate, ended_at=None)) == [again]
    assert LegalName.objects.filter(of__user=candidate).count() == 1


def test_a_suspension_is_not_renewed_away(candidate, team, reviewer, other_reviewer):
    first = ask(candidate, team)
    checked(first, reviewer)
    confirmed(first, other_reviewer)
    with acting(by=people.registrar(), reason="runs out"):
        Reviewer.objects.filter(pk=first.pk).update(expires_at=timezone.now() + timedelta(days=3))
    again = ask(candidate, team)
    checked(again, reviewer)
    with acting(by=people.registrar(), reason="suspended"):
        Reviewer.objects.filter(pk=first.pk).update(suspended_at=timezone.now())
    vouching.read_name(again.uid, by=other_reviewer, fresh_factor=True)
    with refused(Suspended):
        vouching.confirm_name(again.uid, by=other_reviewer, fresh_factor=True)
    vouching.withdraw(by=candidate)
    with refused(Suspended):
        ask(candidate, team)


def test_both_steps_ask_for_a_fresh_factor(candidate, team, reviewer, other_reviewer):
    check = ask(candidate, team)
    vouching.read_name(check.uid, by=reviewer, fresh_factor=True)
    with refused(FreshFactorNeeded):
        vouching.check_name(check.uid, by=reviewer)
    checked(check, reviewer)
    vouching.read_name(check.uid, by=other_reviewer, fresh_factor=True)
    with refused(FreshFactorNeeded):
        vouching.confirm_name(check.uid, by=other_reviewer)


def test_every_act_of_vouching_is_one_event(candidate, team, reviewer):
    check = ask(candidate, team)
    before = Event.objects.count()
    vouching.read_name(check.uid, by=reviewer, fresh_factor=True)
    vouching.check_name(check.uid, by=reviewer, fresh_factor=True)
    assert Event.objects.count() == before + 2
    assert Event.objects.latest("pk").action == Action.CHECK_NAME
