"""What PostgreSQL itself refuses of people and their grants, asked in raw SQL."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from tests import people
from verification.journal import acting

NOW = timezone.now()


def insert(table, **values):
    columns = ", ".join(values)
    marks = ", ".join(["%s"] * len(values))
    with acting(by=people.registrar(), reason="raw"), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO verification_{table} ({columns}) VALUES ({marks})", list(values.values())
        )


@pytest.fixture
def check(stranger, team, alliance, federation, volunteer, clerk):
    """A check that holds, column by column."""
    return {
        "uid": "11111111-1111-4111-8111-111111111111",
        "user_id": stranger.pk,
        "organisation_id": team.pk,
        "asked_at": NOW,
        "checked_by_id": volunteer.pk,
        "checked_for_id": alliance.pk,
        "checked_at": NOW,
        "confirmed_by_id": clerk.pk,
        "confirmed_for_id": federation.pk,
        "confirmed_at": NOW,
        "expires_at": NOW + timedelta(days=180),
    }


def test_a_whole_check_stands(check):
    insert("reviewer", **check)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        (lambda c: {"checked_by_id": c["user_id"]}, "reviewer_checked_by_others"),
        (lambda c: {"confirmed_by_id": c["user_id"]}, "reviewer_checked_by_others"),
        (lambda c: {"confirmed_by_id": c["checked_by_id"]}, "reviewer_two_people"),
        (lambda c: {"confirmed_for_id": c["checked_for_id"]}, "reviewer_two_people"),
        (lambda c: {"expires_at": NOW + timedelta(days=181)}, "reviewer_for_half_a_year"),
        (lambda c: {"expires_at": NOW}, "reviewer_for_half_a_year"),
        (lambda c: {"checked_at": NOW + timedelta(hours=1)}, "reviewer_checked_first"),
        (
            lambda c: dict.fromkeys(("checked_by_id", "checked_for_id", "checked_at")),
            "reviewer_checked_first",
        ),
        (lambda c: {"checked_for_id": None}, "reviewer_checked_stamp"),
        (lambda c: {"confirmed_for_id": None}, "reviewer_confirmed_stamp"),
        (lambda c: {"expires_at": None}, "reviewer_confirmed_stamp"),
        (lambda c: {"founder": 3}, "reviewer_two_founders"),
    ],
)
def test_half_a_check_does_not(change, constraint, check):
    with pytest.raises(IntegrityError, match=constraint):
        insert("reviewer", **check | change(check))


def test_one_check_in_force_one_request_and_each_founder_once(check, coordinator):
    insert("reviewer", **check)
    again = check | {"uid": "22222222-2222-4222-8222-222222222222"}
    with pytest.raises(IntegrityError, match="reviewer_in_force_once"):
        insert("reviewer", **again)
    open_again = {name: again[name] for name in ("uid", "user_id", "organisation_id", "asked_at")}
    insert("reviewer", **open_again)
    with pytest.raises(IntegrityError, match="reviewer_asks_once"):
        insert("reviewer", **open_again | {"uid": "33333333-3333-4333-8333-333333333333"})
    with pytest.raises(IntegrityError, match="suspended_when_one"):
        insert("reviewer", **open_again | {"user_id": coordinator.pk, "suspended_at": NOW})


@pytest.fixture
def grant(stranger, volunteer, clerk):
    return {
        "uid": "11111111-1111-4111-8111-111111111111",
        "act": "make_coordinator",
        "person_id": stranger.pk,
        "domain": "",
        "proposed_by_id": volunteer.pk,
        "proposed_as": "coordinator",
        "confirmed_by_id": clerk.pk,
        "confirmed_as": "coordinator",
        "confirmed_at": NOW,
        "done_at": NOW,
    }


def test_a_grant_of_two_coordinators_stands(grant):
    insert("grant", **grant)


ALONE = {"confirmed_by_id": None, "confirmed_as": "", "confirmed_at": None}


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        (lambda g: {"proposed_by_id": g["person_id"]}, "grant_not_on_oneself"),
        (lambda g: {"confirmed_by_id": g["person_id"]}, "grant_not_on_oneself"),
        (lambda g: {"confirmed_by_id": g["proposed_by_id"]}, "grant_by_different_people"),
        (lambda g: ALONE, "grant_done_by_enough"),
        (lambda g: ALONE | {"act": "unmake_coordinator"}, "grant_done_by_enough"),
        (lambda g: ALONE | {"act": "reinstate"}, "grant_done_by_enough"),
        (lambda g: ALONE | {"act": "reactivate"}, "grant_done_by_enough"),
        (lambda g: ALONE | {"act": "suspend", "proposed_as": "reviewer"}, "grant_done_by_enough"),
        (lambda g: {"confirmed_as": "reviewer"}, "grant_done_by_enough"),
        (lambda g: {"proposed_as": "reviewer"}, "grant_done_by_enough"),
        (lambda g: {"act": "reset_factor"}, "grant_done_by_enough"),
        (
            lambda g: {"act": "reset_factor", "proposed_as": "reviewer", "confirmed_as": "reviewer"},
            "grant_done_by_enough",
        ),
        (lambda g: {"withdrawn_at": NOW}, "grant_done_or_withdrawn"),
        (lambda g: {"act": "publish", "done_at": None}, "grant_known"),
        (lambda g: {"act": "join"}, "grant_about"),
        (lambda g: {"act": "change_organisation"}, "grant_about"),
        (lambda g: {"person_id": None}, "grant_about"),
        (lambda g: {"domain": "x.cn"}, "grant_about"),
        (lambda g: {"confirmed_at": None}, "grant_confirmed_stamp"),
        (lambda g: {"seconded_at": NOW}, "grant_seconded_stamp"),
    ],
)
def test_a_grant_of_too_few_does_not(change, constraint, grant):
    with pytest.raises(IntegrityError, match=constraint):
        insert("grant", **grant | change(grant))


def test_the_two_who_vouch_for_a_lost_factor_are_of_two_houses(grant, alliance, federation):
    reset = grant | {
        "act": "reset_factor",
        "proposed_as": "reviewer",
        "confirmed_as": "reviewer",
        "proposed_for_id": alliance.pk,
    }
    with pytest.raises(IntegrityError, match="grant_done_by_enough"):
        insert("grant", **reset, confirmed_for_id=alliance.pk)
    insert("grant", **reset, confirmed_for_id=federation.pk)


@pytest.fixture
def invitation(hospital, clerk, stranger):
    return {
        "uid": "11111111-1111-4111-8111-111111111111",
        "organisation_id": hospital.pk,
        "email": "x@people.example",
        "as_admin": False,
        "to_review": False,
        "digest": "0" * 64,
        "invited_by_id": clerk.pk,
        "invited_at": NOW,
        "expires_at": NOW + timedelta(days=7),
        "accepted_by_id": stranger.pk,
        "accepted_at": NOW,
    }


def test_an_accepted_invitation_stands(invitation):
    insert("invitation", **invitation)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        (lambda i: {"expires_at": NOW + timedelta(days=8)}, "invitation_for_a_week"),
        (lambda i: {"expires_at": NOW, "accepted_at": None, "accepted_by_id": None}, "invitation_for_a_week"),
        (lambda i: {"accepted_at": NOW + timedelta(days=7)}, "invitation_accepted_in_time"),
        (lambda i: {"accepted_by_id": i["invited_by_id"]}, "invitation_accepted_by_another"),
        (lambda i: {"accepted_by_id": None}, "invitation_accepted_stamp"),
        (
            lambda i: {"revoked_at": NOW, "accepted_at": None, "accepted_by_id": None},
            "invitation_revoked_stamp",
        ),
        (
            lambda i: {"revoked_at": NOW, "revoked_by_id": i["invited_by_id"]},
            "invitation_accepted_or_revoked",
        ),
        (lambda i: {"email": "X@people.example"}, "invitation_address_lower"),
    ],
)
def test_an_invitation_out_of_its_rules_does_not(change, constraint, invitation):
    with pytest.raises(IntegrityError, match=constraint):
        insert("invitation", **invitation | change(invitation))


def test_a_legal_name_is_given_and_a_way_known(check, clerk):
    insert("reviewer", **check)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM verification_reviewer")
        (pk,) = cursor.fetchone()
    with pytest.raises(IntegrityError, match="legal_name_given"):
        insert("legalname", of_id=pk, sealed="")
    with pytest.raises(IntegrityError, match="membership_way_known"):
        insert(
            "membership",
            user_id=clerk.pk,
            organisation_id=check["organisation_id"],
            is_admin=False,
            way="bribe",
        )
    with pytest.raises(IntegrityError, match="membership_ended_stamp"):
        insert(
            "membership",
            user_id=clerk.pk,
            organisation_id=check["organisation_id"],
            is_admin=False,
            way="invitation",
            ended_at=NOW,
        )
