"""The two commands that start an installation: the first coordinator, and reviewers."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.people import make_person
from verification import people
from verification.models import Reviewer, User

pytestmark = pytest.mark.django_db


def test_make_coordinator_lets_into_the_admin_and_no_further():
    user = make_person("newcomer")
    call_command("make_coordinator", user.email, stdout=StringIO())
    user = User.objects.get(pk=user.pk)
    assert user.is_staff
    assert user.has_perm("verification.change_organisation")
    assert not user.has_perm("verification.change_submission")


def test_make_coordinator_refuses_a_stranger():
    with pytest.raises(CommandError, match="sign up"):
        call_command("make_coordinator", "nobody@people.example")


def test_make_reviewer_keeps_the_legal_name_encrypted(monkeypatch, coordinator, team):
    user = make_person("newcomer")
    monkeypatch.setattr("builtins.input", lambda _prompt: "Invented Legal Name")
    call_command("make_reviewer", user.email, team.name, checked_by=coordinator.email, stdout=StringIO())
    reviewer = Reviewer.objects.get(user=user)
    assert "Invented" not in reviewer.legal_name
    assert people.decrypt(reviewer.legal_name) == "Invented Legal Name"


def test_make_reviewer_refuses_who_checks_their_own_name(team):
    user = make_person("newcomer")
    with pytest.raises(CommandError, match="their own name"):
        call_command("make_reviewer", user.email, team.name, checked_by=user.email)
    assert not Reviewer.objects.exists()
