"""The beginning of an installation, the keys, and the commands that give power: there is one, and it runs once."""

from io import StringIO
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.people import give_factor, make_person, make_reviewer
from verification import people, rotating, sealing
from verification.models import Event, LegalName, Reviewer, User
from verification.sop import Action

TOP = Path(__file__).parents[2]

pytestmark = pytest.mark.django_db


@pytest.fixture
def answers(monkeypatch):
    monkeypatch.setattr("builtins.input", lambda prompt: f"Invented {prompt.split('@')[0].split()[-1]}")


def found(*args, **options):
    out = StringIO()
    call_command("found", *args, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def two():
    return make_person("first"), make_person("second")


def test_two_found_each_on_the_word_of_the_other(two, answers, client):
    one, other = two
    for user in two:
        give_factor(user)
    found(one.email, "甲队", other.email, "乙队", first_pseudonym="山茶-1")
    for user, by in ((one, other), (other, one)):
        check = Reviewer.objects.get(user=user)
        assert check.checked_by == check.confirmed_by == by
        assert people.standing(user, now=timezone.now()).is_reviewer
        assert User.objects.get(pk=user.pk).is_staff
        event = Event.objects.get(action=Action.FOUND, person=user.pk)
        assert event.actor == by
        assert "Invented" not in str(event.__dict__)
    assert sealing.decrypt(LegalName.objects.get(of__user=one).sealed) == "Invented first"
    page = client.get("/en/about/").content.decode()
    assert "山茶-1" in page
    assert other.pseudonym in page


def test_founding_runs_once(two, answers, team):
    found(two[0].email, "甲队", two[1].email, "乙队")
    third, fourth = make_person("third"), make_person("fourth")
    with pytest.raises(CommandError, match="vouched"):
        found(third.email, "丙队", fourth.email, "丁队")


@pytest.mark.parametrize("known", ["reviewer", "coordinator"])
def test_founding_refuses_where_somebody_decides_already(known, two, answers, request):
    request.getfixturevalue(known)
    with pytest.raises(CommandError, match="vouched"):
        found(two[0].email, "甲队", two[1].email, "乙队")
    assert not Event.objects.filter(action=Action.FOUND).exists()


def test_founding_takes_two_people_of_two_houses_with_accounts(two, answers):
    one, other = (user.email for user in two)
    for args, sentence in (
        ((one, "甲队", one, "乙队"), "two accounts"),
        ((one, "甲队", other, "甲队"), "different organisations"),
        ((one, "甲队", "nobody@people.example", "乙队"), "sign up"),
    ):
        with pytest.raises(CommandError, match=sentence):
            found(*args)
    assert not Reviewer.objects.exists()


def test_no_other_command_gives_power(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "snow-on-the-pass-77")
    with pytest.raises(PermissionError, match=r"manage\.py found"):
        call_command("createsuperuser", interactive=False, email="boss@people.example")
    for command in ("make_coordinator", "make_reviewer"):
        with pytest.raises(CommandError, match="Unknown command"):
            call_command(command)
    assert not User.objects.filter(email="boss@people.example").exists()


# What gives power and asks no rule, and the only ones who call it: those who asked, and those who play.
_UNASKED = {
    "add_member": {"belonging.py", "founding.py", "granting.py", "demonstration/cast.py"},
    "add_reviewer": {"founding.py", "replay/cast.py"},
    "make_coordinator": {"founding.py", "granting.py"},
    "unmake_coordinator": {"granting.py"},
}


@pytest.mark.parametrize("name", _UNASKED)
def test_what_gives_power_is_called_by_those_who_asked(name):
    places = [p for app in ("glacier", "supplies", "verification") for p in (TOP / app).rglob("*.py")]
    callers = {p for p in places if f"people.{name}(" in p.read_text()}
    assert callers
    assert not [p for p in callers if not any(p.as_posix().endswith(f"/{end}") for end in _UNASKED[name])]


def test_keys_rotate_in_one_event_and_can_be_begun_again(alliance, settings, monkeypatch):
    monkeypatch.setattr(rotating, "BATCH", 2)
    for number in range(3):
        make_reviewer(f"r{number}", alliance)
    old = settings.NAME_KEYS
    settings.NAME_KEYS = [Fernet.generate_key().decode(), *old]
    assert rotating.rotate() == {"legal_names": 3, "factors": 3}
    assert rotating.rotate() == {"legal_names": 0, "factors": 0}
    settings.NAME_KEYS = settings.NAME_KEYS[:1]
    names = {sealing.decrypt(name.sealed) for name in LegalName.objects.all()}
    assert names == {f"Legal Name of r{number}" for number in range(3)}
    events = Event.objects.filter(action=Action.ROTATE_KEYS).order_by("pk")
    assert [event.answers["legal_names"] for event in events] == [3, 0]


def test_keys_rotate_by_command():
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    assert "newest key" in out.getvalue()
