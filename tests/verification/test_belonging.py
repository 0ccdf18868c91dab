"""Belonging to an organisation: how it comes about, how it ends, and that its end bites at once."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from tests import builders, people
from tests.fingerprints import refused
from verification import belonging, granting, publishing, vouching
from verification import people as core
from verification.journal import acting
from verification.models import Event, Invitation, LegalName, Membership, Reviewer
from verification.refusals import AddressMissing, NotAllowed, NotFound
from verification.refused_people import AlreadySo, InvitationOver, LastAdmin, NotYourHouse, WrongAddress
from verification.sop import Action, Reason


@pytest.fixture
def admin(hospital):
    user = people.make_person("admin")
    core.add_member(user=user, organisation=hospital, by=people.registrar(), is_admin=True)
    return user


def membership(user):
    return Membership.objects.get(user=user, ended_at=None)


def last():
    event = Event.objects.latest("pk")
    assert event.public_text == event.private_text == ""
    return event


def test_an_invitation_is_good_once(admin, hospital, stranger):
    secret, made = belonging.invite(organisation=hospital, email=stranger.email.upper(), by=admin)
    assert secret not in repr(made.__dict__)
    assert (last().action, last().organisation, last().related) == (Action.INVITE, hospital.pk, made.uid)
    assert stranger.email not in str(last().__dict__)
    belonging.accept(secret, by=stranger)
    assert (last().action, last().person, last().answers) == (Action.JOIN, stranger.pk, {"way": "invitation"})
    assert core.standing(stranger, now=timezone.now()).proven == {hospital.pk}
    with refused(InvitationOver):
        belonging.accept(secret, by=stranger)


def test_an_invitation_runs_out_is_taken_back_and_replaced(admin, hospital, stranger):
    first, _made = belonging.invite(organisation=hospital, email=stranger.email, by=admin)
    second, made = belonging.invite(organisation=hospital, email=stranger.email, by=admin)
    with refused(InvitationOver):
        belonging.accept(first, by=stranger)
    belonging.revoke(made.uid, by=admin)
    assert last().answers == {"step": "revoked"}
    with refused(InvitationOver):
        belonging.accept(second, by=stranger)
    third, _made = belonging.invite(organisation=hospital, email=stranger.email, by=admin)
    a_week_ago = timezone.now() - timedelta(days=7)
    Invitation.objects.update(invited_at=a_week_ago, expires_at=a_week_ago + timedelta(days=7))
    with refused(InvitationOver):
        belonging.accept(third, by=stranger)


def test_an_invitation_asks_for_the_confirmed_address(admin, hospital, stranger, volunteer):
    secret, _made = belonging.invite(organisation=hospital, email=stranger.email, by=admin)
    with refused(WrongAddress):
        belonging.accept(secret, by=volunteer)
    EmailAddress.objects.filter(user=stranger).update(verified=False)
    with refused(WrongAddress):
        belonging.accept(secret, by=stranger)


def test_only_its_admin_invites(admin, clerk, reviewer, coordinator, hospital, team):
    for by in (clerk, reviewer, coordinator):
        with refused(NotYourHouse):
            belonging.invite(organisation=hospital, email="x@people.example", by=by)
    with refused(NotYourHouse):
        belonging.invite(organisation=team, email="x@people.example", by=admin)
    with refused(AddressMissing):
        belonging.invite(organisation=hospital, email="x", by=admin)
    with refused(AlreadySo):
        belonging.invite(organisation=hospital, email=clerk.email, by=admin)


def proven_domain(hospital, coordinator, domain="people.example"):
    second = people.make_person("second", is_staff=True)
    grant = granting.propose(
        Action.CHANGE_ORGANISATION, by=coordinator, organisation=hospital, domain=domain, fresh_factor=True
    )
    granting.confirm(grant.uid, by=second, fresh_factor=True)


def test_a_confirmed_address_at_its_domain_joins(coordinator, hospital, stranger):
    with refused(NotAllowed):
        belonging.join(hospital, by=stranger)
    proven_domain(hospital, coordinator)
    EmailAddress.objects.filter(user=stranger).update(verified=False)
    with refused(NotAllowed):
        belonging.join(hospital, by=stranger)
    EmailAddress.objects.filter(user=stranger).update(verified=True)
    belonging.join(hospital, by=stranger)
    assert (last().action, last().answers) == (Action.JOIN, {"way": "domain"})
    assert not belonging.administers(stranger, hospital)
    with refused(NotAllowed):
        belonging.join(hospital, by=stranger)


@pytest.mark.parametrize("domain", ["sub.people.example", "ople.example", "other.example"])
def test_a_domain_is_compared_whole(domain, coordinator, hospital, stranger):
    proven_domain(hospital, coordinator, domain)
    with refused(NotAllowed):
        belonging.join(hospital, by=stranger)


def test_removal_bites_on_the_very_next_act(admin, clerk, hospital, volunteer, reviewer):
    record = builders.published_need(volunteer, reviewer, organisation_name=hospital.name)
    belonging.end(membership(clerk).pk, by=admin)
    assert (last().action, last().person, last().organisation) == (
        Action.REMOVE_MEMBER,
        clerk.pk,
        hospital.pk,
    )
    assert builders.submit_need(clerk, organisation_name=hospital.name).origin == "public"
    with refused(NotAllowed):
        publishing.take_down(record.uid, by=clerk, reason=Reason.MISTAKE)


def test_the_last_admin_of_a_proven_organisation_is_not_lost_silently(admin, hospital, coordinator, clerk):
    with refused(LastAdmin):
        belonging.end(membership(admin).pk, by=admin)
    belonging.end(membership(admin).pk, by=coordinator)
    assert last().role == "coordinator"
    assert not belonging.administers(admin, hospital)


def test_a_coordinator_who_is_the_last_admin_does_not_slip_out(hospital, coordinator):
    core.add_member(user=coordinator, organisation=hospital, by=people.registrar(), is_admin=True)
    with refused(LastAdmin):
        belonging.end(membership(coordinator).pk, by=coordinator)


def test_members_remove_nobody(clerk, admin, hospital, volunteer):
    for by in (clerk, volunteer):
        with refused(NotYourHouse):
            belonging.end(membership(admin).pk, by=by)
    gone = membership(clerk).pk
    belonging.end(gone, by=clerk)
    with refused(NotFound):
        belonging.end(gone, by=clerk)


def test_who_leaves_reviews_for_it_no_more(volunteer, team, reviewer, other_reviewer):
    people.give_factor(volunteer)
    check = vouching.ask(by=volunteer, organisation=team, legal_name="欧阳某某")
    vouching.read_name(check.uid, by=reviewer, fresh_factor=True)
    vouching.check_name(check.uid, by=reviewer, fresh_factor=True)
    vouching.read_name(check.uid, by=other_reviewer, fresh_factor=True)
    vouching.confirm_name(check.uid, by=other_reviewer, fresh_factor=True)
    assert core.standing(volunteer, now=timezone.now()).is_reviewer
    belonging.end(membership(volunteer).pk, by=volunteer)
    assert not core.standing(volunteer, now=timezone.now()).is_reviewer
    assert not Reviewer.objects.filter(user=volunteer, ended_at=None).exists()
    assert not LegalName.objects.filter(of__user=volunteer).exists()


def test_a_provider_gives_membership_once(stranger, hospital):
    belonging.join_by_provider(hospital, person=stranger)
    events = Event.objects.count()
    belonging.join_by_provider(hospital, person=stranger)
    assert Event.objects.count() == events
    assert membership(stranger).way == "provider"


def test_an_admin_whose_account_is_closed_invites_nobody(admin, hospital, stranger):
    secret, _made = belonging.invite(organisation=hospital, email=stranger.email, by=admin)
    with acting(by=people.registrar(), reason="closed"):
        admin.is_active = False
        admin.save()
    with refused(InvitationOver):
        belonging.accept(secret, by=stranger)
