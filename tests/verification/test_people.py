"""People and organisations: what somebody is at this moment, and which house a name means."""

from datetime import timedelta
from itertools import pairwise

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from tests import builders, people
from tests.fingerprints import refused
from verification import organisations, sealing
from verification import people as core
from verification.journal import acting
from verification.models import ApiToken, LegalName, Membership, Organisation, Reviewer, Robot, User
from verification.refusals import NotAllowed
from verification.sop import Role


def standing(user):
    return core.standing(user, now=timezone.now())


def merge(organisation, into):
    with acting(by=people.registrar(), reason="merged"):
        organisation.merged_into = into
        organisation.save()
        organisations.settle_merge(organisation, by=people.registrar())


def test_standing_of_each_role(clerk, volunteer, reviewer, stranger, coordinator, hospital, team, alliance):
    assert standing(clerk).proven == standing(clerk).organisations == {hospital.pk}
    assert not standing(clerk).in_a_team
    assert standing(volunteer).in_a_team
    assert (standing(reviewer).is_reviewer, standing(reviewer).organisations) == (True, {alliance.pk})
    assert standing(reviewer).proven == frozenset()
    for nobody in (stranger, coordinator):
        assert (standing(nobody).is_reviewer, standing(nobody).organisations) == (False, frozenset())
    robot = User.objects.robot(Robot.PUBLISHER)
    assert not standing(robot).is_reviewer


def test_standing_ends_with_the_account_the_membership_and_the_check(clerk, reviewer):
    with acting(by=people.registrar(), reason="ended"):
        Membership.objects.filter(user=clerk).update(ended_at=timezone.now(), ended_by=clerk)
        Reviewer.objects.filter(user=reviewer).update(suspended_at=timezone.now())
    assert standing(clerk).organisations == frozenset()
    assert not standing(reviewer).is_reviewer
    with acting(by=people.registrar(), reason="put right"):
        Membership.objects.filter(user=clerk).update(ended_at=None, ended_by=None)
        User.objects.filter(pk=clerk.pk).update(is_active=False)
    assert standing(clerk).organisations == frozenset()


def test_standing_follows_a_merge_both_ways(clerk, hospital):
    root = people.make_organisation("江城总医院", hospital.kind, place=people.WUHAN, proven=True)
    cousin = people.make_organisation("江城老九院", hospital.kind, place=people.WUHAN)
    merge(hospital, root)
    merge(cousin, root)
    assert standing(clerk).organisations == {hospital.pk, root.pk, cousin.pk}
    assert standing(clerk).proven == {hospital.pk, root.pk, cousin.pk}


def test_standing_in_an_unproven_root_proves_nothing(clerk, hospital):
    merge(hospital, people.make_organisation("江城总医院", hospital.kind, place=people.WUHAN))
    assert standing(clerk).proven == frozenset()


def test_role_is_the_capacity_somebody_acts_in(clerk, reviewer, coordinator, stranger, hospital):
    def role(user, submitter=False):
        return standing(user).role_towards(hospital.pk, submitter=submitter)

    assert role(clerk) == role(clerk, submitter=True) == Role.ORGANISATION
    assert (role(reviewer), role(reviewer, submitter=True)) == (Role.REVIEWER, Role.SUBMITTER)
    assert (role(coordinator), role(stranger)) == (Role.COORDINATOR, Role.SUBMITTER)
    assert role(User.objects.robot(Robot.KEEPER)) == Role.ROBOT


def test_merge_always_names_the_root(hospital):
    first, second, third = (people.make_organisation(f"江城{n}医院", hospital.kind) for n in "甲乙丙")
    merge(first, second)
    merge(second, third)
    for organisation in (first, second):
        organisation.refresh_from_db()
        assert organisation.merged_into == third
    assert organisations.root_of(first) == third


@pytest.mark.parametrize("length", [1, 2, 3])
def test_merge_in_a_circle_is_refused(database, length):
    ring = [people.make_organisation(f"江城{n}号医院", "hospital") for n in range(length)]
    for one, other in pairwise(ring):
        merge(one, other)
    if length == 1:
        return  # PostgreSQL refuses what names itself; see test_constraints
    ring[-1].refresh_from_db()
    with refused(NotAllowed):
        merge(ring[-1], ring[0])


def test_named_is_found_by_name_alias_and_place(hospital):
    with acting(by=people.registrar(), reason="alias"):
        hospital.aliases.create(name="九院", normalised="九院")
    assert organisations.the_one_named(" 江城第九医院 ") == hospital
    assert organisations.the_one_named("九院", "420106") == hospital
    assert organisations.the_one_named("九院", "420100") == hospital
    assert organisations.the_one_named("九院", "430100") is None
    for nothing in ("", "-", "江城第八医院"):
        assert organisations.the_one_named(nothing) is None


def test_named_resolves_to_the_root(hospital):
    root = people.make_organisation("江城总医院", hospital.kind, place=people.WUHAN)
    merge(hospital, root)
    assert organisations.the_one_named("江城第九医院") == root
    assert organisations.search("第九") == [root]


def test_legal_names_are_sealed_and_keys_can_change(reviewer, settings):
    sealed = LegalName.objects.get(of__user=reviewer).sealed
    assert "Legal Name" not in sealed
    assert sealing.decrypt(sealed) == "Legal Name of reviewer"
    old = settings.NAME_KEYS
    settings.NAME_KEYS = [Fernet.generate_key().decode(), *old]
    assert sealing.decrypt(sealed) == "Legal Name of reviewer"
    assert sealing.decrypt(sealing.encrypt("x")) == "x"


def test_tokens_are_kept_as_digests(stranger):
    token = core.make_token(user=stranger, name="a program")
    kept = ApiToken.objects.get()
    assert token not in repr(kept.__dict__)
    assert kept.digest == core.digest(token)


def test_pseudonyms_say_nothing_of_the_person(database):
    with acting(by=people.registrar(), reason="signed up"):
        somebody = User.objects.create_user("wang.wu@people.example")
    assert "wang" not in somebody.pseudonym
    assert str(somebody) == somebody.pseudonym


def test_removal_holds_on_the_very_next_act(clerk, hospital, reviewer):
    builders.submit_need(clerk, organisation_name=hospital.name)
    with acting(by=people.registrar(), reason="left"):
        Membership.objects.filter(user=clerk).update(
            ended_at=timezone.now() - timedelta(seconds=1), ended_by=clerk
        )
    again = builders.submit_need(clerk, organisation_name=hospital.name)
    assert again.origin == "public"
    assert Organisation.objects.get(pk=hospital.pk).proven
